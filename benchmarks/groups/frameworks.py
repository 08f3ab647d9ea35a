"""What the gate adds to a response of a real framework, held against what the framework's own parts cost."""

from collections.abc import Iterator
from typing import Any

from benchmarks.contest import Pace, compete, quartiles
from benchmarks.lines import EVERYTHING, cookie_header, make_gate
from benchmarks.result import Row, at_most, skipped
from benchmarks.serving import asgi_headers, asgi_loop, wsgi_loop
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["frameworks"]

_COOKIES: list[tuple[str, str, dict[str, Any]]] = [
    ("token", "abcdefghijklmnopqrstuvwxyz", {"httponly": True, "samesite": "lax"}),
    ("ia_pref_theme", "dark", {"max_age": 15552000, "samesite": "lax"}),
    ("ia_stats_session", "0123456789", {"secure": True, "samesite": "lax"}),
]


def frameworks(pace: Pace) -> Iterator[Row]:
    """Measure Starlette and Flask with three cookies, for a new visitor and for one who granted everything."""
    gate = make_gate()
    full = cookie_header(gate, EVERYTHING, "token", "countryCode")
    for visitor, cookie in (("new visitor", b""), ("full consent", full)):
        yield from _starlette(pace, gate, visitor, cookie)
        yield from _flask(pace, gate, visitor, cookie)


def _starlette(pace: Pace, gate: CookieGate, visitor: str, cookie: bytes) -> Iterator[Row]:
    what = f"Starlette, 3 cookies, {visitor}: what the gate adds"
    try:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.sessions import SessionMiddleware
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route
    except ImportError:
        yield skipped(what, "idle SessionMiddleware", "starlette and itsdangerous are not installed")
        return

    async def with_cookies(request: Any) -> Any:
        response = PlainTextResponse("ok")
        for name, value, attributes in _COOKIES:
            response.set_cookie(name, value, **attributes)
        return response

    async def without_cookies(request: Any) -> Any:
        return PlainTextResponse("ok")

    def make(endpoint: Any, *middleware: Any) -> Any:
        app = Starlette(routes=[Route("/", endpoint)], middleware=middleware)
        return asgi_loop(app, asgi_headers(cookie))

    rounds = compete(
        pace,
        {
            "without": make(without_cookies),
            "plain": make(with_cookies),
            "gate": make(with_cookies, Middleware(AsgiGate, gate=gate)),
            "session": make(with_cookies, Middleware(SessionMiddleware, secret_key="0123456789abcdef")),
        },
    )
    yield Row(
        what=what,
        against="what idle SessionMiddleware adds",
        figure=quartiles(rounds, lambda one: (one["gate"] - one["plain"]) / max(one["session"] - one["plain"], 1)),
        target=at_most(0.7),
    )
    yield Row(
        what=what,
        against="three response.set_cookie calls",
        figure=quartiles(rounds, lambda one: (one["gate"] - one["plain"]) / max(one["plain"] - one["without"], 1)),
        target=at_most(0.25),
    )
    yield Row(
        what=f"Starlette, 3 cookies, {visitor}: whole response",
        against="without the gate",
        figure=quartiles(rounds, lambda one: one["gate"] / one["plain"]),
    )


def _flask(pace: Pace, gate: CookieGate, visitor: str, cookie: bytes) -> Iterator[Row]:
    what = f"Flask, 3 cookies, {visitor}: whole response"
    try:
        from flask import Flask, make_response
    except ImportError:
        yield skipped(what, "without the gate", "flask is not installed")
        return
    app = Flask("benchmarks")

    @app.get("/")
    def _index() -> Any:
        response = make_response("ok")
        for name, value, attributes in _COOKIES:
            response.set_cookie(name, value, **attributes)
        return response

    rounds = compete(
        pace,
        {"plain": wsgi_loop(app.wsgi_app, cookie), "gate": wsgi_loop(WsgiGate(app.wsgi_app, gate), cookie)},
    )
    yield Row(
        what=what,
        against="without the gate",
        figure=quartiles(rounds, lambda one: one["gate"] / one["plain"]),
        target=at_most(1.12),
    )
