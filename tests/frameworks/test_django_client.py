"""Django's twin in MIDDLEWARE, as django.test's own clients see it: sync and async."""

import asyncio

import pytest

from cookiegate import CookieGate
from cookiegate.consent import OwnConsent

GRANTED = "v=1&c=marketing&t=4102444800"


def lines_of(response):
    return [morsel.OutputString() for morsel in response.cookies.values()]


class SyncClient:
    def __init__(self):
        from django.test import Client

        self.client = Client(raise_request_exception=False)

    def get(self, path, **options):
        return self.client.get(path, secure=True, **options)


class AsyncClient(SyncClient):
    def __init__(self):
        from django.test import AsyncClient

        self.client = AsyncClient(raise_request_exception=False)

    def get(self, path, **options):
        async def ask():
            return await self.client.get(path, secure=True, **options)

        return asyncio.run(ask())


@pytest.fixture(params=[SyncClient, AsyncClient])
def client(request, twin_site):
    return request.param()


def test_client_sees_no_optional_cookie(client):
    assert set(client.get("/offer").cookies) == set()


def test_client_sees_an_optional_cookie_once_granted(client):
    client.client.cookies.load(f"cookiegate_consent={GRANTED}")  # by assignment it would be put into quotes
    response = client.get("/offer")
    assert set(response.cookies) == {"ia_mkt_source"}
    assert response.cookies["ia_mkt_source"].value == "ad"
    assert response.headers["cache-control"] == "private"


def test_client_keeps_its_session(client):
    assert [client.get("/count").content for _ in range(2)] == [b"1", b"2"]


def test_session_cookie_is_a_morsel_with_its_attributes(client):
    morsel = client.get("/count").cookies["sessionid"]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "Lax", "/")
    assert isinstance(morsel["max-age"], int)


def test_error_page_is_djangos(client):
    response = client.get("/form?" + "x" * 10, headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert client.get("/nowhere").status_code == 404


def test_refused_cookie_is_hidden_and_deleted_in_every_place(client):
    client.client.cookies["ia_mkt_source"] = "old"
    response = client.get("/seen")
    assert response.content == b""
    gone = "ia_mkt_source=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
    assert lines_of(response) == [f"{gone}; Path=/; Secure", f"{gone}; Path=/shop; Secure"]


def test_test_client_keeps_one_cookie_of_a_name(client):
    client.client.cookies["ia_mkt_source"] = "old"
    client.get("/seen")
    assert client.client.cookies["ia_mkt_source"].value == ""


def test_debug_field_is_added(twin_site, gate_with):
    with gate_with(debug=True):
        assert "ia_mkt_source" in SyncClient().get("/offer").headers["cookiegate"]


def test_recorder_hears_the_route(twin_site, gate_with):
    heard = []
    with gate_with(recorders=[heard.append]):
        client = SyncClient()
        client.get("/offer")
        client.get("/nowhere")
        client.get("/count", SCRIPT_NAME="/shop/42")
    assert [(each.method, each.path, each.route, each.status) for each in heard] == [
        ("GET", "/offer", "/offer", 200),
        ("GET", "/nowhere", None, 404),
        ("GET", "/shop/42/count", "/shop/{number}/count", 200),
    ]


@pytest.mark.parametrize("is_async", [False, True])
def test_gate_around_the_application_judges_alone(twin_site, is_async, gate_with, twin_registry):
    """Its handle is handed out, and nothing is judged twice."""
    import httpx
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application

    from cookiegate.asgi import CookieGateMiddleware as AsgiGate
    from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

    heard = []
    outer = CookieGate(consent=OwnConsent("outer_consent"), registry=twin_registry, observer=heard.append)
    with gate_with(observer=heard.append):
        if is_async:

            async def ask():
                transport = httpx.ASGITransport(AsgiGate(get_asgi_application(), gate=outer))
                async with httpx.AsyncClient(transport=transport, base_url="https://site.example") as browser:
                    return await browser.get("/offer")

            response = asyncio.run(ask())
        else:
            transport = httpx.WSGITransport(WsgiGate(get_wsgi_application(), gate=outer))
            with httpx.Client(transport=transport, base_url="https://site.example") as browser:
                response = browser.get("/offer")
    assert "set-cookie" not in response.headers
    assert [decision.name for decision in heard] == ["ia_stat_id", "ia_mkt_source"]
