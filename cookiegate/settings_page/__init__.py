"""The visitor's cookie settings: a page, a banner, an API, and `window.cookiegate` for the site's own scripts.

`CookieGateMiddleware(app, gate=gate, settings="/cookie-settings")` serves all of it; `SettingsPage` is for those who
want more than that. `settings_page.asgi` and `settings_page.wsgi` are the faces for mounting it by hand. Needs
`cookiegate[settings]`.
"""

from cookiegate.settings_page.page import SettingsPage
from cookiegate.settings_page.recorder import ChoiceRecorder

__all__ = ["ChoiceRecorder", "SettingsPage"]
