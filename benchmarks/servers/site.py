"""The site that the servers serve: the path says under what the same three cookies leave.

`/bare`, `/same` (bare once more: what lies between the two is noise) and `/gate`, in one process of one worker, so that
they share its memory, its connection and its mood.
"""

import logging
from typing import Any

from benchmarks.groups.responses import PLAIN, THREE
from benchmarks.lines import make_gate, set_cookies
from benchmarks.serving import ASGIApp, WSGIApp, raw_asgi, raw_wsgi
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["asgi", "wsgi"]

logging.getLogger("cookiegate").setLevel(logging.CRITICAL + 1)
_gate = make_gate(secure="always")  # loopback has no TLS
_fields = [*PLAIN, *set_cookies(THREE)]
_asgi: dict[str, ASGIApp] = {
    "/bare": raw_asgi(_fields),
    "/same": raw_asgi(_fields),
    "/gate": AsgiGate(raw_asgi(_fields), _gate),
}
_wsgi: dict[str, WSGIApp] = {
    "/bare": raw_wsgi(_fields),
    "/same": raw_wsgi(_fields),
    "/gate": WsgiGate(raw_wsgi(_fields), _gate),
}


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the app of the path."""
    if scope["type"] == "http":
        await _asgi[scope["path"]](scope, receive, send)


def wsgi(environ: Any, start_response: Any) -> Any:
    """Answer with the app of the path."""
    return _wsgi[environ["PATH_INFO"]](environ, start_response)
