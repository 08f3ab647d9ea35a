"""What these tests share: a page, both faces without a server, and the example site under real servers."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.validate import validator

import httpx
import pytest

from cookiegate import CookieGate, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.asgi import SettingsFirst as AsgiSettings
from cookiegate.settings_page.wsgi import SettingsFirst as WsgiSettings
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

HERE = Path(__file__).parent
COOKIES = ("token", "ia_pref_theme", "ia_stats_visits", "ia_mkt_x")
MONDAY = 1768204800  # 2026-01-12 08:00 UTC


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = float(MONDAY)

    def __call__(self) -> float:
        return self.now


class Visitor:
    """A browser as far as cookies go, without any network; the same for both faces."""

    def __init__(self, ask: Callable[..., httpx.Response]) -> None:
        self._ask = ask
        self.cookies: dict[str, str] = {}

    def __call__(self, method: str, path: str = "/cookie-settings/", **arguments: Any) -> httpx.Response:
        headers = {"Host": "site.example"} | (arguments.pop("headers", None) or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self._ask(method, path, headers=headers, **arguments)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return response

    def choose(self, word: str, granted: tuple[str, ...] = (), **fields: str) -> httpx.Response:
        """Send the page's form."""
        form = {"choice": word, "granted": list(granted), "where": "page", **fields}
        return self("POST", "/cookie-settings/api", data=form, headers={"Sec-Fetch-Site": "same-origin"})

    def state(self, **arguments: Any) -> dict[str, Any]:
        """Ask the API for the present choice."""
        found: dict[str, Any] = self("GET", "/cookie-settings/api?part=choice", **arguments).json()["choice"]
        return found


async def asgi_site(scope: Any, receive: Any, send: Any) -> None:
    """Set one cookie of each category, whatever is asked."""
    lines = [
        (b"set-cookie", name.encode() + b"=1") for name in ("token", "ia_pref_theme", "ia_stats_visits", "ia_mkt_x")
    ]
    await send({"type": "http.response.start", "status": 200, "headers": lines})
    await send({"type": "http.response.body", "body": b"the site"})


def wsgi_site(environ: Any, start_response: Any) -> list[bytes]:
    """Set one cookie of each category, whatever is asked."""
    lines = [("Set-Cookie", f"{name}=1") for name in COOKIES]
    start_response("200 OK", [("Content-Type", "text/plain"), *lines])
    return [b"the site"]


def ask_asgi(app: Any) -> Callable[..., httpx.Response]:
    """Return a function that asks an ASGI app."""

    def ask(method: str, path: str, **arguments: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as client:
                return await client.request(method, path, **arguments)

        return asyncio.run(once())

    return ask


def ask_wsgi(app: Any) -> Callable[..., httpx.Response]:
    """Return a function that asks a WSGI app."""

    def ask(method: str, path: str, **arguments: Any) -> httpx.Response:
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://site.example") as client:
            return client.request(method, path, **arguments)

    return ask


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def registry() -> Registry:
    """What the example site declares."""
    return Registry.known() | Registry.from_toml(HERE / "cookies.toml")


@pytest.fixture
def make_gate(registry: Registry, clock: Clock) -> Callable[..., CookieGate]:
    """Make a gate of the example site."""

    def make(**settings: Any) -> CookieGate:
        return CookieGate(**{"registry": registry, "revision": "2026-01-12", "clock": clock, **settings})

    return make


@pytest.fixture
def make_page(make_gate: Callable[..., CookieGate]) -> Callable[..., SettingsPage]:
    """Make a settings page of the example site; `gate` holds the gate's settings."""

    def make(*, gate: dict[str, Any] | None = None, **settings: Any) -> SettingsPage:
        return SettingsPage(make_gate(**(gate or {})), **settings)

    return make


@pytest.fixture(params=["asgi", "wsgi"])
def make_visitor(request: pytest.FixtureRequest, make_page: Callable[..., SettingsPage]) -> Callable[..., Visitor]:
    """Make a visitor of a site in one of the two faces."""

    def make(page: SettingsPage | None = None, **settings: Any) -> Visitor:
        page = page or make_page(**settings)
        if request.param == "asgi":
            return Visitor(ask_asgi(AsgiGate(AsgiSettings(asgi_site, page), gate=page.gate)))
        return Visitor(ask_wsgi(validator(WsgiGate(WsgiSettings(wsgi_site, page), gate=page.gate))))

    return make


@pytest.fixture
def visitor(make_visitor: Callable[..., Visitor]) -> Visitor:
    return make_visitor()


@pytest.fixture(scope="session")
def asking() -> dict[str, Callable[..., Any]]:
    """Functions that ask an app without a server, for tests that mount it in a framework."""
    return {"asgi": lambda app: Visitor(ask_asgi(app)), "wsgi": lambda app: Visitor(ask_wsgi(app))}


# Real servers


@pytest.fixture(scope="session")
def example_site() -> ModuleType:
    """The example site's module, which the servers run."""
    spec = spec_from_file_location("example_site", HERE / "example_site.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def under_uvicorn(example_site: ModuleType, listener: socket.socket, environment: dict[str, str]) -> Iterator[None]:
    """Serve the Starlette face in a thread."""
    import uvicorn

    app = example_site.make_asgi(environment)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield
    server.should_exit = True
    thread.join(60)


@contextmanager
def under_gunicorn(_: ModuleType, listener: socket.socket, environment: dict[str, str]) -> Iterator[None]:
    """Serve the Flask face as a process of its own."""
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread",
        "--threads", "8", "--log-level", "error", "--chdir", str(HERE), "--no-control-socket",
        "example_site:make_wsgi()",
    ]  # fmt: skip
    process = subprocess.Popen(command, pass_fds=[listener.fileno()], env={**os.environ, **environment})
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module", params=["starlette under uvicorn", "flask under gunicorn"])
def serve(request: pytest.FixtureRequest, example_site: ModuleType) -> Iterator[Callable[..., str]]:
    """Serve the example site with some settings, once for each of them; returns its origin."""
    with serving(example_site, under_uvicorn if "uvicorn" in request.param else under_gunicorn) as start:
        yield start


@pytest.fixture(scope="module")
def serve_starlette(example_site: ModuleType) -> Iterator[Callable[..., str]]:
    """Serve one of the two apps, where the other one sends the same octets."""
    with serving(example_site, under_uvicorn) as start:
        yield start


@contextmanager
def serving(example_site: ModuleType, under: Callable[..., Any]) -> Iterator[Callable[..., str]]:
    """Serve the example site until the block ends."""
    origins: dict[tuple[tuple[str, str], ...], str] = {}
    with ExitStack() as stack:

        def start(**environment: str) -> str:
            key = tuple(sorted(environment.items()))
            if key not in origins:
                listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                origins[key] = f"http://127.0.0.1:{listener.getsockname()[1]}"
                stack.enter_context(under(example_site, listener, environment))
                wait_for(origins[key])
            return origins[key]

        yield start


def wait_for(origin: str) -> None:
    """Wait until a server answers: the socket listens already, so one question waits for as long as it takes."""
    httpx.get(f"{origin}/cookie-settings/cookiegate.js", timeout=300).raise_for_status()
