"""The cookies that Django's own settings and apps name, which the site therefore uses.

Names that cookiegate does not know are ignored here: the site declares those itself, as W005 demands.
Source: https://docs.djangoproject.com/en/stable/ref/settings/
"""

from collections.abc import Iterator

from django.conf import settings

__all__ = ["SETTINGS", "known_names", "used_cookies"]

_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_LOCALE = "django.middleware.locale.LocaleMiddleware"
_MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
_SESSION_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
_MESSAGES_COOKIE = "messages"
_OF_APPS = {
    "wagtail.admin": ("wagtail_sidebar_collapsed",),
    "cookie_consent": ("cookie_consent",),
    "djangosaml2": ("saml_session",),
    "two_factor": ("remember-cookie_*",),
    "oscar": ("oscar_open_basket", "oscar_history"),
    "allauth.mfa": ("mfa_trusted",),
    "allauth.socialaccount.providers.apple": ("apple-login-session",),
}
"""Apps that set cookies under names of their own, by the beginning of their entry in INSTALLED_APPS."""

SETTINGS = frozenset(
    {
        "CSRF_COOKIE_NAME", "CSRF_USE_SESSIONS", "INSTALLED_APPS", "LANGUAGE_COOKIE_NAME", "MESSAGE_STORAGE",
        "MIDDLEWARE", "SESSION_COOKIE_NAME",
    }
)  # fmt: skip
"""The settings that are read here; when a test changes one of them, another gate is built."""


def used_cookies() -> dict[str, bool]:
    """Return which cookies with settings of their own Django sets."""
    return {
        "SESSION": _SESSIONS in settings.MIDDLEWARE,
        "CSRF": _CSRF in settings.MIDDLEWARE and not settings.CSRF_USE_SESSIONS,
        "LANGUAGE": _LOCALE in settings.MIDDLEWARE,
    }


def known_names() -> Iterator[str]:
    """Yield the cookie names in the site's settings, known or not."""
    for kind, is_used in used_cookies().items():
        if is_used:
            yield getattr(settings, f"{kind}_COOKIE_NAME")
    if _MESSAGES in settings.MIDDLEWARE and settings.MESSAGE_STORAGE != _SESSION_STORAGE:
        yield _MESSAGES_COOKIE
    for app, names in _OF_APPS.items():
        if any(entry == app or entry.startswith(f"{app}.") for entry in settings.INSTALLED_APPS):
            yield from names
