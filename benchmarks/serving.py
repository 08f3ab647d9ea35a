"""Apps and the drivers that call them as a server would, without a socket: what is left is the app and its wrapping."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from itertools import cycle, islice
from typing import Any, TypeAlias

from benchmarks.timing import Loop

__all__ = [
    "ASGIApp", "WSGIApp", "asgi_headers", "asgi_loop", "asgi_noop", "asking_asgi", "asking_wsgi", "environ",
    "raw_asgi", "raw_wsgi", "sent_by_asgi", "sent_by_wsgi", "wsgi_loop", "wsgi_noop",
]  # fmt: skip

ASGIApp: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]
WSGIApp: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]
Field: TypeAlias = tuple[bytes, bytes]

_PAGE = b"<p>Page</p>"
"""As long as the recorded Content-Length says: servers hold apps to it."""
_REQUEST = [
    (b"host", b"www.example.com"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-GB,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"connection", b"keep-alive"),
]


def asgi_headers(cookie: bytes = b"") -> list[Field]:
    """Return a browser's request header fields."""
    return [*_REQUEST, (b"cookie", cookie)] if cookie else list(_REQUEST)


def raw_asgi(headers: list[Field]) -> ASGIApp:
    """Make an app without a framework; its list of headers is made anew for each response, as any app's is."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": _PAGE})

    return app


def asking_asgi(headers: list[Field]) -> ASGIApp:
    """Make an app that asks the gate before it answers."""
    app = raw_asgi(headers)

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        scope["cookiegate"].allows("statistics")
        await app(scope, receive, send)

    return asking


def asgi_noop(app: ASGIApp) -> ASGIApp:
    """Wrap an app as any middleware does that looks at responses: a `send` of its own, and here nothing in it."""

    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def pass_on(message: Any) -> None:
            await send(message)

        await app(scope, receive, pass_on)

    return middleware


async def _receive() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: Any) -> None:
    pass


def _scope(headers: list[Field], scheme: str = "https") -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 443),
        "client": ("127.0.0.1", 50000),
        "scheme": scheme,
        "method": "GET",
        "root_path": "",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": _fresh(headers),
        "state": {},
    }


def _fresh(headers: list[Field]) -> list[Field]:
    """Return header fields whose Cookie is an object of its own, as it is when it comes off a socket."""
    fields = list(headers)
    if fields and fields[-1][0] == b"cookie":
        fields[-1] = (b"cookie", b"%b" % fields[-1][1])
    return fields


def asgi_loop(
    app: ASGIApp,
    headers: list[Field] | None = None,
    *,
    scheme: str = "https",
    visitors: Iterable[list[Field]] | None = None,
) -> Loop:
    """Make a candidate of an app: each request has a scope of its own; nothing has to wait, so no event loop runs.

    `visitors`: the header fields of one request after the other, over and over; without them all have `headers`.
    """
    requests = cycle(visitors or [asgi_headers() if headers is None else headers])

    def loop(times: int) -> None:
        for fields in islice(requests, times):
            serving = app(_scope(fields, scheme), _receive, _send)
            try:
                serving.send(None)  # type: ignore[attr-defined]
            except StopIteration:
                continue
            raise RuntimeError("the app waited for something; it can't be measured like this")

    return loop


def sent_by_asgi(app: ASGIApp, headers: list[Field]) -> list[Field]:
    """Return the header fields that one request is answered with."""
    sent: list[Field] = []

    async def send(message: Any) -> None:
        sent.extend(message.get("headers", ()))

    with suppress(StopIteration):
        app(_scope(headers), _receive, send).send(None)  # type: ignore[attr-defined]
    return sent


def raw_wsgi(headers: list[Field]) -> WSGIApp:
    """Make an app without a framework."""
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(fields))
        return [_PAGE]

    return app


def asking_wsgi(headers: list[Field]) -> WSGIApp:
    """Make an app that asks the gate before it answers."""
    app = raw_wsgi(headers)

    def asking(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["cookiegate.handle"].allows("statistics")
        return app(environ, start_response)

    return asking


def wsgi_noop(app: WSGIApp) -> WSGIApp:
    """Wrap an app as any middleware does that looks at responses: a `start_response` of its own, nothing in it."""

    def middleware(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def pass_on(status: str, headers: Any, exc_info: Any = None) -> Any:
            return start_response(status, headers, exc_info)

        return app(environ, pass_on)

    return middleware


def environ(cookie: bytes = b"", *, scheme: str = "https") -> dict[str, Any]:
    """Return what a WSGI server makes of a browser's request."""
    found: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "www.example.com",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": None,
        "wsgi.errors": None,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in asgi_headers(cookie):
        found["HTTP_" + name.decode().upper().replace("-", "_")] = value.decode("latin-1")
    return found


def _write(octets: bytes) -> None:
    pass


def _start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
    return _write


def wsgi_loop(app: WSGIApp, cookie: bytes = b"", *, scheme: str = "https") -> Loop:
    """Make a candidate of an app: each request has an environ of its own; the answer is read and closed."""
    model = environ(cookie, scheme=scheme)

    def loop(times: int) -> None:
        for _ in range(times):
            answer = app(dict(model), _start_response)
            for _octets in answer:
                pass
            close = getattr(answer, "close", None)
            if close is not None:
                close()

    return loop


def sent_by_wsgi(app: WSGIApp, cookie: bytes = b"") -> list[tuple[str, str]]:
    """Return the header fields that one request is answered with."""
    sent: list[tuple[str, str]] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
        sent.extend(headers)
        return _write

    answer = app(environ(cookie), start_response)
    list(answer)
    if hasattr(answer, "close"):
        answer.close()
    return sent
