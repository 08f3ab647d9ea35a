"""Litestar: `plugins=[GatePlugin(gate)]`, and `dependencies={"counts": Allows("statistics")}`.

The gate is the outermost middleware of each route. What Litestar answers without one (no such route, an error in a
middleware) is judged by a hook behind everything.
"""

from inspect import signature
from typing import TYPE_CHECKING, Any

from cookiegate.asgi import CookieGateMiddleware, judged
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.handle import SCOPE_KEY, Handle, current
from cookiegate.templating import check_categories

try:
    from litestar.di import Provide
    from litestar.handlers import asgi
    from litestar.plugins import InitPluginProtocol
    from litestar.types import Scope
except ImportError as _error:
    raise ConfigError(["cookiegate.litestar: needs Litestar; pip install litestar"]) from _error

if TYPE_CHECKING:
    from cookiegate.settings_page import SettingsPage

__all__ = ["Allows", "GatePlugin"]

_OURS = "cookiegate.litestar"
"""In the scope: the plugin made the handle, and no gate around the application did."""
_STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


class Allows(Provide):
    """A dependency: true if the visitor granted this category, or all of several; for requests and websockets.

    Raises: `ConfigError` for a category that is not one of the four. In a request: `NotGated`.
    """

    def __init__(self, category: str, *more: str) -> None:
        categories = (category, *more)
        check_categories("Allows", categories)

        async def allows(scope: Scope) -> bool:
            handle = current(scope)
            return all(handle.allows(each) for each in categories)

        super().__init__(allows)


class GatePlugin(InitPluginProtocol):
    """Puts a gate around an application from inside of it. Give it last: the last plugin's hook is outermost.

    `settings`: the visitor's cookie settings are served too, at this path or as this page says; without it, at the
    gate's `settings_url`. Jinja's templates get their tags. Raises: `ConfigError` for settings that can't be served.
    """

    def __init__(self, gate: CookieGate | None = None, *, settings: "str | SettingsPage | None" = None) -> None:
        self.gate: CookieGate = gate if gate is not None else CookieGate()
        self._gate = CookieGateMiddleware(_nothing, self.gate, settings=False)
        self.settings: str | SettingsPage | None = settings if settings is not None else self.gate.settings_url

    def on_app_init(self, app_config: Any) -> Any:
        """Add the gate, its hook, the settings page and the tags of templates to an application."""
        app_config.middleware.insert(0, self._around)
        app_config.before_send.append(self._judge)
        if self.settings is not None:
            app_config.route_handlers.append(_settings_handler(self.gate, self.settings, app_config.csrf_config))
        engine: Any = getattr(getattr(app_config.template_config, "engine_instance", None), "engine", None)
        if type(engine).__module__.startswith("jinja2"):
            from cookiegate.jinja import install

            install(engine)
        return app_config

    def _around(self, app: Any) -> Any:
        gate = CookieGateMiddleware(app, self.gate, settings=False)

        async def enter(scope: Any, receive: Any, send: Any) -> None:
            if SCOPE_KEY in scope:  # a gate around the application does all of it
                await app(scope, receive, send)
            else:
                scope[_OURS] = True
                await gate(scope, receive, send)

        return enter

    async def _judge(self, message: Any, scope: Any) -> None:
        """Judge a response that did not pass the middleware."""
        if message["type"] not in _STARTS:
            return
        handle = scope.get(SCOPE_KEY)
        if handle is None:
            scope[_OURS] = True
            await self._gate(scope, _nothing, _nothing)  # makes the handle
            handle = scope[SCOPE_KEY]
        if isinstance(handle, Handle) and scope.get(_OURS) and not handle.is_started:
            message.update(judged(handle, scope, message, None))


async def _nothing(*_: object) -> Any:
    """Do nothing: an app, and the functions of its call."""


def _settings_handler(gate: CookieGate, settings: "str | SettingsPage", csrf: Any) -> Any:
    from cookiegate.settings_page.asgi import SettingsApp
    from cookiegate.settings_page.page import page_of

    page = page_of(gate, settings)
    serve = SettingsApp(page)
    # The page has a protection of its own against other sites, and visitors need no login.
    left_out = {"exclude_from_auth": True, getattr(csrf, "exclude_from_csrf_key", "exclude_from_csrf"): True}

    more: dict[str, Any] = (
        {"copy_scope": True} if "copy_scope" in signature(asgi.__init__).parameters else {}
    )  # Litestar 2.14 warns

    @asgi(page.url, is_mount=True, opt=left_out, **more)
    async def cookie_settings(scope: Scope, receive: Any, send: Any) -> None:
        root = f"{scope.get('root_path') or ''}".rstrip("/") + page.url
        await serve({**scope, "root_path": root}, receive, send)

    return cookie_settings
