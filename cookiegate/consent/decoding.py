"""Consent values as text: octets, percent-encoding, base64, JSON and times, as consent platforms write them.

Law: every function is bounded (three rounds of percent-decoding, eight levels of JSON) and strict; what it can't read
is a `ValueError`, never part of a value. Only times are lenient: an invalid one is `None`.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Never
from urllib.parse import unquote

__all__ = [
    "decoded",
    "decodings",
    "fields_of",
    "json_base64",
    "json_object",
    "json_text",
    "revision_text",
    "time_from_epoch",
    "time_from_iso",
    "tokens",
]

MAX_ROUNDS = 3
"""Rounds of percent-decoding: the platform's own, one of a cookie library on top, one of a proxy."""
MAX_DEPTH = 8
"""Levels of nesting in JSON; no platform writes more than four."""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_ENCODED_QUOTE = {'"': re.compile(r"%(?:25)*22"), "'": re.compile(r"%(?:25)*27")}
# An unterminated string extends to the end of the text, so no octet is read twice.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_BASE64 = re.compile(r"([A-Za-z0-9+/_-]+)={0,2}")
_FROM_URL_SAFE = str.maketrans("-_", "+/")
_DIGITS = re.compile(r"[0-9]{1,16}")
_LONGEST_TIME = 40
_LONGEST_REVISION = 128


def decodings(value: bytes, quotes: str = '"', *, rounds: int = MAX_ROUNDS) -> Iterator[str]:
    """Yield a value as text, then again after each round of percent-decoding that may change it.

    Where one of the `quotes` is present unencoded, an encoded one is content and not syntax: decoding ends before it.
    Otherwise the content of a string could complete a text that was truncated.
    """
    text = value.decode("utf-8")
    yield text
    for _ in range(rounds):
        if not _ESCAPE.search(text):
            return
        for quote in quotes:
            if quote in text and _ENCODED_QUOTE[quote].search(text):
                return
        text = _unquoted(text)
        yield text


def _unquoted(text: str) -> str:
    """Undo one round of percent-encoding. Raises: `ValueError` where that is not UTF-8."""
    # Most platforms encode only quotes and commas: a cold Cookiebot value is read 1.3 times as fast.
    plain = text.replace("%27", "'").replace("%2C", ",").replace("%22", '"')
    return unquote(text, errors="strict") if "%" in plain else plain


def decoded(value: bytes, *, rounds: int = MAX_ROUNDS) -> str:
    """Return a value as text, percent-decoded."""
    *_, text = decodings(value, quotes="", rounds=rounds)
    return text


def tokens(text: str, separator: str) -> list[str]:
    """Split a flat list; around a token, white space and the `+` that a form encoder makes of it are dropped."""
    return [token.strip(" \t+") for token in text.split(separator)]


def fields_of(texts: Iterable[str], *, equals: str = ":") -> dict[str, str]:
    """Return texts like `key:value` as a dict; a text without `equals` has an empty value.

    Raises: `ValueError` for a key that comes twice with different values.
    """
    fields: dict[str, str] = {}
    for text in texts:
        key, _, content = text.partition(equals)
        if fields.setdefault(key, content) != content:
            raise ValueError("contradictory duplicate keys")
    return fields


def json_object(value: bytes) -> dict[str, object]:
    """Return the JSON object that a value is, raw or percent-encoded, in part or as a whole.

    Raises: `ValueError` for anything else; for contradictory duplicate keys, NaN and infinities, deep nesting.
    """
    for text in decodings(value):
        try:
            found = json_text(text)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
        break
    raise ValueError("no JSON object")


def json_base64(text: str) -> dict[str, object]:
    """Return the JSON object that is encoded as base64, of either alphabet, padded or not."""
    match = _BASE64.fullmatch(text)
    if not match:
        raise ValueError("not base64")
    octets = b64decode(match[1].translate(_FROM_URL_SAFE) + "=" * (-len(match[1]) % 4), validate=True)
    found = json_text(octets.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def json_text(text: str) -> object:
    """Return what a JSON text says. Raises: `ValueError`, as `json_object` does."""
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(text)
    return _JSON.decode(text)


def _check_depth(text: str) -> None:
    """Count brackets outside of strings before the parser would recurse into them."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make the object of its pairs; a key may come twice, but only with the same value."""
    found = dict(pairs)
    if len(found) != len(pairs) and any(repr(found[key]) != repr(value) for key, value in pairs):
        raise ValueError("contradictory duplicate keys")
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def time_from_epoch(number: object, unit_s: float = 1) -> datetime | None:
    """Return the UTC time that is this many units after 1970; `None` for anything but a number or digits in range."""
    if isinstance(number, str) and _DIGITS.fullmatch(number):
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int | float) or not number > 0:
        return None
    try:
        return datetime.fromtimestamp(number * unit_s, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def time_from_iso(text: object) -> datetime | None:
    """Return the UTC time that an ISO 8601 text names, UTC where it names no zone; `None` for what is none."""
    if not isinstance(text, str) or len(text) > _LONGEST_TIME:
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def revision_text(version: object) -> str | None:
    """Return the version of a consent as text: `None` where there is none, an empty text for an invalid one."""
    if version is None:
        return None
    if isinstance(version, int) and not isinstance(version, bool):
        version = str(version) if abs(version) < 10**16 else ""
    if not isinstance(version, str) or len(version) > _LONGEST_REVISION or not version.isprintable():
        return ""
    return version
