"""Which pages are looked at: the first one, those of its links, of the sitemap, of further links; each once.

Law: pages of the same origin alone, without a query, and none that robots.txt excludes.
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

__all__ = ["Frontier"]


class Frontier:
    """The pages that are known, up to a limit."""

    def __init__(self, start: str, pages: int, may_fetch: Callable[[str], bool]) -> None:
        self.known: list[str] = [start]
        """The pages to look at, in order."""
        self._pages = pages
        self._may_fetch = may_fetch
        self._left: set[str] = set()
        self._later: list[str] = []
        self.excluded: set[str] = set()
        """What robots.txt excludes."""

    @property
    def left(self) -> int:
        """How many pages are known beyond the limit."""
        return len(self._left)

    def later(self, urls: Iterable[str]) -> None:
        """Add the pages of a sitemap, to come after the links of the first page."""
        self._later += urls

    def add(self, urls: Iterable[str]) -> None:
        """Add pages that links name, and after the first ones those of the sitemap."""
        self._add(urls)
        later, self._later = self._later, []
        self._add(later)

    def _add(self, urls: Iterable[str]) -> None:
        origin = urlsplit(self.known[0])
        for url in urls:
            try:
                parts = urlsplit(url)._replace(fragment="")
            except ValueError:
                continue
            page = parts.geturl()
            if (
                (parts.scheme, parts.netloc) != (origin.scheme, origin.netloc.rpartition("@")[2])
                or parts.query
                or page in self.known
            ):
                continue
            if not self._may_fetch(page):
                self.excluded.add(page)
            elif len(self.known) < self._pages:
                self.known.append(page)
            elif len(self._left) < 10_000:
                self._left.add(page)
