"""What `manage.py check` tells of the gate, each with a hint.

cookiegate.E001 a mistake in `settings.COOKIEGATE`, one for each
cookiegate.W001 the middleware is not the first in MIDDLEWARE
cookiegate.W002 `settings.COOKIEGATE` is not there
cookiegate.W003 the application is gated twice (`check --deploy`)
cookiegate.W004 no gate at all
cookiegate.W005 the session or CSRF cookie is not registered as necessary
"""

from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own names
from django.utils.module_loading import import_string

from cookiegate.django.configuration import gate_from_settings
from cookiegate.django.middleware import CookieGateMiddleware
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import Category

__all__ = ["check_settings", "check_wrapping"]

_PATH = "cookiegate.django.CookieGateMiddleware"
_ADAPTERS = ("cookiegate.asgi", "cookiegate.wsgi")


def check_settings(**_: object) -> list[CheckMessage]:
    """Check `COOKIEGATE` and `MIDDLEWARE`."""
    found = [*_check_order()]
    if getattr(settings, "COOKIEGATE", None) is None:
        hint = 'Set it to the path of a cookies.toml, e.g. BASE_DIR / "cookies.toml".'
        found.append(_warn("W002", "COOKIEGATE is not set: every cookie that no framework sets is dropped.", hint))
    try:
        gate = gate_from_settings()
    except ConfigError as error:
        for problem in error.problems:
            text, _semicolon, rest = problem.partition("; ")
            mend = f"{rest[:1].upper()}{rest[1:]}." if rest else None
            found.append(Error(f"{text}.", hint=mend, id="cookiegate.E001"))
    else:
        found += _check_cookies(gate)
    return found


def check_wrapping(**_: object) -> list[CheckMessage]:
    """Check that not both the application and its MIDDLEWARE are gated; imports the application."""
    wrapped = _wrapped_application()
    if wrapped is None or not _positions():
        return []
    hint = f"Take one of them away; as it is, the gate of {wrapped} judges and settings.COOKIEGATE does not count."
    return [_warn("W003", f"The application is gated twice: by {wrapped} and by MIDDLEWARE.", hint)]


def _check_order() -> Iterator[CheckMessage]:
    positions = _positions()
    if positions and positions != [0]:
        outside = [path for path in settings.MIDDLEWARE[: positions[-1]] if path != _PATH]
        text = f"outside of it: {', '.join(outside)}" if outside else "it stands there more than once"
        hint = f"Put {_PATH!r} once, at the top: cookies that are set outside of it pass no gate."
        yield _warn("W001", f"CookieGateMiddleware is not the first in MIDDLEWARE; {text}.", hint)
    if not positions and _wrapped_application() is None:
        hint = f"Put {_PATH!r} at the top of MIDDLEWARE, or wrap the application."
        yield _warn("W004", "cookiegate.django is installed, and there is no gate.", hint)


def _check_cookies(gate: CookieGate) -> Iterator[CheckMessage]:
    """Find the cookies without which nobody can log in or send a form, where the gate would hold them back."""
    names = {
        "SESSION_COOKIE_NAME": "django.contrib.sessions.middleware.SessionMiddleware" in settings.MIDDLEWARE,
        "CSRF_COOKIE_NAME": "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE
        and not settings.CSRF_USE_SESSIONS,
    }
    for setting, is_used in names.items():
        name = getattr(settings, setting)
        rule = gate.registry.match(name).rule
        category = gate.unregistered if rule is None else rule.category
        if is_used and category not in (Category.NECESSARY, "keep"):
            text = f"{setting}: the cookie {name!r} is {'not registered' if rule is None else f'one of {category}'}"
            hint = "Register it as necessary; else it is held back from visitors who have not consented."
            yield _warn("W005", f"{text}.", hint)


def _positions() -> list[int]:
    """Find the middleware in MIDDLEWARE, by whatever name."""
    return [place for place, path in enumerate(settings.MIDDLEWARE) if _is_gate(path)]


def _is_gate(path: str) -> bool:
    try:
        found = import_string(path)
    except ImportError:  # Django tells it
        return False
    return isinstance(found, type) and issubclass(found, CookieGateMiddleware)


def _wrapped_application() -> str | None:
    """Return the setting whose application is an adapter's gate, if there is one."""
    for setting in ("ASGI_APPLICATION", "WSGI_APPLICATION"):
        path = getattr(settings, setting, None)
        app = None
        with suppress(Exception):  # the site's own module, which may raise anything: Django tells when it is served
            app = import_string(path) if path else None
        if any(kind.__module__ in _ADAPTERS for kind in type(app).__mro__):
            return setting
    return None


def _warn(number: str, text: str, hint: str) -> CheckMessage:
    return Warning(text, hint=hint, id=f"cookiegate.{number}")
