"""The checks of `manage.py check`, each with a hint.

cookiegate.E001 a mistake in `settings.COOKIEGATE`, one for each
cookiegate.E002 a cookie's name begins like `__Host-`, and its other settings keep browsers from storing it
cookiegate.W001 the middleware is not the first in MIDDLEWARE
cookiegate.W002 `settings.COOKIEGATE` is not there
cookiegate.W003 the application is gated twice (`check --deploy`)
cookiegate.W004 no gate at all
cookiegate.W005 the session or CSRF cookie is not registered as necessary
cookiegate.W006 a rule asks for consent where cookiegate knows the cookie as necessary
cookiegate.W007 a cookie's name begins like `__Host-`, and it is Secure on https alone
"""

from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own names
from django.utils.module_loading import import_string

from cookiegate.django.configuration import gate_from_settings
from cookiegate.django.middleware import CookieGateMiddleware
from cookiegate.django.names import used_cookies
from cookiegate.documentation import url_of_code
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.gate_registry import no_warnings
from cookiegate.model import Category
from cookiegate.registry.knowledge import stricter_than_known

__all__ = ["check_settings", "check_wrapping"]

_PATH = "cookiegate.django.CookieGateMiddleware"
_NEEDS = {
    "__Host-Http-": 'Secure, HttpOnly, the path "/" and no domain',
    "__Host-": 'Secure, the path "/" and no domain',
    "__Secure-": "Secure",
    "__Http-": "Secure and HttpOnly",
}
_PREFIXES = tuple(_NEEDS)
_ADAPTERS = ("cookiegate.asgi", "cookiegate.wsgi")


def check_settings(**_: object) -> list[CheckMessage]:
    """Check `COOKIEGATE` and `MIDDLEWARE`."""
    found = [*_check_order()]
    if getattr(settings, "COOKIEGATE", None) is None:
        hint = 'Set it to the path of a cookies.toml, e.g. BASE_DIR / "cookies.toml".'
        found.append(_warn("W002", "COOKIEGATE is not set: every cookie that no framework sets is dropped.", hint))
    try:
        with no_warnings():  # W006 says the same
            gate = gate_from_settings()
    except ConfigError as error:
        found += map(_mistake, error.problems)
    else:
        if gate.settings_url is not None:
            from cookiegate.settings_page.page import page_problems  # its packages are needed for nothing else

            found += map(_mistake, page_problems(gate))
        found += _check_cookies(gate)
        found += _check_prefixes(gate)
        covered = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}  # by W005
        found += [
            _warn("W006", f"{one.subject!r} {one.what}.", f"{one.fix[:1].upper()}{one.fix[1:]}.")
            for one in stricter_than_known(gate.registry, gate.products)
            if one.subject not in covered
        ]
    return found


def _mistake(problem: str) -> CheckMessage:
    text, _semicolon, rest = problem.partition("; ")
    fix = f"{rest[:1].upper()}{rest[1:]}. " if rest else ""
    return _error("E001", f"{text}.", fix)


def check_wrapping(**_: object) -> list[CheckMessage]:
    """Check that the application and its MIDDLEWARE don't both have a gate; imports the application."""
    wrapped = _wrapped_application()
    if wrapped is None or not _positions():
        return []
    hint = f"Take one of them away; as it is, the gate of {wrapped} judges and settings.COOKIEGATE does not count."
    return [_warn("W003", f"The application is gated twice: by {wrapped} and by MIDDLEWARE.", hint)]


def _check_order() -> Iterator[CheckMessage]:
    positions = _positions()
    if positions and positions != [0]:
        outside = [path for path in settings.MIDDLEWARE[: positions[-1]] if path != _PATH]
        text = f"outside of it: {', '.join(outside)}" if outside else "it is there more than once"
        hint = f"Put {_PATH!r} once, at the top: cookies that are set outside of it pass no gate."
        yield _warn("W001", f"CookieGateMiddleware is not the first in MIDDLEWARE; {text}.", hint)
    if not positions and _wrapped_application() is None:
        hint = f"Put {_PATH!r} at the top of MIDDLEWARE, or wrap the application."
        yield _warn("W004", "cookiegate.django is installed, and there is no gate.", hint)


def _check_cookies(gate: CookieGate) -> Iterator[CheckMessage]:
    """Find cookies for logins and forms that the gate would drop."""
    used = used_cookies()
    for setting, is_used in {"SESSION_COOKIE_NAME": used["SESSION"], "CSRF_COOKIE_NAME": used["CSRF"]}.items():
        name = getattr(settings, setting)
        rule = gate.registry.match(name).rule
        category = gate.unregistered if rule is None else rule.category
        if is_used and category not in (Category.NECESSARY, "keep"):
            text = f"{setting}: the cookie {name!r} is {'not registered' if rule is None else f'one of {category}'}"
            hint = "Register it as necessary; else it is held back from visitors who have not consented."
            yield _warn("W005", f"{text}.", hint)


def _check_prefixes(gate: CookieGate) -> Iterator[CheckMessage]:
    """Find cookies that no browser stores, because settings contradict their name's prefix (RFC 6265bis §4.1.3)."""
    for kind, is_used in used_cookies().items():
        name = getattr(settings, f"{kind}_COOKIE_NAME")
        prefix = next((prefix for prefix in _PREFIXES if is_used and name.lower().startswith(prefix.lower())), "")
        rule = gate.registry.match(name).rule
        denied = []
        if prefix.startswith("__Host-"):
            domain = getattr(settings, f"{kind}_COOKIE_DOMAIN")
            is_cut = gate.host_only or (rule is not None and rule.host_only)
            denied += [f"{kind}_COOKIE_DOMAIN is {domain!r}"] if domain and not is_cut else []
            path = getattr(settings, f"{kind}_COOKIE_PATH")
            denied += [f"{kind}_COOKIE_PATH is {path!r}"] if path != "/" else []
        if "Http-" in prefix and not getattr(settings, f"{kind}_COOKIE_HTTPONLY"):
            denied += [] if rule is not None and rule.http_only else [f"{kind}_COOKIE_HTTPONLY is False"]
        if denied:
            text = f"{kind}_COOKIE_NAME is {name!r}, but {' and '.join(denied)}: no browser stores such a cookie."
            hint = f"Names with {prefix} need {_NEEDS[prefix]}; change these settings, or take the prefix off."
            yield _error("E002", text, f"{hint} ")
        is_secure = gate.secure == "always" or (rule is not None and rule.secure is True)
        if prefix and not is_secure and not getattr(settings, f"{kind}_COOKIE_SECURE"):
            text = f"{kind}_COOKIE_NAME is {name!r}, but {kind}_COOKIE_SECURE is False: on http no browser stores it."
            hint = f"Set {kind}_COOKIE_SECURE = True, or take the prefix off where the site runs without https."
            yield _warn("W007", text, hint)


def _positions() -> list[int]:
    """Return the position of the middleware in MIDDLEWARE, under any of its names."""
    return [place for place, path in enumerate(settings.MIDDLEWARE) if _is_gate(path)]


def _is_gate(path: str) -> bool:
    try:
        found = import_string(path)
    except ImportError:  # Django reports it
        return False
    return isinstance(found, type) and issubclass(found, CookieGateMiddleware)


def _wrapped_application() -> str | None:
    """Return the setting whose application is an adapter's gate, if there is one."""
    for setting in ("ASGI_APPLICATION", "WSGI_APPLICATION"):
        path = getattr(settings, setting, None)
        app = None
        with suppress(Exception):  # the site's own module, which may raise anything; Django reports that later
            app = import_string(path) if path else None
        if any(kind.__module__ in _ADAPTERS for kind in type(app).__mro__):
            return setting
    return None


def _warn(number: str, text: str, hint: str) -> CheckMessage:
    code = f"cookiegate.{number}"
    return Warning(text, hint=f"{hint} See {url_of_code('django', code)}", id=code)


def _error(number: str, text: str, hint: str) -> CheckMessage:
    code = f"cookiegate.{number}"
    return Error(text, hint=f"{hint}See {url_of_code('django', code)}", id=code)
