"""A little browser store, as a fixture: what becomes of Set-Cookie lines, and which Cookie header is sent back.

It follows the standard alone, not the browsers' departures from it; every top-level name is a public suffix, and
there is no SameSite context (each request is same-site).
Source: RFC 6265bis §5.1.2 to §5.1.4, §5.7 (storage; the step numbers are its) and §5.8.3 (retrieval).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from cookiegate.model import SameSite, SetCookie
from cookiegate.wire.set_cookie import parse_set_cookie

MAX_AGE_LIMIT_S = 400 * 86400


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored cookie."""

    value: bytes
    expires_s: float | None
    is_secure_only: bool


@pytest.fixture
def new_jar():
    """Return the class: a test may need more than one browser."""
    return CookieJar


class CookieJar:
    """The store of one browser. A cookie that is set again keeps its place in the order of creation."""

    def __init__(self) -> None:
        self.kept: dict[tuple[bytes, str, bool, str], Kept] = {}

    def store(self, line: bytes, url: str, now: float) -> str:
        """Take in one Set-Cookie line; return `"stored"`, `"deletion"`, or why the line was refused."""
        cookie = parse_set_cookie(line)
        if cookie is None:
            return "unreadable"
        if not cookie.name and not cookie.value:
            return "empty-name-and-value"
        target = urlsplit(url)
        host = target.hostname or ""
        domain = (cookie.domain or b"").decode("latin-1")
        if not domain.isascii():  # step 7
            return "domain-mismatch"
        if domain and "." not in domain:  # step 8: a public suffix
            if domain != host:
                return "public-suffix"
            domain = ""
        if domain and not _domain_matches(host, domain):  # step 9
            return "domain-mismatch"
        path = cookie.path.decode("latin-1") if cookie.path else _default_path(target.path)  # step 10
        is_secure = target.scheme == "https"
        if cookie.secure and not is_secure:  # step 11
            return "secure-from-insecure"
        if cookie.same_site is SameSite.NONE and not cookie.secure:
            return "samesite-none-without-secure"
        if refusal := _prefix_refusal(cookie, is_host_only=not domain, path=path):
            return refusal
        key = (cookie.name, domain or host, not domain, path)
        expires_s = _expiry(cookie, now)
        if expires_s is not None and expires_s <= now:
            self.kept.pop(key, None)
            return "deletion"
        self.kept[key] = Kept(cookie.value, expires_s, cookie.secure)
        return "stored"

    def send(self, url: str, now: float) -> bytes:
        """Return the Cookie header for a request: longer paths first, then the order of creation."""
        target = urlsplit(url)
        host, is_secure = target.hostname or "", target.scheme == "https"
        sent = [
            (len(path), name, kept.value)
            for (name, domain, is_host_only, path), kept in self.kept.items()
            if (host == domain if is_host_only else _domain_matches(host, domain))
            and _path_matches(target.path or "/", path)
            and (is_secure or not kept.is_secure_only)
            and (kept.expires_s is None or kept.expires_s > now)
        ]
        sent.sort(key=lambda found: -found[0])  # a stable sort keeps the order of creation
        return b"; ".join(name + b"=" + value if name else value for _, name, value in sent)


def _domain_matches(host: str, domain: str) -> bool:
    """§5.1.3, for hosts that are no IP addresses."""
    return host == domain or host.endswith("." + domain)


def _default_path(path: str) -> str:
    """§5.1.4: up to, but not including, the right-most `/`."""
    return path[: path.rindex("/")] or "/" if path.startswith("/") else "/"


def _path_matches(path: str, cookie_path: str) -> bool:
    """§5.1.4: the same path, or one below it."""
    return path == cookie_path or path.startswith(cookie_path if cookie_path.endswith("/") else cookie_path + "/")


def _prefix_refusal(cookie: SetCookie, *, is_host_only: bool, path: str) -> str:
    """Steps 20 and 21; a nameless cookie's value must not look like a prefix (step 22)."""
    start = (cookie.name or cookie.value)[:9].lower()
    if start.startswith(b"__secure-") and not (cookie.name and cookie.secure):
        return "__Secure- without Secure"
    if start.startswith(b"__host-") and not (
        cookie.name and cookie.secure and is_host_only and cookie.path is not None and path == "/"
    ):
        return "__Host- criteria"
    return ""


def _expiry(cookie: SetCookie, now: float) -> float | None:
    """Steps 3 and 4: Max-Age beats Expires; neither reaches further than 400 days; `None` ends with the session."""
    if cookie.max_age_s is not None:
        return now + min(cookie.max_age_s, MAX_AGE_LIMIT_S) if cookie.max_age_s > 0 else float("-inf")
    if cookie.expires_s is not None:
        return min(cookie.expires_s, now + MAX_AGE_LIMIT_S)
    return None
