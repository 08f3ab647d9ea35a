"""One page of a site as text: a plain GET request with the audit's guard rails.

Law: no cookie is sent, no redirect leads to another host, no more than 1 MiB is read, and it ends in time.
"""

import asyncio

import httpx

from cookiegate.audit.answer import html_of, why_not_seen
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.site import MAX_REDIRECTS, NotSeen, Site, why_no_answer
from cookiegate.audit.text import shown, shown_url

__all__ = ["read_page_text"]


def read_page_text(url: str, *, agent: str, seconds: float = 10.0) -> str:
    """Return the HTML of the page at a URL. Raises: `Unreadable` where there is none, with the reason."""
    return asyncio.run(_read(Site(url, OwnHosts(), (), 1, seconds, agent)))


async def _read(site: Site) -> str:
    try:
        return await _html(site)
    except (NotSeen, httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, OSError) as error:
        raise Unreadable(f"{shown(shown_url(site.url))}: {why_no_answer(error, site.seconds)}") from None


async def _html(site: Site) -> str:
    headers = {"User-Agent": site.agent, "Accept-Encoding": "gzip", "Accept": "text/html,*/*;q=0.8"}
    url = site.url
    client = httpx.AsyncClient(timeout=httpx.Timeout(site.seconds), headers=headers, follow_redirects=False)
    async with asyncio.timeout(site.seconds), client:
        for _ in range(MAX_REDIRECTS + 1):
            client.cookies.clear()
            async with client.stream("GET", url) as response:
                location = response.headers.get("location")
                if response.is_redirect and location:
                    url = site.target(url, location)
                    continue
                why = why_not_seen(response.status_code, has_login=False)
                text = None if why else await html_of(response)
                if text is None:
                    raise NotSeen(why or "is no HTML page; save the file, and import it from there")
                return text
    raise NotSeen(f"more than {MAX_REDIRECTS} redirects; look with a browser where they lead")
