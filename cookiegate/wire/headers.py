"""Header field names and values as servers accept them: any case, stray white space, `str` beside `bytes`.

Law: every field that a server would send as Set-Cookie is recognised; nothing raises.
"""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

__all__ = [
    "OPAQUE_NAME", "FieldKind", "are_octets", "are_plain", "are_plain_text", "cut_at_line_break", "field_kind",
    "has_line_break", "in_octets", "is_set_cookie", "is_surely_plain", "octets", "set_cookie_lines", "text_kind",
]  # fmt: skip

_NOISE = bytes(range(0x21)) + b"\x7f\x85\xa0"  # hypercorn, wsgiref and waitress send a padded name on as Set-Cookie
_STARTS_A_FIELD = re.compile(rb"[\r\n\x00:]")
_MORE_CACHE_FIELDS = frozenset({b"surrogate-control", b"edge-control", b"x-accel-expires", b"expires", b"vary"})
_POLICIES = frozenset({b"content-security-policy", b"content-security-policy-report-only"})
OPAQUE_NAME = b"\x00opaque\x00"
"""Stands for the name of a field that is passed through; compare with `is`."""
_LINE_BREAK = re.compile(rb"[\r\n\x00]")  # Chromium starts a new header line at a bare CR too


class FieldKind(IntEnum):
    """What the gate has to do with a header field. `PLAIN` is false, so testing for it is cheap."""

    PLAIN = 0
    SET_COOKIE = 1
    CACHE = 2
    """What caches obey: Cache-Control and its targeted forms (RFC 9213 and its forerunners), Expires, Vary."""
    PADDED_SET_COOKIE = 3
    """Set-Cookie with white space or control octets around the name, as some servers would send it."""
    INVALID = 4
    """A name in which another field could start, at a colon or a line break; or Set-Cookie2, obsolete."""
    DATE = 5
    """Date: Chromium takes it for the server's clock, by which it computes how far ahead an Expires is."""
    SESSION = 6
    """Secure-Session-*: device-bound sessions, for which browsers compare the attributes of a cookie."""
    POLICY = 7
    """Content-Security-Policy, enforced or in report-only."""
    OPAQUE = 8
    """No pair of octets, or one that an adapter has looked at: the value is the field itself, and leaves as it is."""


def octets(text: object) -> bytes | None:
    """Turn what servers accept as header text into octets; `None` for what can't go on the wire."""
    if isinstance(text, bytes | bytearray | memoryview):
        return bytes(text)  # the same object, unless it is of a subclass
    if isinstance(text, str):
        try:
            return str.encode(text, "latin-1")  # servers send the text itself, not what a subclass returns
        except UnicodeEncodeError:
            return None
    return None


def are_octets(fields: list[Any]) -> bool:
    """Return whether all of an app's header fields are pairs of octets, or opaque."""
    return all(
        field.__class__ is tuple
        and len(field) == 2
        and (field[0] is OPAQUE_NAME or (field[0].__class__ is bytes and field[1].__class__ is bytes))
        for field in fields
    )


def in_octets(fields: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return an app's header fields as pairs of octets; what no server can send as a cookie is wrapped as opaque.

    An opaque field leaves as it is, and the server accepts or refuses it as it would without a gate.
    """
    return [pair for field in fields if (pair := _in_octets(field)) is not None]


def _in_octets(field: Any) -> tuple[Any, Any] | None:
    """Turn one field into a pair of octets; `None` for a Set-Cookie line that can't go on the wire."""
    if isinstance(field, str | bytes | bytearray | memoryview) or not isinstance(field, Iterable):
        return OPAQUE_NAME, field
    parts = tuple(field)
    if len(parts) != 2 or parts[0] is OPAQUE_NAME:
        return parts if len(parts) == 2 else (OPAQUE_NAME, parts)
    name, value = octets(parts[0]), octets(parts[1])
    if name is not None and value is not None:
        return name, value
    shown, text = (
        str.encode(part, "latin-1", "replace") if isinstance(part, str) else found
        for part, found in zip(parts, (name, value), strict=True)
    )
    if shown is not None and is_set_cookie(shown):
        return None
    if text is not None and has_line_break(text):
        return shown or b"", text
    return OPAQUE_NAME, parts


def field_kind(name: bytes) -> FieldKind:
    """Return what a field name means to the gate, in any case, with stray white space or control octets around it."""
    if name is OPAQUE_NAME:
        return FieldKind.OPAQUE
    bare = name.strip(_NOISE).lower()
    if bare == b"set-cookie":
        return FieldKind.SET_COOKIE if len(bare) == len(name) else FieldKind.PADDED_SET_COOKIE
    if bare == b"set-cookie2" or _STARTS_A_FIELD.search(name):
        return FieldKind.INVALID
    if bare.endswith(b"cache-control") or bare in _MORE_CACHE_FIELDS:
        return FieldKind.CACHE
    if bare == b"date":
        return FieldKind.DATE
    if bare.startswith(b"secure-session-"):
        return FieldKind.SESSION
    if bare in _POLICIES:
        return FieldKind.POLICY
    return FieldKind.PLAIN


def text_kind(name: str) -> FieldKind:
    """Like `field_kind`, of a name that is text, as in WSGI."""
    return field_kind(name.encode("latin-1", "replace"))


def are_plain(fields: list[Any]) -> bool:
    """Return whether header fields are pairs of octets among which nothing must be judged or cut."""
    for field in reversed(fields):  # cookies mostly come last
        if field.__class__ is not tuple or len(field) != 2:
            return False
        name, value = field
        if name.__class__ is not bytes or value.__class__ is not bytes or 10 in value or 13 in value or 0 in value:
            return False
        if name not in _harmless and not _is_harmless(name, name):
            return False
    return True


def are_plain_text(fields: list[Any]) -> bool:
    """Like `are_plain`, for fields that are text, as in WSGI."""
    for field in reversed(fields):
        if field.__class__ is not tuple or len(field) != 2:
            return False
        name, value = field
        if name.__class__ is not str or value.__class__ is not str or "\n" in value or "\r" in value or "\0" in value:
            return False
        if name not in _harmless_text and not _is_harmless(name, name.encode("latin-1", "replace")):
            return False
    return True


_harmless: set[bytes] = set()
_harmless_text: set[str] = set()
_REMEMBERED_NAMES = 512


def _is_harmless(name: Any, octets: bytes) -> bool:
    """Return whether a field of this name may leave as it is where there is no cookie, and remember it."""
    is_harmless = field_kind(octets) not in (FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE, FieldKind.INVALID)
    if is_harmless and len(octets) <= 64:
        names: set[Any] = _harmless_text if isinstance(name, str) else _harmless
        if len(names) >= _REMEMBERED_NAMES:
            names.clear()
        names.add(name)
    return is_harmless


def is_set_cookie(name: bytes) -> bool:
    """Return whether servers would send a field of this name as a Set-Cookie line."""
    return field_kind(name) in (FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE)


def set_cookie_lines(fields: list[Any]) -> list[bytes]:
    """Return the Set-Cookie lines among the fields that leave, in any case; they may have opaque fields among them."""
    lines = []
    for field in fields:
        if field.__class__ is tuple and len(field) == 2 and field[0].__class__ is bytes:
            name = field[0]
            if name == b"set-cookie" or (
                name not in _harmless and not _is_harmless(name, name) and is_set_cookie(name)
            ):
                lines.append(field[1])
    return lines


def is_surely_plain(field: tuple[Any, Any]) -> bool:
    """Return whether a field for which `are_octets` holds certainly is no Set-Cookie line and contains none."""
    name, value = field
    if name is OPAQUE_NAME:  # an adapter has looked at it
        return True
    kind = field_kind(name)
    return not has_line_break(value) and kind not in (
        FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE, FieldKind.INVALID
    )  # fmt: skip


def has_line_break(value: bytes) -> bool:
    """Return whether a field value holds a CR, LF or NUL."""
    return _LINE_BREAK.search(value) is not None


def cut_at_line_break(value: bytes) -> bytes:
    """Return the part of a field value before the first CR, LF or NUL, which is one line for every reader."""
    return _LINE_BREAK.split(value, maxsplit=1)[0]
