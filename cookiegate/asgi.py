"""The ASGI adapter. Add it last, so that it is outermost: `app.add_middleware(CookieGateMiddleware, gate=gate)`.

It filters every message that carries headers: the start of an HTTP response, the acceptance or denial of a websocket,
early hints, trailers. Everything else passes unchanged. The decisions are made behind `cookiegate.handle`.
Source: ASGI 3.0, HTTP and WebSocket 2.5.
"""

from __future__ import annotations  # otherwise each request evaluates the annotations of `gated`

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal

from cookiegate.adapter import (
    filter_fields,
    filter_more,
    has_recorders,
    hide_refused,
    needs_filter,
    record,
    settings_to_serve,
)
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import SCOPE_KEY, Handle
from cookiegate.surroundings.wrapping import check_app
from cookiegate.wire.headers import are_plain
from cookiegate.wire.request_head import ScopeHead

if TYPE_CHECKING:
    from cookiegate.settings_page import SettingsPage

__all__ = ["CookieGateMiddleware"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class CookieGateMiddleware:
    """Wrap an ASGI app, so that every Set-Cookie line that leaves obeys the registry and the visitor's consent.

    The app finds its handle in `scope["cookiegate"]`. `settings`: the visitor's cookie settings are served too, at this
    path or as this page says; without it, at the gate's `settings_url`; with `False` it is not served.

    Raises: `ConfigError` for settings that can't be served, and for what is no app.
    """

    _is_new = True
    """No request has come yet."""

    def __init__(
        self,
        app: ASGIApp,
        gate: CookieGate | None = None,
        *,
        settings: str | SettingsPage | Literal[False] | None = None,
    ) -> None:
        check_app(app)
        self.gate: CookieGate = gate if gate is not None else CookieGate()
        self._compiled = compiled(self.gate)
        served = settings_to_serve(self.gate, settings)
        if served is not None:
            from cookiegate.settings_page.asgi import in_front_of

            app = in_front_of(app, self.gate, served)
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Serve one connection, and return the app's return value."""
        if scope.get("type") not in ("http", "websocket"):  # lifespan, or a type of a later version
            return await self.app(scope, receive, send)
        if self._is_new:
            self._look_around(scope)
        headers = scope.get("headers")  # some test clients leave them out
        if headers.__class__ is not list or (headers and headers[0].__class__ is not tuple):
            headers = scope["headers"] = _as_pairs(headers)
        cookie = b""
        for name, value in headers:
            if name == b"cookie":
                cookie = b"%b; %b" % (cookie, value) if cookie else value
        # The handle refers to neither scope nor send: a reference cycle would leave each request to the garbage
        # collector, at a seventh of what the gate costs for a response without cookies
        # (`python -m benchmarks --only responses`).
        try:
            request_line = (scope["scheme"], scope["method"], scope["path"])
        except KeyError:  # a websocket has no method
            request_line = (scope.get("scheme"), scope.get("method"), scope.get("path"))
        handle = scope[SCOPE_KEY] = Handle(self._compiled, (cookie, ScopeHead, headers, request_line))
        visible = hide_refused(handle) if cookie else cookie
        if visible is not cookie:
            kept = [field for field in headers if field[0] != b"cookie"]
            scope["headers"] = [*kept, (b"cookie", visible)] if visible else kept

        def gated(
            message: Message, handle: Handle = handle, scope: Scope = scope, send: Send = send
        ) -> Awaitable[None]:
            # Most messages have nothing to judge: they are passed on without a coroutine. A closure instead of the
            # default arguments would add a twentieth to the gate's cost.
            kind = message["type"]
            if kind == "http.response.body":
                return send(message)
            fields = None
            if kind == "http.response.start" and not needs_filter(handle):
                fields = [*(message.get("headers") or ())]
                if are_plain(fields):
                    handle.is_started = True
                    return send({**message, "headers": fields} if "headers" in message else message)
            return send(judged(handle, scope, message, fields))

        return await self.app(scope, receive, gated)

    def _look_around(self, place: Scope) -> None:
        """Log once what is wrong around the gate."""
        from cookiegate.surroundings.first_look import look  # here, since it is needed once

        self._is_new = False
        look(self.gate, self, place)


def _as_pairs(headers: Any) -> list[Any]:
    """Return headers in a list of tuples: ASGI allows "an iterable of iterables", maybe one-shot."""
    return [tuple(field) for field in headers or ()]


def judged(handle: Handle, scope: Scope, message: Message, fields: list[Any] | None) -> Message:
    """Return a message as it may leave. `fields`: its headers, if they were read already."""
    kind = message["type"]
    scheme = scope.get("scheme")  # read late: a proxy middleware may have corrected it since the request came
    if kind in _STARTS:
        handle.is_started = True
        if fields is None:
            fields = [*(message.get("headers") or ())]
        leaving = filter_fields(handle, fields, scheme, is_cacheable=kind == "http.response.start")
        if has_recorders(handle):
            _record(handle, scope, 101 if kind == "websocket.accept" else message.get("status"))
        return {**message, "headers": leaving} if leaving or "headers" in message else message
    if message.get("headers") is not None:  # trailers (hypercorn may start a response with them), a push, or a new type
        return {**message, "headers": filter_more(handle, [*message["headers"]], scheme)}
    if message.get("links") is not None:  # early hints: some servers do not escape a line break in a link
        links = filter_more(handle, [(b"link", link) for link in message["links"]], scheme)
        return {**message, "links": [value for _, value in links]}
    return message


def _record(handle: Handle, scope: Scope, status: object) -> None:
    from cookiegate.report.route import asgi_route  # imported here, because most gates have no recorder

    method = "WEBSOCKET" if scope["type"] == "websocket" else scope.get("method") or "GET"
    path, route = scope.get("path") or "/", asgi_route(scope)
    record(handle, scheme=scope.get("scheme"), method=method, path=path, route=route, status=status)
