"""Make `cookies.schema.json` from the fields of `CookieRule` and `CookieGate` and their docstrings.

`python -m cookiegate.cli.registry.schema_source` prints it. Draft 7 is the version that TOML language servers support.
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

from cookiegate.cli.registry.schema_patterns import (
    NAME_CHARS,
    Schema,
    amounts,
    any_case,
    categories,
    category,
    category_pattern,
    in_any_case,
    length_of_time,
    listed,
    one_of_listed,
    one_or_several,
    prefix,
    unlimited_lifetimes,
)
from cookiegate.cookie_rule import STORAGES
from cookiegate.gate import _BESIDE_GATE, _IN_CODE_ONLY, CookieGate
from cookiegate.model import OPTIONAL, Category, CookieRule, SameSite
from cookiegate.registry.products import product_names
from cookiegate.registry.registry import Registry
from cookiegate.settings import PAGE_KEYS, PAGE_KEYS_IN_GATE, PLAIN_PATH, TAGS
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.look import CHOICES as LOOK_CHOICES
from cookiegate.wire.source_list import SOURCE_PATTERN

__all__ = ["make_schema", "schema_text"]

_OPTIONAL = tuple(each for each in Category if each in OPTIONAL)

_DESCRIPTIONS = {
    "category": "What the cookie is for. Necessary cookies are always allowed, the others need consent.",
    "purpose": "One sentence for the visitor: what the cookie is for.",
    "lifetime": "The longest time that the cookie is kept: a number and a unit, or session (until the browser closes); "
    "persistent and varies promise no number.",
    "provider": "Who sets or reads the cookie.",
    "http_only": "True: scripts in the page can't read it.",
    "mode": "report-only: the cookie is judged and reported, but not changed in the request or the response.",
}
_EXAMPLES: dict[str, list[object]] = {
    "name": ["sessionid", "_ga*", "sb-*-auth-token"],
    "purpose": ["Renews the session without asking for the password again."],
    "lifetime": ["session", "7 days", "6 months", "400 days", "1 hour 30 minutes", "persistent", "varies"],
    "source": ["https://example.com/cookies"],
    "chunks": [True, "-"],
    "stricter": ["The session is only for statistics here."],
    "exempt": ["Counts visits for us alone, as the regulator's exemption for audience measurement allows."],
    "domains": ["example.com", [".example.com"]],
    "paths": ["/", ["/", "/shop"]],
    "revision": ["2026-01-12"],
    "settings_url": ["/cookie-settings"],
    "products": [["airflow"]],
    "uses": [["django_language"]],
    "report_only": [["legacy_*"]],
    "receipts": ["sqlite:///receipts.db", "postgresql://user@host/site"],
    "policy_url": ["/cookie-policy"],
    "languages": [["fr", "de.toml"]],
    "templates": ["templates/cookies"],
    "max_lifetime": ["400 days", 180],
    "consent_max_age": ["6 months", 180],
    "default_consent": [["statistics"]],
}


def make_schema() -> Schema:
    """Make the schema of a `cookies.toml`."""
    gate = {name: _setting(name, type_) for name, type_ in _gate_fields().items()}
    page = {name: _page_key(name) for name in PAGE_KEYS if name != "registry"}
    described_page = _described(page, SettingsPage)
    in_gate = {name: schema for name, schema in described_page.items() if name in PAGE_KEYS_IN_GATE}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cookies.toml",
        "description": "The cookies that a site sets, their purposes, and the settings of cookiegate.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "gate": {
                "description": "The gate's settings: the arguments of CookieGate by the same names.",
                "type": "object",
                "additionalProperties": False,
                "properties": {**_described(gate, CookieGate), **in_gate},
                "allOf": [_when("require_explicit", {"const": True}, {"default_consent": False})],
            },
            "csp": {
                "description": _docstrings(CookieGate)["csp"],
                "type": "object",
                "additionalProperties": False,
                "properties": {each.value: _sources(each) for each in _OPTIONAL},
                "patternProperties": {category_pattern([each]): _sources(each) for each in _OPTIONAL},
            },
            "settings_page": {
                "description": "The visitor's cookie settings: the arguments of SettingsPage by the same names. With "
                "this section the page is served.",
                "type": "object",
                "additionalProperties": False,
                "properties": described_page,
            },
            "cookie": _rules(),
        },
    }


def _rules() -> Schema:
    """Return the schema of the `[[cookie]]` tables, with what their keys say together."""
    no_place: Schema = {"domains": {"maxItems": 0, "type": "array"}, "paths": {"enum": ["/", ["/"]]}}
    rule = {field.name: _rule_key(field.name, field.type) for field in fields(CookieRule)}
    return {
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
                        "add_partitioned": {"const": False},
                        "same_site": {"not": {"pattern": f"^{any_case('none')}$"}},
                        "name": {"not": {"pattern": prefix("__host-", "__secure-", "__http-")}},
                    },
                ),
                _when(
                    "attributes",
                    {"const": "as-sent"},
                    {key: {"const": False} for key in ("http_only", "host_only", "add_partitioned")}
                    | {"secure": {"not": {"const": True}}, "same_site": in_any_case(["keep"])},
                ),
                _when(
                    "name",
                    {"pattern": prefix("__host-")},
                    no_place,
                ),
                {
                    "if": {"not": {"required": ["storage"]}},
                    "then": {"properties": {"name": {"pattern": f"^[*{NAME_CHARS}]*$"}}},
                },
                _when(
                    "storage",
                    {},
                    {
                        **{
                            key: {"const": False}
                            for key in ("http_only", "host_only", "partitioned", "chunks", "shared")
                        },
                        "add_partitioned": {"const": False},
                        "attributes": {"const": "enforced"},
                        "secure": {"not": {}},
                        "same_site": {"not": {}},
                        **no_place,
                    },
                ),
            ],
        },
    }


def schema_text() -> str:
    """Return the schema as text, as it is shipped."""
    return json.dumps(make_schema(), indent=2, ensure_ascii=False) + "\n"


def _gate_fields() -> dict[str, object]:
    left_out = _IN_CODE_ONLY | _BESIDE_GATE | {"settings_page"}  # sections of their own
    return {field.name: field.type for field in fields(CookieGate) if field.init and field.name not in left_out}


def _setting(name: str, type_: object) -> Schema:
    """Return the schema of a setting, by its type. TOML has no `None`: the key is left out."""
    choices = get_args(type_)
    if name == "same_site":
        return in_any_case([str(choice) for choice in choices])
    if name == "default_consent":
        return categories(Category)
    if name == "settings_url":
        return {"type": "string", "pattern": f"^{PLAIN_PATH.pattern}$"}
    if name == "products":
        return one_of_listed(product_names())
    if name == "uses":
        return one_of_listed(rule.name for rule in Registry.known())
    if name == "report_only":
        return listed({"type": "string", "pattern": rf"^[{NAME_CHARS}]+\*?$"}, rf"[{NAME_CHARS}]+\*?")
    if type_ is bool:
        return {"type": "boolean"}
    if int in choices:  # a length of time
        return length_of_time()
    if name == "unregistered":
        return category(Category, *(choice for choice in choices if choice not in tuple(Category)))
    return {"type": "string"} if str in choices else {"enum": list(choices)}


def _sources(member: Category) -> Schema:
    return {
        "description": f"Sources that stay while {member.value} is granted.",
        "type": "array",
        "items": {"type": "string", "pattern": SOURCE_PATTERN},
        "examples": [["https://www.example.com"]],
    }


def _page_key(name: str) -> Schema:
    """Describe an argument of the settings page that a file may give."""
    if name == "url":
        return {"type": "string", "pattern": f"^{PLAIN_PATH.pattern}$"}
    if name == "categories":
        return categories(_OPTIONAL)
    if name == "languages":
        return {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string", "pattern": r"[^\s,]"}]}
    if name == "tags":
        return {"type": "array", "items": {"enum": list(TAGS)}}
    if name == "texts":  # by language, then by dotted names or in tables
        return {"type": "object", "additionalProperties": {"type": "object"}}
    if name in LOOK_CHOICES:
        return {"enum": list(LOOK_CHOICES[name])}
    is_flag = name in ("known", "consent_mode", "url_passthrough", "ads_data_redaction")
    return {"type": "boolean" if is_flag else "string"}


def _rule_key(name: str, type_: object) -> Schema:
    if name == "name":  # what a cookie's name may have is said below, since a key of a storage may have more
        return {
            "type": "string",
            "pattern": r"^[^\u0000-\u001F\u007F-\u00A0\u2028\u2029]*$",
            "not": {"pattern": r"^\**$"},
        }
    if name == "category":
        return category(Category)
    if name == "same_site":
        return in_any_case([*(same_site.value.lower() for same_site in SameSite), "keep"])
    if name in ("mode", "attributes", "storage"):
        return {"enum": list(STORAGES if name == "storage" else get_args(type_))}
    if name == "chunks":
        separator = rf"^[{NAME_CHARS}]{{0,15}}(?![0-9])[{NAME_CHARS}]$"
        return {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": separator}]}
    if name in ("stricter", "exempt"):
        return {"type": "string", "pattern": r"\S"}
    if name == "lifetime":
        return {"anyOf": [{"type": "string", "pattern": unlimited_lifetimes()}, amounts()]}
    if name == "domains":
        host = r"\.?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?"
        return listed({"type": "string", "pattern": f"^{host}$"}, host)
    if name == "paths":
        return one_or_several(r"^/[\x20-\x3A\x3C-\x7E]*$")
    return {"type": "boolean"} if bool in (type_, *get_args(type_)) else {"type": "string"}


def _described(schemas: Mapping[str, Schema], owner: type) -> dict[str, Schema]:
    """Add descriptions, defaults and examples."""
    texts = _docstrings(owner) | (_DESCRIPTIONS if owner is CookieRule else {})
    defaults = {field.name: field.default for field in fields(owner)}
    described = {}
    for name, schema in schemas.items():
        default = defaults[name]
        known = {"default": default} if type(default) in (str, bool) and default != "" else {}
        examples = {"examples": _EXAMPLES[name]} if name in _EXAMPLES else {}
        described[name] = {"description": texts[name], **schema, **known, **examples}
    return described


def _docstrings(owner: type) -> dict[str, str]:
    """Return the docstrings below the fields of a dataclass, without backticks."""
    body = ast.parse(dedent(inspect.getsource(owner))).body[0]
    found = {}
    lines = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in pairwise(lines):
        is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = " ".join(ast.literal_eval(text.value).split()).replace("`", "")  # type: ignore[attr-defined]  # is_text
    return found


def _when(key: str, has: Schema, then: Mapping[str, object]) -> Schema:
    return {"if": {"required": [key], "properties": {key: has}}, "then": {"properties": dict(then)}}


if __name__ == "__main__":
    sys.stdout.buffer.write(schema_text().encode("utf-8"))
