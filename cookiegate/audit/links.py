"""The links of a page that may be followed by somebody who only looks: same origin, plain GET, no query."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

__all__ = ["links_of"]

_MAX_LINKS = 200
_DOES_SOMETHING = ("logout", "log-out", "signout", "sign-out", "delete", "remove", "unsubscribe", "cancel")
_NO_PAGES = (".pdf", ".zip", ".gz", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".mp4", ".mp3", ".css", ".js", ".exe", ".dmg")  # fmt: skip  # noqa: E501


def links_of(html: str, base: str) -> list[str]:
    """Return the URLs of other pages of the same origin, in the page's order, each once.

    A link with a query is left alone, and so is one that sounds as if it did something. Raises nothing.
    """
    parser = _Anchors()
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
    return list(found)


class _Anchors(HTMLParser):
    """Collects where `<a>` leads."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href")
        if tag == "a" and href and "download" not in given and len(self.hrefs) < _MAX_LINKS:
            self.hrefs.append(href)
