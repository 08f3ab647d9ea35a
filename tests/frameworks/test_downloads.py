"""Streaming downloads and websockets: the header is gated, and nothing is held back, read ahead or changed."""

import asyncio
from wsgiref.util import setup_testing_defaults

import pytest

WHOLE = b"0\n1\n2\n3\n4\n"

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # WebOb's


def asgi_scope(kind, path, cookie=""):
    headers = [(b"host", b"site.example"), *([(b"cookie", cookie.encode())] if cookie else ())]
    own = {"method": "GET", "scheme": "https"} if kind == "http" else {"scheme": "wss", "subprotocols": []}
    return {
        "type": kind, "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "extensions": {},
        "client": ("127.0.0.1", 1), "server": ("site.example", 443), **own,
    }  # fmt: skip


def names_of(lines):
    return [value.partition(b"=")[0] for name, value in lines if name.lower() == b"set-cookie"]


def test_download_arrives_whole(browser, note):
    note("streaming download")
    response = browser.request("GET", "/download")
    assert response.content == WHOLE
    assert "attachment" in response.headers["content-disposition"]
    assert "ia_mkt_source" not in browser.cookies()
    browser.choose("marketing")
    assert browser.request("GET", "/download").content == WHOLE
    assert "ia_mkt_source" in browser.cookies()


def test_download_is_not_read_ahead(browser, note):
    note("streaming download")
    browser.produced.clear()
    seen = browser.runner.run(stream_asgi(browser)) if browser.kind.is_async else stream_wsgi(browser)
    assert b"".join(chunk for chunk, _ in seen) == WHOLE
    assert [count for _, count in seen] == sorted(count for _, count in seen)
    assert seen[0][1] <= 2  # Bottle looks at the first line before it sends the header


def stream_wsgi(browser):
    """Return each chunk that came, with how many lines the site had made by then."""
    environ = {"PATH_INFO": "/download", "HTTP_HOST": "site.example", "wsgi.url_scheme": "https"}
    setup_testing_defaults(environ)
    heads = []

    def start_response(status, headers, exc_info=None):
        heads.append(headers)

    body = browser.app(environ, start_response)
    seen = [(chunk, len(browser.produced)) for chunk in body if chunk]
    if hasattr(body, "close"):
        body.close()
    assert [name for name, _ in heads[0] if name.lower() == "set-cookie"] == []
    return seen


async def stream_asgi(browser):
    incoming = [{"type": "http.request", "body": b"", "more_body": False}]
    done = asyncio.Event()
    seen, heads = [], []

    async def receive():
        if not incoming:
            await done.wait()
            return {"type": "http.disconnect"}
        return incoming.pop(0)

    async def send(message):
        if message["type"] == "http.response.start":
            heads.append([*message["headers"]])
            return
        if message.get("body"):
            seen.append((bytes(message["body"]), len(browser.produced)))
        if not message.get("more_body"):
            done.set()

    async with asyncio.timeout(300):
        await browser.app(asgi_scope("http", "/download"), receive, send)
    assert b"ia_mkt_source" not in names_of(heads[0])
    return seen


async def talk(app, cookie):
    """Shake hands, say one thing, listen; return the header fields of the acceptance and what was heard."""
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "ping"}]
    heard, fields = [], []

    closed = asyncio.Event()

    async def receive():
        if not incoming:
            await closed.wait()
            return {"type": "websocket.disconnect", "code": 1000}
        return incoming.pop(0)

    async def send(message):
        if message["type"] == "websocket.close":
            closed.set()
        elif message["type"] == "websocket.accept":
            fields.extend((bytes(name), bytes(value)) for name, value in message.get("headers") or ())
        elif message["type"] == "websocket.send":
            heard.append(message.get("text"))

    async with asyncio.timeout(300):
        await app(asgi_scope("websocket", "/socket", cookie), receive, send)
    return fields, heard


@pytest.mark.usefixtures("only_with_websockets")
def test_websocket_talks_and_its_handshake_is_gated(browser, note):
    note("websocket")
    browser.post("/login", name="anna")
    for granted, expected in ((), [b"session_seen"]), (("marketing",), [b"ia_mkt_source", b"session_seen"]):
        if granted:
            browser.choose(*granted)
        cookie = "; ".join(f"{each.name}={each.value}" for each in browser.client.cookies.jar)
        fields, heard = browser.runner.run(talk(browser.app, cookie))
        assert heard == ["hello anna", "ping"]
        assert [name for name in names_of(fields) if name in {b"ia_mkt_source", b"session_seen"}] == expected
