"""Flask and Quart: `GateExtension(app, gate)`, or `GateExtension(gate=gate)` and `init_app(app)` later.

It puts the gate around the app and gives its templates their tags. The extension that wraps the app last is outermost.
"""

import os
from typing import Any

from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.settings_page.page import SettingsPage
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["GateExtension"]


class GateExtension:
    """One gate for one or several apps, in Flask's way.

    Without `gate` it is that of `app.config["COOKIEGATE"]`: a `CookieGate`, or the path of a `cookies.toml`.
    `settings`: as the middleware takes it. Raises: `ConfigError` when an app is given.
    """

    def __init__(
        self, app: Any = None, gate: CookieGate | None = None, *, settings: "str | SettingsPage | None" = None
    ) -> None:
        self.gate = gate
        self.settings = settings
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Any) -> None:
        """Put the gate around an app, and add to its templates `if_consent`, `consent_allows` and the other tags.

        Raises: `ConfigError` for a second gate, and for one that can't be used.
        """
        if "cookiegate" in app.extensions:
            raise ConfigError(["GateExtension: app: has a gate already; call init_app once"])
        gate = self.gate if self.gate is not None else _configured(app.config.get("COOKIEGATE"))
        if hasattr(app, "asgi_app"):  # Quart
            app.asgi_app = AsgiGate(app.asgi_app, gate, settings=self.settings)
        else:
            app.wsgi_app = WsgiGate(app.wsgi_app, gate, settings=self.settings)
        from cookiegate.jinja import install  # not every use of the module has Jinja

        install(app.jinja_env)
        app.extensions["cookiegate"] = gate


def _configured(setting: object) -> CookieGate:
    if setting is None:
        return CookieGate()
    if isinstance(setting, CookieGate):
        return setting
    if isinstance(setting, str | os.PathLike):
        return CookieGate.from_toml(os.fspath(setting))
    raise ConfigError([f"COOKIEGATE: is {setting!r}; use a CookieGate, or the path of a cookies.toml"])
