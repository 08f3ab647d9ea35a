"""One test for each earlier attack: costs, oversize, unusual names, and dangerous configuration."""

import logging

import pytest

from cookiegate import Category, ConfigError, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import Cookiebot, Klaro, OwnConsent, decoding
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0
REGISTRY = Registry(
    [
        CookieRule(name="ia_mkt_*", category=Category.MARKETING, domains=("a.example",), paths=("/", "/a")),
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="st", category=Category.STATISTICS),
    ]
)


def answer(gate, headers, environ=None, seen=None):
    sent = []

    def app(environ, start_response):
        if seen is not None:
            seen.append(environ["HTTP_COOKIE"])
        start_response("200 OK", headers)
        return [b""]

    request = {"wsgi.url_scheme": "http", "REQUEST_METHOD": "GET", "PATH_INFO": "/", **(environ or {})}
    WsgiGate(app, gate)(request, lambda status, headers: sent.extend(headers))
    return sent


def test_json_with_an_endless_string_is_scanned_once():
    endless = '"' + '\\"' * 4000
    assert [match.span() for match in decoding._STRING_OR_BRACKET.finditer("[" + endless)] == [(0, 1), (1, 8002)]


def test_more_than_eight_values_of_one_cookie_grant_nothing():
    gate = CookieGate(registry=REGISTRY, consent=Klaro(services={"a": "statistics"}))
    cookie = "; ".join(['klaro={"a":true}'] * 9)
    assert answer(gate, [("Set-Cookie", "st=1")], {"HTTP_COOKIE": cookie}) == []


def test_oversize_cookie_header_is_no_missing_choice():
    gate = CookieGate(registry=REGISTRY, default_consent={"statistics", "marketing"}, clock=lambda: NOW)
    refusal = f"cookiegate_consent=v=1&c=&t={int(NOW)}"
    assert answer(gate, [("Set-Cookie", "st=1")], {"HTTP_COOKIE": refusal + "; pad=" + "x" * 66000}) == []


def test_environ_key_that_is_no_latin_1_raises_nothing():
    gate = CookieGate(registry=REGISTRY)
    sent = answer(gate, [("Set-Cookie", "ok=1; SameSite=Lax")], {"HTTP_\u039cX": "1", "HTTP_COOKIE": "a=b"})
    assert sent == [("Set-Cookie", "ok=1; SameSite=Lax")]


def test_name_of_many_tokens_is_hidden_without_looking_at_each():
    gate = CookieGate(registry=REGISTRY)
    seen = []
    cookie = " ".join(f"q{n}" for n in range(12000)) + "=1; ok=2"
    answer(gate, [("Set-Cookie", "ok=1")], {"HTTP_COOKIE": cookie}, seen)
    cookie = "a b c d e f g h i=1; a b c d e f g h=1"
    assert answer(gate, [], {"HTTP_COOKIE": cookie}, seen) == []  # no line can delete such a name
    assert seen == ["ok=2", "a b c d e f g h=1"]


def test_deletions_take_four_kilobytes_at_most():
    gate = CookieGate(registry=REGISTRY)
    sent = answer(gate, [], {"HTTP_COOKIE": "ia_mkt_" + "x" * 3000 + "=1; ia_mkt_b=1"})
    lines = [value for name, value in sent if name == "set-cookie"]
    assert lines
    assert sum(map(len, lines)) <= 4096


def test_name_in_the_log_is_cut(caplog):
    gate = CookieGate(registry=REGISTRY)
    answer(gate, [("Set-Cookie", "u" * 4000 + "=1")])
    assert all(len(record.getMessage()) < 500 for record in caplog.records if record.name == "cookiegate")


def source_of(cookie_names):
    def source(head):
        return None

    source.cookie_names = cookie_names
    return source


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"consent": source_of("consent")}, "consent: cookie_names is 'consent'; use a tuple of cookie names"),
        ({"consent": source_of(["a b"])}, "consent: cookie_names is ['a b']; use a tuple of cookie names"),
        ({"consent": source_of([7])}, "consent: cookie_names is [7]; use a tuple of cookie names"),
        ({"consent": OwnConsent}, "is the class OwnConsent; make one: OwnConsent()"),
        ({"consent": Cookiebot}, "is the class Cookiebot; make one: Cookiebot()"),
        ({"clock": 5}, "clock: is 5; use a function"),
    ],
)
def test_configuration_that_would_fail_later_is_refused(given, said):
    with pytest.raises(ConfigError) as caught:
        CookieGate(registry=REGISTRY, **given)
    assert said in str(caught.value)


def test_coroutine_functions_are_refused():
    async def source(head):
        return None

    with pytest.raises(ConfigError) as caught:
        CookieGate(registry=REGISTRY, consent=source, observer=source)
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["consent", "observer"]


def test_server_push_starts_no_response_and_carries_no_deletions(caplog):
    caplog.set_level(logging.CRITICAL, logger="cookiegate")
    sent, started = [], []

    async def app(scope, receive, send):
        fields = [(b"a", b"b"), (b"set-cookie", b"ia_mkt_a=1")]
        await send({"type": "http.response.push", "path": "/x", "headers": fields})
        started.append(scope["cookiegate"].is_started)
        await send({"type": "http.response.early_hint", "links": None})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "scheme": "http", "headers": [(b"cookie", b"ia_mkt_b=1")]}
    with pytest.raises(StopIteration):
        AsgiGate(app, CookieGate(registry=REGISTRY))(scope, None, send).send(None)
    assert sent[0]["headers"] == [(b"a", b"b")]
    assert started == [False]
    assert sent[1]["links"] is None
