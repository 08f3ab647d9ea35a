"""The text of a `cookies.toml` out of rules; reading it gives the same rules back. Source: TOML 1.0.

Law: whatever a text holds, it stays inside of its quotes; what can't be seen is written as an escape.
"""

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule, SameSite

__all__ = ["SCHEMA", "fields_of", "write_toml"]

SCHEMA = "./cookies.schema.json"
"""Where editors look for the JSON Schema: beside the file, where `cookiegate registry schema -o` puts it. No URL, since
whoever owns that address could tell every editor what to complete."""

_DEFAULTS = {field.name: field.default for field in fields(CookieRule)}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def fields_of(rule: CookieRule) -> dict[str, str | bool | list[str]]:
    """Return what a rule says, as TOML and JSON hold it: the keys of `[[cookie]]`, without those that say nothing."""
    said: dict[str, str | bool | list[str]] = {}
    for key, default in _DEFAULTS.items():
        value = getattr(rule, key)
        if default is not MISSING and value == default:
            continue
        if isinstance(value, bool):
            said[key] = value
        elif isinstance(value, tuple):
            said[key] = list(value)
        else:
            said[key] = str(value).lower() if isinstance(value, SameSite) else str(value)
    return said


def write_toml(rules: Iterable[CookieRule], *, comments: Iterable[str] = ()) -> str:
    """Write rules as `[[cookie]]` tables under a `#:schema` line; each comment becomes a line of its own.

    Raises: `ConfigError` for a text that is no Unicode text (half a surrogate pair), which TOML can't hold.
    """
    problems: list[str] = []
    parts = [f"#:schema {SCHEMA}", *(f"# {_comment(comment)}".rstrip() for comment in comments)]
    for rule in rules:
        parts += ["", "[[cookie]]"]
        for key, value in fields_of(rule).items():
            if any(_SURROGATE.search(text) for text in ([value] if isinstance(value, str) else _texts(value))):
                problems.append(f"registry: {rule.name!r}: {key} holds half a surrogate pair; take it out")
            parts.append(f"{key} = {_toml(value)}")
    if problems:
        raise ConfigError(problems)
    return "\n".join(parts) + "\n"


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
    """Keep a comment in its line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
