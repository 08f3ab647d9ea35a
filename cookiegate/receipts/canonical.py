"""Canonical JSON (RFC 8785), and the registry in it: equal policies have equal texts and equal digests.

Law: numbers are integers and keys are ASCII, so neither number formatting (RFC 8785 §3.2.2.3) nor sorting by UTF-16 is
needed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from hashlib import sha256
from typing import TypeAlias

from cookiegate.model import CookieRule

__all__ = ["JSON", "canonical_json", "digest_of", "registry_snapshot"]

JSON: TypeAlias = "str | int | bool | list[JSON] | dict[str, JSON] | None"

_SNAPSHOT_VERSION = "cookiegate-registry/1"


def canonical_json(value: Mapping[str, JSON]) -> str:
    """Return an object as JSON; equal objects give equal texts: sorted keys, no white space, no needless escapes.

    Raises: `ValueError` for text that is no Unicode (a lone surrogate).
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    text.encode("utf-8")
    return text


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8, as 64 lower-case hexadecimal digits."""
    return sha256(text.encode("utf-8")).hexdigest()


def registry_snapshot(rules: Iterable[CookieRule]) -> str:
    """Write all rules as canonical JSON, by name; what a rule leaves at its default is left out.

    So a field that a later version adds does not change the digest of a policy that does not use it.

    Raises: `ValueError` as `canonical_json`.
    """
    cookies: list[JSON] = [_rule(rule) for rule in sorted(rules, key=lambda rule: rule.name)]
    return canonical_json({"schema_version": _SNAPSHOT_VERSION, "cookies": cookies})


def _rule(rule: CookieRule) -> dict[str, JSON]:
    written: dict[str, JSON] = {}
    for each in fields(rule):
        value = getattr(rule, each.name)
        if each.default is MISSING or value != each.default:
            written[each.name] = _plain(value)
    return written


def _plain(value: object) -> JSON:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if isinstance(value, bool) else str(value)
