"""The ASGI app that every server serves: no framework, each trick and each kind of response by its path."""

import asyncio
import os
import sys
from pathlib import Path

from gates import BODY, GATES, LEGEND, OK, REFUSED
from tricks import TRICKS

from cookiegate.asgi import CookieGateMiddleware

NAMED = {trick.name: trick for trick in TRICKS}
FILE = os.environ.get("COOKIEGATE_TEST_FILE", __file__)
CONTENT = Path(FILE).read_bytes()
HEAD = [*LEGEND, OK]


def octets(fields):
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]


async def answer(send, fields, body=BODY, status=200):
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


# Tricks


async def fields(send, trick):
    await answer(send, octets([*HEAD, *trick]))


async def as_str(send, trick):
    await answer(send, [*octets(HEAD), *trick])


async def as_bytearray(send, trick):
    await answer(send, [*octets(HEAD), *((bytearray(name), bytearray(value)) for name, value in octets(trick))])


async def as_memoryview(send, trick):
    await answer(send, [*octets(HEAD), *((memoryview(name), memoryview(value)) for name, value in octets(trick))])


async def as_tuple(send, trick):
    await answer(send, tuple(octets([*HEAD, *trick])))


async def as_generator(send, trick):
    await answer(send, (field for field in octets([*HEAD, *trick])))


async def as_dict(send, trick):
    # The necessary cookie's name in another case, since a dict holds each name once.
    await answer(send, dict([*octets([*LEGEND, *trick]), (b"set-cookie", OK[1].encode())]).items())


async def as_lists(send, trick):
    await answer(send, [list(field) for field in octets([*HEAD, *trick])])


async def status(send, trick):
    await answer(send, octets(HEAD), status=trick[0][1])


async def changed(send, trick):
    headers = octets(HEAD)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    headers += octets(trick)
    await send({"type": "http.response.body", "body": BODY})


async def second_start(send, trick):
    await send({"type": "http.response.start", "status": 200, "headers": octets(HEAD)})
    await answer(send, octets([*HEAD, *trick]))


async def early_hint(send, trick):
    await send({"type": "http.response.early_hint", "links": [value for _, value in octets(trick)]})
    await answer(send, octets(HEAD))


async def informational(send, trick):
    await send({"type": "http.response.informational", "status": 103, "headers": octets(trick)})
    await answer(send, octets(HEAD))


async def push(send, trick):
    await send({"type": "http.response.push", "path": "/gated/exchange/plain", "headers": octets(trick)})
    await answer(send, octets(HEAD))


async def unknown(send, trick):
    await send({"type": "http.response.unknown", "headers": octets(trick)})
    await answer(send, octets(HEAD))


async def trailers(send, trick):
    framing = octets([("Content-Type", "text/plain"), ("Trailer", "x-sum"), OK])
    await send({"type": "http.response.start", "status": 200, "headers": framing, "trailers": True})
    await send({"type": "http.response.body", "body": BODY})
    await send({"type": "http.response.trailers", "headers": octets([("X-Sum", "1"), *trick])})


async def trailers_first(send, trick):
    await send({"type": "http.response.trailers", "headers": octets(trick)})
    await answer(send, octets(HEAD))


# Kinds of responses


async def exchange(scope, receive, send, name):
    head = octets([*HEAD, REFUSED])
    framed = octets([("Content-Type", "text/plain"), OK, REFUSED])
    if name == "plain":
        await answer(send, head, b"" if scope["method"] == "HEAD" else BODY)
    elif name == "cookie":  # what the app sees of the request's cookies
        seen = b"|".join(value for key, value in scope["headers"] if key == b"cookie")
        await answer(send, octets([("Content-Length", str(len(seen))), OK, REFUSED]), seen)
    elif name in ("stream", "sse"):
        kind = "text/event-stream" if name == "sse" else "text/plain"
        headers = octets([("Content-Type", kind), OK, REFUSED])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number in range(5):
            body = f"data: {number}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b""})
    elif name == "file":
        size = ("Content-Length", str(len(CONTENT)))
        offers = scope.get("extensions") or {}
        way = "http.response.pathsend" if "http.response.pathsend" in offers else "http.response.body"
        headers = octets([("X-Way", way), size, OK, REFUSED])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if way == "http.response.pathsend":
            await send({"type": way, "path": FILE})
        else:
            await send({"type": way, "body": CONTENT})
    elif name.isdigit():
        if name in ("204", "304"):
            await answer(send, octets([OK, REFUSED]), b"", int(name))
        else:
            await answer(send, [*head, (b"location", b"/")], status=int(name))
    elif name == "error-before":
        raise RuntimeError("the app's own, before the start")
    elif name == "error-after":
        await send({"type": "http.response.start", "status": 200, "headers": framed})
        raise RuntimeError("the app's own, after the start")
    elif name == "error-within":
        await send({"type": "http.response.start", "status": 200, "headers": framed})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.sleep(0.05)
        raise RuntimeError("the app's own, within the body")
    elif name == "endless":
        await send({"type": "http.response.start", "status": 200, "headers": framed})
        for _ in range(200):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0.005)
        await send({"type": "http.response.body", "body": b""})
    else:
        raise LookupError(name)


async def websocket(scope, receive, send, name):
    await receive()
    cookies = octets([OK, REFUSED])
    offers = scope.get("extensions") or {}
    if name == "deny-bare":
        await send({"type": "websocket.close", "code": 1000})
        return
    if name == "deny":
        if "websocket.http.response" not in offers:
            raise LookupError("the server offers no denial")
        headers = [*octets(LEGEND), *cookies]
        await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": BODY})
        return
    message = {"type": "websocket.accept", "headers": cookies}
    if name == "subprotocol":
        message |= {"subprotocol": f"chat\r\nSet-Cookie: {REFUSED[1]}", "headers": octets([OK])}
    elif name in NAMED:
        message["headers"] = octets([OK, *NAMED[name].fields])
    await send(message)
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"heard {message['text']}"})


async def site(scope, receive, send):
    _, _, kind, name = scope["path"].split("/")
    if scope["type"] == "websocket":
        await websocket(scope, receive, send, name)
    elif kind == "trick":
        trick = NAMED[name]
        await globals()[trick.how](send, trick.fields)
    else:
        await exchange(scope, receive, send, name)


WAYS = {"bare": site} | {name: CookieGateMiddleware(site, gate) for name, gate in GATES.items()}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["path"] == "/ready":
        token = os.environ["COOKIEGATE_TEST_TOKEN"].encode()
        await answer(send, [(b"content-length", b"%d" % len(token))], token)
    else:
        try:
            await WAYS[scope["path"].split("/")[1]](scope, receive, send)
        except Exception:
            sys.stderr.write(f"the app raised at {scope['path']}\n")
            sys.stderr.flush()
            raise
