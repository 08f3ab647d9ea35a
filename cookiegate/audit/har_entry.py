"""One entry of a HAR file: its relevant headers and cookies, in one form for every browser.

Chrome writes a header for each Set-Cookie line, Firefox may join several by line feeds, Safari by commas; where there
are no such headers, the `cookies` arrays have what is left.
Law: the same response gives the same lines, whichever browser recorded it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cookiegate.model import RequestHead
from cookiegate.wire.dates import format_cookie_date, parse_cookie_date

__all__ = ["MEMBERS", "HarEntry"]

MEMBERS = frozenset({"name", "value", "path", "domain", "expires", "httpOnly", "secure", "sameSite"})
"""What is looked at of a header or a cookie."""

_HEADERS = frozenset({"cookie", "set-cookie", "sec-gpc", "dnt", "sec-fetch-mode", "date"})
_MAX_FIELDS = 4096
_MAX_OCTETS = 1 << 20
_MAX_JOINED = 512


@dataclass(slots=True)
class HarEntry:
    """What is kept of one request and its response."""

    url: str = ""
    started: str = ""
    status: int | None = None
    """The response's; `None` where the file does not say it, zero for a request that got no answer."""
    request: list[tuple[str, str]] = field(default_factory=list)
    response: list[tuple[str, str]] = field(default_factory=list)
    request_cookies: list[Mapping[object, object]] = field(default_factory=list)
    response_cookies: list[Mapping[object, object]] = field(default_factory=list)
    left_out: int = 0
    _fields: int = 0
    _octets: int = 0

    def add(self, part: object, kind: object, item: Mapping[object, object]) -> None:
        """Take one object of `request.headers`, `response.cookies` and so on, if it is relevant, and up to a limit."""
        name, value = item.get("name"), item.get("value")
        if part not in ("request", "response") or not isinstance(name, str) or not isinstance(value, str):
            return
        is_header = kind == "headers" and name.lower() in _HEADERS
        if not is_header and kind != "cookies":
            return
        self._fields += 1
        self._octets += len(name) + len(value)
        if self._fields > _MAX_FIELDS or self._octets > _MAX_OCTETS:
            self.left_out += 1
        elif is_header:
            (self.request if part == "request" else self.response).append((name.lower(), value))
        else:
            (self.request_cookies if part == "request" else self.response_cookies).append(item)

    def at_s(self, otherwise: float) -> float:
        """Return the server's time of the response in seconds since 1970-01-01 UTC, else when the entry started."""
        for name, value in self.response:
            if name == "date" and (date := parse_cookie_date(_octets(value))) is not None:
                return date
        try:
            return datetime.fromisoformat(self.started).timestamp()
        except (ValueError, OverflowError, OSError):
            return otherwise

    def head(self, scheme: str) -> RequestHead:
        """Return what a consent source may look at."""
        cookies = [value for name, value in self.request if name == "cookie"]
        if not cookies:
            cookies = [f"{each['name']}={each['value']}" for each in self.request_cookies]
        return RequestHead(
            cookie=_octets("; ".join(cookies)),
            headers=[(name.encode(), _octets(value)) for name, value in self.request if name != "cookie"],
            scheme=scheme,
        )

    def set_cookie_lines(self) -> list[bytes]:
        """Return the Set-Cookie lines of the response."""
        values = [value for name, value in self.response if name == "set-cookie"]
        lines = [line.rstrip("\r") for value in values for line in value.split("\n") if line.strip()]
        if not lines:
            return [_line_of(each) for each in self.response_cookies]
        if len(lines) == 1 and len(self.response_cookies) > 1:
            lines = _unfolded(lines[0], [str(each["name"]) for each in self.response_cookies])
        return [_octets(line) for line in lines]


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _unfolded(folded: str, names: list[str]) -> list[str]:
    """Split lines that were joined by commas before each name that the browser itself read, and nowhere else."""
    lines, start = [], 0
    for name in names[1:_MAX_JOINED]:
        at = folded.find(f", {name}=", start)
        if at >= 0:
            lines.append(folded[start:at])
            start = at + 2
    return [*lines, folded[start:]]


def _line_of(cookie: Mapping[object, object]) -> bytes:
    """Write the line that a member of `response.cookies` was read from, as far as it is known."""
    parts = [f"{cookie['name']}={cookie['value']}"]
    for key, attribute in (("path", "Path"), ("domain", "Domain"), ("sameSite", "SameSite")):
        if isinstance(text := cookie.get(key), str) and text:
            parts.append(f"{attribute}={text}")
    line = _octets("; ".join(parts))
    expires_s = _expires_s(cookie.get("expires"))
    if expires_s is not None:
        line += b"; Expires=" + format_cookie_date(expires_s)
    line += b"; Secure" if cookie.get("secure") is True else b""
    return line + (b"; HttpOnly" if cookie.get("httpOnly") is True else b"")


def _expires_s(written: object) -> int | None:
    """Read what the standard wants as ISO 8601 and browsers write as a cookie date too."""
    if not isinstance(written, str):
        return None
    try:
        return int(datetime.fromisoformat(written).timestamp())
    except (ValueError, OverflowError, OSError):
        return parse_cookie_date(_octets(written))
