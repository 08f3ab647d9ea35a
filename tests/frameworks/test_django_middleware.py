"""Django's twin in MIDDLEWARE, as django.test's own clients see it: sync and async."""

import asyncio

import pytest

from cookiegate import Category, CookieGate, CookieRule, NotGated, Registry, current
from cookiegate.consent import OwnConsent

TWIN = "cookiegate.django.CookieGateMiddleware"
RULES = Registry(
    [
        CookieRule(name="ia_mkt_*", category=Category.MARKETING, paths=("/", "/shop")),
        CookieRule(name="plain", category=Category.NECESSARY),
        CookieRule(name="path", category=Category.NECESSARY),
    ]
)
GRANTED = "v=1&c=marketing&t=4102444800"


@pytest.fixture
def site(configured_django):
    from django.test import override_settings

    with override_settings(
        MIDDLEWARE=[TWIN, *configured_django.SETTINGS["MIDDLEWARE"]],
        COOKIEGATE=CookieGate(registry=Registry.known() | RULES, clock=lambda: 4102444800),
    ):
        yield configured_django


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
def client(request, site):
    return request.param()


def gate_with(**settings):
    from django.test import override_settings

    return override_settings(
        COOKIEGATE=CookieGate(registry=Registry.known() | RULES, clock=lambda: 4102444800, **settings)
    )


def answer(view):
    """Let the twin answer one request with what a view makes."""
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    return lambda **headers: CookieGateMiddleware(view)(RequestFactory().get("/", secure=True, **headers))


def lines_of(response):
    return [morsel.OutputString() for morsel in response.cookies.values()]


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


def test_handle_is_on_the_request_and_found_by_current(site):
    from django.http import HttpResponse

    found = []

    def view(request):
        found.append((request.cookiegate, current(request), request.META["cookiegate"]))
        return HttpResponse()

    answer(view)()
    assert len({id(handle) for handle in found[0]}) == 1


def test_handle_is_for_templates(site):
    from django.http import HttpResponse
    from django.template import Context, Engine

    text = "{% if 'marketing' in request.cookiegate.consent.granted %}yes{% else %}no{% endif %}"

    def view(request):
        return HttpResponse(Engine().from_string(text).render(Context({"request": request})))

    assert answer(view)().content == b"no"
    assert answer(view)(HTTP_COOKIE=f"cookiegate_consent={GRANTED}").content == b"yes"


def test_grant_counts_for_its_own_response(site):
    from django.http import HttpResponse

    def view(request):
        request.cookiegate.grant({"marketing"})
        response = HttpResponse()
        response.set_cookie("ia_mkt_source", "ad")
        return response

    assert sorted(answer(view)().cookies) == ["cookiegate_consent", "ia_mkt_source"]


def test_header_is_hidden_wherever_django_keeps_it(site):
    from django.http import HttpResponse

    def view(request):
        return HttpResponse(repr([request.COOKIES, request.META["HTTP_COOKIE"], request.headers["cookie"]]))

    found = answer(view)(HTTP_COOKIE="plain=1; ia_mkt_source=x")
    assert found.content.decode() == repr([{"plain": "1"}, "plain=1", "plain=1"])


def test_asgi_scope_hides_the_header_too(site):
    from django.http import HttpResponse
    from django.test import AsyncRequestFactory

    from cookiegate.django import CookieGateMiddleware

    async def view(request):
        return HttpResponse(repr([value for name, value in request.scope["headers"] if name == b"cookie"]))

    async def ask(*cookies):
        request = AsyncRequestFactory().get("/", secure=True)
        request.scope["headers"] = [(b"cookie", value) for value in cookies]
        request.META["HTTP_COOKIE"] = b",".join(cookies).decode()  # as Django joins the crumbs of HTTP/2
        return (await CookieGateMiddleware(view)(request)).content.decode()

    assert asyncio.run(ask(b"plain=1; ia_mkt_source=x")) == "[b'plain=1']"
    assert asyncio.run(ask(b"plain=1", b"ia_mkt_source=x")) == "[b'plain=1']"
    assert asyncio.run(ask(b"ia_mkt_source=x")) == "[]"


def test_signals_are_read_from_the_request(site):
    from django.http import HttpResponse

    def view(request):
        return HttpResponse(str(request.cookiegate.allows("marketing")))

    consent = f"cookiegate_consent={GRANTED}"
    assert answer(view)(HTTP_COOKIE=consent).content == b"True"
    assert answer(view)(HTTP_COOKIE=consent, HTTP_SEC_GPC="1,1").content == b"False"


def test_app_can_not_give_itself_a_consent(site):
    from django.http import HttpResponse

    def view(request):
        request.META["HTTP_COOKIE"] = f"cookiegate_consent={GRANTED}"
        return HttpResponse(str(request.cookiegate.allows("marketing")))

    assert answer(view)().content == b"False"


def test_https_behind_a_proxy_is_what_django_says(site):
    from django.http import HttpResponse
    from django.test import RequestFactory, override_settings

    from cookiegate.django import CookieGateMiddleware

    def view(request):
        response = HttpResponse()
        response.set_cookie("plain", "1")
        return response

    request = RequestFactory().get("/", HTTP_X_FORWARDED_PROTO="https")
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert lines_of(CookieGateMiddleware(view)(request)) == ["plain=1; Path=/; Secure; SameSite=Lax"]


def test_streaming_response_is_not_touched(site):
    from django.http import StreamingHttpResponse

    made = []

    def lines():
        made.append(1)
        yield "1"

    def view(request):
        response = StreamingHttpResponse(lines())
        response.set_cookie("ia_mkt_source", "x")
        return response

    response = answer(view)()
    assert (lines_of(response), made) == ([], [])
    assert b"".join(response.streaming_content) == b"1"


def test_report_only_changes_nothing(site):
    from django.http import HttpResponse

    def view(request):
        request.cookiegate.grant({"statistics"})
        response = HttpResponse(",".join(request.COOKIES))
        response.set_cookie("ia_mkt_source", "\u65e5")
        response.set_cookie("unknown", "x")
        return response

    with gate_with(mode="report-only"):
        response = answer(view)(HTTP_COOKIE="ia_mkt_source=old")
    assert response.content == b"ia_mkt_source"
    assert lines_of(response)[:2] == ['ia_mkt_source="\u65e5"; Path=/', "unknown=x; Path=/"]
    assert [line.partition("=")[0] for line in lines_of(response)[2:]] == ["cookiegate_consent"]


def test_debug_field_is_added(site):
    with gate_with(debug=True):
        assert "ia_mkt_source" in SyncClient().get("/offer").headers["cookiegate"]


def test_recorder_hears_the_route(site):
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
def test_gate_around_the_application_judges_alone(site, is_async):
    """Its handle is handed out, and nothing is judged twice."""
    import httpx
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application

    from cookiegate.asgi import CookieGateMiddleware as AsgiGate
    from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

    heard = []
    outer = CookieGate(consent=OwnConsent("outer_consent"), registry=Registry.known() | RULES, observer=heard.append)
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


def test_same_request_through_the_twin_again_is_judged_again(site):
    from django.http import HttpResponse
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    def view(request):
        response = HttpResponse()
        response.set_cookie("ia_mkt_source", "x")
        return response

    request = RequestFactory().get("/")
    assert [lines_of(CookieGateMiddleware(view)(request)) for _ in range(2)] == [[], []]


def test_exception_goes_through(site):
    def view(request):
        raise RuntimeError("the app's own")

    with pytest.raises(RuntimeError, match="the app's own"):
        answer(view)()


def test_request_outside_of_the_middleware_is_not_gated(site):
    from django.test import RequestFactory

    with pytest.raises(NotGated):
        current(RequestFactory().get("/"))


def test_request_is_not_left_to_the_garbage_collector(site):
    import gc
    import weakref

    from django.http import HttpResponse
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    def view(request):
        response = HttpResponse(str(request.cookiegate.consent.granted))
        response.set_cookie("ia_mkt_source", "x")
        return response

    gc.disable()
    try:
        request = RequestFactory().get("/", HTTP_COOKIE="ia_mkt_source=x")
        CookieGateMiddleware(view)(request)
        remembered = weakref.ref(request)
        del request
        assert remembered() is None
    finally:
        gc.enable()
