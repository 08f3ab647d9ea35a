"""The ASGI adapter: `app.add_middleware(CookieGateMiddleware, gate=gate)`, added last, so that it is outermost.

Gated is every message that carries headers: the start of an HTTP response, the acceptance of a websocket, its denial.
Everything else passes untouched. Source: ASGI 3.0, HTTP and WebSocket 2.5.
"""

from __future__ import annotations  # else each request would evaluate those of the function that is made for it

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from cookiegate.gate import CookieGate
from cookiegate.model import RequestHead
from cookiegate.visit import Visit
from cookiegate.wire.cache_control import Fields
from cookiegate.wire.headers import octets

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
    """Wraps an ASGI app, so that every Set-Cookie line that leaves obeys the registry and the visitor's consent.

    The app finds its handle in `scope["cookiegate"]`. `settings`: the visitor's cookie settings are served too, at this
    path or as this page says; without it, at the gate's `settings_url`.

    Raises: `ConfigError` for settings that can't be served.
    """

    def __init__(
        self, app: ASGIApp, gate: CookieGate | None = None, *, settings: str | SettingsPage | None = None
    ) -> None:
        self.gate = gate if gate is not None else CookieGate()
        self._visit = _AsgiVisit.of(self.gate)
        if settings is None:
            settings = self.gate.settings_url
        if settings is not None:
            from cookiegate.settings_page.asgi import in_front_of

            app = in_front_of(app, self.gate, settings)
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        visit = self._visit()
        visit._headers = headers = scope["headers"]
        # The handle holds neither scope nor send: a cycle would leave each request to the garbage collector, and costs
        # a seventh of what the gate adds to a response without cookies (`python -m benchmarks --only responses`).
        try:
            visit._line = (scope["scheme"], scope["method"], scope["path"])
        except KeyError:  # a websocket has no method
            visit._line = (scope.get("scheme"), scope.get("method"), scope.get("path"))
        cookie = None
        for name, value in headers:
            if name == b"cookie":
                cookie = value if cookie is None else b"%b; %b" % (cookie, value)
        if cookie is not None:
            visit.screen_scope(scope, cookie)
        scope["cookiegate"] = visit

        def gated(
            message: Message, visit: _AsgiVisit = visit, scope: Scope = scope, send: Send = send
        ) -> Awaitable[None]:
            # Most messages have nothing to judge. They are found out here and in place: a call of another function
            # costs a tenth of the whole, and a closure in the place of the defaults a twentieth of what the gate adds.
            # No coroutine of its own: handing out the server's saves a frame.
            kind = message["type"]
            if kind == "http.response.body":
                return send(message)
            fields = None
            if kind == "http.response.start" and not visit._is_special:
                try:
                    kinds = visit._gate.judged_kinds.known
                    fields = [*message["headers"]]
                    for field in fields:
                        name, value = field
                        if kinds[name] or 10 in value or 13 in value or 0 in value or type(field) is not tuple:
                            break
                    else:
                        visit.is_started = True
                        message = {**message}
                        message["headers"] = fields
                        return send(message)
                except KeyError:  # a field name that was not met before, or no headers
                    visit.learn_names(fields)
                except (AttributeError, TypeError, ValueError):  # not the pairs of octets that nearly every app sends
                    pass
            return visit.send(scope, send, message, fields)

        await self.app(scope, receive, gated)


class _AsgiVisit(Visit):
    _headers: Fields
    _line: tuple[str | None, str | None, str | None]
    """Scheme, method and path."""
    _cookie = b""  # what the browser sent; where it sent none, the app's own doing does not count
    _head: RequestHead | None = None

    def send(self, scope: Scope, send: Send, message: Message, fields: list[Any] | None) -> Awaitable[None]:
        """Pass a message on, its headers filtered. `fields`: its headers, if they were read already."""
        kind = message["type"]
        if kind in _STARTS:
            if fields is None:
                fields = [*(message.get("headers") or ())]
            if self._line[0] != "https":  # a middleware that trusts the proxy may have mended it
                self._line = (scope.get("scheme"), *self._line[1:])
            leaving = self.filter(fields, is_cacheable=kind == "http.response.start")
            if self._gate.recorders:
                self._record(scope, 101 if kind == "websocket.accept" else message.get("status"))
            message = {**message}
            message["headers"] = leaving
            return send(message)
        if "headers" in message:  # trailers (hypercorn starts a response with them), a push, or what is not known yet
            return send({**message, "headers": self.judge_only(message["headers"] or ())})
        if "links" in message:  # early hints: some servers write a line break in a link out as it is
            links = [self.one_line(b"link", link) for link in map(octets, message["links"] or ()) if link is not None]
            return send({**message, "links": links})
        return send(message)

    def learn_names(self, fields: list[Any] | None) -> None:
        """Remember what field names mean, so that they are known the next time."""
        for field in fields or ():
            if type(field) is tuple and field and type(field[0]) is bytes:
                self._gate.judged_kinds[field[0]]

    def _record(self, scope: Scope, status: object) -> None:
        from cookiegate.report.route import asgi_route  # here, since most gates record nothing

        method = "WEBSOCKET" if scope["type"] == "websocket" else self._line[1] or "GET"
        self.record(method=method, path=self._line[2] or "/", route=asgi_route(scope), status=status)

    def screen_scope(self, scope: Scope, cookie: bytes) -> None:
        """Hide refused cookies of the request from the app; consent is read from what the browser sent."""
        self._cookie = cookie
        screened = self.screen(cookie)
        if screened is not cookie:
            kept = [(name, value) for name, value in self._headers if name != b"cookie"]
            scope["headers"] = [*kept, (b"cookie", screened)] if screened else kept

    def head(self) -> RequestHead:
        if self._head is None:
            self._head = _ScopeHead(self._cookie, self._headers, self._line)
        return self._head

    def has_https_scheme(self) -> bool:
        return self._line[0] in ("https", "wss")

    def sent_cookie(self) -> bytes:
        return self._cookie

    def has_privacy_control(self) -> bool:
        for name, _ in self._headers:  # noqa: SIM110  # any() would make a generator, which costs as much as the loop
            if name == b"sec-gpc":
                return True
        return False


class _ScopeHead(RequestHead):
    """A request whose parts are looked up when a consent source asks for them; mostly none does."""

    __slots__ = ("_fields", "_line")
    _fields: Fields
    _line: tuple[str | None, str | None, str | None]

    def __init__(self, cookie: bytes, fields: Fields, line: tuple[str | None, str | None, str | None]) -> None:
        _assign_cookie(self, cookie)
        _assign_fields(self, fields)
        _assign_line(self, line)

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


# A frozen value is set up through its slots, which costs half of three calls of object.__setattr__.
_assign_cookie = RequestHead.cookie.__set__  # type: ignore[attr-defined,misc]  # a slot
_assign_fields = _ScopeHead._fields.__set__  # type: ignore[attr-defined,misc]
_assign_line = _ScopeHead._line.__set__  # type: ignore[attr-defined,misc]
