"""What a site says to crawlers: robots.txt, and the pages of its sitemaps.

Protego reads robots.txt as RFC 9309 and the large search engines do. Both files come through the audit's proxy.
Law: what is read is bounded in octets, packed and unpacked, and in time; a sitemap that can't be read is no error.
"""

import asyncio
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import islice
from time import monotonic
from urllib.parse import urljoin

import httpx
from protego import Protego

from cookiegate.audit.answer import coding_of, unpacking
from cookiegate.audit.browser.proxy import PROXY_NAME

__all__ = ["AGENT", "Fetcher", "Robots", "read_robots", "read_sitemaps"]

AGENT = "cookiegate-audit"
_MAX_ROBOTS_OCTETS = 512 * 1024
"""RFC 9309 §2.5 asks for 500 KiB at least."""
_MAX_SITEMAP_OCTETS = 4 << 20
_MAX_SITEMAPS = 10
_MAX_DELAY_S = 10.0
_MAX_REQUESTS = 5
_LOC = re.compile(r"<(?:\w{1,20}:)?loc>\s*(?:<!\[CDATA\[\s*)?([^<\]\s]{1,2000})")


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches small files, each whole within `seconds`, redirects too, and begins none after `ends_at`."""

    make_client: Callable[[], httpx.AsyncClient]
    seconds: float
    ends_at: float
    """As `time.monotonic` counts."""

    def get(self, url: str, limit: int) -> tuple[int, bytes | None]:
        """Return status and beginning of an answer; 0 where there is none in time, `None` where it can't be read.

        Up to four redirects to the same host are followed.
        """
        return (0, None) if monotonic() >= self.ends_at else asyncio.run(self._answer(url, limit))

    async def _answer(self, url: str, limit: int) -> tuple[int, bytes | None]:
        try:
            return await self._get(url, limit)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError):
            return 0, None

    async def _get(self, url: str, limit: int) -> tuple[int, bytes | None]:
        async with asyncio.timeout(self.seconds), self.make_client() as client:
            for _ in range(_MAX_REQUESTS):
                async with client.stream("GET", url) as response:
                    if response.headers.get("proxy-status", "").startswith(PROXY_NAME):
                        return 0, None
                    location = response.headers.get("location")
                    if response.is_redirect and location and _is_same_host(urljoin(url, location), response.url):
                        url = urljoin(url, location)
                        continue
                    return response.status_code, await _beginning(response, limit)
        return 404, b""


async def _beginning(response: httpx.Response, limit: int) -> bytes | None:
    """Return up to `limit` octets of a body; no more are read, nor made of what is read. `None`: it can't be read."""
    unpack = unpacking(coding_of(response), limit)
    if unpack is None:
        return None
    body, read = bytearray(), 0
    async for chunk in response.aiter_raw():
        read += len(chunk)
        try:
            body += unpack(chunk)
        except zlib.error:
            return None
        if max(read, len(body)) >= limit:
            break
    return bytes(body[:limit])


@dataclass(frozen=True, slots=True)
class Robots:
    """What robots.txt says to this audit."""

    parser: Protego | None
    """`None`: nothing may be fetched (RFC 9309 §2.3.1.4)."""
    sitemaps: tuple[str, ...] = ()
    is_reached: bool = True
    """The site answered."""

    def may_fetch(self, url: str) -> bool:
        """Return whether a page may be looked at."""
        return self.parser is not None and bool(self.parser.can_fetch(url, AGENT))

    @property
    def delay_s(self) -> float:
        """The pause that the site asks for, at most ten seconds."""
        delay = None if self.parser is None else self.parser.crawl_delay(AGENT)
        return min(float(delay or 0), _MAX_DELAY_S)


def read_robots(fetcher: Fetcher, start: str) -> Robots:
    """Read robots.txt of the origin of `start`. Raises nothing."""
    url = urljoin(start, "/robots.txt")
    status, octets = fetcher.get(url, _MAX_ROBOTS_OCTETS)
    if status == 0 or status >= 500 or (octets is None and status < 400):
        return Robots(None, is_reached=status != 0)
    # "If a server status code indicates that the robots.txt file is unavailable [400-499], then the crawler MAY access
    # any resources on the server."
    parser = Protego.parse(octets.decode("utf-8-sig", "replace") if octets and status < 400 else "")
    return Robots(parser, tuple(str(each) for each in parser.sitemaps)[:_MAX_SITEMAPS])


def read_sitemaps(fetcher: Fetcher, start: str, robots: Robots, limit: int) -> Iterator[str]:
    """Yield up to `limit` pages that the site's sitemaps list; a sitemap may list further ones. Raises nothing."""
    asked: dict[str, None] = dict.fromkeys(robots.sitemaps or (urljoin(start, "/sitemap.xml"),))
    origin, found, at = httpx.URL(start), 0, 0
    while at < min(len(asked), _MAX_SITEMAPS) and found < limit:
        url = [*asked][at]
        at += 1
        if not _is_same_host(url, origin):
            continue
        status, octets = fetcher.get(url, _MAX_SITEMAP_OCTETS)
        if status != 200 or octets is None:
            continue
        text = _unpacked(octets).decode("utf-8", "replace")
        places = _places(url, text)
        if "<sitemapindex" in text[:2000]:
            asked |= dict.fromkeys(islice(places, _MAX_SITEMAPS))
            continue
        for place in islice(places, limit - found):
            found += 1
            yield place


def _places(url: str, text: str) -> Iterator[str]:
    """Yield the URLs that a sitemap lists, one by one: it may hold far more than are asked for."""
    for found in _LOC.finditer(text):
        with suppress(ValueError):
            yield urljoin(url, unescape(found[1]))


def _is_same_host(url: str, origin: httpx.URL) -> bool:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return False
    return parsed.scheme in ("http", "https") and parsed.host == origin.host


def _unpacked(octets: bytes) -> bytes:
    if not octets.startswith(b"\x1f\x8b"):
        return octets
    try:
        return zlib.decompressobj(wbits=31).decompress(octets, _MAX_SITEMAP_OCTETS)
    except zlib.error:
        return b""
