"""Mounted by hand inside of the gate, in the frameworks, and below a root of their own."""

import subprocess
import sys
import textwrap
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cookiegate import ConfigError, NotGated
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.settings_page import SettingsPage, asgi, wsgi
from cookiegate.settings_page.mounting import below, mounted_at
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate


def starlette(page):
    app = Starlette(routes=[Mount("/cookie-settings", app=asgi.SettingsApp(page))])
    app.add_middleware(AsgiGate, gate=page.gate)
    return app


def fastapi(page):
    app = FastAPI()
    app.mount("/cookie-settings", asgi.SettingsApp(page))
    app.add_middleware(AsgiGate, gate=page.gate)
    return app


def flask(page):
    app = Flask("example")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/cookie-settings": wsgi.SettingsApp(page)})
    app.wsgi_app = WsgiGate(app.wsgi_app, gate=page.gate)
    return app


@pytest.mark.parametrize(("make", "face"), [(starlette, "asgi"), (fastapi, "asgi"), (flask, "wsgi")])
def test_page_can_be_mounted_in_a_framework(make_page, asking, make, face):
    visitor = asking[face](make(make_page()))
    page = visitor("GET")
    assert page.status_code == 200
    assert 'href="/cookie-settings/page.css"' in page.text
    assert visitor("GET", "/cookie-settings/page.css").status_code == 200
    assert visitor.choose("reject-all").headers["location"] == "/cookie-settings/?saved&language=en"
    assert visitor.state()["asks"] is False


def test_django_dispatches_to_the_page(make_page, asking):
    program = """
        import django
        from django.conf import settings
        settings.configure(SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
        django.setup()
        from django.core.wsgi import get_wsgi_application
        from werkzeug.middleware.dispatcher import DispatcherMiddleware
        from werkzeug.test import Client
        from cookiegate import CookieGate
        from cookiegate.settings_page import SettingsPage
        from cookiegate.settings_page.wsgi import SettingsApp
        from cookiegate.wsgi import CookieGateMiddleware
        urlpatterns = []
        page = SettingsPage(CookieGate())
        app = DispatcherMiddleware(get_wsgi_application(), {"/cookie-settings": SettingsApp(page)})
        answer = Client(CookieGateMiddleware(app, gate=page.gate)).get("/cookie-settings/")
        print(answer.status_code, "nothing to choose" in answer.text)
    """
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=300, check=True
    )
    assert told.stdout == "200 True\n"


@pytest.mark.parametrize("face", ["asgi", "wsgi"])
def test_links_know_the_root_below_which_the_whole_app_stands(make_page, face):
    page = make_page()
    told = []

    if face == "asgi":
        import asyncio

        async def send(message):
            told.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def never(scope, receive, send):
            raise AssertionError

        app = AsgiGate(asgi.SettingsFirst(never, page), gate=page.gate)
        for path in ("/büro/cookie-settings/", "/cookie-settings/"):  # servers differ about what is in the path
            scope = {
                "type": "http", "method": "GET", "path": path, "root_path": "/büro", "query_string": b"",
                "headers": [(b"host", b"site.example")], "scheme": "http",
            }  # fmt: skip
            asyncio.run(app(scope, receive, send))
        bodies = [message["body"].decode() for message in told if message["type"] == "http.response.body"]
    else:
        environ = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/büro".encode().decode("latin-1"), "wsgi.url_scheme": "http",
            "PATH_INFO": "/cookie-settings/", "QUERY_STRING": "", "SERVER_NAME": "x", "SERVER_PORT": "80",
        }  # fmt: skip
        app = WsgiGate(wsgi.SettingsFirst(None, page), gate=page.gate)
        bodies = [b"".join(app(environ, lambda *_: None)).decode()]
    assert bodies
    for body in bodies:
        assert 'action="/b%C3%BCro/cookie-settings/api"' in body


@pytest.mark.parametrize("face", [asgi, wsgi])
def test_middleware_puts_the_page_in_front_by_path_or_as_configured(make_page, face):
    page = make_page()
    assert face.in_front_of(None, page.gate, page).page is page
    assert face.in_front_of(None, page.gate, "/cookies").page.url == "/cookies"
    with pytest.raises(ConfigError, match="is a page of another gate"):
        face.in_front_of(None, make_page().gate, page)


def one_line(face, gate, **settings):
    """Wrap a site as its users do, in one line."""
    app = Flask("example") if face == "wsgi" else Starlette()
    if face == "wsgi":
        app.wsgi_app = WsgiGate(app.wsgi_app, gate=gate, **settings)
        return app
    app.add_middleware(AsgiGate, gate=gate, **settings)
    return app


@pytest.mark.parametrize("face", ["asgi", "wsgi"])
@pytest.mark.parametrize("way", ["path", "page", "gate"])
def test_middleware_serves_the_page_banner_script_and_api_by_one_argument(make_gate, asking, face, way):
    gate = make_gate(settings_url="/cookies" if way == "gate" else None)
    settings = {"path": {"settings": "/cookies"}, "page": {"settings": SettingsPage(gate, url="/cookies")}, "gate": {}}
    visitor = asking[face](one_line(face, gate, **settings[way]))
    assert 'action="/cookies/api"' in visitor("GET", "/cookies/").text
    assert "Reject all" in visitor("GET", "/cookies/banner").text
    assert "window.cookiegate" in visitor("GET", "/cookies/cookiegate.js").text
    chosen = visitor("POST", "/cookies/api", json={"granted": ["statistics"]})
    assert chosen.json()["choice"]["granted"] == ["statistics"]
    assert visitor("GET", "/cookies/api").json()["choice"]["granted"] == ["statistics"]
    assert visitor("GET", "/").status_code == 404  # the app's own answer


@pytest.mark.parametrize("face", ["asgi", "wsgi"])
def test_choices_are_kept_while_the_gate_only_reports(make_gate, asking, face):
    visitor = asking[face](one_line(face, make_gate(mode="report-only"), settings="/cookie-settings"))
    assert visitor.choose("reject-all").status_code == 303
    assert visitor.state()["asks"] is False


@pytest.mark.parametrize("middleware", [AsgiGate, WsgiGate])
def test_middleware_serves_no_page_unasked_and_says_at_once_what_is_wrong(make_gate, middleware):
    app = object()
    assert middleware(app, gate=make_gate()).app is app
    with pytest.raises(ConfigError, match="url: is 'cookies/'; write a path"):
        middleware(app, gate=make_gate(), settings="cookies/")


def test_page_stands_where_the_gate_says(make_gate):
    assert SettingsPage(make_gate()).url == "/cookie-settings"
    assert SettingsPage(make_gate(settings_url="/cookies")).url == "/cookies"
    assert SettingsPage(make_gate(settings_url="/cookies"), url="/other").url == "/other"


def test_websockets_and_lifespan_are_the_apps(make_page):
    calls = []
    first = asgi.SettingsFirst(lambda *arguments: calls.append(arguments), make_page())
    first({"type": "lifespan"}, None, None)
    first({"type": "websocket", "path": "/cookie-settings/"}, None, None)
    first({"type": "http", "path": "/shop/cookie-settings"}, None, None)
    assert len(calls) == 3


def test_page_outside_of_a_gate_says_so(make_page, asking):
    for face, app in (("asgi", asgi.SettingsApp(make_page())), ("wsgi", wsgi.SettingsApp(make_page()))):
        with pytest.raises(NotGated):
            asking[face](app)("GET", "/")


def test_visitor_who_leaves_in_the_middle_of_a_body_is_not_answered(make_page):
    import asyncio

    page = make_page()
    told = []

    async def send(message):
        told.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/cookie-settings/api", "headers": [], "query_string": b""}
    asyncio.run(AsgiGate(asgi.SettingsFirst(None, page), gate=page.gate)(scope, receive, send))
    assert told == []


def test_body_that_breaks_off_is_not_understood(make_page):
    class Broken:
        def read(self, *_):
            raise OSError("gone")

        readline = read

    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/cookie-settings/api", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "20", "wsgi.input": Broken(), "wsgi.url_scheme": "http", "SERVER_NAME": "x",
        "SERVER_PORT": "80",
    }  # fmt: skip
    page = make_page()
    statuses = []
    app = WsgiGate(wsgi.SettingsFirst(None, page), gate=page.gate)
    body = b"".join(app(environ, lambda status, *_: statuses.append(status)))
    assert (statuses, b"bad-request" in body) == (["400 BAD REQUEST"], True)


def test_body_without_a_length_is_not_cut_to_one_that_is_allowed(make_page):
    body = b'{"choice": "accept-all"}'.ljust(8192) + b"and more"
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/cookie-settings/api", "CONTENT_TYPE": "application/json",
        "wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "wsgi.url_scheme": "http", "SERVER_NAME": "x",
        "SERVER_PORT": "80",
    }  # fmt: skip
    page = make_page()
    statuses = []
    app = WsgiGate(wsgi.SettingsFirst(None, page), gate=page.gate)
    answer = b"".join(app(environ, lambda status, *_: statuses.append(status)))
    assert (statuses, b"too-large" in answer) == (["413 REQUEST ENTITY TOO LARGE"], True)


@pytest.mark.parametrize(
    ("path", "place", "rest"),
    [("/a", "/a", ""), ("/a/b", "/a", "/b"), ("/ab", "/a", None), ("/", "/a", None), ("/b/a", "/a", None)],
)
def test_below(path, place, rest):
    assert below(path, place) == rest


def test_mounted_at_reads_scope_and_environ_and_asks_the_whole_app():
    asked = SimpleNamespace(scope={"root_path": "/app/mounted", "app_root_path": "/app"})
    assert mounted_at(asked) == "/app"
    assert mounted_at({"root_path": "/a b/"}) == "/a%20b"
    assert mounted_at({"SCRIPT_NAME": "/x"}) == "/x"
    assert mounted_at({"SCRIPT_NAME": "//other.example/"}) == "/other.example"
    assert mounted_at({"root_path": "//other.example"}) == "/other.example"
    assert mounted_at({}) == ""
    assert mounted_at(object()) == ""


def test_fragment_links_to_the_page_from_a_mounted_app(make_page, asking):
    page = make_page()

    async def show(request: Request):
        return PlainTextResponse(str(page.fragment(request)))

    inner = Starlette(routes=[Route("/here", show)])
    app = Starlette(routes=[Mount("/inner", app=inner)])
    app.add_middleware(AsgiGate, gate=page.gate)
    assert 'action="/cookie-settings/api"' in asking["asgi"](app)("GET", "/inner/here").text


@pytest.mark.parametrize(
    ("module", "needed", "package"),
    [(asgi, "starlette.requests", "starlette"), (wsgi, "werkzeug.wrappers", "werkzeug")],
    ids=["asgi", "wsgi"],
)
def test_missing_framework_is_named_with_what_installs_it(monkeypatch, module, needed, package):
    monkeypatch.setitem(sys.modules, needed, None)
    spec = spec_from_file_location("face", module.__file__)
    with pytest.raises(ConfigError, match=rf"needs {package}; pip install 'cookiegate\[settings\]'"):
        spec.loader.exec_module(module_from_spec(spec))


def test_missing_jinja_is_named_with_what_installs_it(monkeypatch, make_page, tmp_path):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ConfigError, match=r"needs jinja2; pip install 'cookiegate\[settings\]'"):
        make_page(templates=tmp_path)
