"""The ASGI adapter: `app.add_middleware(CookieGateMiddleware, gate=gate)`, added last, so that it is outermost.

Gated is every message that carries headers: the start of an HTTP response, the acceptance of a websocket, its denial.
Everything else passes untouched. Source: ASGI 3.0, HTTP and WebSocket 2.5.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from cookiegate.gate import CookieGate
from cookiegate.model import RequestHead
from cookiegate.visit import Visit
from cookiegate.wire.cache_control import Fields
from cookiegate.wire.headers import octets

__all__ = ["CookieGateMiddleware"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class CookieGateMiddleware:
    """Wraps an ASGI app, so that every Set-Cookie line that leaves obeys the registry and the visitor's consent.

    The app finds its handle in `scope["cookiegate"]`.
    """

    def __init__(self, app: ASGIApp, gate: CookieGate | None = None) -> None:
        self.app = app
        self.gate = gate if gate is not None else CookieGate()
        self._visit = _AsgiVisit.of(self.gate)
        self._send = self._visit.send

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        visit = self._visit()
        visit._headers = headers = scope["headers"]
        # The handle holds neither scope nor send: a cycle would leave each request to the garbage collector, and costs
        # a seventh of what the gate adds to a response without cookies (`python -m benchmarks --only responses`).
        visit._line = (scope.get("scheme"), scope.get("method"), scope.get("path"))
        for name, _ in headers:
            if name == b"cookie":
                visit.screen_scope(scope)
                break
        scope["cookiegate"] = visit
        await self.app(scope, receive, partial(self._send, visit, scope, send))


class _AsgiVisit(Visit):
    _cookie = b""  # what the browser sent; where it sent none, the app's own doing does not count
    _head: RequestHead | None = None
    _headers: Fields
    _line: tuple[str | None, str | None, str | None]
    """Scheme, method and path."""

    def send(self, scope: Scope, send: Send, message: Message) -> Awaitable[None]:
        """Pass a message on, its headers filtered.

        No coroutine of its own: it hands out the server's, which saves a frame for each message.
        """
        kind = message["type"]
        if kind == "http.response.body":
            return send(message)
        if kind in _STARTS:
            name = None
            fields: list[Any] | None = None
            try:  # mostly there is nothing to judge; in place, since a call for it would cost a tenth of the whole
                kinds = self._gate.judged_kinds.known
                fields = [*message["headers"]]
                for field in fields:
                    name, value = field
                    if kinds[name] or 10 in value or 13 in value or 0 in value or field.__class__ is not tuple:
                        break
                else:
                    if not self._is_special:
                        self.is_started = True
                        message = {**message}
                        message["headers"] = fields
                        return send(message)
            except KeyError:  # a field name that was not met before, or no headers
                if isinstance(name, bytes):
                    self._gate.judged_kinds.learn(name)
            except (AttributeError, TypeError, ValueError):  # not the pairs of octets that nearly every app sends
                pass
            if fields is None:  # there are none, or they are no list
                fields = [*(message.get("headers") or ())]
            self._line = (scope.get("scheme"), *self._line[1:])  # a middleware that trusts the proxy may have mended it
            leaving = self.filter(fields, is_cacheable=kind == "http.response.start")
            if self._gate.recorders:
                self._record(scope, 101 if kind == "websocket.accept" else message.get("status"))
            return send({**message, "headers": leaving})
        if "headers" in message:  # trailers (hypercorn starts a response with them), a push, or what is not known yet
            return send({**message, "headers": self.judge_only(message["headers"] or ())})
        if "links" in message:  # early hints: some servers write a line break in a link out as it is
            links = [self.one_line(b"link", link) for link in map(octets, message["links"] or ()) if link is not None]
            return send({**message, "links": links})
        return send(message)

    def _record(self, scope: Scope, status: object) -> None:
        from cookiegate.report.route import asgi_route  # here, since most gates record nothing

        method = "WEBSOCKET" if scope["type"] == "websocket" else self._line[1] or "GET"
        self.record(method=method, path=self._line[2] or "/", route=asgi_route(scope), status=status)

    def screen_scope(self, scope: Scope) -> None:
        """Hide refused cookies of the request from the app; consent is read from what the browser sent."""
        headers = self._headers
        cookie = self._cookie = b"; ".join([value for name, value in headers if name == b"cookie"])
        screened = self.screen(cookie)
        if screened is not cookie:
            kept = [(name, value) for name, value in headers if name != b"cookie"]
            scope["headers"] = [*kept, (b"cookie", screened)] if screened else kept

    def head(self) -> RequestHead:
        if self._head is None:
            self._head = _ScopeHead(self._cookie, self._headers, self._line)
        return self._head

    def has_https_scheme(self) -> bool:
        return self._line[0] in ("https", "wss")


class _ScopeHead(RequestHead):
    """A request whose parts are looked up when a consent source asks for them; mostly none does."""

    __slots__ = ("_fields", "_line")
    _fields: Fields
    _line: tuple[str | None, str | None, str | None]

    def __init__(self, cookie: bytes, fields: Fields, line: tuple[str | None, str | None, str | None]) -> None:
        object.__setattr__(self, "cookie", cookie)
        object.__setattr__(self, "_fields", fields)
        object.__setattr__(self, "_line", line)

    def header(self, name: bytes) -> list[bytes]:
        if name == b"cookie":
            return super().header(name)
        return [bytes(value) for key, value in self._fields if key == name]

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        fields = [(bytes(name), bytes(value)) for name, value in self._fields if name != b"cookie"]
        return (*fields, (b"cookie", self.cookie)) if self.cookie else tuple(fields)

    @property
    def scheme(self) -> str:
        return "https" if self._line[0] in ("https", "wss") else "http"

    @property
    def method(self) -> str:
        return str(self._line[1] or "GET")

    @property
    def path(self) -> str:
        return str(self._line[2] or "/")
