"""Django's twin around one view: what it hides, hands out and puts into the response."""

import asyncio

import pytest

from cookiegate import NotGated, current

GRANTED = "v=1&c=marketing&t=4102444800"


def answer(view):
    """Let the twin answer one request with what a view makes."""
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    return lambda **headers: CookieGateMiddleware(view)(RequestFactory().get("/", secure=True, **headers))


def lines_of(response):
    return [morsel.OutputString() for morsel in response.cookies.values()]


def test_handle_is_on_the_request_and_found_by_current(twin_site):
    from django.http import HttpResponse

    found = []

    def view(request):
        found.append((request.cookiegate, current(request), request.META["cookiegate.handle"]))
        return HttpResponse()

    answer(view)()
    assert len({id(handle) for handle in found[0]}) == 1


def test_handle_is_for_templates(twin_site):
    from django.http import HttpResponse
    from django.template import Context, Engine

    text = "{% if 'marketing' in request.cookiegate.consent.granted %}yes{% else %}no{% endif %}"

    def view(request):
        return HttpResponse(Engine().from_string(text).render(Context({"request": request})))

    assert answer(view)().content == b"no"
    assert answer(view)(HTTP_COOKIE=f"cookiegate_consent={GRANTED}").content == b"yes"


def test_grant_counts_for_its_own_response(twin_site):
    from django.http import HttpResponse

    def view(request):
        request.cookiegate.grant({"marketing"})
        response = HttpResponse()
        response.set_cookie("ia_mkt_source", "ad")
        return response

    assert sorted(answer(view)().cookies) == ["cookiegate_consent", "ia_mkt_source"]


def test_header_is_hidden_wherever_django_keeps_it(twin_site):
    from django.http import HttpResponse

    def view(request):
        return HttpResponse(repr([request.COOKIES, request.META["HTTP_COOKIE"], request.headers["cookie"]]))

    found = answer(view)(HTTP_COOKIE="plain=1; ia_mkt_source=x")
    assert found.content.decode() == repr([{"plain": "1"}, "plain=1", "plain=1"])


def test_asgi_scope_hides_the_header_too(twin_site):
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


def test_signals_are_read_from_the_request(twin_site):
    from django.http import HttpResponse

    def view(request):
        return HttpResponse(str(request.cookiegate.allows("marketing")))

    consent = f"cookiegate_consent={GRANTED}"
    assert answer(view)(HTTP_COOKIE=consent).content == b"True"
    assert answer(view)(HTTP_COOKIE=consent, HTTP_SEC_GPC="1,1").content == b"False"


def test_app_can_not_give_itself_a_consent(twin_site):
    from django.http import HttpResponse

    def view(request):
        request.META["HTTP_COOKIE"] = f"cookiegate_consent={GRANTED}"
        return HttpResponse(str(request.cookiegate.allows("marketing")))

    assert answer(view)().content == b"False"


def test_https_behind_a_proxy_is_what_django_says(twin_site):
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


def test_streaming_response_is_not_touched(twin_site):
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


def test_report_only_changes_nothing(twin_site, gate_with):
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


def test_same_request_through_the_twin_again_is_judged_again(twin_site):
    from django.http import HttpResponse
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    def view(request):
        response = HttpResponse()
        response.set_cookie("ia_mkt_source", "x")
        return response

    request = RequestFactory().get("/")
    assert [lines_of(CookieGateMiddleware(view)(request)) for _ in range(2)] == [[], []]


def test_exception_goes_through(twin_site):
    def view(request):
        raise RuntimeError("the app's own")

    with pytest.raises(RuntimeError, match="the app's own"):
        answer(view)()


def test_request_outside_of_the_middleware_is_not_gated(twin_site):
    from django.test import RequestFactory

    with pytest.raises(NotGated):
        current(RequestFactory().get("/"))


def test_request_is_not_left_to_the_garbage_collector(twin_site):
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


@pytest.mark.parametrize("debug", [True, False])
def test_dropped_cookie_is_a_loud_warning_where_django_debugs(twin_site, debug, caplog):
    from django.http import HttpResponse
    from django.test import RequestFactory, override_settings

    from cookiegate.django import CookieGateMiddleware

    def view(request):
        response = HttpResponse()
        response.set_cookie(f"stranger-{debug}", "1")
        return response

    with override_settings(DEBUG=debug, COOKIEGATE={"mode": "enforce"}):
        response = CookieGateMiddleware(view)(RequestFactory().get("/"))
    assert ("cookiegate" in response.headers) is debug
    assert [f"\n{'=' * 72}\n" in record.getMessage() for record in caplog.records] == [debug]


@pytest.mark.parametrize("debug", [True, False])
def test_gate_around_django_looks_at_its_settings(twin_site, debug, caplog):
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings
    from werkzeug.test import Client

    from cookiegate.wsgi import CookieGateMiddleware

    sessions = "django.contrib.sessions.middleware.SessionMiddleware"
    with override_settings(DEBUG=debug, MIDDLEWARE=[sessions], SESSION_COOKIE_NAME="sid2"):
        gate = CookieGateMiddleware(WSGIHandler())
        Client(gate).get("/")
    [line] = [record.getMessage() for record in caplog.records if record.name == "cookiegate"]
    assert line.startswith("settings.SESSION_COOKIE_NAME: the cookie 'sid2' is not registered, so that no visitor")
    assert gate._compiled.rules.notify.is_development is debug
