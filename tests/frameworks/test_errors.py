"""What goes wrong on a site: the app's errors stay its own, error pages are gated, and consents are read strictly."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cookiegate import CookieGate, NotGated, current
from cookiegate.asgi import CookieGateMiddleware

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # WebOb's


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client(app, **options):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, **options), base_url="https://site.example")


async def fail(request):
    raise RuntimeError("the app's own")


async def asks(request):
    return PlainTextResponse(str(current(request).allows("marketing")))


async def show_error(request, error):
    response = PlainTextResponse("sorry", 500)
    response.set_cookie("ia_mkt_source", "x")
    return response


@pytest.mark.anyio
async def test_starlette_error_is_the_servers_to_see():
    app = Starlette(routes=[Route("/fail", fail)])
    app.add_middleware(CookieGateMiddleware, gate=CookieGate())
    async with client(app) as browser:
        with pytest.raises(RuntimeError, match="the app's own"):
            await browser.get("/fail")


@pytest.mark.anyio
async def test_starlette_app_wrapped_as_a_whole_has_its_error_page_gated():
    app = Starlette(routes=[Route("/fail", fail)], exception_handlers={500: show_error})
    async with client(CookieGateMiddleware(app, CookieGate()), raise_app_exceptions=False) as browser:
        answer = await browser.get("/fail")
    assert (answer.status_code, answer.text) == (500, "sorry")
    assert "set-cookie" not in answer.headers


@pytest.mark.anyio
async def test_answer_that_depends_on_the_consent_varies_on_the_cookie():
    app = CookieGateMiddleware(Starlette(routes=[Route("/asks", asks)]), CookieGate())
    async with client(app) as browser:
        answer = await browser.get("/asks")
    assert (answer.text, answer.headers["vary"]) == ("False", "Cookie, Sec-GPC")


def test_request_outside_of_a_gate_is_not_gated():
    with pytest.raises(NotGated):
        current(Request({"type": "http", "headers": []}))


def test_consent_that_is_too_old_does_not_count(browser):
    browser.client.cookies.set("cookiegate_consent", "v=1&c=marketing.statistics&t=0", domain="site.example")
    browser.get("/offer")
    assert browser.cookies().isdisjoint({"ia_mkt_source", "ia_stat_id"})


def test_answer_with_an_optional_cookie_is_private(browser):
    assert browser.request("GET", "/offer").headers.get("cache-control") != "private"
    browser.choose("marketing")
    assert "private" in browser.request("GET", "/offer").headers["cache-control"]


def test_page_that_is_not_there_is_the_frameworks_own(browser, ungated_browser):
    gated, ungated = browser.request("GET", "/nowhere"), ungated_browser.request("GET", "/nowhere")
    assert (gated.status_code, gated.content) == (ungated.status_code, ungated.content)
