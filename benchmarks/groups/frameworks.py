"""What the gate adds to a response of a real framework, held against what the framework's own parts cost."""

from collections.abc import Iterator
from typing import Any

from benchmarks.lines import EVERYTHING, five_cookies, make_gate
from benchmarks.result import Row, at_most, skipped
from benchmarks.serving import asgi_headers, asgi_loop, wsgi_loop
from benchmarks.sites import flask_site, starlette_site
from benchmarks.timing import Loop, Pace, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["frameworks"]


def frameworks(pace: Pace) -> Iterator[Row]:
    """Measure Starlette and Flask with three cookies, for a new visitor and for one who granted everything."""
    gate = make_gate()
    full = five_cookies(gate, EVERYTHING)
    for visitor, cookie in (("new visitor", b""), ("full consent", full)):
        yield from _starlette(pace, gate, visitor, cookie)
        yield from _flask(pace, gate, visitor, cookie)


def _starlette(pace: Pace, gate: CookieGate, visitor: str, cookie: bytes) -> Iterator[Row]:
    what = f"Starlette, 3 cookies, {visitor}: what the gate adds"
    if starlette_site() is None:
        yield skipped(what, "what idle SessionMiddleware adds", "starlette is not installed")
        return
    from starlette.middleware import Middleware

    try:
        from starlette.middleware.sessions import SessionMiddleware
    except ImportError:
        yield skipped(what, "what idle SessionMiddleware adds", "itsdangerous is not installed")
        return

    def make(*middleware: Any, with_cookies: bool = True) -> Loop:
        app = starlette_site(*middleware, with_cookies=with_cookies)
        assert app is not None
        return asgi_loop(app, asgi_headers(cookie))

    rounds = time_in_turns(
        pace,
        {
            "without": make(with_cookies=False),
            "plain": make(),
            "gate": make(Middleware(AsgiGate, gate=gate)),
            "session": make(Middleware(SessionMiddleware, secret_key="0123456789abcdef")),
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
    app = flask_site()
    if app is None:
        yield skipped(what, "without the gate", "flask is not installed")
        return
    rounds = time_in_turns(
        pace,
        {"plain": wsgi_loop(app, cookie), "gate": wsgi_loop(WsgiGate(app, gate), cookie)},
    )
    yield Row(
        what=what,
        against="without the gate",
        figure=quartiles(rounds, lambda one: one["gate"] / one["plain"]),
        target=at_most(1.12),
    )
