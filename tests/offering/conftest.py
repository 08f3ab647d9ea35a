"""Set-Cookie lines through a gate, by both adapters: `serve(gate, lines, cookie)` returns those that leave."""

import pytest

from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate


def through_asgi(gate, lines, cookie=""):
    sent = []

    async def app(scope, receive, send):
        headers = [(b"set-cookie", line.encode()) for line in lines]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.extend(message["headers"])

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/", "headers": headers}
    with pytest.raises(StopIteration):
        AsgiGate(app, gate)(scope, None, send).send(None)
    return [value.decode() for name, value in sent if name == b"set-cookie"]


def through_wsgi(gate, lines, cookie=""):
    sent = []

    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", line) for line in lines])
        return []

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https", "HTTP_COOKIE": cookie}
    WsgiGate(app, gate)(environ, lambda status, headers, exc_info=None: sent.__setitem__(slice(None), headers))
    return [value for name, value in sent if name.lower() == "set-cookie"]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def serve(request):
    return request.param
