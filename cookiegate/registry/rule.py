"""One rule of the registry: read from a table of plain values, and checked for contradictions between its fields.

`cookie_rule.py` checks each field by itself. Law: all mistakes of a table are found in one run.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any

from cookiegate.cookie_rule import place_of
from cookiegate.errors import ConfigError
from cookiegate.given_values import nearest
from cookiegate.model import CookieRule, SameSite
from cookiegate.problems import Problems

__all__ = ["read_rule", "rule_problems"]

_KEYS = tuple(field.name for field in fields(CookieRule))
_KNOWN_KEYS = frozenset(_KEYS)
_NEEDED: dict[str, object] = {"name": "a", "category": "necessary"}
_ROOT = ("/",)
_COOKIES_ONLY = (
    "attributes", "secure", "http_only", "same_site", "host_only", "partitioned", "add_partitioned", "domains", "paths",
    "chunks", "shared",
)  # fmt: skip
_DEFAULTS = {field.name: field.default for field in fields(CookieRule)}
_ADDING = ("secure", "http_only", "host_only", "add_partitioned")


def read_rule(table: Mapping[str, object], problems: Problems) -> CookieRule | None:
    """Make a rule of a table that TOML or JSON gives; return `None` if it has mistakes, which go to `problems`."""
    if table.keys() <= _KNOWN_KEYS and table.keys() >= _NEEDED.keys():  # nearly every table: the quick path
        given: dict[str, Any] = dict(table)
        with suppress(ConfigError):
            rule = CookieRule(**given)
            if not rule_problems(rule):
                return rule
    name = table.get("name")
    found = [f"unknown key {key!r}; {nearest(key, _KEYS)}" for key in table if key not in _KNOWN_KEYS]
    found += [f'{key} is missing; add {key} = "..."' for key in _NEEDED if key not in table]
    arguments: dict[str, Any] = _NEEDED | {key: value for key, value in table.items() if key in _KNOWN_KEYS}
    try:
        rule = CookieRule(**arguments)
    except ConfigError as error:
        beginning = f"{place_of(arguments['name'])}: "
        found += [problem.removeprefix(beginning) for problem in error.problems]
        rule = _of_sound_values(arguments)
    found += rule_problems(rule)
    where = f"{problems.where} {name!r}" if isinstance(name, str) else problems.where
    problems.extend(f"{where}: {problem}" for problem in found)
    return None if found else rule


def _of_sound_values(arguments: Mapping[str, Any]) -> CookieRule:
    """Make a rule from the valid values, so that contradictions between them are found in the same run."""
    sound: dict[str, Any] = dict(_NEEDED)
    for key, value in sorted(arguments.items(), key=lambda item: item[0] != "storage"):  # it says what a name may be
        try:
            CookieRule(**{**_NEEDED, "storage": sound.get("storage"), key: value})
        except ConfigError:
            continue
        sound[key] = value
    return CookieRule(**sound)


def rule_problems(rule: CookieRule) -> list[str]:
    """Return the contradictions between a rule's fields, each as a text without its place."""
    found = []
    literal = rule.name.replace("*", "")
    if not literal:
        found.append(f"name {rule.name!r} consists of '*' only; to treat all unknown cookies alike set unregistered")
    if rule.storage is not None:
        cookies_only = [key for key in _COOKIES_ONLY if getattr(rule, key) != _DEFAULTS[key]]
        if cookies_only:
            keys = " and ".join(cookies_only)
            found.append(f'storage = "{rule.storage}" contradicts {keys}, which only cookies have; remove them')
        return found
    if rule.secure is False:
        found += _problems_without_secure(rule, literal)
    if rule.attributes == "as-sent":
        adding = [f"{key} = true" for key in _ADDING if getattr(rule, key)]
        adding += [f'same_site = "{rule.same_site.lower()}"'] if isinstance(rule.same_site, SameSite) else []
        if adding:
            found.append(f'attributes = "as-sent" contradicts {" and ".join(adding)}; remove one of them')
    if (rule.domains or rule.paths != _ROOT) and literal[:7].lower() == "__host-":
        found.append("a __Host- cookie has no domain and the path /; remove domains and paths")
    return found


def _problems_without_secure(rule: CookieRule, literal: str) -> list[str]:
    found = []
    if rule.add_partitioned:
        found.append("add_partitioned needs Secure; remove secure = false")
    elif rule.partitioned:
        found.append("partitioned needs Secure; remove secure = false")
    if rule.same_site is SameSite.NONE:
        found.append('same_site = "none" needs Secure; remove secure = false')
    if literal.lower().startswith(("__host-", "__secure-", "__http-")):
        found.append("a name with this prefix needs Secure; remove secure = false")
    return found
