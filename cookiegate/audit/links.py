"""The links of a page (same origin, plain GET, no query), and signs of a login.

The standard library's html.parser suffices: only start tags are read, and nothing depends on how they nest.
Law: it returns only URLs of the same origin, at most 200, and raises nothing.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

__all__ = ["Page", "links_of", "read_page"]

_MAX_LINKS = 200
_LONGEST_REFRESH_S = 3
_DOES_SOMETHING = (
    "logout", "log-out", "log_out", "logoff", "signout", "sign-out", "sign_out", "delete", "remove", "unsubscribe",
    "cancel",
)  # fmt: skip
_NO_PAGES = (".pdf", ".zip", ".gz", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".mp4", ".mp3", ".css", ".js", ".exe", ".dmg")  # fmt: skip  # noqa: E501
_REFRESH = re.compile(r"\s*(\d{1,4})[\d.]*\s*[;,]?\s*(?:url\s*=)?\s*[\"']?([^\"']+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What was read of one page."""

    links: tuple[str, ...] = ()
    """The URLs of other pages of the same origin, in the page's order, each once."""
    has_password: bool = False
    """It has a field for a password."""
    refresh: str | None = None
    """The target of an automatic redirect within three seconds."""


def links_of(html: str, base: str) -> list[str]:
    """Return the URLs of other pages of the same origin, in the page's order, each once. Raises nothing."""
    return list(read_page(html, base).links)


def read_page(html: str, base: str) -> Page:
    """Read a page.

    A link with a query is ignored, and so is one whose path looks like an action. Raises nothing.
    """
    parser = _Reader()
    parser.feed(html)
    origin = urlsplit(base)
    found: dict[str, None] = {}
    for href in parser.hrefs:
        try:
            parts = urlsplit(urljoin(base, href.strip()))
            is_same = (parts.scheme, parts.netloc) == (origin.scheme, origin.netloc)
        except ValueError:
            continue
        path = parts.path.lower()
        if is_same and not parts.query and not path.endswith(_NO_PAGES) and not any(w in path for w in _DOES_SOMETHING):
            found.setdefault(parts._replace(fragment="").geturl())
    return Page(tuple(found), parser.has_password, parser.refresh)


class _Reader(HTMLParser):
    """Collects where `<a>` leads, and sees a password field and a refresh."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.has_password = False
        self.refresh: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href")
        if tag == "a" and href and "download" not in given and len(self.hrefs) < _MAX_LINKS:
            self.hrefs.append(href)
        elif tag == "input" and (given.get("type") or "").strip().lower() == "password":
            self.has_password = True
        elif tag == "meta" and (given.get("http-equiv") or "").strip().lower() == "refresh":
            found = _REFRESH.match(given.get("content") or "")
            if found is not None and int(found[1]) <= _LONGEST_REFRESH_S and self.refresh is None:
                self.refresh = found[2].strip()
