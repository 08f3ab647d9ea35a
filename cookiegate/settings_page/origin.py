"""Checks who posts, and where to redirect: no other site can choose for a visitor, and no redirect leaves the site.

Source: Fetch Metadata (`Sec-Fetch-Site`), RFC 6454 (`Origin`), WHATWG URL §4.4 (what browsers make of a path).
"""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from cookiegate.model import RequestHead
from cookiegate.settings_page.exchange import Problem

__all__ = ["check_same_origin", "own_path", "path_of_referer"]

MAX_PATH_OCTETS = 2048

# Browsers take "//" and "/\" for the beginning of another host, and leave out tabs and line breaks anywhere.
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5B\x5D-\x7E]*")


def check_same_origin(head: RequestHead) -> None:
    """Accept a request that this site's own pages made, or that no browser made.

    1. `Sec-Fetch-Site` is there (every browser since 2023, on https and on localhost): only `same-origin`, and `none`
       (the visitor acted, not a page), pass. A page of a sister domain, `same-site`, counts as another site's.
    2. Else `Origin`: its host and port must be the request's `Host`. The scheme is left out, since behind a proxy the
       server may not know its own.
    3. Else `Referer`, for browsers from before 2020, in the same way.
    4. Else no browser with a visitor's cookies sent it: it passes.

    Raises: `Problem`.
    """
    fetch_site = head.header(b"sec-fetch-site")
    if fetch_site:
        if all(value.strip() in (b"same-origin", b"none") for value in fetch_site):
            return
        raise _refused("Sec-Fetch-Site says that another site's page sent this")
    for name in (b"origin", b"referer"):
        sent = head.header(name)
        if sent:
            hosts = {value.strip().lower() for value in head.header(b"host")}
            if len(hosts) == 1 and all(_host_of(value) in hosts for value in sent):
                return
            raise _refused(f"{name.decode().capitalize()} names another host than Host")


def own_path(text: str | None) -> str | None:
    """Return a path (and query) on this site that a browser can be sent to; `None` for anything else."""
    if text is None or len(text) > MAX_PATH_OCTETS or not _OWN_PATH.fullmatch(text):
        return None
    return text


def path_of_referer(head: RequestHead) -> str | None:
    """Return the path (and query) of the page on this site that the request came from."""
    sent, hosts = head.header(b"referer"), head.header(b"host")
    if len(sent) != 1 or len(hosts) != 1 or _host_of(sent[0]) != hosts[0].strip().lower():
        return None
    rest = sent[0].decode("latin-1").partition("://")[2].partition("#")[0]
    return own_path("/" + rest.partition("/")[2])


def _host_of(url: bytes) -> bytes | None:
    """Return host and port of an URL in lower case; `None` where there is none."""
    try:
        parts = urlsplit(url.strip().lower().decode("ascii"))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        return None
    return parts.netloc.encode("ascii")


def _refused(why: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "cross-site", f"{why}; choose on this site's own pages")
