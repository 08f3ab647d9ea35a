"""What takes several steps to see: an old Date, refused cookies that the browser has already, a consent that moves."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from wsgiref.util import setup_testing_defaults

from cookiegate import Category, CookieGate, CookieRule, Registry, current, parse_lifetime
from cookiegate.consent import OwnConsent
from cookiegate.wsgi import CookieGateMiddleware

DAY_S = 86400
OLD_DAYS = 100
WEEK = Registry([CookieRule(name="week", category=Category.NECESSARY, lifetime=parse_lifetime("7 days"))])


def old_date(browser: Any, site: Any) -> dict[str, float]:
    """Set a cookie by Expires, under a limit of seven days, in responses to which the app gives a Date 100 days old.

    Browsers take the time from Date to Expires, whatever their own clock says. Returns, for each Expires in days from
    now, for how many days the browser keeps the cookie, raw and gated.
    """
    now = time.time()
    name = "dates.localhost"
    kept: dict[str, float] = {}
    site.forget()
    date = ("Date", formatdate(now - OLD_DAYS * DAY_S, usegmt=True))
    site.extra = {}
    for days in (3, 30):
        line = f"week=1; Path=/; SameSite=Lax; Expires={formatdate(now + days * DAY_S, usegmt=True)}"
        fields = [date, ("Set-Cookie", line)]
        for host, left in ((f"raw{days}.{name}", fields), (f"gated{days}.{name}", _gated(fields))):
            site.lines[host] = [value.encode() for key, value in left if key == "Set-Cookie"]
            site.extra[host] = b"".join(f"{key}: {value}\r\n".encode() for key, value in left if key == "Date")
    browser.ask(site.origin_of(name) + "/", [site.origin_of(host) + site.setting for host in site.lines])
    for cookie in browser.jar():
        if cookie.domain.endswith(name):
            kept[cookie.domain.partition(".")[0]] = round((cookie.expires_s - now) / DAY_S, 1)
    browser.clear()
    return kept


def _gated(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what leaves of an app's header fields."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    left: list[tuple[str, str]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", fields)
        return []

    gated = CookieGateMiddleware(app, CookieGate(registry=WEEK))
    gated(environ, lambda status, headers, exc_info=None: left.extend(headers))
    return left


@dataclass(slots=True)
class TakenBack:
    """A refused cookie that the browser had when the gate came."""

    line: str
    came: bytes = b""
    """The Cookie header at the gate."""
    seen: bytes = b""
    """What the app behind the gate saw of it."""
    left: bytes = b""
    """What the browser still sends afterwards."""


PLACES = [
    "ia_x=1; Path=/", "ia_x=1; Path=/p", "ia_x=1; Path=/; Domain=<parent>", "ia_x=1; Path=/p; Domain=<parent>",
    "ia_x=1; Path=/; Secure", "ia_x=1; Path=/; HttpOnly; SameSite=Strict", "ia_x=1; Path=/; Secure; SameSite=None",
    "ia_x=1; Path=/; Secure; Partitioned", "__Host-ia_x=1; Path=/; Secure", "__Secure-ia_x=1; Path=/p; Secure",
    "__Http-ia_x=1; Path=/; Secure; HttpOnly", "__Host-Http-ia_x=1; Path=/; Secure; HttpOnly", "IA_X=1; Path=/",
]  # fmt: skip


def take_back(browser: Any, site: Any) -> list[TakenBack]:
    """Plant refused cookies in every place where they are registered, each on a host; then let the gate answer once."""
    name = "back.localhost"
    found: dict[str, TakenBack] = {}
    site.forget()
    for number, line in enumerate(PLACES):
        host, parent = f"w.c{number}.{name}", f"c{number}.{name}"
        found[host] = TakenBack(line)
        site.lines[host] = [b"ok=1; Path=/", line.replace("<parent>", parent).encode()]
    page = site.origin_of(name) + "/"
    urls = [site.origin_of(host) + site.setting for host in found]
    browser.ask(page, urls)
    for host, each in found.items():
        site.apps[host] = _app(each, host.partition(".")[2])
    browser.ask(page, urls)
    browser.ask(page, [site.origin_of(host) + site.reading[0] for host in found])
    for host, each in found.items():
        each.left = site.came[host, site.reading[0]]
    browser.clear()
    return list(found.values())


def _app(note: TakenBack, parent: str) -> Callable[[bytes], list[bytes]]:
    """Return an app that sets nothing and is behind a gate."""
    rules = [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(
            name="ia_x", category=Category.MARKETING, domains=(parent,), paths=("/", "/p"),
            partitioned="Partitioned" in note.line,
        ),
    ]  # fmt: skip
    gate = CookieGate(registry=Registry(rules))

    def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        note.seen = environ["HTTP_COOKIE"].encode("latin-1")
        start_response("200 OK", [])
        return []

    def answer(cookie: bytes) -> list[bytes]:
        note.came = cookie
        environ: dict[str, Any] = {"HTTP_COOKIE": cookie.decode("latin-1")}
        setup_testing_defaults(environ)
        fields: list[tuple[str, str]] = []
        CookieGateMiddleware(site, gate)(environ, lambda status, headers, exc_info=None: fields.extend(headers))
        return [value.encode("latin-1") for name, value in fields if name.lower() == "set-cookie"]

    return answer


@dataclass(slots=True)
class Moved:
    """A consent cookie that the browser had at another place when the site moved it."""

    old: str
    settings: dict[str, Any]
    came: bytes = b""
    """The Cookie header before the visitor chose anew."""
    left: bytes = b""
    """The Cookie header afterwards."""


REFUSAL = "cookiegate_consent=v=1&c=&t=1768204800"
MOVES: list[tuple[str, dict[str, Any]]] = [
    (f"{REFUSAL}; Path=/", {"domain": "<parent>"}),
    (f"{REFUSAL}; Path=/; Secure; SameSite=None", {"domain": "<parent>"}),
    (f"{REFUSAL}; Path=/; Domain=<parent>", {"former_domains": ["<parent>"]}),
    (f"{REFUSAL}; Path=/; Domain=<parent>", {"former_domains": [".<parent>", "elsewhere.example"]}),
    (f"__Host-{REFUSAL}; Path=/; Secure", {"domain": "<parent>", "former_names": ["__Host-cookiegate_consent"]}),
    (f"{REFUSAL}; Path=/", {"name": "__Host-c", "former_names": ["cookiegate_consent"]}),
    (
        f"{REFUSAL}; Path=/; Domain=<parent>",
        {"name": "__Host-c", "former_names": ["cookiegate_consent"], "former_domains": ["<parent>"]},
    ),
    (f"{REFUSAL}; Path=/; Secure; SameSite=None; Partitioned", {"former_partitioned": True}),
    (
        f"{REFUSAL}; Path=/; Secure; SameSite=None; Partitioned; Domain=<parent>",
        {"former_partitioned": True, "former_domains": ["<parent>"]},
    ),
]


def move_consent(browser: Any, site: Any) -> list[Moved]:
    """Plant an old refusal in each place, let the visitor accept all at a gate that writes elsewhere, and look."""
    name = "moved.localhost"
    found: dict[str, Moved] = {}
    site.forget()
    for number, (line, settings) in enumerate(MOVES):
        host, parent = f"w.c{number}.{name}", f"c{number}.{name}"
        found[host] = Moved(line.replace("<parent>", parent), _filled_in(settings, parent))
        site.lines[host] = [found[host].old.encode()]
    page = site.origin_of(name) + "/"
    urls = [site.origin_of(host) + site.setting for host in found]
    browser.ask(page, urls)
    for host, each in found.items():
        site.apps[host] = _choosing(host, each)
    browser.ask(page, urls)
    browser.ask(page, [site.origin_of(host) + site.reading[0] for host in found])
    for host, each in found.items():
        each.left = site.came[host, site.reading[0]]
    browser.clear()
    return list(found.values())


def _filled_in(settings: dict[str, Any], parent: str) -> dict[str, Any]:
    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(each) for each in value]
        return value.replace("<parent>", parent) if isinstance(value, str) else value

    return {key: fill(value) for key, value in settings.items()}


def _choosing(host: str, note: Moved) -> Callable[[bytes], list[bytes]]:
    """Return an app that makes the visitor's choice, behind a gate with the consent cookie at its new place."""
    gate = CookieGate(consent=OwnConsent(**note.settings))

    def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        current(environ).choose({"marketing"})
        start_response("200 OK", [])
        return []

    def answer(cookie: bytes) -> list[bytes]:
        note.came = cookie
        environ: dict[str, Any] = {"HTTP_COOKIE": cookie.decode("latin-1"), "HTTP_HOST": host}
        environ["wsgi.url_scheme"] = "https"
        setup_testing_defaults(environ)
        fields: list[tuple[str, str]] = []
        CookieGateMiddleware(site, gate)(environ, lambda status, headers, exc_info=None: fields.extend(headers))
        return [value.encode("latin-1") for name, value in fields if name.lower() == "set-cookie"]

    return answer
