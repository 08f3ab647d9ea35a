"""One Set-Cookie line: read as browsers read it, edited, and written in one canonical form.

Law: reading never raises; what is written reads back as what was meant, in every browser.
Source: RFC 6265bis §5.6 (the step numbers are its), with CHIPS' Partitioned and Chromium's Priority.
"""

import re
from dataclasses import replace

from cookiegate.model import SameSite, SetCookie
from cookiegate.wire.dates import format_cookie_date, is_plain_cookie_date, parse_cookie_date
from cookiegate.wire.host import HOST

__all__ = [
    "MAX_ATTRIBUTE_OCTETS",
    "MAX_PAIR_OCTETS",
    "delete",
    "deletion",
    "parse_age",
    "parse_set_cookie",
    "place_of",
    "split_pair",
    "tail",
    "write_set_cookie",
]

MAX_PAIR_OCTETS = 4096
"""A name and value that together are longer than this are not stored (RFC 6265bis §5.6 step 5)."""
MAX_ATTRIBUTE_OCTETS = 1024
"""An attribute value longer than this is skipped (RFC 6265bis §5.6.1)."""

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0A-\x1F\x7F]")
_INTEGER = re.compile(rb"-?[0-9]+")
_SAME_SITES = {b"strict": SameSite.STRICT, b"lax": SameSite.LAX, b"none": SameSite.NONE}
_PRIORITIES = {b"low": b"Low", b"medium": b"Medium", b"high": b"High"}
_FLAGS = frozenset({b"secure", b"httponly", b"partitioned"})
_TAB = 0x09  # a number: to look for `b"\t"` in octets takes ten times as long
_MAX_AGE_DIGITS = 18  # int() of more digits is slow and, past 4300, an error; no such age is shorter than any cap


def split_pair(line: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Split a line into its raw name, `=` (or nothing), raw value, and everything from the first `;` on.

    Joined again they are the line. Without `=` the name is empty and the value is the whole pair.
    """
    pair, semicolon, rest = line.partition(b";")
    name, equals, value = pair.partition(b"=")
    return (name, equals, value, semicolon + rest) if equals else (b"", b"", pair, semicolon + rest)


def parse_set_cookie(line: bytes) -> SetCookie | None:
    """Read one Set-Cookie line.

    Returns `None` where a browser ignores the whole line when it reads it: a control octet anywhere, or more than
    4096 octets of name and value. What a browser refuses only when it stores (no name and no value, a prefix whose
    conditions are not met, a foreign domain) is returned: that is a judgement. Raises nothing, for any input.

    Source: RFC 6265bis §5.6.
    """
    if _FORBIDDEN.search(line):  # step 1: "contains a %x00-08 / %x0A-1F / %x7F character ... ignore entirely"
        return None
    raw_name, _, raw_value, rest = split_pair(line)  # steps 2 and 3
    name, value = raw_name.strip(b" \t"), raw_value.strip(b" \t")  # step 4
    if len(name) + len(value) > MAX_PAIR_OCTETS:  # step 5
        return None
    attributes = _attributes(rest)
    if not attributes:
        return SetCookie(name, value, is_unambiguous=raw_name == name)
    return _understand(name, value, attributes, is_exact=raw_name == name)


def _attributes(rest: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Split the attributes, steps 1 to 6 of §5.6's second algorithm; empty pieces mean nothing and are left out."""
    found = []
    for piece in rest.split(b";"):
        name, _, value = piece.partition(b"=")
        name, value = name.strip(b" \t"), value.strip(b" \t")
        if name or value:
            found.append((name.lower(), value))
    return tuple(found)


def _understand(name: bytes, value: bytes, attributes: tuple[tuple[bytes, bytes], ...], *, is_exact: bool) -> SetCookie:
    """Apply each attribute in order: the last one that is not ignored wins (§5.6.1 to §5.6.7)."""
    expires_s = max_age_s = domain = path = same_site = priority = None
    flags = set()
    is_plain = is_exact
    seen = set()
    for key, text in attributes:
        is_plain &= key not in seen  # Chromium and Firefox look at the last one alone, valid or not
        seen.add(key)
        if len(text) > MAX_ATTRIBUTE_OCTETS:  # "If the attribute-value is longer than 1024 octets, ignore"
            is_plain = False
        elif key == b"expires":
            date = parse_cookie_date(text)
            expires_s = expires_s if date is None else date
            is_plain &= date is not None and is_plain_cookie_date(text)
        elif key == b"max-age":
            is_number = _INTEGER.fullmatch(text) is not None
            max_age_s = parse_age(text) if is_number else max_age_s
            is_plain &= is_number
        elif key == b"domain":
            domain = text.removeprefix(b".").lower()
            is_plain &= HOST.fullmatch(domain) is not None
        elif key == b"path":
            path = text if text.startswith(b"/") else b""
            if not path or _TAB in path:  # at a tab, Chromium refuses the cookie, Firefox the path
                is_plain = False
        elif key == b"samesite":
            same_site = _SAME_SITES.get(text.lower())
            is_plain &= same_site is not None
        elif key == b"priority":
            priority = _PRIORITIES.get(text.lower())
            is_plain &= priority is not None
        elif key in _FLAGS:
            flags.add(key)  # "Secure=false" is Secure
            is_plain &= not text
        else:
            is_plain = False
    return SetCookie(
        name, value, expires_s, max_age_s, domain, path,
        secure=b"secure" in flags, http_only=b"httponly" in flags, same_site=same_site,
        partitioned=b"partitioned" in flags, priority=priority,
        attributes=attributes, is_unambiguous=is_plain,
    )  # fmt: skip


def parse_age(digits: bytes) -> int:
    """Read `-?[0-9]+` as seconds; a number too long to matter becomes the longest that does."""
    is_negative = digits.startswith(b"-")
    number = int(digits.lstrip(b"-").lstrip(b"0")[:_MAX_AGE_DIGITS] or b"0")
    return -number if is_negative else number


def tail(cookie: SetCookie) -> bytes:
    """Write the attributes, each once, in one fixed order, with the `;` before them; empty where there are none."""
    parts = []
    if cookie.expires_s is not None:
        parts.append(b"; Expires=" + format_cookie_date(cookie.expires_s))
    if cookie.max_age_s is not None:
        parts.append(b"; Max-Age=%d" % cookie.max_age_s)
    if cookie.domain:
        # One leading dot is dropped in reading: what had two, or white space behind the first, must keep not matching.
        dot = b"." if cookie.domain[0] in b". \t" else b""
        parts.append(b"; Domain=" + dot + cookie.domain)
    if cookie.path:
        parts.append(b"; Path=" + cookie.path)
    if cookie.secure:
        parts.append(b"; Secure")
    if cookie.http_only:
        parts.append(b"; HttpOnly")
    if cookie.same_site is not None:
        parts.append(b"; SameSite=" + cookie.same_site.value.encode())
    if cookie.partitioned:
        parts.append(b"; Partitioned")
    if cookie.priority is not None:
        parts.append(b"; Priority=" + cookie.priority)
    return b"".join(parts)


def write_set_cookie(cookie: SetCookie) -> bytes:
    """Write a cookie as one line in canonical form: `name=value`, then the understood attributes.

    An empty Domain is left out (host-only), and so is an empty Path (the default path).
    """
    return b"%b=%b%b" % (cookie.name, cookie.value, tail(cookie))


def delete(cookie: SetCookie) -> SetCookie:
    """Turn a cookie into its deletion: no value, expired by both clocks, in the same place.

    A deletion reaches the cookie only from the same domain and path, from the same partition, with Secure over a
    Secure cookie, with HttpOnly for a `__Http-` name, and from another site only with `SameSite=None`: those stay.
    """
    same_site = None if cookie.same_site is SameSite.NONE and not cookie.secure else cookie.same_site
    return replace(
        cookie, value=b"", expires_s=0, max_age_s=0, same_site=same_site,
        priority=None, attributes=(), is_unambiguous=True,
    )  # fmt: skip


def deletion(
    name: bytes,
    *,
    domain: bytes | None,
    path: bytes,
    secure: bool,
    partitioned: bool,
    same_site: SameSite | None = None,
) -> bytes:
    """Write the line that deletes a cookie which was set with this domain (`None`: host-only) and path.

    The domain may have its leading dot, as people write it. `same_site`: a cookie with `SameSite=None` is deleted
    from inside of another site's page only by a line that says the same.
    """
    domain = domain and domain.removeprefix(b".").lower()
    http_only = name[:7].lower() == b"__http-" or name[:12].lower() == b"__host-http-"
    cookie = SetCookie(
        name, b"", None, None, domain, path, secure, http_only, same_site=same_site, partitioned=partitioned
    )
    return write_set_cookie(delete(cookie))


def place_of(line: bytes, request_path: str) -> tuple[bytes | None, bytes, bool]:
    """Return where a browser keeps the cookie of a line: domain (`None`: host-only), path, and whether in a partition.

    `request_path`: of the request, from which the default path is made (RFC 6265bis §5.1.4).
    """
    cookie = parse_set_cookie(line)
    if cookie is None:
        return None, b"", False
    default = request_path.encode("latin-1", "replace").rpartition(b"/")[0] or b"/"
    return cookie.domain or None, cookie.path or default, cookie.partitioned
