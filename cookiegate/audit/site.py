"""A running site, looked at as one visitor after another: plain GET requests to its own hosts, every one bounded.

Law: nothing is posted, no other host is asked, no redirect leads away, no answer is read to an end that it has not.
"""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import time
from urllib.parse import urljoin, urlsplit

import httpx

from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.jar import Jar
from cookiegate.audit.links import links_of
from cookiegate.audit.sighting import Moment, Place, Sighting, Unreadable, Way
from cookiegate.audit.variants import Variant
from cookiegate.audit.words import shown, shown_url
from cookiegate.wire.dates import parse_cookie_date

__all__ = ["Site"]

MAX_BODY_OCTETS = 1 << 20
"""So much of a page is read, unpacked, for its links."""
MAX_REDIRECTS = 10
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.ASCII)


class _Failed(Exception):
    """One page that can't be had; the message says why."""


@dataclass(slots=True)
class Site:
    """One site, from one of its pages on.

    `url` is asked first; up to `pages` pages are found by its links, the same ones for each variant. A page may take
    `seconds` in all, with its redirects.
    """

    url: str
    hosts: OwnHosts
    variants: Sequence[Variant]
    pages: int
    seconds: float
    agent: str
    requests: int = 0
    seen_pages: int = 0
    problems: list[str] = field(default_factory=list)
    """One sentence for each page that could not be had."""

    def sightings(self, on_request: Callable[[], object] = lambda: None) -> Iterator[Sighting | Moment]:
        """Look at the site, and return the moments and what its responses set.

        Raises: `Unreadable` if the first page can't be had.
        """
        return iter(asyncio.run(self._look(on_request)))

    async def _look(self, on_request: Callable[[], object]) -> list[Sighting | Moment]:
        found: list[Sighting | Moment] = []
        known = [self.url]
        limits = httpx.Limits(max_connections=1)
        timeout = httpx.Timeout(self.seconds)
        headers = {"User-Agent": self.agent, "Accept-Encoding": "gzip", "Accept": "text/html,*/*;q=0.8"}
        try:
            client = httpx.AsyncClient(limits=limits, timeout=timeout, headers=headers, follow_redirects=False)
        except (ValueError, OSError, ImportError) as error:  # proxies and certificates that the environment names
            raise Unreadable(f"the environment's proxy or certificates can't be used: {shown(str(error))}") from error
        async with client:
            for number, variant in enumerate(self.variants):
                jar = Jar(variant.cookies)
                found.append(variant.moment)
                at = 0
                while at < len(known):
                    page, is_first = known[at], number == 0
                    at += 1
                    on_request()
                    try:
                        async with asyncio.timeout(self.seconds):
                            html, base = await self._visit(client, page, variant, jar, found)
                    except (_Failed, httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
                        self._failed(page, error, is_start=is_first and at == 1)
                        continue
                    if is_first:
                        room = self.pages - len(known)
                        known += [link for link in links_of(html, base) if link not in known][: max(0, room)]
        self.seen_pages = len(known)
        return found

    def _failed(self, page: str, error: Exception, *, is_start: bool) -> None:
        told = f"{shown_url(page)}: {_why(error, self.seconds)}"
        if is_start:
            raise Unreadable(told) from error
        if told not in self.problems and len(self.problems) < 20:
            self.problems.append(told)

    async def _visit(
        self, client: httpx.AsyncClient, url: str, variant: Variant, jar: Jar, found: list[Sighting | Moment]
    ) -> tuple[str, str]:
        """Ask for one page, follow its redirects, and return its HTML and its address."""
        for _ in range(MAX_REDIRECTS + 1):
            parts = urlsplit(url)
            host = parts.hostname or ""
            is_https = parts.scheme == "https"
            cookie = jar.header(host, parts.path or "/", is_https=is_https)
            self.requests += 1
            async with client.stream("GET", url, headers=[(b"Cookie", cookie)] if cookie else None) as response:
                at_s = _server_time(response)
                lines = [value for name, value in response.headers.raw if name.lower() == b"set-cookie"]
                for line in lines:
                    sighting = Sighting(
                        line=line, way=Way.SET, place=Place(shown_url(url)), host=host, moment=variant.moment,
                        consent=variant.consent, is_https=is_https, at_s=at_s,
                    )  # fmt: skip
                    found.append(sighting)
                    jar.store(line, host, at_s)
                location = response.headers.get("location")
                if not (response.is_redirect and location):
                    return await _text(response), url
            url = self._target(url, location)
        raise _Failed(f"more than {MAX_REDIRECTS} redirects; look with a browser where they lead")

    def _target(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        parts, before = urlsplit(target), urlsplit(url)
        is_same = parts.hostname == before.hostname and (parts.port == before.port or parts.port is None)
        is_named = not self.hosts.is_guess and parts.hostname is not None and parts.hostname in self.hosts
        if parts.scheme not in ("http", "https") or not (is_same or is_named):
            host = shown(parts.hostname or "nowhere", 80)
            raise _Failed(f"it redirects to another host, {host}; audit that one, or allow it with --host {host}")
        return target


async def _text(response: httpx.Response) -> str:
    """Return what is HTML in a response, up to a limit; packed bodies are unpacked no further than that."""
    kind = response.headers.get("content-type", "").lower()
    coding = response.headers.get("content-encoding", "identity").lower().strip()
    if "html" not in kind or coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        return ""
    unpack = None if coding in ("identity", "") else zlib.decompressobj(wbits=47)
    body = b""
    async for chunk in _raw(response):
        try:
            body += chunk if unpack is None else unpack.decompress(chunk, MAX_BODY_OCTETS)
        except zlib.error:
            break
        if len(body) >= MAX_BODY_OCTETS:
            break
    charset = _CHARSET.search(kind)
    try:
        return body[:MAX_BODY_OCTETS].decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return body[:MAX_BODY_OCTETS].decode("utf-8", "replace")


async def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the body in small pieces as it comes over the wire; a broken end ends it."""
    try:
        async for chunk in response.aiter_raw(16384):
            yield chunk
    except httpx.HTTPError:
        return


def _server_time(response: httpx.Response) -> float:
    date = response.headers.get("date")
    read = parse_cookie_date(date.encode("latin-1", "replace")) if date else None
    return time() if read is None else read


def _why(error: Exception, seconds: float) -> str:
    """Say in words why a page can't be had."""
    if isinstance(error, _Failed):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no end after {seconds:g} seconds; allow more with --seconds"
    told = shown(str(error) or type(error).__name__, 200)
    if "CERTIFICATE" in told.upper() or "SSL" in told.upper():
        return f"the TLS connection is not trusted: {told}; name the site's own authority in SSL_CERT_FILE"
    if isinstance(error, httpx.ConnectError):
        return f"can't be reached: {told}; start the site, or check the address"
    return f"no answer that can be read: {told}"
