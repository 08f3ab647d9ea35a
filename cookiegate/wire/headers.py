"""Header field names and values as servers take them: any case, stray white space, `str` beside `bytes`.

Law: whatever a server would put on the wire as Set-Cookie is recognised; nothing raises.
"""

import re
from collections.abc import Iterable
from enum import IntEnum

from cookiegate.wire.token import is_token

__all__ = [
    "FieldKind", "cut_at_line_break", "field_kind", "has_line_break", "is_set_cookie", "judged_kind",
    "judged_text_kind", "octet_pair", "octets", "text_kind", "without_padding",
]  # fmt: skip

_NOISE = bytes(range(0x21)) + b"\x7f\x85\xa0"  # hypercorn, wsgiref and waitress send a padded name on as Set-Cookie
_LINE_BREAK = re.compile(rb"[\r\n\x00]")  # Chromium starts a new header line at a bare CR too


class FieldKind(IntEnum):
    """What the gate has to do with a header field. `PLAIN` is false, so that a test for it is cheap."""

    PLAIN = 0
    SET_COOKIE = 1
    CACHE_CONTROL = 2
    """Cache-Control, and the fields by which shared caches are told otherwise (RFC 9213 and its forerunners)."""
    VARY = 3
    PADDED_SET_COOKIE = 4
    """Set-Cookie with white space or control octets around the name, as some servers would send it."""
    INVALID = 5
    """No token (a colon or a line break in a name starts a header of its own), or Set-Cookie2, obsolete."""
    DATE = 6
    """Date: Chromium takes it for the server's clock, by which it reckons how long an Expires lies ahead."""


def octets(text: object) -> bytes | None:
    """Turn what servers accept as header text into octets; `None` for what can't go on the wire."""
    if isinstance(text, bytes):
        return text
    if isinstance(text, bytearray | memoryview):
        return bytes(text)
    if isinstance(text, str):
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return None
    return None


def octet_pair(pair: object) -> tuple[bytes, bytes] | None:
    """Turn one header field, as an app gave it, into a pair of octets; `None` for what is no such pair."""
    if not isinstance(pair, Iterable) or isinstance(pair, str | bytes | bytearray | memoryview):
        return None
    parts = [octets(part) for part in pair]
    if len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    return parts[0], parts[1]


def field_kind(name: bytes) -> FieldKind:
    """Tell what a field name means to the gate, in any case and with stray white space or control octets around it."""
    bare = name.strip(_NOISE).lower()
    if bare == b"set-cookie":
        return FieldKind.SET_COOKIE if len(bare) == len(name) else FieldKind.PADDED_SET_COOKIE
    if bare == b"set-cookie2" or not is_token(bare):
        return FieldKind.INVALID
    if bare.endswith(b"cache-control") or bare in (b"surrogate-control", b"edge-control", b"x-accel-expires"):
        return FieldKind.CACHE_CONTROL
    if bare == b"vary":
        return FieldKind.VARY
    if bare == b"date":
        return FieldKind.DATE
    return FieldKind.PLAIN


def judged_kind(name: bytes) -> FieldKind:
    """Tell whether a field must be judged; false for all others, and for what matters beside a cookie only."""
    kind = field_kind(name)
    return FieldKind.PLAIN if kind in {FieldKind.CACHE_CONTROL, FieldKind.VARY, FieldKind.DATE} else kind


def text_kind(name: str) -> FieldKind:
    """Like `field_kind`, of a name that is text, as in WSGI."""
    return field_kind(name.encode("latin-1", "replace"))


def judged_text_kind(name: str) -> FieldKind:
    """Like `judged_kind`, of a name that is text, as in WSGI."""
    return judged_kind(name.encode("latin-1", "replace"))


def is_set_cookie(name: bytes) -> bool:
    """Tell whether servers would send a field of this name as a Set-Cookie line."""
    return field_kind(name) in (FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE)


def without_padding(field: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Take white space off the front of a Set-Cookie line: it is no part of the field's value (RFC 9110 §5.5).

    Django before 6.0 writes a blank there under WSGI, in every line.
    """
    name, value = field
    return (name, value.lstrip(b" \t")) if value[:1] in (b" ", b"\t") and is_set_cookie(name) else field


def has_line_break(value: bytes) -> bool:
    """Tell whether a field value holds a CR, LF or NUL."""
    return _LINE_BREAK.search(value) is not None


def cut_at_line_break(value: bytes) -> bytes:
    """Return the part of a field value before the first CR, LF or NUL: the part that is surely one line."""
    return _LINE_BREAK.split(value, maxsplit=1)[0]
