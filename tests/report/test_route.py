"""The template of the route, from each framework as it is installed, mounts included."""

import json
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import httpx
import pytest

from cookiegate.report.route import asgi_route, wsgi_route

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def asgi_routes(app, *paths):
    """Ask for paths, and return what was known of each route when the response started."""
    found = []

    async def watched(scope, receive, send):
        async def watch(message):
            if message["type"] == "http.response.start":
                found.append(asgi_route(scope))
            await send(message)

        await app(scope, receive, watch)

    transport = httpx.ASGITransport(watched, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as browser:
        for path in paths:
            await browser.get(path)
    return found


def wsgi_routes(app, *paths):
    found = []

    def watched(environ, start_response):
        def watch(*arguments):
            found.append(wsgi_route(environ))
            return start_response(*arguments)

        return app(environ, watch)

    with httpx.Client(transport=httpx.WSGITransport(watched), base_url="http://site.example") as browser:
        for path in paths:
            browser.get(path)
    return found


async def test_starlette():
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Host, Mount, Route

    async def page(request):
        return PlainTextResponse("ok")

    inner = Starlette(routes=[Route("/i/{n:int}", page)])
    app = Starlette(
        routes=[
            Route("/", page),
            Route("/u/{id:int}/x/{rest:path}", page),
            Mount("/t/{tenant}", app=inner),
            Mount("/m", routes=[Route("/a/{b}", page)]),
            Host("site.example", app=Starlette(routes=[Route("/host/{c}", page)])),
        ]
    )
    found = await asgi_routes(app, "/", "/u/042/x/a/b", "/t/acme/i/3", "/m/a/zed", "/host/1", "/nope", "/m/nope")
    assert found == ["/", "/u/{id}/x/{rest}", "/t/{tenant}/i/{n}", "/m/a/{b}", "/host/{c}", None, None]


async def test_starlette_that_tells_the_endpoint_alone():
    from starlette.routing import Route, Router

    def page(request): ...

    def other(request): ...

    router = Router([Route("/u/{id}", page), Route("/a", other), Route("/b", other)])
    scope = {"path": "/u/3", "root_path": "", "router": router, "path_params": {"id": "3"}}
    assert asgi_route({**scope, "endpoint": page}) == "/u/{id}"
    assert asgi_route({**scope, "endpoint": other}) is None
    assert asgi_route({**scope, "endpoint": print}) is None


async def test_fastapi():
    from fastapi import APIRouter, FastAPI

    app, sub, router, outer = FastAPI(), FastAPI(), APIRouter(prefix="/r"), APIRouter()

    @router.get("/items/{item}")
    async def items(item: int): ...

    @sub.get("/s/{q}")
    async def search(q): ...

    @app.get("/plain/{p}")
    async def plain(p): ...

    app.include_router(router, prefix="/api")
    outer.include_router(router, prefix="/deep")
    app.include_router(outer, prefix="/v2")
    app.mount("/sub", sub)
    found = await asgi_routes(
        app, "/plain/1", "/api/r/items/3", "/v2/deep/r/items/4", "/api/r/items/x", "/sub/s/4", "/nope"
    )
    assert found == [
        "/plain/{p}", "/api/r/items/{item}", "/v2/deep/r/items/{item}", "/api/r/items/{item}", "/sub/s/{q}", None,
    ]  # fmt: skip


async def test_prefix_that_a_proxy_has_cut_off_is_not_in_the_route():
    route = SimpleNamespace(path_format="/plain/{p}")
    assert asgi_route({"path": "/plain/1", "root_path": "/cut/off", "route": route}) == "/plain/{p}"
    assert asgi_route({"path": "/cut/off/plain/1", "root_path": "/cut/off", "route": route}) == "/cut/off/plain/{p}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_litestar(package):
    litestar = package("litestar")
    from litestar.types import Receive, Scope, Send
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route

    async def page(request):
        return PlainTextResponse("ok")

    @litestar.get("/u/{uid:int}")
    async def user(uid: int) -> str:
        return "ok"

    inner = Starlette(routes=[Route("/a/{b}/", page)])

    @litestar.asgi("/mnt", is_mount=True, copy_scope=False)
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope, receive, send)

    app = litestar.Litestar(
        [litestar.Router(path="/api", route_handlers=[user]), mounted], openapi_config=None, logging_config=None
    )
    assert await asgi_routes(app, "/api/u/3", "/mnt/a/b", "/nope") == ["/api/u/{uid}", "/mnt/a/{b}/", None]
    outer = Starlette(routes=[Mount("/t/{tenant}", app=app)])
    assert (await asgi_routes(outer, "/t/42/api/u/3")) == ["/t/{number}/api/u/{uid}"]


async def test_quart_says_it_with_a_hook(package):
    quart = package("quart")
    app = quart.Quart(__name__)

    @app.before_request
    def tell_route():
        if quart.request.url_rule is not None:
            quart.request.scope["cookiegate.route"] = quart.request.url_rule.rule

    @app.get("/u/<int:uid>")
    async def user(uid):
        return "ok"

    assert await asgi_routes(app, "/u/3", "/nope") == ["/u/<int:uid>", None]


class TellRoute:
    def process_resource(self, req, resp, resource, params):
        req.env["cookiegate.route"] = req.uri_template


class TellRouteAsync:
    async def process_resource(self, req, resp, resource, params):
        req.scope["cookiegate.route"] = req.uri_template


async def test_falcon_says_it_with_a_middleware(package):
    falcon, falcon_asgi = package("falcon"), package("falcon.asgi")

    class User:
        def on_get(self, req, resp, uid):
            resp.text = "ok"

    class AsyncUser:
        async def on_get(self, req, resp, uid):
            resp.text = "ok"

    app = falcon.App(middleware=[TellRoute()])
    app.add_route("/u/{uid}", User())
    assert wsgi_routes(app, "/u/3", "/nope") == ["/u/{uid}", None]
    app = falcon_asgi.App(middleware=[TellRouteAsync()])
    app.add_route("/u/{uid}", AsyncUser())
    assert await asgi_routes(app, "/u/3", "/nope") == ["/u/{uid}", None]


def test_flask():
    from flask import Blueprint, Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    app, mounted, blueprint = Flask(__name__), Flask("mounted"), Blueprint("b", __name__, url_prefix="/b")

    @blueprint.get("/u/<int:uid>")
    def user(uid):
        return "ok"

    @mounted.get("/w/<name>")
    def word(name):
        return "ok"

    app.register_blueprint(blueprint)
    both = DispatcherMiddleware(app, {"/mnt": mounted})
    found = wsgi_routes(both, "/b/u/3", "/mnt/w/zed", "/nope", "/b/u/x")
    assert found == ["/b/u/<int:uid>", "/mnt/w/<name>", None, None]


def test_werkzeug_without_flask_has_no_rule():
    from werkzeug import Request, Response

    assert wsgi_routes(Request.application(lambda request: Response("ok")), "/") == [None]


def test_bottle(package):
    bottle = package("bottle")
    app, inner = bottle.Bottle(), bottle.Bottle()
    app.get("/u/<uid:int>")(lambda uid: "ok")
    inner.get("/in/<x>")(lambda x: "ok")
    app.mount("/m/", inner)
    assert wsgi_routes(app, "/u/3", "/m/in/z", "/nope") == ["/u/<uid:int>", "/m/in/<x>", None]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what it imports
def test_pyramid_says_it_with_a_subscriber(package):
    package("pyramid")
    from pyramid.config import Configurator
    from pyramid.events import NewResponse
    from pyramid.response import Response

    def tell_route(event):
        if (route := event.request.matched_route) is not None:
            event.request.environ["cookiegate.route"] = route.pattern

    with Configurator() as config:
        config.add_subscriber(tell_route, NewResponse)
        config.add_route("user", "/u/{uid}")
        config.add_view(lambda request: Response("ok"), route_name="user")
        app = config.make_wsgi_app()
    assert wsgi_routes(app, "/u/3", "/nope") == ["/u/{uid}", None]


DJANGO = """
    import asyncio, json, sys, warnings
    warnings.simplefilter("error")
    sys.path.insert(0, sys.argv[1])
    import django
    from django.conf import settings
    settings.configure(SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
    django.setup()
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import include, path, re_path

    def page(request, **parameters):
        return HttpResponse("ok")

    urlpatterns = [
        path("", page), path("u/<int:uid>/", page), re_path(r"^r/(?P<x>[a-z]+)$", page),
        path("shop/", include([path("<slug:item>/buy", page)])),
    ]
    from cookiegate.report.route import asgi_route, wsgi_route
    paths = ["/", "/u/3/", "/r/abc", "/shop/red-shoe/buy", "/nope", "/caf\\xe9"]
    found = [wsgi_route({"PATH_INFO": "/u/3/", "SCRIPT_NAME": ""})]  # before Django has served anything

    def with_wsgi():
        app = get_wsgi_application()
        for script in ("", "/mnt"):
            for path in paths:
                environ = {
                    "REQUEST_METHOD": "GET", "SCRIPT_NAME": script, "PATH_INFO": path, "SERVER_NAME": "site.example",
                    "SERVER_PORT": "80", "wsgi.input": sys.stdin.buffer, "wsgi.url_scheme": "http",
                }
                app(environ, lambda *_: found.append(wsgi_route(environ))).close()

    async def with_asgi():
        app = get_asgi_application()
        for root in ("", "/mnt"):
            for path in paths:
                scope = {
                    "type": "http", "method": "GET", "path": root + path, "root_path": root, "headers": [],
                    "query_string": b"", "scheme": "http",
                }
                inputs = iter([{"type": "http.request", "body": b""}])
                async def receive():
                    for message in inputs:
                        return message
                    await asyncio.sleep(3600)
                async def send(message):
                    if message["type"] == "http.response.start":
                        found.append(asgi_route(scope))
                await app(scope, receive, send)

    with_wsgi() if sys.argv[2] == "wsgi" else asyncio.run(with_asgi())
    print(json.dumps(found))
"""


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django(tmp_path, kind):
    site = tmp_path / "site_of_the_test.py"
    site.write_text(textwrap.dedent(DJANGO), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, site, tmp_path, kind], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    routes = ["/", "/u/<int:uid>/", "/r/<x>", "/shop/<slug:item>/buy"]
    assert json.loads(done.stdout) == [None, *routes, None, None, *(f"/mnt{route}" for route in routes), None, None]


def test_django_resolves_what_it_served(monkeypatch):
    def resolve(path, urlconf):
        return SimpleNamespace(route=f"{urlconf}:{path}")

    urls = SimpleNamespace(get_urlconf=lambda: "site", resolve=resolve)
    monkeypatch.setitem(sys.modules, "django.urls", urls)
    assert wsgi_route({"PATH_INFO": "/u", "SCRIPT_NAME": "/t/42"}) == "/t/{number}/site:/u"
    assert asgi_route({"path": "/m/u", "root_path": "/m"}) == "/m/site:/u"
    urls.get_urlconf = lambda: None
    assert wsgi_route({"PATH_INFO": "/u"}) is None


class Raises:
    def __getattr__(self, name):
        raise RuntimeError(name)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"path": None},
        {"path": "/", "route": Raises()},
        {"path": "/", "route": object()},
        {"path": "/", "route": SimpleNamespace(path_format=5, path=b"/")},
        {"path": "/", "route": SimpleNamespace(path_format="/x"), "root_path": 5, "fastapi": 7, "path_params": 1.5},
        {"path": "/", "endpoint": print},
        {"path": "/", "route": SimpleNamespace(path="/x"), "route_handler": SimpleNamespace(paths={"/a", "/b"})},
        {"path": "/", "endpoint": print, "router": Raises()},
        {"path": "/", "path_template": 5, "cookiegate.route": 5},
        {"path": "/\ud800", "root_path": "\ud800"},
    ],
)
def test_odd_scope_is_no_error(scope):
    assert asgi_route(scope) in (None, "/x")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"werkzeug.request": Raises()},
        {"werkzeug.request": None, "bottle.route": object()},
        {"bottle.route": SimpleNamespace(rule=5)},
        {"cookiegate.route": b"/x", "PATH_INFO": "\u20ac"},
        {"PATH_INFO": None},
    ],
)
def test_odd_environ_is_no_error(environ):
    assert wsgi_route(environ) is None


def test_route_that_the_app_says_wins():
    assert asgi_route({"cookiegate.route": "/mine", "route": object(), "path": "/"}) == "/mine"
    assert wsgi_route({"cookiegate.route": "/mine", "bottle.route": object()}) == "/mine"
