"""The site behind the caches, in ASGI."""

import os

from cached_site import GATES, page

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware


async def answer(send, headers, body):
    """Answer at once."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def site(scope, receive, send):
    """Answer with the page that the path names."""
    cookie = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    fields, body = page(scope["path"].split("/")[3], current(scope), cookie)
    await answer(send, [(name.lower().encode(), value.encode()) for name, value in fields], body)


GATED = {name: CookieGateMiddleware(site, gate=gate) for name, gate in GATES.items()}


async def app(scope, receive, send):
    """Lead a request through the gate that its path names."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["path"].endswith("/ready"):
        await answer(send, [(b"cache-control", b"no-store")], os.environ["COOKIEGATE_TEST_TOKEN"].encode())
    else:
        await GATED[scope["path"].split("/")[2]](scope, receive, send)
