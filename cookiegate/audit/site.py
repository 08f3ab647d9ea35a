"""A running site, visited as one visitor after another, with bounded GET requests to its own hosts.

Law: it sends only GET, only to the site's own hosts, and reads a bounded part of each answer.
An answer that is no page of the site (an error, a login, another host) is a gap in the audit, never "no cookie".
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from time import time
from urllib.parse import urljoin, urlsplit

import httpx

from cookiegate.audit.answer import coding_of, html_of, why_no_page, why_not_html, why_not_seen
from cookiegate.audit.gap import Gap
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.links import Page, read_page
from cookiegate.audit.login import Login
from cookiegate.audit.observation import Moment, Observation, Place, Unreadable, Way
from cookiegate.audit.text import shown, shown_url
from cookiegate.audit.variants import Variant
from cookiegate.redaction import redacted
from cookiegate.wire.dates import parse_cookie_date
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["MAX_REDIRECTS", "CookieStore", "NotSeen", "Site", "why_no_answer"]

MAX_REDIRECTS = 10
_MAX_COOKIES = 100
_MAX_COOKIE_OCTETS = 6144
"""The longest Cookie header that is sent: servers refuse header fields of more than 8 KiB."""


class NotSeen(Exception):
    """The site answered without a page of its own; the message explains why."""


@dataclass(slots=True)
class Site:
    """One site, from one of its pages on.

    `url` is asked first; up to `pages` pages are found by its links, the same ones for each variant. A page may take
    `seconds` in all, with its redirects. The `login` goes to the origin of `url` alone.
    """

    url: str
    hosts: OwnHosts
    variants: Sequence[Variant]
    pages: int
    seconds: float
    agent: str
    login: Login = field(default_factory=Login)
    requests: int = 0
    known: list[str] = field(default_factory=list)
    """The pages that were asked for, the first one first."""
    seen: set[str] = field(default_factory=set)
    """Those of them that at least one visitor saw."""
    gaps: list[Gap] = field(default_factory=list)
    """What was not seen."""
    left: set[str] = field(default_factory=set)
    """Pages that links lead to, beyond the limit."""

    def observations(self, on_request: Callable[[], object] = lambda: None) -> Iterator[Observation | Moment]:
        """Look at the site, and return the moments and what its responses set.

        Raises: `Unreadable` if the first request gets no answer.
        """
        return iter(asyncio.run(self._look(on_request)))

    async def _look(self, on_request: Callable[[], object]) -> list[Observation | Moment]:
        found: list[Observation | Moment] = []
        self.known = [self.url]
        limits = httpx.Limits(max_connections=1)
        timeout = httpx.Timeout(self.seconds)
        headers = {"User-Agent": self.agent, "Accept-Encoding": "gzip", "Accept": "text/html,*/*;q=0.8"}
        try:
            client = httpx.AsyncClient(limits=limits, timeout=timeout, headers=headers, follow_redirects=False)
        except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
            # Proxies and certificates that the environment names; of an address that can't be read nothing is shown.
            what = "an address can't be read" if isinstance(error, httpx.InvalidURL) else shown(redacted(str(error)))
            raise Unreadable(f"the environment's proxy or certificates can't be used: {what}") from None
        async with client:
            for variant in self.variants:
                await _Visitor(self, client, variant, found).look(on_request)
        return found

    def found_links(self, links: Sequence[str]) -> None:
        """Add the links of a page, up to the limit."""
        new = [link for link in links if link not in self.known]
        room = max(0, self.pages - len(self.known))
        self.known += new[:room]
        self.left.update(new[room:])

    def target(self, url: str, location: str) -> str:
        """Return where a redirect leads. Raises: `NotSeen` for another host than the site's own."""
        target = urljoin(url, location)
        parts, before = urlsplit(target), urlsplit(url)
        is_same = parts.hostname == before.hostname and (parts.port == before.port or parts.port is None)
        is_named = not self.hosts.is_guess and parts.hostname is not None and parts.hostname in self.hosts
        if parts.scheme not in ("http", "https") or not (is_same or is_named):
            host = self.shown(parts.hostname or "nowhere")
            raise NotSeen(
                f"redirects to another host, {host}; audit that one, or allow it with --host {host}; if it is where "
                "visitors log in, give the audit a login with --cookie or --header"
            )
        return target

    def shown(self, text: str) -> str:
        """Show a text that the site wrote, without what was given for its login."""
        return shown(self.login.hide(text), 200)


class CookieStore:
    """The cookies of one visitor, in bounded memory; the given consent cookie stays as it is.

    `login`: the cookies of the given login. They are sent to the audited origin until the site sets or deletes them.
    """

    def __init__(
        self, consent: tuple[tuple[bytes, bytes], ...] = (), login: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        self._consent = dict(consent)
        self._login = dict(login)
        self._stored: dict[tuple[str, bytes], tuple[bytes, bytes, bool]] = {}

    def add(self, line: bytes, host: str, now: float, *, is_audited: bool = True) -> None:
        """Store or delete the cookie of a Set-Cookie line; `is_audited`: it came from the audited origin."""
        cookie = parse_set_cookie(line)
        if cookie is None or not cookie.name or cookie.name in self._consent:
            return
        if is_audited:
            self._login.pop(cookie.name, None)
        key = (host, cookie.name)
        is_over = cookie.max_age_s <= 0 if cookie.max_age_s is not None else (cookie.expires_s or now + 1) <= now
        if is_over:
            self._stored.pop(key, None)
        elif key in self._stored or len(self._stored) < _MAX_COOKIES:
            self._stored[key] = cookie.value, cookie.path or b"/", cookie.secure

    def header(self, host: str, path: str, *, is_https: bool, is_audited: bool = True) -> bytes:
        """Return the Cookie header for a request, no longer than servers read; empty where there is none."""
        given = {**self._consent, **self._login} if is_audited else self._consent
        pairs = [name + b"=" + value for name, value in given.items()]
        size = sum(map(len, pairs))
        for (of, name), (value, prefix, secure) in self._stored.items():
            fits = of == host and (is_https or not secure) and path.encode("utf-8", "replace").startswith(prefix)
            size += len(name) + len(value) + 3 if fits else 0
            if fits and size <= _MAX_COOKIE_OCTETS:
                pairs.append(name + b"=" + value)
        return b"; ".join(pairs)


@dataclass(slots=True)
class _Visitor:
    """One visitor at a site."""

    site: Site
    client: httpx.AsyncClient
    variant: Variant
    found: list[Observation | Moment]
    cookies: CookieStore = field(init=False)

    def __post_init__(self) -> None:
        self.cookies = CookieStore(self.variant.cookies, self.site.login.cookies)

    async def look(self, on_request: Callable[[], object]) -> None:
        """Look at all pages; a visitor who does not see the first one sees nothing."""
        site, at = self.site, 0
        while at < len(site.known):
            page = site.known[at]
            at += 1
            on_request()
            try:
                async with asyncio.timeout(site.seconds):
                    links = await self._visit(page)
            except (NotSeen, httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
                self._failed(page, error, is_start=at == 1)
                if at == 1:
                    return
                continue
            if at == 1:
                self.found.append(self.variant.moment)
            if not site.seen or self.variant is site.variants[0]:
                site.found_links(links)
            site.seen.add(page)

    def _failed(self, page: str, error: Exception, *, is_start: bool) -> None:
        where, why = self.site.shown(shown_url(page)), self.site.login.hide(why_no_answer(error, self.site.seconds))
        if is_start and self.site.requests <= 1 and not isinstance(error, NotSeen):
            raise Unreadable(f"{where}: {why}") from None
        self.site.gaps.append(Gap(where, why, self.variant.moment, is_whole=is_start))

    async def _visit(self, asked: str) -> Sequence[str]:
        """Ask for one page, follow where it sends its visitor, and return the links of what came.

        Raises: `NotSeen`, and what the client and addresses raise.
        """
        url, met = asked, set[str]()
        for _ in range(MAX_REDIRECTS + 1):
            met.add(url)
            async with self._get(url) as response:
                self._take_cookies(response, url)
                location = response.headers.get("location")
                if response.is_redirect and location:
                    url = self.site.target(url, location)
                    continue
                page = await self._read(response, asked, url)
            if page.refresh is None or urljoin(url, page.refresh).partition("#")[0] in met:
                return page.links
            url = self.site.target(url, page.refresh)
        raise NotSeen(f"more than {MAX_REDIRECTS} redirects; look with a browser where they lead")

    def _get(self, url: str) -> AbstractAsyncContextManager[httpx.Response]:
        parts, login = urlsplit(url), self.site.login
        is_audited = login.is_for(url, self.site.url)
        is_https = parts.scheme == "https"
        cookie = self.cookies.header(parts.hostname or "", parts.path or "/", is_https=is_https, is_audited=is_audited)
        headers = [(b"Cookie", cookie)] if cookie else []
        self.site.requests += 1
        return self.client.stream("GET", url, headers=[*headers, *(login.headers if is_audited else ())])

    def _take_cookies(self, response: httpx.Response, url: str) -> None:
        at_s = _server_time(response)
        parts, login = urlsplit(url), self.site.login
        host, is_audited = parts.hostname or "", login.is_for(url, self.site.url)
        for name, line in response.headers.raw:
            if name.lower() == b"set-cookie":
                observation = Observation(
                    line=login.hide_name(line), way=Way.SET, place=Place(self.site.shown(shown_url(url))), host=host,
                    moment=self.variant.moment, consent=self.variant.consent, is_https=parts.scheme == "https",
                    at_s=at_s,
                )  # fmt: skip
                self.found.append(observation)
                self.cookies.add(line, host, at_s, is_audited=is_audited)

    async def _read(self, response: httpx.Response, asked: str, url: str) -> Page:
        """Read what came. Raises: `NotSeen` where that is no page of the site."""
        has_login = bool(self.site.login)
        why = why_not_seen(response.status_code, has_login=has_login)
        if why:
            raise NotSeen(why)
        html = await html_of(response)
        page = Page() if html is None else read_page(html, url)
        why = why_no_page(asked, url, page, has_login=has_login)
        if why:
            raise NotSeen(why)
        if html is None and asked == self.site.url:
            why = why_not_html(response.headers.get("content-type", ""), coding_of(response))
            self.site.gaps.append(Gap(self.site.shown(shown_url(url)), why, self.variant.moment))
        return page


def _server_time(response: httpx.Response) -> float:
    date = response.headers.get("date")
    read = parse_cookie_date(date.encode("latin-1", "replace")) if date else None
    return time() if read is None else read


def why_no_answer(error: Exception, seconds: float) -> str:
    """Describe why a page can't be read."""
    if isinstance(error, NotSeen):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no end after {seconds:g} seconds; allow more with --seconds"
    if isinstance(error, httpx.InvalidURL | ValueError):  # its text would show what may be a password
        return "the address can't be read; write it like https://example.com/"
    reason = shown(redacted(str(error)) or type(error).__name__, 200)
    if "CERTIFICATE" in reason.upper() or "SSL" in reason.upper():
        return f"the TLS connection is not trusted: {reason}; name the site's own authority in SSL_CERT_FILE"
    if isinstance(error, httpx.ConnectError):
        return f"can't be reached: {reason}; start the site, or check the address"
    return f"no answer that can be read: {reason}"
