"""What there is to say of an app: its framework, its gates and cookies, its proxy and its extras, and what is wrong."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from cookiegate.gate import CookieGate
from cookiegate.surroundings.checks import (
    check_cookies,
    check_outside,
    check_returns,
    two_gates,
)  # fmt: skip
from cookiegate.surroundings.cookies import LibraryCookie
from cookiegate.surroundings.finding import Code, Finding
from cookiegate.surroundings.first_look import OUTERMOST, all_cookies_of, outside_of
from cookiegate.surroundings.libraries import RETURNING, Returning, returning_libraries
from cookiegate.surroundings.stack import Layer, Stack, framework_name, stack_of

__all__ = ["Examined", "examine"]

EXTRAS: dict[str, tuple[str, ...]] = {
    "cli": ("typer", "rich"),
    "import": ("docutils", "markdown_it", "openpyxl", "docx"),
    "settings": ("jinja2", "starlette", "werkzeug"),
    "signed": ("itsdangerous",),
    "receipts": ("sqlalchemy",),
    "postgresql": ("sqlalchemy", "psycopg"),
    "audit": ("httpx", "ijson", "jinja2", "publicsuffixlist"),
    "browser": ("playwright", "protego"),
    "django": ("django",),
    "otel": ("opentelemetry",),
    "plot": ("matplotlib",),
}
"""Each extra's own packages, as they are imported; a test compares them with pyproject.toml."""
_TRUSTING = ("ProxyFix", "ProxyHeadersMiddleware")
_WRAP = "wrap the app: app = CookieGateMiddleware(app, gate=gate), of cookiegate.asgi or cookiegate.wsgi"
_DJANGO_GATE = 'put "cookiegate.django.CookieGateMiddleware" at the top of MIDDLEWARE'
_TOLD_HERE = ("cookiegate.W004", "cookiegate.W005")
"""Django's checks that are findings of this command's own."""


@dataclass(slots=True)
class Examined:
    """An app, as it was found."""

    framework: str | None
    version: str | None
    stack: Stack
    gate: CookieGate | None
    """The outermost; `None` where there is none."""
    in_middleware: bool = False
    """The gate is in Django's MIDDLEWARE."""
    cookies: list[LibraryCookie] = field(default_factory=list)
    returning: list[Returning] = field(default_factory=list)
    trusts: str | None = None
    """What says which proxy to trust."""
    extras: tuple[str, ...] = ()
    """Those that are installed."""
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The extras that are not installed, with the packages that they lack."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def layers(self) -> list[str]:
        """The names of the layers, outermost first; those of Django's MIDDLEWARE at the end."""
        listed = _django_settings().MIDDLEWARE if self.framework == "Django" else ()
        return [*(layer.name for layer in self.stack.layers), *(path.rpartition(".")[2] for path in listed)]

    def own_same_site(self, library: Returning) -> str | None:
        """Return what the app itself says of the session that a library needs, where the gate is not to blame."""
        sessions = [cookie.same_site for cookie in self.cookies if cookie.is_session]
        return next((said for said in sessions if said in ("Lax", "Strict")), None) if library.cookie is None else None

    @property
    def judging(self) -> CookieGate:
        """The app's gate; the one without any arguments where there is none."""
        return self.gate if self.gate is not None else CookieGate()


def examine(app: Any) -> Examined:
    """Look at an app, and at the libraries that it has loaded and that are installed beside it.

    Raises: `ConfigError` for a gate that can't be made of Django's settings.
    """
    stack = stack_of(app)
    name = framework_name(stack.framework)
    django_gate = _django_gate() if name == "Django" else None
    around = _gate_of(stack.layers[stack.gates[0]]) if stack.gates else None
    found = Examined(
        framework=name,
        version=_version(name) if name else None,
        stack=stack,
        gate=around or django_gate,
        in_middleware=around is None and django_gate is not None,
        cookies=all_cookies_of(stack),
        returning=_returning(),
        missing={extra: lacks for extra, packages in EXTRAS.items() if (lacks := _lacking(packages))},
    )
    found.extras = tuple(extra for extra in EXTRAS if extra not in found.missing)
    found.trusts = _trusts(found)
    found.findings = [*_check_place(found), *_check_django(found)]
    found.findings += check_cookies(found.judging, found.cookies)
    found.findings += check_returns(found.judging, found.returning, found.cookies)
    found.findings += [*_check_proxy(found), *_check_extras(found)]
    return found


def _check_place(found: Examined) -> Iterator[Finding]:
    name = found.framework or ""
    if found.gate is None:
        fix = _DJANGO_GATE if name == "Django" else OUTERMOST.get(name, _WRAP)
        yield Finding(Code.NO_GATE, "gate", "no gate is around the app: every cookie leaves as it is", fix)
    yield from check_outside(outside_of(found.stack), OUTERMOST.get(name, "wrap the app in the gate last"))
    if len(found.stack.gates) > 1:
        yield two_gates(len(found.stack.gates))


def _check_django(found: Examined) -> Iterator[Finding]:
    """Take over what Django's own checks of the gate say."""
    if found.framework != "Django" or find_spec("cookiegate.django") is None or not _is_django_gate_used(found):
        return
    from cookiegate.django.checks import check_settings, check_wrapping

    for message in (*check_settings(), *check_wrapping()):
        if message.id not in _TOLD_HERE and not (message.id == "cookiegate.W002" and not found.in_middleware):
            hint = str(message.hint or "correct it").rstrip(".")
            fix = f"{hint[:1].lower()}{hint[1:]}"
            yield Finding(Code.CONFIGURATION, str(message.id), str(message.msg).rstrip("."), fix)


def _is_django_gate_used(found: Examined) -> bool:
    return found.in_middleware or getattr(_django_settings(), "COOKIEGATE", None) is not None


def _check_proxy(found: Examined) -> Iterator[Finding]:
    """Find apps that expect https, where the gate may take requests for http."""
    expects = _expects_https(found)
    if found.judging.secure != "https" or found.trusts is not None or expects is None:
        return
    if found.framework == "Django" and getattr(_django_settings(), "SECURE_PROXY_SSL_HEADER", None):
        what = "SECURE_PROXY_SSL_HEADER is read by Django alone, and the gate around the application sees http"
        fix = 'set secure = "always" in the gate, or put the gate into MIDDLEWARE'
        yield Finding(Code.PROXY, "SECURE_PROXY_SSL_HEADER", what, fix)
        return
    trust = {
        "Django": "SECURE_PROXY_SSL_HEADER",
        "Flask": "werkzeug.middleware.proxy_fix.ProxyFix around the gate",
    }.get(found.framework or "", "FORWARDED_ALLOW_IPS, or --forwarded-allow-ips of the server")
    yield Finding(
        Code.PROXY, expects,
        f"{expects} expects https, and nothing says which proxy to trust: behind one on another machine the gate sees "
        "http, and adds no Secure",
        f'set {trust}, or secure = "always" in the gate',
    )  # fmt: skip


def _expects_https(found: Examined) -> str | None:
    """Return what shows that the site is served by https."""
    if found.framework == "Django":
        settings = _django_settings()
        names = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
        return next((name for name in names if getattr(settings, name, False)), None)
    if found.framework in ("Flask", "Quart"):
        config = found.stack.framework.config
        is_https = config.get("PREFERRED_URL_SCHEME") == "https"
        return (
            "SESSION_COOKIE_SECURE"
            if config.get("SESSION_COOKIE_SECURE")
            else "PREFERRED_URL_SCHEME"
            if is_https
            else None
        )
    for layer in found.stack.layers:
        if layer.name == "HTTPSRedirectMiddleware":
            return layer.name
        option = next(
            (key for key in ("https_only", "cookie_https_only", "cookie_secure") if layer.options.get(key)), None
        )
        if option is not None and not layer.is_gate:
            return f"{layer.name}({option}=True)"
    return None


def _trusts(found: Examined) -> str | None:
    named = next((layer.name for layer in found.stack.layers if layer.name in _TRUSTING), None)
    if named is not None:
        return named
    if os.environ.get("FORWARDED_ALLOW_IPS"):
        return "FORWARDED_ALLOW_IPS"
    is_django = found.framework == "Django" and found.in_middleware
    return "SECURE_PROXY_SSL_HEADER" if is_django and _django_settings().SECURE_PROXY_SSL_HEADER else None


def _check_extras(found: Examined) -> Iterator[Finding]:
    lacks = found.missing.get("settings")
    if found.judging.settings_url is not None and lacks:
        what = f"settings_url = {found.judging.settings_url!r} needs {', '.join(lacks)}"
        yield Finding(Code.MISSING_EXTRA, "settings", what, "pip install 'cookiegate[settings]'")


def _returning() -> list[Returning]:
    """Return the libraries that are loaded, or installed."""
    loaded = {each.package: each for each in returning_libraries()}
    installed = {each.package: each for each in RETURNING if _version(each.package)}
    if "djangosaml2" in installed:  # it brings pysaml2 along, and keeps a session of its own
        installed.pop("pysaml2", None)
    return list((installed | loaded).values())


def _gate_of(layer: Layer) -> CookieGate:
    gate = getattr(layer.target, "gate", None) or layer.options.get("gate")
    return gate if isinstance(gate, CookieGate) else CookieGate()


def _django_settings() -> Any:
    return sys.modules["django.conf"].settings


def _django_gate() -> CookieGate | None:
    """Return the gate of Django's MIDDLEWARE, if it is there."""
    from django.utils.module_loading import import_string

    from cookiegate.django.configuration import gate_from_settings
    from cookiegate.django.middleware import CookieGateMiddleware

    for path in _django_settings().MIDDLEWARE:
        found = import_string(path)
        if isinstance(found, type) and issubclass(found, CookieGateMiddleware):
            return gate_from_settings()
    return None


def _lacking(packages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(package for package in packages if find_spec(package) is None)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
