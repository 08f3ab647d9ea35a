"""The session, CSRF and login cookies that an app's libraries will set, by their settings.

Law: looks, and calls nothing of the app's; raises nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cookiegate.surroundings.objects import objects_of
from cookiegate.surroundings.stack import Layer, Stack, framework_name
from cookiegate.wire.token import is_token

__all__ = ["LibraryCookie", "cookies_of", "django_cookies"]

_OPTION = re.compile(r"(?:\w+_)?cookie(?:_?name|_key)?", re.IGNORECASE)
_SAME_SITE = re.compile(r"(?:\w+_)?same_?site", re.IGNORECASE)
_LIBRARIES = {
    "fastapi_users": ("cookie_name", "cookie_samesite"),
    "fastapi_login": ("cookie_name", ""),
    "fastapi_csrf_protect": ("_cookie_key", "_cookie_samesite"),
    "starsessions": ("cookie_name", "cookie_same_site"),
}
"""Packages whose objects hold a cookie's name, with the attributes for it and for SameSite."""
_JWT = "JWT_"
_LANGUAGE = "LANGUAGE_COOKIE_NAME"


@dataclass(frozen=True, slots=True)
class LibraryCookie:
    """A cookie that a library sets, and without which something fails."""

    name: str
    where: str
    """The setting that names it."""
    same_site: str | None = None
    """As the library is configured; `None`: it sets none."""
    is_session: bool = False


def cookies_of(stack: Stack) -> list[LibraryCookie]:
    """Return the cookies of an app's middleware, of its framework's settings, and of libraries beside them."""
    found: dict[str, LibraryCookie] = {}
    framework = framework_name(stack.framework)
    several: Iterable[Iterable[LibraryCookie]] = (
        *(map(_of_layer, (layer for layer in stack.layers if not layer.is_gate))),
        _of_config(stack.framework) if framework in ("Flask", "Quart") else (),
        _of_litestar(stack.framework) if framework == "Litestar" else (),
        _of_objects() if framework in ("FastAPI", "Starlette") else (),
    )
    for cookies in several:
        for cookie in cookies:
            found.setdefault(cookie.name, cookie)
    return list(found.values())


def django_cookies(settings: Any) -> list[LibraryCookie]:
    """Return the cookies that Django's settings name, where the middleware that sets them is on."""
    middleware = settings.MIDDLEWARE
    is_off = {
        "SESSION_COOKIE_NAME": "django.contrib.sessions.middleware.SessionMiddleware" not in middleware,
        "CSRF_COOKIE_NAME": "django.middleware.csrf.CsrfViewMiddleware" not in middleware or settings.CSRF_USE_SESSIONS,
        _LANGUAGE: True,  # no login needs it
    }
    names = [key for key in dir(settings) if key.endswith("COOKIE_NAME") and not is_off.get(key)]
    return [
        LibraryCookie(
            value, f"settings.{key}", _text(getattr(settings, f"{key.removesuffix('NAME')}SAMESITE", None)),
            is_session=key == "SESSION_COOKIE_NAME",
        )
        for key in names
        if _is_name(value := str(getattr(settings, key)))
    ]  # fmt: skip


def _of_layer(layer: Layer) -> Iterator[LibraryCookie]:
    """Return the cookie names that a middleware is configured with."""
    options = {**layer.options, **_of_backend(layer.options)}
    same_site = next((_text(value) for key, value in options.items() if _SAME_SITE.fullmatch(key)), None)
    for key, value in options.items():
        if _OPTION.fullmatch(key) and _is_name(value):
            yield LibraryCookie(value, f"{layer.name}({key}=)", same_site, is_session="ession" in layer.name + key)


def _of_backend(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a session that Litestar keeps in the middleware's backend."""
    config = getattr(options.get("backend"), "config", None)
    return {} if config is None else {
        "session_cookie": getattr(config, "key", None), "same_site": getattr(config, "samesite", None)
    }  # fmt: skip


def _of_litestar(app: Any) -> Iterator[LibraryCookie]:
    csrf = getattr(app, "csrf_config", None)
    if csrf is not None and _is_name(name := str(getattr(csrf, "cookie_name", ""))):
        yield LibraryCookie(name, "CSRFConfig(cookie_name=)", _text(getattr(csrf, "cookie_samesite", None)))


def _of_config(app: Any) -> Iterator[LibraryCookie]:
    """Return what the `*_COOKIE_NAME` settings of Flask, Quart and their extensions name."""
    config = app.config
    names = {key: value for key, value in config.items() if str(key).endswith("COOKIE_NAME")}
    if hasattr(app, "login_manager"):
        names.setdefault("REMEMBER_COOKIE_NAME", "remember_token")
    for key, value in names.items():
        if not _is_name(value) or _is_idle(app, key):
            continue
        same_site = config.get(f"{key.removesuffix('NAME')}SAMESITE")
        yield LibraryCookie(value, f"config[{key!r}]", _text(same_site), is_session=key == "SESSION_COOKIE_NAME")


def _is_idle(app: Any, key: str) -> bool:
    """Return whether a setting is there, and nothing sets its cookie."""
    if key == "SESSION_COOKIE_NAME":
        return not app.config.get("SECRET_KEY") and "session" not in app.extensions
    return key.startswith(_JWT) and "cookies" not in (app.config.get("JWT_TOKEN_LOCATION") or ())


def _of_objects() -> Iterator[LibraryCookie]:
    """Return the cookies of libraries that no middleware and no setting knows: login transports and their kin."""
    for package, owner, attributes in objects_of(_LIBRARIES):
        key, same_site = _LIBRARIES[package]
        if _is_name(name := attributes.get(key)):
            yield LibraryCookie(str(name), f"{owner}({key.strip('_')}=)", _text(attributes.get(same_site)))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and is_token(value.encode())


def _text(value: object) -> str | None:
    return str(value).capitalize() if isinstance(value, str) and value else None
