"""The settings page as an ASGI app, by Starlette: mounted in the routing, or in front of an app; inside of the gate.

Mount("/cookie-settings", app=SettingsApp(page))            # Starlette, FastAPI
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.handle import current
from cookiegate.settings_page.exchange import MAX_BODY_OCTETS, PageRequest
from cookiegate.settings_page.mounting import below, root_of_scope
from cookiegate.settings_page.page import SettingsPage, page_of

try:
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response
except ImportError as _error:
    raise ConfigError(["SettingsPage: needs starlette; pip install 'cookiegate[settings]'"]) from _error

__all__ = ["SettingsApp", "SettingsFirst", "in_front_of"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class SettingsApp:
    """Serves a `SettingsPage` where it is mounted."""

    def __init__(self, page: SettingsPage) -> None:
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Raises: `NotGated` if the gate is not around it."""
        root = str(scope.get("root_path") or "")
        path = str(scope["path"])
        rest = below(path, root) if root else path  # some servers and frameworks leave the root in the path
        await self._serve(scope, receive, send, path if rest is None else rest, root_of_scope(scope))

    async def _serve(self, scope: Scope, receive: Receive, send: Send, path: str, base: str) -> None:
        handle = current(scope)
        request = Request(scope, receive)
        body = b""
        if request.method == "POST":
            try:
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > MAX_BODY_OCTETS:
                        break
            except ClientDisconnect:  # there is no client to respond to
                return
        asked = PageRequest(
            path=path,
            base=base,
            query=bytes(scope.get("query_string") or b"").decode("latin-1"),
            content_type=request.headers.get("content-type", ""),
            body=body[: MAX_BODY_OCTETS + 1],
        )
        if self.page.recorder is not None and request.method in ("POST", "DELETE"):
            answer = await run_in_threadpool(self.page.answer, asked, handle)  # a store may block
        else:
            answer = self.page.answer(asked, handle)
        response = Response(answer.body, answer.status)
        response.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
        ]
        await response(scope, receive, send)


class SettingsFirst(SettingsApp):
    """Serves a `SettingsPage` at its `url`, and passes every other request to the app. The middleware wraps it.

    Another request costs one look at its path.
    """

    def __init__(self, app: ASGIApp, page: SettingsPage) -> None:
        super().__init__(page)
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]  # saves a frame for each request
        """Serve one connection."""
        if self.page.url not in scope.get("path", "") or scope["type"] != "http":
            return self.app(scope, receive, send)
        path = str(scope["path"])
        root = str(scope.get("root_path") or "").rstrip("/")
        inside = below(path, root) if root else path
        rest = below(path if inside is None else inside, self.page.url)
        if rest is None:
            return self.app(scope, receive, send)
        return self._serve(scope, receive, send, rest, f"{root_of_scope(scope)}{self.page.url}")


def in_front_of(app: ASGIApp, gate: CookieGate, settings: str | SettingsPage) -> ASGIApp:
    """Put the settings page in front of an app: at a path, or as it was configured. For the middleware itself.

    Raises: `ConfigError`.
    """
    return SettingsFirst(app, page_of(gate, settings))
