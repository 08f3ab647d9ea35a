"""The cookie name prefixes, and what browsers demand of a cookie that has one.

Law: prefixes are compared without case, as browsers do.
Source: RFC 6265bis §4.1.3; draft-ietf-httpbis-layered-cookies for `__Http-` and `__Host-Http-`.
"""

from cookiegate.model import SetCookie

__all__ = ["meets_prefix", "name_prefix"]

_PREFIXES = (b"__host-http-", b"__host-", b"__secure-", b"__http-")


def name_prefix(name: bytes) -> str:
    """Return the cookie name prefix in lower case, or nothing; browsers compare it case-insensitively."""
    if name[:2] != b"__":
        return ""
    lower = name[:12].lower()
    for prefix in _PREFIXES:
        if lower.startswith(prefix):
            return prefix.decode()
    return ""


def meets_prefix(cookie: SetCookie) -> bool:
    """Return whether browsers store a cookie with this name and these attributes."""
    prefix = name_prefix(cookie.name)
    if not prefix:
        return True
    if prefix.startswith("__host-") and (cookie.domain or cookie.path != b"/"):
        return False
    return cookie.secure and (cookie.http_only or "http-" not in prefix)
