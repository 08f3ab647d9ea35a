"""The visitor's cookie settings: a page, a banner, an API, and `window.cookiegate` for the site's own scripts.

`CookieGateMiddleware(app, gate=gate, settings="/cookie-settings")` serves all of it; `SettingsPage` has more settings.
`settings_page.asgi` and `settings_page.wsgi` have the apps for mounting it in the site's own routing. Needs
`cookiegate[settings]`.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.settings_page.look import Look
    from cookiegate.settings_page.page import SettingsPage
    from cookiegate.settings_page.recorder import ChoiceRecorder

__all__ = ["ChoiceRecorder", "Look", "SettingsPage"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__, {"ChoiceRecorder": "recorder", "Look": "look", "SettingsPage": "page"}
    )  # fmt: skip
