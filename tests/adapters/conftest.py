"""One exchange through each way in: ASGI, WSGI with the lint on both sides of the gate, Django's MIDDLEWARE."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import Morsel
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.handle import ENVIRON_KEY, SCOPE_KEY
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
REGISTRY = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY),
        CookieRule(name="pref_*", category=Category.PREFERENCES),
        CookieRule(name="stat_*", category=Category.STATISTICS),
        CookieRule(name="mkt_*", category=Category.MARKETING),
        CookieRule(name="mkt_wide", category=Category.MARKETING, domains=("example.com",)),
        CookieRule(name="mkt_part", category=Category.MARKETING, partitioned=True),
        CookieRule(name="mkt_none", category=Category.MARKETING, same_site="none"),
    ]
)
CHOICE = "cookiegate_consent=v=1&c={}&t=1768204800"


@dataclass
class Exchange:
    """What the app got, and what left. Header text is Latin-1 everywhere."""

    seen: str | None = None
    """The Cookie header that the app found; `None` without one."""
    fields: list[tuple[str, str]] = field(default_factory=list)
    handle: Any = None

    @property
    def lines(self) -> list[str]:
        """The Set-Cookie lines that left."""
        return [value for name, value in self.fields if name.lower() == "set-cookie"]

    def values(self, name: str) -> list[str]:
        """The values of every other field of this name."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Name, action and reason of each decision."""
        return [(each.name, each.action.value, each.reason.value) for each in self.handle.decisions]


Fields = Iterable[tuple[str, str]]
App = Callable[[Any], object]


def exchange_asgi(
    gate: CookieGate, lines: Iterable[str] = (), *, cookie: str | list[str] = "", fields: Fields = (),
    request: Fields = (), scheme: str = "https", host: str = "shop.example.com", path: str = "/shop/cart",
    app: App = lambda handle: None,
) -> Exchange:  # fmt: skip
    found = Exchange()
    sent: list[dict[str, Any]] = []

    async def site(scope: Any, receive: Any, send: Any) -> None:
        found.handle = scope[SCOPE_KEY]
        cookies = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
        found.seen = "; ".join(cookies) if cookies else None
        app(found.handle)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        headers += [(b"set-cookie", line.encode("latin-1")) for line in lines]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"body"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", host.encode())]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in request]
    headers += [(b"cookie", value.encode("latin-1")) for value in _parts(cookie)]
    scope = {"type": "http", "method": "GET", "path": path, "scheme": scheme, "headers": headers}
    with suppress(StopIteration):
        AsgiGate(site, gate)(scope, None, send).send(None)
    found.fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return found


def exchange_wsgi(
    gate: CookieGate, lines: Iterable[str] = (), *, cookie: str | list[str] = "", fields: Fields = (),
    request: Fields = (), scheme: str = "https", host: str = "shop.example.com", path: str = "/shop/cart",
    app: App = lambda handle: None,
) -> Exchange:  # fmt: skip
    found = Exchange()
    started: list[list[tuple[str, str]]] = []

    def site(environ: Any, start_response: Any) -> list[bytes]:
        found.handle = environ[ENVIRON_KEY]
        found.seen = environ.get("HTTP_COOKIE")
        app(found.handle)
        headers = [("Content-Type", "text/plain"), *fields, *(("Set-Cookie", line) for line in lines)]
        start_response("200 OK", headers)
        return [b"body"]

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started.append(headers)
        return lambda octets: None

    environ: dict[str, Any] = {
        "wsgi.url_scheme": scheme, "HTTP_HOST": host, "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "",
    }  # fmt: skip
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request}
    if cookie:
        environ["HTTP_COOKIE"] = ", ".join(_parts(cookie))  # as gunicorn and waitress join several fields
    setup_testing_defaults(environ)
    has_control = any(octet < " " for _, value in (*fields, *(("", line) for line in lines)) for octet in value)
    under = site if has_control else validator(site)  # the lint refuses a control octet, servers let it through
    answer = validator(WsgiGate(under, gate))(environ, start_response)
    assert list(answer) == [b"body"]
    answer.close()
    found.fields = [each for each in started[-1] if each != ("Content-Type", "text/plain")]
    return found


class RawMorsel(Morsel):
    """A line as it is, among the cookies of a Django response."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._key = line.partition(";")[0].partition("=")[0].strip(" \t")
        self.line = line

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802  # its name in `http.cookies`
        return self.line


def _django(
    is_async: bool, gate: CookieGate, lines: Iterable[str] = (), *, cookie: str | list[str] = "", fields: Fields = (),
    request: Fields = (), scheme: str = "https", host: str = "shop.example.com", path: str = "/shop/cart",
    app: App = lambda handle: None,
) -> Exchange:  # fmt: skip
    from django.http import HttpResponse
    from django.test import AsyncRequestFactory, RequestFactory, override_settings

    from cookiegate.django import CookieGateMiddleware

    found = Exchange()

    def view(asked: Any) -> Any:
        found.handle = asked.cookiegate
        found.seen = asked.META.get("HTTP_COOKIE") or None
        app(found.handle)
        response = HttpResponse(b"body")
        del response["Content-Type"]
        for name, value in fields:
            response[name] = value
        response.cookies = {number: RawMorsel(line) for number, line in enumerate(lines)}
        return response

    async def view_async(asked: Any) -> Any:
        return view(asked)

    secure, headers = scheme == "https", dict(request) | {"Host": host}
    parts = _parts(cookie)
    with override_settings(COOKIEGATE=gate, ALLOWED_HOSTS=["*"]):
        if is_async:
            asked = AsyncRequestFactory().get(path, secure=secure, headers=headers)
            asked.META["HTTP_HOST"] = host  # the factory adds one of its own
            asked.scope["headers"] += [(b"cookie", part.encode("latin-1")) for part in parts]
            if parts:
                asked.META["HTTP_COOKIE"] = ",".join(parts)  # as Django joins them
            response = asyncio.run(CookieGateMiddleware(view_async)(asked))
        else:
            headers |= {"Cookie": ", ".join(parts)} if parts else {}
            response = CookieGateMiddleware(view)(RequestFactory().get(path, secure=secure, headers=headers))
    found.fields = [*response.items(), *(("Set-Cookie", each.OutputString()) for each in response.cookies.values())]
    return found


def exchange_django(gate: CookieGate, *arguments: Any, **options: Any) -> Exchange:
    return _django(False, gate, *arguments, **options)


def exchange_django_asgi(gate: CookieGate, *arguments: Any, **options: Any) -> Exchange:
    return _django(True, gate, *arguments, **options)


def _parts(cookie: str | list[str]) -> list[str]:
    return [cookie] if isinstance(cookie, str) and cookie else [*cookie]


@pytest.fixture(scope="session")
def configured_django() -> None:
    """Django with the least of settings, whoever has configured it before."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(SECRET_KEY="s" * 50, USE_TZ=True)
    django.setup()


WAYS = {"asgi": exchange_asgi, "wsgi": exchange_wsgi, "django": exchange_django, "django-asgi": exchange_django_asgi}


@pytest.fixture(params=WAYS)
def exchange(request: pytest.FixtureRequest) -> Callable[..., Exchange]:
    """Send an app's lines through one way in: `exchange(gate, lines, cookie=..., app=...)`."""
    if request.param.startswith("django"):
        request.getfixturevalue("configured_django")
    return WAYS[request.param]


@pytest.fixture(params=["asgi", "wsgi"])
def exchange_fields(request: pytest.FixtureRequest) -> Callable[..., Exchange]:
    """The ways in that take header fields as they are; Django spells their names itself."""
    return WAYS[request.param]


@pytest.fixture(params=["asgi", "django-asgi"])
def exchange_crumbs(request: pytest.FixtureRequest, configured_django: None) -> Callable[..., Exchange]:
    """The ways in that keep several Cookie fields apart; WSGI servers join them."""
    return WAYS[request.param]


@pytest.fixture
def make_gate() -> Callable[..., CookieGate]:
    """Make a gate with the registry of this folder, at a fixed time."""

    def make(**settings: Any) -> CookieGate:
        return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)

    return make


@pytest.fixture
def choice() -> Callable[[str], str]:
    """Write the consent cookie's pair for categories like `"statistics.marketing"`."""
    return CHOICE.format


@pytest.fixture
def wsgi_site() -> Callable[..., list[str]]:
    """Serve one request of a WSGI app as a server would: the Set-Cookie lines of the head that goes out."""

    def serve(app: Any, gate: CookieGate, *, cookie: str) -> list[str]:
        head: list[Any] = []
        sent: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if exc_info is None:
                assert not head
            elif sent:
                raise exc_info[1].with_traceback(exc_info[2])
            head[:] = headers
            return sent.append

        environ: dict[str, Any] = {"wsgi.url_scheme": "https", "QUERY_STRING": ""}
        environ |= {"HTTP_COOKIE": cookie} if cookie else {}
        setup_testing_defaults(environ)
        answer = validator(WsgiGate(validator(app), gate))(environ, start_response)
        sent += answer
        answer.close()
        assert b"".join(sent) == b"body"
        return [value for name, value in head if name.lower() == "set-cookie"]

    return serve
