"""Recorders: their calls for each response, through both adapters, and that their errors do no harm."""

import logging
from contextlib import suppress

import pytest

from cookiegate import Category, ConfigError, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

REGISTRY = Registry(
    [CookieRule(name="sid", category=Category.NECESSARY), CookieRule(name="_ga", category=Category.STATISTICS)]
)
LINES = ["sid=1; Path=/", "_ga=2; Path=/"]


def gate_with(*recorders, **settings):
    return CookieGate(registry=REGISTRY, recorders=recorders, clock=lambda: 1768204800.0, **settings)


def serve_asgi(gate, lines=LINES, *, start="http.response.start", scope=(), message=()):
    sent = []

    async def app(scope, receive, send):
        scope |= {"path_template": "/users/{id}"}
        fields = [(b"set-cookie", line.encode()) for line in lines]
        await send({"type": start, "headers": fields, "status": 201} | dict(message))

    async def send(message):
        sent.append(message)

    whole = {"type": "http", "scheme": "https", "method": "POST", "path": "/users/7", "headers": []} | dict(scope)
    with suppress(StopIteration):
        AsgiGate(app, gate)(whole, None, send).send(None)
    return [value.decode() for name, value in sent[0]["headers"]]


def serve_wsgi(gate, lines=LINES, *, status="201 Created"):
    started = []

    def app(environ, start_response):
        start_response(status, [("Set-Cookie", line) for line in lines])
        return []

    environ = {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/shop", "PATH_INFO": "/users/7", "wsgi.url_scheme": "https"}
    WsgiGate(app, gate)(environ | {"cookiegate.route": "/users/<id>"}, lambda status, headers: started.append(headers))
    return [value for name, value in started[0]]


def recorded_exchange(serve, *arguments, **keywords):
    exchanges = []
    serve(gate_with(exchanges.append), *arguments, **keywords)
    assert len(exchanges) == 1
    return exchanges[0]


def test_recorder_is_told_of_the_request_through_asgi():
    exchange = recorded_exchange(serve_asgi)
    assert (exchange.method, exchange.path, exchange.route, exchange.status, exchange.is_https) == (
        "POST", "/users/7", "/users/{id}", 201, True,
    )  # fmt: skip


def test_recorder_is_told_of_the_request_through_wsgi():
    exchange = recorded_exchange(serve_wsgi)
    assert (exchange.method, exchange.path, exchange.route, exchange.status, exchange.is_https) == (
        "POST", "/shop/users/7", "/users/<id>", 201, True,
    )  # fmt: skip


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_recorder_is_told_what_was_decided(serve):
    exchange = recorded_exchange(serve)
    assert [(decision.name, decision.reason.value) for decision in exchange.decisions] == [
        ("sid", "necessary"),
        ("_ga", "no-consent"),
    ]


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_recorder_is_told_of_a_response_without_cookies(serve):
    assert recorded_exchange(serve, []).decisions == ()


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_recorder_is_told_when_and_what_was_granted(serve):
    exchanges = []
    serve(gate_with(exchanges.append, default_consent={"statistics"}))
    assert (exchanges[0].at_s, exchanges[0].granted) == (1768204800.0, {Category.STATISTICS})


def test_recorder_is_told_of_a_websocket():
    exchange = recorded_exchange(serve_asgi, start="websocket.accept", scope={"type": "websocket"})
    assert (exchange.method, exchange.status) == ("WEBSOCKET", 101)


def test_recorder_is_told_no_status_that_is_none():
    assert recorded_exchange(serve_asgi, message={"status": "teapot"}).status == 0


@pytest.mark.parametrize("status", ["OK", "", None, "²³¹ No"])
def test_recorder_is_told_no_status_that_is_no_number(status):
    assert recorded_exchange(serve_wsgi, status=status).status == 0


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
@pytest.mark.parametrize("mode", ["enforce", "report-only"])
def test_recorders_change_nothing(serve, mode):
    assert serve(gate_with(lambda exchange: None, mode=mode)) == serve(gate_with(mode=mode))


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_recorder_that_raises_is_logged_once_and_the_others_are_told(serve, caplog):
    exchanges = []

    def broken(exchange):
        raise RuntimeError("no")

    gate = gate_with(broken, exchanges.append)
    with caplog.at_level(logging.ERROR, "cookiegate"):
        assert serve(gate) == serve(gate)
    assert len(exchanges) == 2
    assert [record.message for record in caplog.records] == [
        "a recorder raised; decisions are not affected, the response was not recorded"
    ]


async def coroutine_function(exchange):
    """It would not be awaited."""


@pytest.mark.parametrize("wrong", [print, "text", 7, [7], [coroutine_function]])
def test_recorders_that_are_no_functions_are_a_mistake(wrong):
    with pytest.raises(ConfigError, match="recorders"):
        CookieGate(recorders=wrong)


def test_recorder_is_told_of_cookies_that_the_gate_deletes():
    exchange = recorded_exchange(serve_asgi, ["sid=1; Path=/"], scope={"headers": [(b"cookie", b"_ga=5")]})
    assert [(decision.name, decision.action.value) for decision in exchange.decisions] == [
        ("sid", "rewrite"),
        ("_ga", "expire"),
    ]


# The debug header field


def debug_of(serve, lines=LINES, **settings):
    return serve(CookieGate(registry=REGISTRY, debug=True, consent=OwnConsent(), **settings), lines)[-1]


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_debug_field_tells_each_decision(serve):
    assert debug_of(serve) == (
        '"sid";action=rewrite;reason=necessary;rule=6;category=necessary, '
        '"_ga";action=drop;reason=no-consent;rule=5;category=statistics'
    )


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_debug_field_is_there_in_report_only_too(serve):
    assert debug_of(serve, mode="report-only").startswith('"sid";action=rewrite')


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_debug_field_says_when_there_is_nothing_to_tell(serve):
    assert debug_of(serve, []) == "none"


def test_debug_field_holds_no_value_and_no_octet_that_breaks_it():
    field = debug_of(serve_asgi, ['we"ird\\\tn\xe4me=secret', "sid=secret"])
    assert "secret" not in field
    assert field.startswith('"we\\"ird\\\\?n??me";action=drop')


def test_debug_field_counts_what_does_not_fit():
    field = debug_of(serve_asgi, [f"cookie{number}=x" for number in range(200)])
    assert len(field) <= 4200
    assert field.endswith(f", more;count={200 - field.count(';action=')}")


@pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi])
def test_debug_field_is_not_there_unless_asked_for(serve):
    assert all("action=" not in value for value in serve(CookieGate(registry=REGISTRY)))
