"""What a gate says of its surroundings at its first request, in real frameworks."""

import asyncio
import logging
import sys

import pytest
from flask import Flask
from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.middleware.session.server_side import ServerSideSessionConfig
from quart import Quart
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from cookiegate import Category, ConfigError, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.surroundings import first_look
from cookiegate.surroundings.finding import Code, Finding
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

ADD_LAST = "add the gate last: app.add_middleware(CookieGateMiddleware, gate=gate)"


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, logger="cookiegate")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "cookiegate"]


class Wrapper:
    """Middleware of the site's own."""

    def __init__(self, app):
        self.app = app

    def __call__(self, *arguments):
        return self.app(*arguments)


def visit(app):
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(messages, {"type": "http.disconnect"})

    async def send(message):
        pass

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "", "headers": [(b"host", b"a.example")],
        "client": ("127.0.0.1", 1), "server": ("a.example", 443), "extensions": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))


def renamed(where, name):
    return (
        f"{where}: the cookie {name!r} is not registered, so that no visitor gets it, and logins or forms fail; "
        f'register it as necessary:\n[[cookie]]\nname = "{name}"\ncategory = "necessary"'
    )


def starlette(*middleware, **settings):
    return Starlette(middleware=[Middleware(kind, **given) for kind, given in middleware], **settings)


def flask(**config):
    app = Flask("shop")
    app.secret_key = "x"
    app.config |= config
    return app


def test_look_says_nothing_of_a_gate_that_is_in_its_place(said):
    visit(starlette((AsgiGate, {}), (SessionMiddleware, {"secret_key": "x"})))
    app = flask()
    app.wsgi_app = WsgiGate(app.wsgi_app)
    Client(app).get("/")
    assert said() == []


def test_look_finds_a_renamed_session_of_starlette_once(said):
    app = starlette((AsgiGate, {}), (SessionMiddleware, {"secret_key": "x", "session_cookie": "sid2"}))
    visit(app)
    visit(app)
    assert said() == [renamed("SessionMiddleware(session_cookie=)", "sid2")]


@pytest.mark.parametrize("unregistered", ["keep", "necessary"])
def test_look_says_nothing_of_a_renamed_session_that_leaves_all_the_same(said, unregistered):
    gate = CookieGate(unregistered=unregistered)
    visit(starlette((AsgiGate, {"gate": gate}), (SessionMiddleware, {"secret_key": "x", "session_cookie": "sid2"})))
    assert said() == []


@pytest.mark.parametrize("settings", [{"registry": Registry([CookieRule(name="sid2", category=Category.STATISTICS)])}])
def test_look_finds_a_session_that_needs_consent(said, settings):
    gate = CookieGate(**settings)
    visit(starlette((AsgiGate, {"gate": gate}), (SessionMiddleware, {"secret_key": "x", "session_cookie": "sid2"})))
    [line] = said()
    assert "the cookie 'sid2' is one of statistics, so that visitors get it with consent alone, and" in line


def test_look_finds_a_session_outside_of_the_gate(said):
    visit(starlette((SessionMiddleware, {"secret_key": "x"}), (AsgiGate, {})))
    assert said() == [
        "the gate is not outermost: SessionMiddleware is outside of it, and cookies that are set there pass no gate; "
        + ADD_LAST
    ]


def test_look_names_all_that_is_outside(said):
    visit(starlette((SessionMiddleware, {"secret_key": "x"}), (Wrapper, {}), (AsgiGate, {})))
    assert "SessionMiddleware, Wrapper are outside of it" in said()[0]


def test_look_says_nothing_of_middleware_outside_that_sets_no_cookies(said):
    visit(starlette((CORSMiddleware, {}), (AsgiGate, {})))
    assert said() == []


def test_look_finds_two_gates(said):
    visit(AsgiGate(starlette((AsgiGate, {}))))
    assert len(said()) == 1
    assert said()[0].startswith("two gates are around one app: ")
    app = flask()
    app.wsgi_app = WsgiGate(WsgiGate(app.wsgi_app))
    Client(app).get("/")
    assert [line.partition(":")[0] for line in said()] == ["two gates are around one app"] * 2


def test_look_says_nothing_of_a_gate_in_a_mounted_app(said):
    visit(Starlette(routes=[Mount("/", AsgiGate(Starlette()))]))
    assert said() == []


@pytest.mark.parametrize("wrap_whole", [False, True])
def test_look_finds_a_renamed_session_of_flask(said, wrap_whole):
    app = flask(SESSION_COOKIE_NAME="shop_sid")
    if wrap_whole:
        Client(WsgiGate(app)).get("/")
    else:
        app.wsgi_app = WsgiGate(app.wsgi_app)
        Client(app).get("/")
    assert said() == [renamed("config['SESSION_COOKIE_NAME']", "shop_sid")]


def test_look_says_nothing_of_a_session_that_flask_does_not_use(said):
    app = flask(SESSION_COOKIE_NAME="shop_sid", SECRET_KEY=None)
    Client(WsgiGate(app)).get("/")
    assert said() == []


@pytest.mark.parametrize(("wrap", "is_told"), [(Wrapper, True), (ProxyFix, False)])
def test_look_finds_middleware_outside_of_the_gate_of_flask(said, wrap, is_told):
    app = flask()
    app.wsgi_app = wrap(WsgiGate(app.wsgi_app))
    Client(app).get("/")
    assert [line.partition(";")[0] for line in said()] == [
        "the gate is not outermost: Wrapper is outside of it, and cookies that are set there pass no gate"
    ] * is_told


def test_look_finds_a_renamed_session_of_quart(said):
    app = Quart("shop")
    app.secret_key = "x"
    app.config["SESSION_COOKIE_NAME"] = "quart_sid"
    app.asgi_app = AsgiGate(app.asgi_app)
    visit(app)
    assert said() == [renamed("config['SESSION_COOKIE_NAME']", "quart_sid")]


def test_look_finds_renamed_cookies_of_litestar(said):
    session = ServerSideSessionConfig(key="lite_sid").middleware
    app = Litestar([], middleware=[session], csrf_config=CSRFConfig("s", cookie_name="lite_csrf"), logging_config=None)
    visit(AsgiGate(app))
    assert said() == [
        renamed("SessionMiddleware(session_cookie=)", "lite_sid"),
        renamed("CSRFConfig(cookie_name=)", "lite_csrf"),
        *(line for line in said() if line.startswith("cookie 'lite")),
    ]


@pytest.mark.parametrize("csrf", [None, CSRFConfig("s")])
def test_look_finds_a_gate_among_the_middleware_of_litestar(said, csrf):
    session = CookieBackendConfig(secret=b"x" * 16).middleware

    @get("/")
    async def index() -> str:
        return ""

    app = Litestar([index], middleware=[session, DefineMiddleware(AsgiGate)], csrf_config=csrf, logging_config=None)
    visit(app)
    outside = "SessionMiddleware is" if csrf is None else "SessionMiddleware, CSRFMiddleware are"
    assert said()[0] == (
        f"the gate is not outermost: {outside} outside of it, and cookies that are set there pass no gate; wrap the "
        "app itself: app = CookieGateMiddleware(Litestar(...), gate=gate)"
    )


def test_look_that_fails_lets_the_request_through(said, monkeypatch):
    monkeypatch.setattr(first_look, "stack_of", lambda app: 1 / 0)
    visit(AsgiGate(Starlette()))
    assert said() == ["the look at what is around the gate failed; requests are served all the same"]


@pytest.mark.parametrize("adapter", [AsgiGate, WsgiGate])
def test_gate_around_a_test_client_says_what_to_do(adapter):
    with pytest.raises(ConfigError) as caught:
        adapter(Client(flask()))
    [problem] = caught.value.problems
    assert problem == (
        "CookieGateMiddleware: app: is a test client (Client), no app; wrap the app in the gate, and make the client "
        "of what is wrapped"
    )
    with pytest.raises(ConfigError) as caught:
        adapter(flask().test_client())
    assert "is a test client (FlaskClient)" in caught.value.problems[0]


# Returns from another site


@pytest.fixture
def load(monkeypatch):
    """Make it look as if these modules were imported."""

    def add(*names):
        for name in names:
            monkeypatch.setitem(sys.modules, name, sys)

    return add


def test_look_names_the_library_whose_returns_lose_the_login(said, load):
    load("onelogin.saml2")
    gate = CookieGate(registry=Registry([CookieRule(name="shop_sid", category="necessary")]))
    Client(WsgiGate(flask(SESSION_COOKIE_NAME="shop_sid"), gate)).get("/")
    [line] = said()
    assert line == (
        "python3-saml: SAML answers (HTTP-POST binding) come from another site by POST, and browsers send no cookie "
        "along that is SameSite=Lax, which the gate adds to 'shop_sid'; add same_site = \"keep\" to the rule:\n"
        '[[cookie]]\nname = "shop_sid"\ncategory = "necessary"\nsame_site = "keep"'
    )


@pytest.mark.parametrize(
    ("settings", "config"),
    [
        ({"same_site": "keep"}, {}),
        ({"registry": Registry([CookieRule(name="session", category="necessary", same_site="keep")])}, {}),
        ({"registry": Registry([CookieRule(name="session", category="necessary", same_site="none")])}, {}),
        ({"registry": Registry([CookieRule(name="session", category="necessary", attributes="as-sent")])}, {}),
        ({}, {"SESSION_COOKIE_SAMESITE": "None"}),
        ({}, {"SESSION_COOKIE_SAMESITE": "Lax"}),  # the app's own choice, which the gate does not make worse
    ],
)
def test_look_says_nothing_of_returns_that_keep_the_login(said, load, settings, config):
    load("onelogin.saml2")
    Client(WsgiGate(flask(**config), CookieGate(**settings))).get("/")
    assert said() == []


def test_look_says_nothing_of_a_library_whose_own_cookie_is_known(said, load):
    load("djangosaml2", "saml2", "pylti1p3")
    Client(WsgiGate(flask())).get("/")
    assert said() == []


# In development


@pytest.mark.parametrize(
    ("argument", "variable", "debug", "expected"),
    [
        ("", None, False, False),
        ("--reload", None, False, True),
        ("", "WERKZEUG_RUN_MAIN", False, True),
        ("", None, True, True),
    ],
)
def test_development_is_told_by_debug_and_by_a_reloader(monkeypatch, argument, variable, debug, expected):
    monkeypatch.setattr(sys, "argv", ["uvicorn", *filter(None, [argument])])
    monkeypatch.delenv("WERKZEUG_RUN_MAIN", raising=False)
    if variable:
        monkeypatch.setenv(variable, "true")
    assert first_look.is_development(Starlette(debug=debug)) is expected


def test_finding_says_what_to_do():
    assert str(Finding(Code.PROXY, "x", "what is wrong", "what to do")) == "what is wrong; what to do"
