"""What frameworks call an extension, a plugin or a dependency: the same gate and the same handle."""

import asyncio
import logging
import sys
from dataclasses import replace
from importlib import import_module

import httpx
import pytest

from cookiegate import CookieGate, CookieRule, NotGated, Registry, current
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.errors import ConfigError
from cookiegate.settings_page import SettingsPage
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 4102444800
CHOICE = f"cookiegate_consent=v=1&c={{}}&t={NOW}"
ORIGIN = "https://site.example"
# Litestar 2.23 has another annotation, which older ones don't.
pytestmark = pytest.mark.filterwarnings("ignore:.*Inferred dependency field:DeprecationWarning")


@pytest.fixture
def gate():
    rules = [
        CookieRule(name="a_statistics", category="statistics", purpose="Counts."),
        CookieRule(name="s", category="necessary"),
    ]
    return CookieGate(registry=Registry(rules), clock=lambda: NOW)


def ask(app, path="/", granted=None, method="GET", **more):
    """Send one request to an ASGI or WSGI app."""
    headers = {"origin": ORIGIN} | ({} if granted is None else {"cookie": CHOICE.format(granted)})
    if not asyncio.iscoroutinefunction(app.__call__):
        with httpx.Client(transport=httpx.WSGITransport(app), base_url=ORIGIN, headers=headers) as client:
            return client.request(method, path, **more)

    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers) as client:
            return await client.request(method, path, **more)

    return asyncio.run(send())


def listen(app, granted):
    """Open a websocket, and return the first text that comes."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": "/live",
        "raw_path": b"/live",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"cookie", CHOICE.format(granted).encode())],
        "subprotocols": [],
        "extensions": {},
        "asgi": {"version": "3.0"},
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
    }
    asyncio.run(app(scope, receive, send))
    (message,) = [each for each in sent if each["type"] == "websocket.send"]
    return message.get("text") or message["bytes"].decode()


def names(response):
    return [line.partition("=")[0] for line in response.headers.get_list("set-cookie")]


TEXT = '{% if_consent "statistics" %}yes{% else %}no{% endif_consent %} {{ consent_allows("statistics") }}'


# FastAPI


@pytest.fixture
def fastapi_app():
    from typing import Annotated

    from fastapi import Depends, FastAPI, WebSocket

    from cookiegate.fastapi import Allows

    app = FastAPI()

    @app.get("/")
    def index(
        counts: Annotated[bool, Depends(Allows("statistics"))], both: bool = Depends(Allows("statistics", "marketing"))
    ):
        return [counts, both]

    @app.websocket("/live")
    async def live(socket: WebSocket, counts: Annotated[bool, Depends(Allows("statistics"))]):
        await socket.accept()
        await socket.send_json(counts)
        await socket.close()

    return app


@pytest.mark.parametrize(
    ("granted", "expected"),
    [(None, [False, False]), ("statistics", [True, False]), ("statistics.marketing", [True, True])],
)
def test_fastapi_dependency_tells_what_is_granted(fastapi_app, gate, granted, expected):
    assert ask(AsgiGate(fastapi_app, gate), granted=granted).json() == expected


def test_fastapi_dependency_is_no_parameter_of_the_api(fastapi_app, gate):
    schema = ask(AsgiGate(fastapi_app, gate), "/openapi.json").json()
    assert "parameters" not in schema["paths"]["/"]["get"]


def test_fastapi_dependency_works_for_websockets(fastapi_app, gate):
    assert listen(AsgiGate(fastapi_app, gate), "statistics") == "true"
    assert listen(AsgiGate(fastapi_app, gate), "marketing") == "false"


def test_fastapi_dependency_makes_the_answer_depend_on_consent(fastapi_app, gate):
    assert ask(AsgiGate(fastapi_app, gate)).headers["vary"] == "Cookie, Sec-GPC"


def test_fastapi_dependency_without_a_gate_is_a_clear_error(fastapi_app):
    with pytest.raises(NotGated, match="wrap the app"):
        ask(fastapi_app)


# Litestar


def litestar_app(*plugins, **more):
    from litestar import Litestar, Request, Response, WebSocket, get, post, websocket

    from cookiegate.litestar import Allows

    @get("/", dependencies={"counts": Allows("statistics"), "both": Allows("statistics", "marketing")})
    async def index(request: Request, counts: bool, both: bool) -> Response[list[bool]]:
        response = Response([counts, both, current(request).allows("statistics")])
        response.set_cookie("a_statistics", "1")
        response.set_cookie("unknown", "1")
        return response

    @post("/choose")
    async def choose(request: Request) -> str:
        current(request).grant({"statistics"})
        raise RuntimeError

    @websocket("/live", dependencies={"counts": Allows("statistics")})
    async def live(socket: WebSocket, counts: bool) -> None:
        await socket.accept()
        await socket.send_json(counts)
        await socket.close()

    def failed(request: Request, error: Exception) -> Response[str]:
        response = Response("failed", status_code=404)
        response.set_cookie("a_statistics", "1")
        response.set_cookie("s", "1")
        return response

    return Litestar(
        [index, choose, live],
        plugins=plugins,
        exception_handlers={404: failed, 500: failed},
        logging_config=None,
        **more,
    )


@pytest.fixture
def plugin(gate):
    from cookiegate.litestar import GatePlugin

    return GatePlugin(gate)


@pytest.mark.parametrize(
    ("granted", "expected", "left"),
    [
        (None, [False, False, False], []),
        ("statistics", [True, False, True], ["a_statistics"]),
        ("statistics.marketing", [True, True, True], ["a_statistics"]),
    ],
)
def test_litestar_plugin_gates_a_route(plugin, granted, expected, left):
    response = ask(litestar_app(plugin), granted=granted)
    assert response.json() == expected
    assert names(response) == left
    assert response.headers["cache-control" if left else "vary"] == ("private" if left else "Cookie, Sec-GPC")


def test_litestar_plugin_works_for_websockets(plugin):
    assert listen(litestar_app(plugin), "statistics") == "true"
    assert listen(litestar_app(plugin), "marketing") == "false"


def test_litestar_plugin_judges_what_no_route_answers(plugin):
    app = litestar_app(plugin)
    assert names(ask(app, "/nowhere")) == ["s"]
    assert names(ask(app, "/nowhere", "statistics")) == ["a_statistics", "s"]


def test_litestar_plugin_judges_what_a_failing_middleware_leaves(plugin):
    def failing(app):
        async def fail(scope, receive, send):
            current(scope).grant({"statistics"})
            raise RuntimeError("before the handler")

        return fail

    response = ask(litestar_app(plugin, middleware=[failing]))
    assert response.text == "failed"
    assert sorted(names(response)) == ["a_statistics", "cookiegate_consent", "s"]


def test_litestar_plugin_lets_a_choice_count_for_an_error(plugin):
    response = ask(litestar_app(plugin), "/choose", method="POST")
    assert sorted(names(response)) == ["a_statistics", "cookiegate_consent", "s"]


def test_litestar_plugin_gates_what_litestar_sets_itself(plugin):
    from litestar.config.csrf import CSRFConfig
    from litestar.middleware.session.client_side import CookieBackendConfig

    csrf = CSRFConfig(secret="x" * 40, cookie_name="unknown_csrf")
    session = CookieBackendConfig(secret=b"0" * 16, key="unknown_session")
    response = ask(litestar_app(plugin, csrf_config=csrf, middleware=[session.middleware]), granted="")
    assert names(response) == []


def test_litestar_plugin_hides_a_refused_cookie(plugin):
    from litestar import Litestar, Request, get

    @get("/")
    async def index(request: Request) -> dict[str, str]:
        return request.cookies

    response = ask(Litestar([index], plugins=[plugin], logging_config=None), headers={"cookie": "a_statistics=1; s=2"})
    assert response.json() == {"s": "2"}
    assert names(response) == ["a_statistics"]


def test_gate_around_litestar_judges_alone(plugin, gate, caplog):
    caplog.set_level(logging.INFO, "cookiegate")
    outer = CookieGate(registry=gate.registry, clock=lambda: NOW, unregistered="keep")
    app = AsgiGate(litestar_app(plugin), outer)
    assert names(ask(app)) == ["unknown"]
    assert names(ask(app, "/nowhere")) == ["s"]


def test_litestar_plugin_serves_the_settings_page(gate):
    from litestar.config.csrf import CSRFConfig

    from cookiegate.litestar import GatePlugin

    csrf = CSRFConfig(secret="x" * 40)
    app = litestar_app(GatePlugin(gate, settings="/legal/cookies"), csrf_config=csrf)
    assert "<h1" in ask(app, "/legal/cookies").text
    assert "<h1" in ask(app, "/legal/cookies/").text
    assert ask(app, "/legal/cookies/page.css").headers["content-type"].startswith("text/css")
    response = ask(app, "/legal/cookies/api", method="POST", json={"choice": "accept-all"})
    assert response.json()["choice"]["granted"] == ["statistics"]
    assert names(response) == ["cookiegate_consent"]
    assert ask(app, "/legal/cookies/nowhere").status_code == 404


def test_litestar_plugin_serves_the_page_at_the_gates_settings_url(gate):
    from cookiegate.litestar import GatePlugin

    app = litestar_app(GatePlugin(replace(gate, settings_url="/cookies")))
    assert ask(app, "/cookies/api").json()["choice"]["asks"] is True


def test_litestar_plugin_gives_jinja_its_tags(plugin, tmp_path):
    from litestar import Litestar, get
    from litestar.plugins.jinja import JinjaTemplateEngine
    from litestar.response import Template
    from litestar.template import TemplateConfig

    (tmp_path / "page.html").write_text(TEXT, encoding="utf-8")

    @get("/")
    async def index() -> Template:
        return Template("page.html")

    config = TemplateConfig(directory=tmp_path, engine=JinjaTemplateEngine)
    app = Litestar([index], plugins=[plugin], template_config=config, logging_config=None)
    assert ask(app).text == "no False"
    assert ask(app, granted="statistics").text == "yes True"


def test_litestar_plugin_makes_a_gate_where_none_is_given():
    from cookiegate.litestar import GatePlugin

    assert names(ask(litestar_app(GatePlugin()))) == []


@pytest.mark.parametrize("module", ["fastapi", "litestar"])
def test_unknown_category_of_a_dependency_is_refused_at_once(module):
    with pytest.raises(ConfigError) as raised:
        import_module(f"cookiegate.{module}").Allows("stats", "marketing", "x")
    assert raised.value.problems == (
        (
            "Allows: unknown category 'stats'; use one of necessary, preferences, statistics, marketing "
            "(did you mean 'statistics'?)"
        ),
        "Allows: unknown category 'x'; use one of necessary, preferences, statistics, marketing",
    )


# Flask and Quart


def flask_app():
    from flask import Flask, make_response, render_template_string

    app = Flask("site")

    @app.get("/")
    def index():
        response = make_response(render_template_string(TEXT))
        response.set_cookie("a_statistics", "1")
        return response

    @app.get("/banner")
    def banner():
        return render_template_string("{{ cookiegate_banner(language='de') }}")

    return app


def quart_app():
    from quart import Quart, make_response, render_template_string

    app = Quart("site")

    @app.get("/")
    async def index():
        response = await make_response(await render_template_string(TEXT))
        response.set_cookie("a_statistics", "1")
        return response

    @app.get("/banner")
    async def banner():
        return await render_template_string("{{ cookiegate_banner(language='de') }}")

    return app


@pytest.fixture(params=[flask_app, quart_app], ids=["Flask", "Quart"])
def app(request):
    return request.param()


@pytest.mark.parametrize(("granted", "expected"), [(None, "no False"), ("statistics", "yes True")])
@pytest.mark.parametrize("way", ["app", "init_app", "config", "file"])
def test_extension_gates_the_app_and_its_templates(app, gate, granted, expected, way, tmp_path):
    from cookiegate.flask import GateExtension

    if way == "app":
        GateExtension(app, gate)
    elif way == "init_app":
        GateExtension(gate=gate).init_app(app)
    else:
        (tmp_path / "c.toml").write_text(
            '[[cookie]]\nname = "a_statistics"\ncategory = "statistics"\n', encoding="utf-8"
        )
        app.config["COOKIEGATE"] = gate if way == "config" else tmp_path / "c.toml"
        GateExtension().init_app(app)
    if way == "file":
        assert isinstance(app.extensions["cookiegate"], CookieGate)
        assert names(ask(app)) == []
        return
    assert app.extensions["cookiegate"] is gate
    response = ask(app, granted=granted)
    assert response.text == expected
    assert names(response) == (["a_statistics"] if granted else [])


def test_extension_without_anything_is_the_default_gate(app):
    from cookiegate.flask import GateExtension

    GateExtension(app)
    assert names(ask(app)) == []


def test_extension_serves_the_settings_page_and_its_banner(app, gate):
    from cookiegate.flask import GateExtension

    GateExtension(app, gate, settings=SettingsPage(gate, url="/cookies"))
    assert ask(app, "/cookies/api").json()["choice"]["asks"] is True
    assert "Alle ablehnen" in ask(app, "/banner").text


def test_extension_takes_one_gate_for_several_apps(gate):
    from cookiegate.flask import GateExtension

    extension = GateExtension(gate=gate)
    apps = flask_app(), quart_app()
    for each in apps:
        extension.init_app(each)
    assert [names(ask(each)) for each in apps] == [[], []]


def test_second_gate_of_an_app_is_refused(app, gate):
    from cookiegate.flask import GateExtension

    GateExtension(app, gate)
    with pytest.raises(ConfigError, match="has a gate already; call init_app once"):
        GateExtension(app, gate)


def test_what_is_no_gate_is_refused(app):
    from cookiegate.flask import GateExtension

    app.config["COOKIEGATE"] = {"mode": "enforce"}
    with pytest.raises(ConfigError, match=r"COOKIEGATE: is \{'mode': 'enforce'\}; use a CookieGate, or the path"):
        GateExtension(app)


# Both middlewares


@pytest.mark.parametrize("settings", [None, False])
@pytest.mark.parametrize("make", [AsgiGate, WsgiGate])
def test_settings_page_is_left_out_where_it_is_said(gate, make, settings):
    def app(*_):
        return None

    wrapped = make(app, replace(gate, settings_url="/cookies"), settings=settings)
    assert (wrapped.app is app) is (settings is False)


@pytest.mark.parametrize(
    ("module", "package"),
    [("fastapi", "starlette.requests"), ("litestar", "litestar.plugins"), ("jinja", "jinja2.ext")],
)
def test_package_that_is_missing_is_named(monkeypatch, module, package):
    monkeypatch.delitem(sys.modules, f"cookiegate.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match=rf"cookiegate\.{module}: needs .*; pip install"):
        import_module(f"cookiegate.{module}")
