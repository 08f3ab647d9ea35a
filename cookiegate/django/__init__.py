"""Django's own way in: `"cookiegate.django.CookieGateMiddleware"`, first in MIDDLEWARE; `settings.COOKIEGATE`; checks.

The twin of the ASGI and WSGI adapters, for sites that configure everything in their settings: Django's test clients
see the gate too. `"cookiegate.django"` in INSTALLED_APPS lets `manage.py check` report every mistake. Needs Django.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.django.configuration import gate_from_settings
    from cookiegate.django.middleware import CookieGateMiddleware

__all__ = ["CookieGateMiddleware", "gate_from_settings"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__, {"CookieGateMiddleware": "middleware", "gate_from_settings": "configuration"}
    )  # fmt: skip
