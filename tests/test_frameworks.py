"""Real frameworks inside of the gate: what is necessary works without consent, what is optional waits for it."""

import json
import subprocess
import sys
import textwrap

import httpx
import pytest
from fastapi import FastAPI
from fastapi import Request as FastApiRequest
from flask import Flask, flash, get_flashed_messages, make_response, request, session
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cookiegate import Category, CookieGate, CookieRule, NotGated, Registry, current
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

OPTIONAL = Registry([CookieRule(name="ia_mkt_*", category=Category.MARKETING)])
CHOSEN = "v=1&c=marketing&t=4102444800"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def gate(**settings):
    return CookieGate(registry=Registry.known() | OPTIONAL, **settings)


def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://site.example")


def wsgi_client(app):
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="https://site.example")


def names_set(response):
    return [line.partition("=")[0] for line in response.headers.get_list("set-cookie")]


async def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    response = PlainTextResponse(str(request.session["count"]))
    response.set_cookie("ia_mkt_source", "x", max_age=60)
    return response


async def seen(request):
    return PlainTextResponse(",".join(sorted(request.cookies)))


async def grant(request):
    response = PlainTextResponse(str(current(request).allows("marketing")))
    current(request).grant({"marketing"})
    response.set_cookie("ia_mkt_source", "x")
    return response


async def fail(request):
    raise RuntimeError("the app's own")


def starlette():
    app = Starlette(routes=[Route("/", count), Route("/seen", seen), Route("/grant", grant), Route("/fail", fail)])
    app.add_middleware(SessionMiddleware, secret_key="x" * 32, https_only=True)
    app.add_middleware(AsgiGate, gate=gate())
    return app


@pytest.mark.anyio
async def test_starlette_session_works_and_the_optional_cookie_waits():
    async with client(starlette()) as browser:
        first = await browser.get("/")
        assert names_set(first) == ["session"]
        assert [(await browser.get("/")).text for _ in range(2)] == ["2", "3"]
        granted = await browser.get("/grant")
        assert granted.text == "False"
        assert sorted(names_set(granted)) == ["cookiegate_consent", "ia_mkt_source"]
        again = await browser.get("/")
        assert sorted(names_set(again)) == ["ia_mkt_source", "session"]
        assert again.headers["cache-control"] == "private"
        assert (await browser.get("/seen")).text == "cookiegate_consent,ia_mkt_source,session"
        assert (await browser.get("/grant")).text == "True"


@pytest.mark.anyio
async def test_starlette_app_does_not_see_a_refused_cookie():
    async with client(starlette()) as browser:
        answer = await browser.get("/seen", headers={"cookie": "a=1; ia_mkt_source=x; b=2"})
    assert answer.text == "a,b"
    assert names_set(answer) == ["ia_mkt_source"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.anyio
async def test_starlette_error_is_the_servers_to_see():
    async with client(starlette()) as browser:
        with pytest.raises(RuntimeError, match="the app's own"):
            await browser.get("/fail")


@pytest.mark.anyio
async def test_starlette_app_as_a_whole_can_be_wrapped():
    async def error_page(request, error):
        response = PlainTextResponse("sorry", 500)
        response.set_cookie("ia_mkt_source", "x")
        return response

    app = Starlette(routes=[Route("/fail", fail)], exception_handlers={500: error_page})
    transport = httpx.ASGITransport(AsgiGate(app, gate()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://site.example") as browser:
        answer = await browser.get("/fail")
    assert (answer.status_code, answer.text, names_set(answer)) == (500, "sorry", [])


@pytest.mark.anyio
async def test_starlette_request_outside_of_a_gate_is_not_gated():
    with pytest.raises(NotGated):
        current(Request({"type": "http", "headers": []}))


@pytest.mark.anyio
async def test_fastapi_session_works_and_the_optional_cookie_waits():
    app = FastAPI()

    @app.get("/")
    async def page(request: FastApiRequest):
        request.session["seen"] = True
        response = PlainTextResponse(str(current(request).allows("marketing")))
        response.set_cookie("ia_mkt_source", "x")
        return response

    app.add_middleware(SessionMiddleware, secret_key="x" * 32)
    app.add_middleware(AsgiGate, gate=gate())
    async with client(app) as browser:
        answer = await browser.get("/")
        assert (answer.text, names_set(answer)) == ("False", ["session"])
        assert "vary" in answer.headers
        browser.cookies.set("cookiegate_consent", "v=1&c=marketing&t=0", domain="site.example")
        assert (await browser.get("/")).text == "False"  # too old


def flask():
    app = Flask(__name__)
    app.secret_key = "x" * 32

    @app.get("/")
    def page():
        session["count"] = session.get("count", 0) + 1
        flash("noticed")
        response = make_response(str(session["count"]))
        response.set_cookie("ia_mkt_source", "x")
        return response

    @app.get("/seen")
    def seen():
        return ",".join([*get_flashed_messages(), *sorted(request.cookies)])

    @app.get("/grant")
    def grant():
        handle = current(request)
        before = handle.allows("marketing")
        handle.grant({"marketing"})
        response = make_response(f"{before} {current(request._get_current_object()) is handle}")
        response.set_cookie("ia_mkt_source", "x")
        return response

    @app.get("/withdraw")
    def withdraw():
        current(request).withdraw()
        return "bye"

    app.wsgi_app = WsgiGate(app.wsgi_app, gate=gate())
    return app


def test_flask_session_and_flash_work_and_the_optional_cookie_waits():
    with wsgi_client(flask()) as browser:
        first = browser.get("/")
        assert (first.text, names_set(first)) == ("1", ["session"])
        assert browser.get("/").text == "2"
        assert browser.get("/seen").text == "noticed,noticed,session"
        granted = browser.get("/grant")
        assert granted.text == "False True"
        assert sorted(names_set(granted)) == ["cookiegate_consent", "ia_mkt_source"]
        assert sorted(names_set(browser.get("/"))) == ["ia_mkt_source", "session"]
        gone = browser.get("/withdraw")
        assert sorted(names_set(gone)) == ["cookiegate_consent", "ia_mkt_source"]
        assert "ia_mkt_source" not in browser.cookies
        assert names_set(browser.get("/")) == ["session"]


DJANGO = """
    import asyncio, json, sys, warnings
    warnings.simplefilter("error")
    import django, httpx
    from django.conf import settings
    settings.configure(
        SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        INSTALLED_APPS=["django.contrib.sessions", "django.contrib.messages"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
    )
    django.setup()
    from django.contrib import messages
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.middleware.csrf import get_token
    from django.urls import path
    from cookiegate import Category, CookieGate, CookieRule, Registry, current
    from cookiegate.asgi import CookieGateMiddleware as AsgiGate
    from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

    def page(request):
        get_token(request)
        request.session["count"] = request.session.get("count", 0) + 1
        messages.info(request, "noticed")
        response = HttpResponse(str(request.session["count"]))
        response.set_cookie("ia_mkt_source", "x")
        return response

    def post(request):
        return HttpResponse(",".join(str(message) for message in messages.get_messages(request)))

    def grant(request):
        before = current(request).allows("marketing")
        current(request).grant({"marketing"})
        response = HttpResponse(str(before))
        response.set_cookie("ia_mkt_source", "x")
        return response

    def seen(request):
        return HttpResponse(",".join(sorted(request.COOKIES)))

    urlpatterns = [path("", page), path("post", post), path("grant", grant), path("seen", seen)]
    gate = CookieGate(
        registry=Registry.known() | Registry([CookieRule(name="ia_mkt_*", category=Category.MARKETING)])
    )
    found = []

    def note(answer):
        names = sorted(line.partition("=")[0] for line in answer.headers.get_list("set-cookie"))
        found.append([answer.status_code, answer.text, names])

    def steps(browser):
        yield browser.get("/")
        token = {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": "https://site.example/"}
        yield browser.post("/post", headers=token)
        yield browser.get("/grant")
        yield browser.get("/seen")

    def with_wsgi():
        transport = httpx.WSGITransport(WsgiGate(get_wsgi_application(), gate))
        with httpx.Client(transport=transport, base_url="https://site.example") as browser:
            for answer in steps(browser):
                note(answer)

    async def with_asgi():
        transport = httpx.ASGITransport(AsgiGate(get_asgi_application(), gate))
        async with httpx.AsyncClient(transport=transport, base_url="https://site.example") as browser:
            for answer in steps(browser):
                note(await answer)

    with_wsgi() if sys.argv[1] == "wsgi" else asyncio.run(with_asgi())
    print(json.dumps(found))
"""


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django_session_csrf_and_messages_work_and_the_optional_cookie_waits(tmp_path, kind):
    site = tmp_path / "site_of_the_test.py"
    site.write_text(textwrap.dedent(DJANGO), encoding="utf-8")
    done = subprocess.run([sys.executable, site, kind], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        [200, "1", ["csrftoken", "messages", "sessionid"]],
        [200, "noticed", ["messages"]],
        [200, "False", ["cookiegate_consent", "ia_mkt_source"]],
        [200, "cookiegate_consent,csrftoken,ia_mkt_source,sessionid", []],
    ]
