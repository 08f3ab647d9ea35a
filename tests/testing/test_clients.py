"""Every test client is watched where it receives a response; nothing is imported for the user, and nothing stays."""

import asyncio
import subprocess
import sys
import warnings
from http.cookies import SimpleCookie
from types import ModuleType, SimpleNamespace

import flask
import httpx
import pytest
import werkzeug.test
from werkzeug.wrappers import Response

from cookiegate.testing.clients import watched

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette's, about the httpx that is installed
    import starlette.testclient

LINES = [b"a=1; Path=/", b"b=2"]


@pytest.fixture
def seen():
    return []


@pytest.fixture
def watch(seen):
    with watched(lambda client, request, lines: seen.append((client, request, lines))):
        yield


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), *(("Set-Cookie", line.decode()) for line in LINES)])
    return [b"x"]


async def asgi(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), *((b"set-cookie", line) for line in LINES)]
    if scope["type"] == "websocket":
        await receive()
        if scope["path"] == "/denied":
            await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        await send({"type": "websocket.accept", "headers": headers})
        await send({"type": "websocket.send", "text": "x"})
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x"})


def test_starlettes_client_is_watched(watch, seen):
    starlette.testclient.TestClient(asgi).get("/a?b=c")
    assert seen == [("Starlette's TestClient", "GET /a", LINES)]


def test_starlettes_websockets_are_watched(watch, seen):
    with starlette.testclient.TestClient(asgi).websocket_connect("/ws") as socket:
        assert socket.receive_text() == "x"
    assert seen == [("Starlette's TestClient", "WEBSOCKET /ws", LINES)]


def test_starlettes_denied_websockets_are_watched(watch, seen):
    with (
        pytest.raises(starlette.testclient.WebSocketDenialResponse),
        starlette.testclient.TestClient(asgi).websocket_connect("/denied"),
    ):
        pytest.fail("it was accepted")
    assert seen == [("Starlette's TestClient", "WEBSOCKET /denied", LINES)]


def test_httpx_over_asgi_is_watched(watch, seen):
    async def visit():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://a") as client:
            await client.post("/b")

    asyncio.run(visit())
    assert seen == [("httpx's ASGITransport", "POST /b", LINES)]


def test_httpx_over_wsgi_is_watched(watch, seen):
    with httpx.Client(transport=httpx.WSGITransport(wsgi), base_url="http://a") as client:
        client.get("/c")
    assert seen == [("httpx's WSGITransport", "GET /c", LINES)]


def test_werkzeugs_client_is_watched_through_redirects(watch, seen):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/d":
            return wsgi(environ, start_response)
        response = Response(status=302, headers={"Location": "/d", "Set-Cookie": "r=1"})
        return response(environ, start_response)

    werkzeug.test.Client(app).get("/", follow_redirects=True)
    assert seen == [
        ("Werkzeug's test client", "GET /", [b"r=1"]),
        ("Werkzeug's test client", "GET /d", LINES),
    ]


def test_flasks_client_is_watched(watch, seen):
    app = flask.Flask("shop")
    app.wsgi_app = wsgi
    app.test_client().get("/e")
    assert seen == [("Flask's test client", "GET /e", LINES)]


def test_flasks_client_is_watched_where_it_breaks_on_a_line(watch, seen):
    def nonsense(environ, start_response):
        start_response("200 OK", [("Set-Cookie", "no name=1")])
        return [b""]

    app = flask.Flask("shop")
    app.wsgi_app = nonsense
    with pytest.raises(StopIteration):
        app.test_client().get("/")
    werkzeug.test.run_wsgi_app(wsgi, {"REQUEST_METHOD": "GET", "PATH_INFO": "/plain"})
    assert seen == [
        ("Flask's test client", "GET /", [b"no name=1"]),
        ("Werkzeug's test client", "GET /plain", LINES),
    ]


def test_djangos_handlers_are_watched(monkeypatch, seen):
    """Django itself runs in test_plugin.py, in a process of its own."""
    jar = SimpleCookie({"a": "1"})
    response = SimpleNamespace(headers={"Set-Cookie": "b=2"}, cookies=jar)

    class ClientHandler:
        def __call__(self, environ):
            return response

    class AsyncClientHandler:
        async def __call__(self, scope):
            return response

    module = ModuleType("django.test.client")
    module.ClientHandler, module.AsyncClientHandler = ClientHandler, AsyncClientHandler
    monkeypatch.setitem(sys.modules, "django.test.client", module)
    with watched(lambda *received: seen.append(received)):
        assert ClientHandler()({"REQUEST_METHOD": "GET", "PATH_INFO": "/f"}) is response
        assert asyncio.run(AsyncClientHandler()({"method": "GET", "path": "/g"})) is response
    assert seen == [
        ("Django's test client", "GET /f", [b"b=2", b"a=1"]),
        ("Django's asynchronous test client", "GET /g", [b"b=2", b"a=1"]),
    ]


def test_clients_are_afterwards_as_they_were():
    places = [
        (starlette.testclient._TestClientTransport, "handle_request"),
        (starlette.testclient.WebSocketTestSession, "receive"),
        (httpx.ASGITransport, "handle_async_request"),
        (httpx.WSGITransport, "handle_request"),
        (werkzeug.test.Client, "run_wsgi_app"),
        (werkzeug.test, "run_wsgi_app"),
    ]
    before = [getattr(*place) for place in places]
    finders = [*sys.meta_path]
    with watched(lambda *_: None):
        assert not [place for place, original in zip(places, before, strict=True) if getattr(*place) is original]
    assert [getattr(*place) for place in places] == before
    assert sys.meta_path == finders


def test_a_client_that_is_imported_later_is_watched_too(watch, seen, monkeypatch):
    monkeypatch.setattr(werkzeug, "test", werkzeug.test)  # an import puts its module there
    monkeypatch.delitem(sys.modules, "werkzeug.test")
    import werkzeug.test as again

    again.Client(wsgi).get("/")
    assert seen == [("Werkzeug's test client", "GET /", LINES)]
    assert type(again.__spec__.loader) is type(again.__loader__)
    assert not type(again.__loader__).__module__.startswith("cookiegate")


def test_a_client_that_is_not_installed_is_still_not_there(watch, monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "httpx2", raising=False)
    with pytest.raises(ModuleNotFoundError, match="httpx2"):
        import httpx2  # noqa: F401


def test_an_unknown_version_of_a_client_is_told_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", ModuleType("httpx2"))
    before = httpx.WSGITransport.handle_request
    with (
        pytest.raises(
            AttributeError, match=r"can't watch this version of httpx2: there is no WSGITransport\.handle_re"
        ),
        watched(lambda *_: None),
    ):
        pytest.fail("it was watched")
    assert httpx.WSGITransport.handle_request is before


def test_watching_imports_no_client():
    code = (
        "import sys; from cookiegate.testing.clients import watched\n"
        "with watched(print): print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert not {"httpx", "starlette", "werkzeug", "flask", "django", "pytest"} & set(found.stdout.split())
