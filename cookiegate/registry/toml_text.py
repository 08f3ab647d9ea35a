"""Write rules as the text of a `cookies.toml`; reading it gives the same rules. Source: TOML 1.0.

Law: no value ends its quotes or adds a line; characters that can't be seen are written as escapes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields

from cookiegate.model import CookieRule, SameSite
from cookiegate.problems import Problems

__all__ = ["SCHEMA", "fields_of", "write_rule", "write_toml"]

SCHEMA = "./cookies.schema.json"
"""Where editors look for the JSON Schema: beside the file, where `cookiegate registry schema -o` writes it. No URL,
because the owner of that address would control what editors complete."""

_DEFAULTS = {field.name: field.default for field in fields(CookieRule)}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def fields_of(rule: CookieRule) -> dict[str, str | bool | list[str]]:
    """Return the keys of a rule's `[[cookie]]` table with TOML and JSON values, without keys at their defaults."""
    found: dict[str, str | bool | list[str]] = {}
    for key, default in _DEFAULTS.items():
        value = getattr(rule, key)
        if default is not MISSING and value == default:
            continue
        if isinstance(value, bool):
            found[key] = value
        elif isinstance(value, tuple):
            found[key] = list(value)
        else:
            found[key] = str(value).lower() if isinstance(value, SameSite) else str(value)
    return found


def write_toml(
    rules: Iterable[CookieRule], *, comments: Iterable[str] = (), of_rules: Mapping[str, Iterable[str]] | None = None
) -> str:
    """Write rules as `[[cookie]]` tables under a `#:schema` line; each comment becomes a line of its own.

    `of_rules`: comments above a rule, by its name.

    Raises: `ConfigError` for a text that is no Unicode text (half a surrogate pair), which TOML can't hold.
    """
    problems = Problems("registry")
    parts = [f"#:schema {SCHEMA}", *(f"# {_comment(comment)}".rstrip() for comment in comments)]
    for rule in rules:
        own = () if of_rules is None else of_rules.get(rule.name, ())
        parts += ["", *(f"# {_comment(comment)}" for comment in own), "[[cookie]]"]
        for key, value in fields_of(rule).items():
            if any(_SURROGATE.search(text) for text in ([value] if isinstance(value, str) else _texts(value))):
                problems.add_problem(repr(rule.name), f"{key} holds half a surrogate pair; take it out")
            parts.append(f"{key} = {_toml(value)}")
    problems.check()
    return "\n".join(parts) + "\n"


def write_rule(rule: CookieRule) -> str:
    """Write one rule as a `[[cookie]]` table, without a line break at its end.

    Raises: `ConfigError` as `write_toml` does.
    """
    return "\n".join(write_toml([rule]).splitlines()[2:])


def _texts(value: bool | list[str]) -> list[str]:
    return value if isinstance(value, list) else []


def _toml(value: str | bool | list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return _quoted(value)


def _quoted(text: str) -> str:
    """Write a basic string."""
    return f'"{text}"' if _PLAIN.fullmatch(text) else f'"{"".join(map(_char, text))}"'


def _char(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _comment(text: str) -> str:
    """Return a comment as one line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
