"""The site behind the caches, in WSGI."""

import os

from cached_site import GATES, page

from cookiegate import current
from cookiegate.wsgi import CookieGateMiddleware


def site(environ, start_response):
    """Answer with the page that the path names."""
    cookie = environ.get("HTTP_COOKIE", "").encode("latin-1")
    fields, body = page(environ["PATH_INFO"].split("/")[3], current(environ), cookie)
    start_response("200 OK", [*fields, ("Content-Length", str(len(body)))])
    return [body]


GATED = {name: CookieGateMiddleware(site, gate=gate) for name, gate in GATES.items()}


def app(environ, start_response):
    """Lead a request through the gate that its path names."""
    if environ["PATH_INFO"].endswith("/ready"):
        body = os.environ["COOKIEGATE_TEST_TOKEN"].encode()
        start_response("200 OK", [("Cache-Control", "no-store"), ("Content-Length", str(len(body)))])
        return [body]
    return GATED[environ["PATH_INFO"].split("/")[2]](environ, start_response)
