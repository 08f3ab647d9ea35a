"""One table of cases for both adapters: the app's lines, the request, and the header fields that leave."""

from contextlib import suppress
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cookiegate import Category, ConfigError, Consent, CookieGate, CookieRule, Registry, SameSite, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
TYPE = ("Content-Type", "text/plain")
REGISTRY = Registry(
    [
        CookieRule(name="token", category=Category.NECESSARY),
        CookieRule(name="refreshToken", category=Category.NECESSARY, http_only=True, lifetime=parse_lifetime("7 days")),
        CookieRule(name="ia_pref_*", category=Category.PREFERENCES, same_site=SameSite.STRICT),
        CookieRule(name="ia_stats_session", category=Category.STATISTICS, lifetime=parse_lifetime("session")),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(
            name="ia_mkt_*", category=Category.MARKETING, domains=("example.com",), lifetime=parse_lifetime("90 days")
        ),
    ]
)
SAFE = "; Path=/; Secure; SameSite=Lax"
GONE = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
CHOICE = "cookiegate_consent=v=1&c={}&t=1768204800"


def through_asgi(gate, fields, *, cookie="", request=(), scheme="https"):
    sent = []

    async def app(scope, receive, send):
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"body"})

    async def send(message):
        sent.append(message)

    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in request]
    if cookie:
        headers.append((b"cookie", cookie.encode("latin-1")))
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": scheme, "headers": headers}
    with suppress(StopIteration):
        AsgiGate(app, gate)(scope, None, send).send(None)
    assert sent[1] == {"type": "http.response.body", "body": b"body"}
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]


def through_wsgi(gate, fields, *, cookie="", request=(), scheme="https"):
    environ = {"wsgi.url_scheme": scheme, "QUERY_STRING": ""}
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request}
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    setup_testing_defaults(environ)
    started = []

    def app(environ, start_response):
        start_response("200 OK", list(fields))
        return [b"body"]

    def start_response(status, headers, exc_info=None):
        started.append(headers)
        return lambda octets: None

    answer = validator(WsgiGate(app, gate))(environ, start_response)
    assert list(answer) == [b"body"]
    answer.close()
    return started[-1]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    """Send an app's header fields through one adapter, and return those that leave."""
    return request.param


def case(name, lines, leave, *, cookie="", request=(), scheme="https", **settings):
    return pytest.param(lines, leave, cookie, request, scheme, settings, id=name)


CASES = [
    case("no cookie", [], []),
    case("necessary, safe already", [f"token=a{SAFE}"], [f"token=a{SAFE}"]),
    case("necessary, made safe", ["token=a; Path=/"], [f"token=a{SAFE}"]),
    case("necessary on http", ["token=a; Path=/"], ["token=a; Path=/; SameSite=Lax"], scheme="http"),
    case("http, Secure always", ["token=a"], ["token=a; Secure; SameSite=Lax"], scheme="http", secure="always"),
    case("https, Secure as it is", ["token=a"], ["token=a; SameSite=Lax"], secure="keep"),
    case("None without Secure on http", ["token=a; SameSite=None"], ["token=a; SameSite=Lax"], scheme="http"),
    case("None on https", ["token=a; SameSite=None"], ["token=a; Secure; SameSite=None"]),
    case("a minimum of SameSite", ["token=a; SameSite=None"], ["token=a; Secure; SameSite=Strict"], same_site="strict"),
    case("HttpOnly by its rule", ["refreshToken=a"], ["refreshToken=a; Secure; HttpOnly; SameSite=Lax"]),
    case(
        "lifetime by its rule",
        ["refreshToken=a; Max-Age=9999999"],
        ["refreshToken=a; Max-Age=604800; Secure; HttpOnly; SameSite=Lax"],
    ),
    case(
        "lifetime as a date",
        ["refreshToken=a; Expires=Tue, 12 Jan 2027 08:00:00 GMT"],
        ["refreshToken=a; Expires=Mon, 19 Jan 2026 08:00:00 GMT; Secure; HttpOnly; SameSite=Lax"],
    ),
    case("400 days", ["token=a; Max-Age=99999999999"], ["token=a; Max-Age=34560000; Secure; SameSite=Lax"]),
    case("no host's siblings", ["token=a; Domain=example.com"], ["token=a; Secure; SameSite=Lax"], host_only=True),
    case("value with JSON", [f'token={{"a": [1, 2]}}{SAFE}'], [f'token={{"a": [1, 2]}}{SAFE}']),
    case("value with JSON, strict", [f'token={{"a": [1, 2]}}{SAFE}'], [], strict_values=True),
    case("value without a quirk, strict", [f"token=a.b{SAFE}"], [f"token=a.b{SAFE}"], strict_values=True),
    case("value of Latin-1", [f"token=\xe9{SAFE}"], [f"token=\xe9{SAFE}"]),
    case("no choice yet", [f"ia_stats_perf=1{SAFE}", f"ia_mkt_source=1{SAFE}", f"token=a{SAFE}"], [f"token=a{SAFE}"]),
    case(
        "statistics granted",
        [f"ia_stats_perf=1{SAFE}", f"ia_mkt_source=1{SAFE}"],
        [f"ia_stats_perf=1{SAFE}"],
        cookie=CHOICE.format("statistics"),
    ),
    case(
        "everything granted",
        ["ia_stats_session=1; Max-Age=60", "ia_mkt_source=1", "ia_pref_theme=1"],
        [
            "ia_stats_session=1; Secure; SameSite=Lax",
            "ia_mkt_source=1; Secure; SameSite=Lax",
            "ia_pref_theme=1; Secure; SameSite=Strict",
        ],
        cookie=CHOICE.format("preferences.statistics.marketing"),
    ),
    case(
        "everything granted, and a browser that says no",
        [f"ia_stats_perf=1{SAFE}", f"ia_mkt_source=1{SAFE}"],
        [f"ia_stats_perf=1{SAFE}"],
        cookie=CHOICE.format("preferences.statistics.marketing"),
        request=[("Sec-GPC", "1")],
    ),
    case(
        "a signal that says nothing",
        [f"ia_mkt_source=1{SAFE}"],
        [f"ia_mkt_source=1{SAFE}"],
        cookie=CHOICE.format("marketing"),
        request=[("Sec-GPC", "0")],
    ),
    case(
        "do not track",
        [f"ia_stats_perf=1{SAFE}"],
        [],
        cookie=CHOICE.format("statistics"),
        request=[("DNT", "1")],
        do_not_track=True,
    ),
    case("refused to the session", ["ia_mkt_a=1; Max-Age=9"], ["ia_mkt_a=1; Secure; SameSite=Lax"], refused="session"),
    case("refused and expired", ["ia_mkt_a=1; Path=/x"], [f"ia_mkt_a{GONE}; Path=/x; Secure"], refused="expire"),
    case("unregistered", ["other=1"], []),
    case("unregistered kept", ["other=1"], ["other=1; Secure; SameSite=Lax"], unregistered="keep"),
    case("unregistered as statistics", ["other=1"], [], unregistered="statistics"),
    case(
        "unregistered as statistics, granted",
        [f"other=1{SAFE}"],
        [f"other=1{SAFE}"],
        unregistered="statistics",
        cookie=CHOICE.format("statistics"),
    ),
    case("deletion of a refused one", ["ia_mkt_a=x; Max-Age=0; Path=/"], [f"ia_mkt_a{GONE}; Path=/; Secure"]),
    case("deletion of an unregistered one", ["other=; Max-Age=-1"], [f"other{GONE}; Secure"]),
    case("deletion as the gate writes it", [f"ia_mkt_a{GONE}; Secure"], [f"ia_mkt_a{GONE}; Secure"]),
    case(
        "deletion by date",
        ["token=; Expires=Mon, 12 Jan 2026 08:00:00 GMT; Path=/"],
        [f"token{GONE}; Path=/; Secure"],
    ),
    case(
        "deletion in a partition",
        ["token=; Max-Age=0; Partitioned; Domain=.Example.com"],
        [f"token{GONE}; Domain=example.com; Secure; Partitioned"],
        scheme="http",
    ),
    case("a grant after the lines", [f"ia_mkt_a=1{SAFE}", CHOICE.format("marketing") + SAFE], None),
    case("a grant before the lines", [CHOICE.format("marketing") + SAFE, f"ia_mkt_a=1{SAFE}"], None),
    case(
        "a withdrawal after the lines",
        [f"ia_mkt_a=1{SAFE}", f"cookiegate_consent{GONE}; Path=/; Secure"],
        [f"cookiegate_consent{GONE}; Path=/; Secure"],
        cookie=CHOICE.format("marketing"),
    ),
    case(
        "a choice of fewer",
        [f"ia_mkt_a=1{SAFE}", f"ia_stats_a=1{SAFE}", CHOICE.format("statistics") + SAFE],
        [f"ia_stats_a=1{SAFE}", CHOICE.format("statistics") + SAFE],
        cookie=CHOICE.format("marketing"),
    ),
    case(
        "a choice that browsers refuse",
        [CHOICE.format("marketing") + "\x01", f"ia_mkt_a=1{SAFE}"],
        [],
    ),
    case(
        "the last of two choices",
        [CHOICE.format("marketing") + SAFE, CHOICE.format("") + SAFE, f"ia_mkt_a=1{SAFE}"],
        [CHOICE.format("marketing") + SAFE, CHOICE.format("") + SAFE],
    ),
    case(
        "order is kept",
        [f"token=1{SAFE}", f"ia_mkt_a=1{SAFE}", f"refreshToken=2{SAFE}; HttpOnly", f"token=3{SAFE}"],
        [f"token=1{SAFE}", f"refreshToken=2{SAFE}; HttpOnly", f"token=3{SAFE}"],
    ),
    case(
        "a refused one that came back",
        [],
        [f"ia_mkt_a{GONE}; Path=/; Secure", f"ia_mkt_a{GONE}; Domain=example.com; Path=/; Secure"],
        cookie="token=1; ia_mkt_a=2",
    ),
    case(
        "a refused one that came back, left alone", [], [], cookie="token=1; ia_mkt_a=2", expire_refused=False
    ),
    case("a stranger that came back", [], [], cookie="other=1"),
    case("a granted one that came back", [], [], cookie=f"ia_mkt_a=2; {CHOICE.format('marketing')}"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "leave", "cookie", "request_fields", "scheme", "settings"), CASES)
@pytest.mark.parametrize("is_watched", [False, True], ids=["fast", "general"])
def test_response_carries_the_lines_that_may_leave(
    through, is_watched, lines, leave, cookie, request_fields, scheme, settings
):
    observer = (lambda decision: None) if is_watched else None
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW, observer=observer, **settings)
    fields = [TYPE, *(("Set-Cookie", line) for line in lines), ("X-Last", "1")]
    for _ in ("cold", "warm"):
        left = through(gate, fields, cookie=cookie, request=request_fields, scheme=scheme)
        found = [value for name, value in left if name.lower() == "set-cookie"]
        assert found == (lines if leave is None else leave)
        assert [field for field in left if field in (TYPE, ("X-Last", "1"))] == [TYPE, ("X-Last", "1")]


@pytest.mark.parametrize("middleware", [AsgiGate, WsgiGate], ids=["asgi", "wsgi"])
def test_middleware_without_a_gate_has_the_known_registry_and_the_own_consent(middleware):
    gate = middleware(None).gate
    assert gate.registry == Registry.known()
    assert isinstance(gate.consent, OwnConsent)


def test_field_names_of_cookies_keep_their_spelling(through):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    left = through(gate, [TYPE, ("sEt-cOOkie", f"token=1{SAFE}"), ("SET-COOKIE", "token=2"), ("set-cookie", "x=1")])
    assert left == [TYPE, ("sEt-cOOkie", f"token=1{SAFE}"), ("SET-COOKIE", "token=2; Secure; SameSite=Lax")]


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n", "\0"], ids=["cr", "lf", "crlf", "nul"])
def test_line_break_in_another_field_is_cut(through, caplog, break_):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    fields = [TYPE, ("X-A", f"1{break_}Set-Cookie: ia_mkt_a=1"), ("Set-Cookie", f"token=1{SAFE}")]
    for _ in range(2):
        assert through(gate, fields) == [TYPE, ("X-A", "1"), ("Set-Cookie", f"token=1{SAFE}")]
    assert caplog.messages == ["response header field 'X-A': a line break in its value; cut"]


def test_line_break_in_another_field_may_only_be_reported(caplog):
    gate = CookieGate(registry=REGISTRY, line_breaks="report")
    assert through_asgi(gate, [("X-A", "1\r\nX-B: 2")]) == [("X-A", "1\r\nX-B: 2")]
    assert caplog.messages == ["response header field 'X-A': a line break in its value; report"]


def test_field_with_an_impossible_name_is_left_out(through, caplog):
    gate = CookieGate(registry=REGISTRY)
    names = ["Set-Cookie: ia_mkt_a=1\r\nX", "Set-Cookie:", "X\nSet-Cookie", "X\0", "Set-Cookie2", ":status"]
    assert through(gate, [TYPE, *((name, "ia_mkt_a=1") for name in names)]) == [TYPE]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * len(names)


def test_field_with_an_odd_name_is_left_to_the_server(caplog):
    """It does not concern cookies; the server accepts or refuses it as without the gate."""
    gate = CookieGate(registry=REGISTRY)
    fields = [TYPE, *((name, "ia_mkt_a=1") for name in ("", "Set Cookie", "X-symb\xf6l", "set-\xadcookie"))]
    assert through_asgi(gate, fields) == fields
    assert caplog.messages == []


@pytest.mark.parametrize("name", ["Set-Cookie ", "\tset-cookie", "Set-Cookie\x0b", "\x1cSet-Cookie", "set-cookie\xa0"])
def test_padded_name_of_a_cookie_field_is_recognised(through, name):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    left = through(gate, [TYPE, (name, "ia_mkt_a=1"), (name, f"token=1{SAFE}")])
    assert left == [TYPE, ("set-cookie", f"token=1{SAFE}")]


def test_source_that_raises_is_logged_once_and_grants_nothing(through, caplog):
    def source(head):
        raise LookupError("down")

    gate = CookieGate(registry=REGISTRY, consent=source, clock=lambda: NOW)
    for _ in range(3):
        assert through(gate, [TYPE, ("Set-Cookie", "ia_mkt_a=1"), ("Set-Cookie", f"token=1{SAFE}")]) == [
            TYPE,
            ("Set-Cookie", f"token=1{SAFE}"),
        ]
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.message for record in failures] == ["the consent source raised; requests count as without consent"]


@pytest.mark.parametrize("nonsense", [{"marketing"}, "marketing", True, object(), b"1"])
def test_source_that_returns_nonsense_grants_nothing(through, caplog, nonsense):
    gate = CookieGate(registry=REGISTRY, consent=lambda head: nonsense, clock=lambda: NOW)
    for _ in range(2):
        assert through(gate, [TYPE, ("Set-Cookie", "ia_mkt_a=1")]) == [TYPE]
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == ["ERROR"]


def test_source_that_returns_an_impossible_time_grants_nothing(through):
    consent = Consent({"marketing"}, given_at="yesterday", max_age_s=60)
    gate = CookieGate(registry=REGISTRY, consent=lambda head: consent, clock=lambda: NOW)
    assert through(gate, [TYPE, ("Set-Cookie", "ia_mkt_a=1")]) == [TYPE]


def test_observer_that_raises_is_logged_once_and_changes_nothing(through, caplog):
    def observer(decision):
        raise ValueError("full")

    gate = CookieGate(registry=REGISTRY, observer=observer, clock=lambda: NOW)
    for _ in range(3):
        assert through(gate, [TYPE, ("Set-Cookie", "ia_mkt_a=1"), ("Set-Cookie", f"token=1{SAFE}")]) == [
            TYPE,
            ("Set-Cookie", f"token=1{SAFE}"),
        ]
    failures = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert failures == ["the observer raised; decisions are not affected"]


def test_observer_hears_every_decision_and_no_value_is_in_its_text(through):
    heard = []
    gate = CookieGate(registry=REGISTRY, observer=heard.append, clock=lambda: NOW)
    through(gate, [TYPE, ("Set-Cookie", "ia_mkt_a=secret"), ("Set-Cookie", "token=secret")], cookie="ia_stats_a=secret")
    assert [(decision.action, decision.reason, decision.name) for decision in heard] == [
        ("drop", "no-consent", "ia_mkt_a"),
        ("rewrite", "necessary", "token"),
        ("expire", "no-consent", "ia_stats_a"),
    ]
    assert "secret" not in repr(heard)


def test_untrusted_proxy_is_warned_of_once(through, caplog):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    for _ in range(3):
        through(
            gate, [TYPE, ("Set-Cookie", "token=1")], scheme="http", request=[("X-Forwarded-Proto", "https")]
        )  # fmt: skip
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("requests arrive as http with X-Forwarded-Proto: https, so cookies are not")


@pytest.mark.parametrize(
    ("scheme", "request_fields"),
    [("https", [("X-Forwarded-Proto", "https")]), ("http", []), ("http", [("X-Forwarded-Proto", "http")])],
)
def test_proxy_is_not_warned_of_without_need(through, caplog, scheme, request_fields):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    through(gate, [TYPE, ("Set-Cookie", "token=1")], scheme=scheme, request=request_fields)
    assert caplog.messages == []


def test_proxy_is_looked_for_in_the_first_thousand_requests_only(through, caplog):
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    for _ in range(1000):
        through(gate, [TYPE, ("Set-Cookie", "token=1")], scheme="http")
    through(gate, [TYPE, ("Set-Cookie", "token=1")], scheme="http", request=[("X-Forwarded-Proto", "https")])
    assert caplog.messages == []


@pytest.mark.parametrize("adapter", [AsgiGate, WsgiGate])
@pytest.mark.parametrize("wrong", ["cookies.toml", CookieGate])
def test_adapter_complains_of_what_is_no_gate(adapter, wrong):
    with pytest.raises(ConfigError) as caught:
        adapter(None, gate=wrong)
    assert caught.value.problems == (
        f'CookieGateMiddleware: gate: is {wrong!r}; use a CookieGate, e.g. CookieGate.from_toml("cookies.toml")',
    )
