"""One site for each framework, and a visitor's browser: real requests, a cookie jar, the promise checked each time.

`None` instead of a gate gives the same site without one.
"""

import asyncio
import importlib.util
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry

SITES = Path(__file__).parent / "sites"
ORIGIN = "https://site.example"
REGISTRY = Registry.known() | Registry(
    [
        CookieRule(name="language", category=Category.PREFERENCES),
        CookieRule(name="session_seen", category=Category.NECESSARY),
        CookieRule(name="ia_stat_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)


@dataclass(frozen=True)
class Kind:
    """One row: which framework, spoken to how."""

    label: str
    file: str
    is_async: bool
    arguments: dict[str, Any] = field(default_factory=dict)
    has_socket: bool = False


def _django(label: str, *, is_async: bool, in_middleware: bool) -> Kind:
    return Kind(label, "django_site", is_async, {"is_async": is_async, "in_middleware": in_middleware})


KINDS = [
    Kind("Starlette", "starlette_site", is_async=True, has_socket=True),
    Kind("FastAPI", "fastapi_site", is_async=True, has_socket=True),
    Kind("Litestar", "litestar_site", is_async=True, has_socket=True),
    Kind("Quart", "quart_site", is_async=True, has_socket=True),
    _django("Django, ASGI", is_async=True, in_middleware=False),
    _django("Django, WSGI", is_async=False, in_middleware=False),
    _django("Django, MIDDLEWARE, ASGI", is_async=True, in_middleware=True),
    _django("Django, MIDDLEWARE, WSGI", is_async=False, in_middleware=True),
    Kind("Falcon, ASGI", "falcon_site", is_async=True, arguments={"is_async": True}, has_socket=True),
    Kind("Falcon, WSGI", "falcon_site", is_async=False, arguments={"is_async": False}),
    Kind("Flask", "flask_site", is_async=False),
    Kind("Bottle", "bottle_site", is_async=False),
    Kind("Pyramid", "pyramid_site", is_async=False),
]


@cache
def load(name: str) -> Any:
    """Import a site by its path; Django looks for its own by name."""
    spec = importlib.util.spec_from_file_location(f"cookiegate_{name}", SITES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what frameworks import: cgi, pkg_resources
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def configured_django():
    """Django with the site's settings, whoever has configured it before; returns the site's module."""
    import django
    from django.conf import settings
    from django.test import override_settings

    if not settings.configured:
        settings.configure(SECRET_KEY="s" * 50, USE_TZ=True)
    django.setup()
    with override_settings(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"]):
        site = load("django_site")
    with override_settings(**site.SETTINGS):
        yield site


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        kinds = [each for each in KINDS if each.has_socket or "only_with_websockets" not in metafunc.fixturenames]
        metafunc.parametrize("kind", kinds, ids=lambda kind: kind.label, indirect=True, scope="module")


@pytest.fixture
def only_with_websockets() -> None:
    """WSGI has none, and Django none without Channels, which is another application."""


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param.file == "django_site":
        request.getfixturevalue("configured_django")
    return request.param


class Browser:
    """A visitor of one site, who says what is granted; each response is held against that."""

    def __init__(self, kind: Kind, app: Any, produced: list[int], *, is_gated: bool = True) -> None:
        self.kind, self.app, self.produced, self.is_gated = kind, app, produced, is_gated
        self.granted: set[str] = set()
        self.runner = asyncio.Runner() if kind.is_async else None
        self.client: Any
        if kind.is_async:
            self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        else:
            self.client = httpx.Client(transport=httpx.WSGITransport(app), base_url=ORIGIN)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"origin": ORIGIN, "referer": f"{ORIGIN}/form", **options.pop("headers", {})}
        answer = self.client.request(method, path, headers=headers, **options)
        response: httpx.Response = answer if self.runner is None else self.runner.run(answer)
        self._hold(response)
        return response

    def get(self, path: str) -> str:
        response = self.request("GET", path)
        assert response.status_code == 200, response.text
        return response.text

    def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form as a page would: with the token that stands in it, or that its script finds in a cookie."""
        page = self.get("/form")
        name, token = re.search(r'name="(\w+)" value="([^"]*)"', page).groups()
        if not token:
            token = self.client.cookies[re.search(r'data-cookie="(\w+)"', page)[1]]
        response = self.request("POST", path, data={**form, name: token}, headers={"x-csrftoken": token})
        assert response.status_code in {200, 204, 302, 303}, response.text
        return response

    def choose(self, *categories: str) -> str:
        self.granted = set(categories)
        return self.post("/consent", categories=" ".join(categories)).text

    def withdraw(self) -> httpx.Response:
        self.granted = set()
        return self.post("/withdraw")

    def cookies(self) -> set[str]:
        return {cookie.name for cookie in self.client.cookies.jar}

    def _hold(self, response: httpx.Response) -> None:
        """The promise: no optional cookie is set without consent, and what is set is safe."""
        if not self.is_gated:
            return
        for line in response.headers.get_list("set-cookie"):
            assert "; Secure" in line, line
            if "; Max-Age=0" not in line:
                assert category_of(line) in {"necessary", *self.granted}, line
                assert "; SameSite=" in line, line

    def close(self) -> None:
        if self.runner is not None:
            self.runner.run(self.client.aclose())
            self.runner.close()
        else:
            self.client.close()


def category_of(line: str) -> str:
    """Return what the cookie of a line is for; nothing unregistered may leave, so there is a rule."""
    name = line.partition("=")[0]
    return "necessary" if name == "cookiegate_consent" else REGISTRY.match(name).rule.category


@pytest.fixture
def twin_registry() -> Registry:
    """The registry of the site that has its gate in MIDDLEWARE."""
    return Registry.known() | Registry(
        [
            CookieRule(name="ia_mkt_*", category=Category.MARKETING, paths=("/", "/shop")),
            CookieRule(name="plain", category=Category.NECESSARY),
        ]
    )


@pytest.fixture
def gate_with(configured_django: Any, twin_registry: Registry) -> Callable[..., Any]:
    """Override the settings for a while: a gate with these arguments in MIDDLEWARE."""
    from django.test import override_settings

    middleware = ["cookiegate.django.CookieGateMiddleware", *configured_django.SETTINGS["MIDDLEWARE"]]

    def override(**settings: Any) -> Any:
        gate = CookieGate(registry=twin_registry, clock=lambda: 4102444800, **settings)
        return override_settings(MIDDLEWARE=middleware, COOKIEGATE=gate)

    return override


@pytest.fixture
def twin_site(configured_django: Any, gate_with: Callable[..., Any]):
    """The site of `sites/django_site.py` with its gate in MIDDLEWARE."""
    with gate_with():
        yield configured_django


@pytest.fixture(scope="module")
def apps(kind: Kind) -> dict[bool, Any]:
    """The site with and without a gate, made once for all tests of this row."""
    make = load(kind.file).make
    return {True: make(CookieGate(registry=REGISTRY), **kind.arguments), False: make(None, **kind.arguments)}


@pytest.fixture
def browser(kind: Kind, apps: dict[bool, Any]):
    browser = Browser(kind, apps[True], load(kind.file).produced)
    yield browser
    browser.close()


@pytest.fixture
def ungated_browser(kind: Kind, apps: dict[bool, Any]):
    browser = Browser(kind, apps[False], load(kind.file).produced, is_gated=False)
    yield browser
    browser.close()


@pytest.fixture
def note(promise: Callable[..., None], kind: Kind) -> Callable[[str], None]:
    return lambda column: promise("Frameworks", kind.label, column)
