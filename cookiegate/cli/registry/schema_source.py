"""What `cookies.schema.json` is made of: the fields of `CookieRule` and `CookieGate`, with their docstrings.

`python -m cookiegate.cli.registry.schema_source` prints it for the file. Draft 7 is what editors' TOML servers read.
Source: https://json-schema.org/draft-07/json-schema-release-notes
"""

import ast
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from textwrap import dedent
from typing import get_args

from cookiegate.gate import _IN_CODE_ONLY, CookieGate
from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.settings import PLAIN_PATH

__all__ = ["make_schema", "schema_text"]

Schema = dict[str, object]

_NAME_CHARS = r"!#$%&'+\-.^_`|~0-9A-Za-z"
_GAP = r"(?:[\s,]|[ ,][Aa][Nn][Dd][ ,])*"
_OWN_WORDS = {
    "category": "What the cookie is for. Necessary ones are always allowed, the others by the visitor's choice.",
    "purpose": "One sentence for the visitor: what the cookie is for.",
    "lifetime": "The longest that it may stay: a number and a unit, or session (until the browser closes); persistent "
    "and varies promise no number.",
    "provider": "Who sets or reads the cookie.",
    "http_only": "True: no script in the page may read it.",
}
_EXAMPLES: dict[str, list[object]] = {
    "name": ["sessionid", "_ga*", "sb-*-auth-token"],
    "purpose": ["Renews the session without asking for the password again."],
    "lifetime": ["session", "7 days", "6 months", "400 days", "1 hour 30 minutes", "persistent", "varies"],
    "source": ["https://example.com/cookies"],
    "domains": ["example.com", [".example.com"]],
    "paths": ["/", ["/", "/shop"]],
    "revision": ["2026-01-12"],
    "settings_url": ["/cookie-settings"],
    "max_lifetime": ["400 days", 180],
    "consent_max_age": ["6 months", 180],
    "default_consent": [["statistics"]],
}


def make_schema() -> Schema:
    """Make the schema of a `cookies.toml`."""
    gate = {name: _setting(name, type_) for name, type_ in _gate_fields().items()}
    rule = {field.name: _rule_key(field.name, field.type) for field in fields(CookieRule)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cookies.toml",
        "description": "Which cookies a site sets, what each is for, and how cookiegate holds the site to it.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "gate": {
                "description": "The gate's settings: the arguments of CookieGate by the same names.",
                "type": "object",
                "additionalProperties": False,
                "properties": _described(gate, CookieGate),
                "allOf": [_when("require_explicit", {"const": True}, {"default_consent": False})],
            },
            "cookie": {
                "description": "The rules, one [[cookie]] for each cookie name.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name", "category"],
                    "properties": _described(rule, CookieRule),
                    "allOf": [
                        _when(
                            "secure",
                            {"const": False},
                            {
                                "partitioned": {"const": False},
                                "same_site": {"not": {"pattern": f"^{_any_case('none')}$"}},
                                "name": {"not": {"pattern": _prefix("__host-", "__secure-", "__http-")}},
                            },
                        ),
                        _when(
                            "name",
                            {"pattern": _prefix("__host-")},
                            {"domains": {"maxItems": 0, "type": "array"}, "paths": {"enum": ["/", ["/"]]}},
                        ),
                    ],
                },
            },
        },
    }


def schema_text() -> str:
    """Write the schema as it is shipped."""
    return json.dumps(make_schema(), indent=2, ensure_ascii=False) + "\n"


def _gate_fields() -> dict[str, object]:
    return {field.name: field.type for field in fields(CookieGate) if field.init and field.name not in _IN_CODE_ONLY}


def _setting(name: str, type_: object) -> Schema:
    """Describe a setting by its type; `None` is written by leaving it out."""
    choices = get_args(type_)
    if name == "same_site":
        return _in_any_case([str(choice) for choice in choices])
    if name == "default_consent":
        return {"type": "array", "items": {"enum": [category.value for category in Category]}}
    if name == "settings_url":
        return {"type": "string", "pattern": f"^{PLAIN_PATH.pattern}$"}
    if type_ is bool:
        return {"type": "boolean"}
    if int in choices:  # a length of time
        return {"anyOf": [_amounts(), {"type": "integer", "minimum": 1, "maximum": 36500}]}
    return {"type": "string"} if str in choices else {"enum": list(choices)}


def _rule_key(name: str, type_: object) -> Schema:
    if name == "name":
        return {"type": "string", "pattern": rf"^[*{_NAME_CHARS}]*[{_NAME_CHARS}][*{_NAME_CHARS}]*$"}
    if name == "category":
        return {"enum": [category.value for category in Category]}
    if name == "same_site":
        return _in_any_case([same_site.value.lower() for same_site in SameSite])
    if name == "lifetime":
        return {"anyOf": [{"type": "string", "pattern": _words()}, _amounts()]}
    if name == "domains":
        return _one_or_several(r"^\.?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?$")
    if name == "paths":
        return _one_or_several(r"^/[\x20-\x3A\x3C-\x7E]*$")
    return {"type": "boolean"} if bool in (type_, *get_args(type_)) else {"type": "string"}


def _described(schemas: Mapping[str, Schema], owner: type) -> dict[str, Schema]:
    """Add descriptions, defaults and examples."""
    words = _docstrings(owner) | (_OWN_WORDS if owner is CookieRule else {})
    defaults = {field.name: field.default for field in fields(owner)}
    described = {}
    for name, schema in schemas.items():
        default = defaults[name]
        known = {"default": default} if type(default) in (str, bool) and default != "" else {}
        examples = {"examples": _EXAMPLES[name]} if name in _EXAMPLES else {}
        described[name] = {"description": words[name], **schema, **known, **examples}
    return described


def _docstrings(owner: type) -> dict[str, str]:
    """Read the texts under the fields of a dataclass; those of code are taken out of their backticks."""
    body = ast.parse(dedent(inspect.getsource(owner))).body[0]
    found = {}
    lines = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in pairwise(lines):
        is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = inspect.cleandoc(ast.literal_eval(text.value)).replace("`", "")  # type: ignore[attr-defined]  # is_text
    return found


def _when(key: str, has: Schema, then: Mapping[str, object]) -> Schema:
    return {"if": {"required": [key], "properties": {key: has}}, "then": {"properties": dict(then)}}


def _any_case(word: str) -> str:
    return "".join(f"[{char.upper()}{char.lower()}]" if char.isalpha() else char for char in word)


def _in_any_case(words: list[str]) -> Schema:
    pattern = f"^(?:{'|'.join(map(_any_case, words))})$"
    return {"type": "string", "anyOf": [{"enum": words}, {"pattern": pattern}]}


def _prefix(*prefixes: str) -> str:
    """Match names that begin like this once their `*` are taken out."""
    spelt = (
        r"\**".join(f"[{char.upper()}{char}]" if char.isalpha() else char for char in prefix) for prefix in prefixes
    )
    return rf"^\**(?:{'|'.join(spelt)})"


def _one_or_several(pattern: str) -> Schema:
    text = {"type": "string", "pattern": pattern}
    return {"anyOf": [text, {"type": "array", "items": text}]}


def _words() -> str:
    """Match the lifetimes that name no number."""
    phrases = ("session", "session-based", "session based", "browser session", "end of session", "persistent", "varies")
    spelt = (r"[\s,]+".join(map(_any_case, phrase.split())) for phrase in phrases)
    return rf"^{_GAP}(?:{'|'.join(spelt)}){_GAP}$"


def _amounts() -> Schema:
    """Match numbers with their units, not all of them zero."""
    units = "|".join(map(_any_case, ("second", "minute", "hour", "day", "week", "month", "year")))
    pattern = rf"^{_GAP}(?:[0-9]{{1,9}}{_GAP}(?:{units})[Ss]?{_GAP})+$"
    return {"type": "string", "pattern": pattern, "not": {"pattern": "^[^1-9]*$"}}


if __name__ == "__main__":
    sys.stdout.buffer.write(schema_text().encode("utf-8"))
