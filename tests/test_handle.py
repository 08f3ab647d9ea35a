"""The app's handle: read, grant and withdraw consent, and the effect on the response."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from wsgiref.util import setup_testing_defaults

import pytest
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket
from werkzeug.wrappers import Request as WerkzeugRequest

from cookiegate import (
    Category,
    Consent,
    ConsentNotWritable,
    CookieGate,
    CookieRule,
    NotGated,
    Reason,
    Registry,
    ResponseStarted,
    current,
)
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent, first_of
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = "; Path=/; Secure; SameSite=Lax"
TYPE = ("Content-Type", "text/plain")
STATS, MKT = f"ia_stats_a=1{SAFE}", f"ia_mkt_a=1{SAFE}"
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_pref_*", category=Category.PREFERENCES),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
EVERYTHING = "cookiegate_consent=v=1&c=preferences.statistics.marketing&t=1768204800&id=abc"
GONE = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure"
KEPT = "; Max-Age=15897600; Path=/; Secure; SameSite=Lax"


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)


def through_asgi(one_gate, act, lines=(), *, cookie="", request=()):
    """Let an app use its handle, then respond with these lines; return the fields that leave."""
    sent = []

    async def app(scope, receive, send):
        act(scope["cookiegate"])
        headers = [(b"Content-Type", b"text/plain"), *((b"Set-Cookie", line.encode("latin-1")) for line in lines)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in request]
    headers += [(b"cookie", cookie.encode())] if cookie else []
    with suppress(StopIteration):
        AsgiGate(app, one_gate)({"type": "http", "scheme": "https", "headers": headers}, None, send).send(None)
    return [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]


def through_wsgi(one_gate, act, lines=(), *, cookie="", request=()):
    started = []
    environ = {"wsgi.url_scheme": "https"} | ({"HTTP_COOKIE": cookie} if cookie else {})
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request}
    setup_testing_defaults(environ)

    def app(environ, start_response):
        act(environ["cookiegate.handle"])
        start_response("200 OK", [TYPE, *(("Set-Cookie", line) for line in lines)])
        return []

    WsgiGate(app, one_gate)(environ, lambda status, headers: started.append(headers))
    return started[0]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    return request.param


def lines_of(fields):
    return [value for name, value in fields if name.lower() == "set-cookie"]


def nothing(handle):
    """Do nothing."""


def test_consent_is_what_the_request_carries(through):
    seen = []
    through(gate(), lambda handle: seen.append(handle.consent), cookie=EVERYTHING)
    assert seen == [
        Consent(
            {"preferences", "statistics", "marketing"},
            source="cookiegate_consent",
            given_at=datetime(2026, 1, 12, 8, tzinfo=UTC),
            revision="",
            max_age_s=15897600,
            id="abc",
        )
    ]


def test_consent_without_any_signal_grants_nothing(through):
    seen = []
    through(gate(), lambda handle: seen.append(handle.consent))
    assert seen == [Consent.none(Reason.NO_CONSENT)]


@pytest.mark.parametrize(
    ("cookie", "allowed"),
    [("", [True, False, False, False]), (EVERYTHING, [True] * 4), (EVERYTHING[:40], [True, False, False, False])],
)
def test_allows_tells_of_each_category(through, cookie, allowed):
    seen = []
    through(gate(), lambda handle: seen.extend(handle.allows(category) for category in Category), cookie=cookie)
    assert seen == allowed


def test_allows_narrows_by_the_browsers_signal(through):
    seen = []

    def act(handle):
        seen.extend(handle.allows(category) for category in ("statistics", "marketing"))
        seen.append(handle.consent.refusal(Category.MARKETING))

    through(gate(), act, cookie=EVERYTHING, request=[("Sec-GPC", "1")])
    assert seen == [True, False, Reason.GLOBAL_PRIVACY_CONTROL]


@pytest.mark.parametrize("method", ["allows", "grant", "withdraw", "choose"])
def test_unknown_category_is_a_value_error(through, method):
    def act(handle):
        with pytest.raises(ValueError, match="stats"):
            getattr(handle, method)("stats" if method == "allows" else {"stats"})

    assert lines_of(through(gate(), act)) == []


@pytest.mark.parametrize("method", ["grant", "withdraw", "choose"])
def test_text_instead_of_a_set_is_a_value_error(through, method):
    def act(handle):
        with pytest.raises(ValueError, match="give a set of category names"):
            getattr(handle, method)("statistics")

    through(gate(), act)


@pytest.mark.parametrize("lines", [[STATS, MKT], [MKT, STATS]])
def test_grant_counts_for_the_whole_response_and_is_remembered(through, monkeypatch, lines):
    monkeypatch.setattr("cookiegate.handle.secrets.token_urlsafe", lambda size: "r" * size)
    left = through(gate(revision="2026-01-12"), lambda handle: handle.grant({"statistics"}), lines)
    assert left == [
        TYPE,
        ("Set-Cookie", STATS),
        (
            "set-cookie",
            "cookiegate_consent=v=1&c=statistics&t=1768204800&r=2026-01-12&id=rrrrrrrrrrrrrrrr" + KEPT,
        ),
        ("cache-control", "private"),
    ]


def test_grant_adds_to_what_was_granted_and_keeps_the_id(through):
    cookie = EVERYTHING.replace(".marketing", "")
    left = through(gate(), lambda handle: handle.grant(["marketing", "necessary"]), [MKT], cookie=cookie)
    assert lines_of(left) == [MKT, EVERYTHING + KEPT]


def test_withdrawal_takes_everything_by_default(through):
    left = through(gate(), lambda handle: handle.withdraw(), [MKT, STATS], cookie=EVERYTHING)
    assert lines_of(left) == ["cookiegate_consent=v=1&c=&t=1768204800&id=abc" + KEPT]


def test_withdrawal_takes_only_what_is_named(through):
    left = through(gate(), lambda handle: handle.withdraw({"marketing"}), [MKT, STATS], cookie=EVERYTHING)
    assert lines_of(left) == [STATS, "cookiegate_consent=v=1&c=preferences.statistics&t=1768204800&id=abc" + KEPT]


def test_withdrawal_expires_the_cookies_that_the_request_carries(through):
    left = through(gate(), lambda handle: handle.withdraw(), cookie=f"ia_mkt_a=1; ok=1; ia_stats_b=2; {EVERYTHING}")
    assert lines_of(left) == [
        "ia_mkt_a" + GONE,
        "ia_stats_b" + GONE,
        "cookiegate_consent=v=1&c=&t=1768204800&id=abc" + KEPT,
    ]


def test_withdrawal_by_a_raw_line_expires_the_cookies_that_the_request_carries(through):
    line = "cookiegate_consent" + GONE
    left = through(gate(), nothing, [line], cookie=f"ia_mkt_a=1; {EVERYTHING}")
    assert lines_of(left) == [line, "ia_mkt_a" + GONE]


def test_grant_by_a_raw_line_leaves_the_cookies_that_the_request_carries(through):
    line = EVERYTHING + KEPT
    left = through(gate(), nothing, [MKT, line], cookie="ia_stats_b=1")
    assert left == [TYPE, ("Set-Cookie", MKT), ("Set-Cookie", line), ("cache-control", "private")]


def test_choice_by_a_raw_line_is_not_asked_for_a_second_time(through):
    """The handle's choice wins over a raw line, in any order."""
    left = through(gate(), lambda handle: handle.withdraw(), [EVERYTHING + KEPT, MKT], cookie="")
    assert lines_of(left)[0] == EVERYTHING + KEPT
    assert lines_of(left)[1].startswith("cookiegate_consent=v=1&c=&t=1768204800&id=")
    assert len(lines_of(left)) == 2


@pytest.mark.parametrize("place", [{}, {"PATH_INFO": ""}, {"SCRIPT_NAME": "", "PATH_INFO": "/"}])
def test_choice_by_a_raw_line_counts_at_the_root_of_a_wsgi_site(place):
    """PEP 3333: both parts of the path may be empty or missing; then the browser requested `/`."""
    started = []

    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", MKT), ("Set-Cookie", EVERYTHING + KEPT)])
        return []

    WsgiGate(app, gate())({"wsgi.url_scheme": "https", **place}, lambda status, headers: started.append(headers))
    assert lines_of(started[0]) == [MKT, EVERYTHING + KEPT]


def test_choice_by_a_raw_line_is_in_the_header_fields_that_a_source_of_ones_own_reads(through):
    class Source:
        cookie_names = ("choice",)

        def __call__(self, head):
            return Consent({"marketing"}) if b"choice=all" in b"; ".join(head.header(b"cookie")) else None

    one = gate(consent=Source())
    assert lines_of(through(one, nothing, [MKT], cookie="choice=all")) == [MKT]
    withdrawn = lines_of(through(one, nothing, [MKT, "choice=; Max-Age=0"], cookie="choice=all"))
    assert withdrawn == ["choice=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure"]
    assert lines_of(through(one, nothing, [MKT, f"choice=none{SAFE}"], cookie="choice=all")) == [f"choice=none{SAFE}"]
    assert lines_of(through(one, nothing, [MKT, f"choice=all{SAFE}"])) == [MKT, f"choice=all{SAFE}"]


def test_choose_makes_the_whole_choice(through):
    left = through(gate(), lambda handle: handle.choose({"marketing"}), [MKT, STATS], cookie=EVERYTHING)
    assert lines_of(left) == [MKT, "cookiegate_consent=v=1&c=marketing&t=1768204800&id=abc" + KEPT]


def test_last_of_several_choices_counts(through):
    def act(handle):
        handle.grant({"marketing"})
        handle.withdraw({"marketing"})
        handle.grant({"statistics"})
        assert handle.consent.granted == {"statistics"}

    left = through(gate(), act, [MKT, STATS], cookie="cookiegate_consent=v=1&c=&t=1768204800&id=abc")
    assert lines_of(left) == [STATS, "cookiegate_consent=v=1&c=statistics&t=1768204800&id=abc" + KEPT]


def test_consent_after_a_grant_is_what_it_made_of_it(through):
    seen = []

    def act(handle):
        seen.append(handle.consent.granted)
        handle.grant({"statistics"})
        seen.append(handle.consent.granted)
        seen.append((handle.consent.source, handle.consent.given_at, handle.consent.explicit))

    through(gate(), act)
    assert seen == [frozenset(), {"statistics"}, ("app", datetime(2026, 1, 12, 8, tzinfo=UTC), True)]


def test_grant_is_narrowed_by_the_browsers_signal_but_remembered_as_it_was(through):
    def act(handle):
        handle.grant({"marketing", "statistics"})
        assert handle.consent.granted == {"statistics"}

    left = through(gate(), act, [MKT, STATS], request=[("Sec-GPC", "1")])
    assert lines_of(left)[0] == STATS
    assert lines_of(left)[1].startswith("cookiegate_consent=v=1&c=statistics.marketing&t=1768204800&id=")


@pytest.mark.parametrize("method", ["grant", "withdraw", "choose"])
def test_choice_after_the_start_is_refused_for_asgi(method):
    caught = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": [(b"set-cookie", b"ok=1")]})
        try:
            getattr(scope["cookiegate"], method)({"statistics"})
        except ResponseStarted as error:
            caught.append(str(error))

    async def send(message):
        """Ignore it."""

    with suppress(StopIteration):
        AsgiGate(app, gate())({"type": "http", "headers": []}, None, send).send(None)
    assert caught == ["the response has started and its header was sent; grant and withdraw earlier"]


@pytest.mark.parametrize("fields", [[TYPE], [TYPE, ("Set-Cookie", f"ok=1{SAFE}")]])
@pytest.mark.parametrize("settings", [{}, {"debug": True}, {"recorders": [lambda exchange: None]}])
def test_choice_after_start_response_counts_until_the_app_returns(fields, settings):
    """WSGI servers keep a head back until the first octets of the body; it is replaced by `exc_info`."""
    started = []

    def app(environ, start_response):
        start_response("200 OK", [*fields, ("Set-Cookie", MKT)])
        handle = environ["cookiegate.handle"]
        assert not handle.is_started
        handle.grant({"marketing"})
        assert handle.allows("marketing")
        return [b"done"]

    environ = {"wsgi.url_scheme": "https"}
    body = WsgiGate(app, gate(**settings))(environ, lambda *head: started.append(head))
    assert body == [b"done"]
    (_, first), (status, second, (kind, error, _)) = started
    assert (status, kind, type(error)) == ("200 OK", type(error), kind)
    assert MKT not in lines_of(first)
    assert lines_of(second)[:-1] == [*lines_of(fields), MKT]
    assert lines_of(second)[-1].startswith("cookiegate_consent=v=1&c=marketing&")
    handle = environ["cookiegate.handle"]
    assert handle.is_started
    assert [decision.name for decision in handle.decisions] == ["ok"] * bool(lines_of(fields)) + ["ia_mkt_a"]
    with pytest.raises(ResponseStarted):
        handle.grant({"statistics"})


def test_head_is_passed_on_once_where_the_app_chose_before():
    started = []

    def app(environ, start_response):
        environ["cookiegate.handle"].grant({"marketing"})
        start_response("200 OK", [TYPE])
        return []

    WsgiGate(app, gate())({}, lambda *head: started.append(head))
    assert len(started) == 1


def test_choice_between_two_heads_counts_for_the_second():
    started = []

    def app(environ, start_response):
        start_response("200 OK", [TYPE, ("Set-Cookie", MKT)])
        environ["cookiegate.handle"].withdraw()
        try:
            raise LookupError
        except LookupError:
            start_response("500 Oops", [TYPE, ("Set-Cookie", STATS)], sys.exc_info())
        return []

    environ = {"HTTP_COOKIE": EVERYTHING, "wsgi.url_scheme": "https"}
    WsgiGate(app, gate())(environ, lambda *head: started.append(head))
    assert [head[0] for head in started] == ["200 OK", "500 Oops"]
    assert lines_of(started[1][1]) == ["cookiegate_consent=v=1&c=&t=1768204800&id=abc" + KEPT]
    assert [decision.name for decision in environ["cookiegate.handle"].decisions] == ["ia_stats_a"]


def test_choice_after_the_first_octets_is_refused_for_wsgi():
    def app(environ, start_response):
        write = start_response("200 OK", [TYPE])
        assert not environ["cookiegate.handle"].is_started
        write(b"first")
        assert environ["cookiegate.handle"].is_started
        with pytest.raises(ResponseStarted):
            environ["cookiegate.handle"].grant({"statistics"})
        return [b"done"]

    written = []
    assert WsgiGate(app, gate())({}, lambda status, headers: written.append) == [b"done"]
    assert written == [b"first"]


def test_choice_after_a_head_that_comes_with_the_body_is_refused_for_wsgi():
    def app(environ, start_response):
        start_response("200 OK", [TYPE])
        with pytest.raises(ResponseStarted):
            environ["cookiegate.handle"].grant({"statistics"})
        yield b"done"

    assert list(WsgiGate(app, gate())({}, lambda status, headers: None)) == [b"done"]


def test_asking_after_the_start_still_answers():
    def app(environ, start_response):
        start_response("200 OK", [TYPE])
        return [environ["cookiegate.handle"].allows("necessary"), environ["cookiegate.handle"].allows("marketing")]

    started = []
    answer = WsgiGate(app, gate())({"HTTP_COOKIE": EVERYTHING}, lambda *head: started.append(head))
    assert answer == [True, True]
    assert len(started) == 2  # the second time with Vary


@pytest.mark.parametrize("source", [lambda head: None, first_of(lambda head: None)], ids=["function", "first_of"])
def test_choice_without_a_source_that_writes_is_refused(through, source):
    def act(handle):
        with pytest.raises(ConsentNotWritable, match=r"can't write a consent cookie; use OwnConsent"):
            handle.grant({"statistics"})

    assert lines_of(through(gate(consent=source), act, [STATS])) == []


def test_choice_is_written_by_the_first_source_that_can(through):
    source = first_of(lambda head: None, OwnConsent("choice"))
    left = through(gate(consent=source), lambda handle: handle.grant({"statistics"}), [STATS])
    assert lines_of(left)[0] == STATS
    assert lines_of(left)[1].startswith("choice=v=1&c=statistics&t=1768204800&id=")


@pytest.mark.parametrize("written", [None, "text=1", 7, b"", b"=1", b"choice=\x01"])
def test_choice_written_as_nonsense_is_left_out(through, written):
    class Source:
        cookie_names = ("choice",)

        def __call__(self, head, /):
            return None

        def write(self, consent, *, is_https):
            return written

    left = through(gate(consent=Source()), lambda handle: handle.grant({"statistics"}), [STATS])
    assert lines_of(left) == []


def test_choice_whose_writing_raises_is_logged_once_and_left_out(through, caplog):
    class Source:
        def __call__(self, head, /):
            return None

        def write(self, consent, *, is_https):
            raise OSError("no key")

    one = gate(consent=Source())
    for _ in range(2):
        assert lines_of(through(one, lambda handle: handle.grant({"statistics"}), [STATS])) == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "the consent source raised; requests count as without consent"
    ]


def test_choice_is_made_safe_like_every_necessary_cookie(through):
    class Source:
        cookie_names = ("choice",)

        def __call__(self, head, /):
            return None

        def write(self, consent, *, is_https):
            return b"choice=1; Max-Age=99999999999"

    left = through(gate(consent=Source()), lambda handle: handle.grant({"statistics"}))
    assert lines_of(left) == ["choice=1; Max-Age=34560000; Secure; SameSite=Lax"]


def test_choice_of_a_source_with_a_name_prefix_counts_at_once(through):
    def source(head):
        return Consent({"marketing"}) if b"choice_7=yes" in head.cookie else None

    source.cookie_names = ("choice_*",)
    left = through(gate(consent=source), nothing, [MKT, f"choice_7=yes{SAFE}"])
    assert lines_of(left) == [MKT, f"choice_7=yes{SAFE}"]


def test_decisions_are_empty_before_the_response(through):
    through(gate(), lambda handle: seen.append(handle.decisions))
    assert seen.pop() == ()


seen = []


def test_decisions_name_every_line_and_every_expired_cookie(through):
    handles = []
    lines = [MKT, "ok=1", "x=1", "=1", "ia_stats_a=; Max-Age=0", f"ok=2{SAFE}"]
    one = gate()
    for cookie in ("", "ia_pref_a=1"):
        through(one, handles.append, lines, cookie=cookie)
        found = [(each.action, each.reason, each.policy_rule, each.name) for each in handles.pop().decisions]
        assert found == [
            ("drop", "no-consent", 5, "ia_mkt_a"),
            ("rewrite", "necessary", 6, "ok"),
            ("drop", "unregistered", 4, "x"),
            ("drop", "nameless", 1, ""),
            ("rewrite", "deletion", 2, "ia_stats_a"),
            ("keep", "necessary", 6, "ok"),
            *([("expire", "no-consent", 5, "ia_pref_a")] if cookie else []),
        ]


def test_decisions_are_the_same_each_time_they_are_asked_for(through):
    handles = []
    through(gate(), handles.append, [MKT, "ok=1"])
    assert handles[0].decisions == handles[0].decisions
    assert len(handles[0].decisions) == 2


def test_decisions_of_a_response_without_cookies_are_none(through):
    handles = []
    through(gate(), handles.append)
    assert handles[0].decisions == ()


# `current`: from a request to the handle; tests/frameworks has tests with the frameworks' own requests


FOUND = []
through_asgi(gate(), FOUND.append)
HANDLE = FOUND[0]


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "http", "cookiegate": HANDLE},
        MappingProxyType({"cookiegate": HANDLE}),
        Request({"type": "http", "cookiegate": HANDLE}),
        HTTPConnection({"type": "http", "cookiegate": HANDLE}),
        WebSocket({"type": "websocket", "cookiegate": HANDLE}, None, None),
        WerkzeugRequest({"REQUEST_METHOD": "GET", "cookiegate.handle": HANDLE}),
        SimpleNamespace(scope={"cookiegate": HANDLE}),
        SimpleNamespace(environ={"cookiegate.handle": HANDLE}),
        SimpleNamespace(META={"cookiegate.handle": HANDLE}),
        SimpleNamespace(env={"cookiegate.handle": HANDLE}),
        SimpleNamespace(scope={}, environ=None, META={"cookiegate.handle": HANDLE}),
        {"cookiegate.handle": HANDLE},
    ],
    ids=lambda request: type(request).__name__,
)
def test_current_finds_the_handle(request_):
    assert current(request_) is HANDLE


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"cookiegate": None},
        {"cookiegate": "text"},
        {"scope": {"cookiegate": HANDLE}},
        None,
        "text",
        SimpleNamespace(scope=None),
        SimpleNamespace(scope=[("cookiegate", HANDLE)]),
        SimpleNamespace(environ={"cookiegate.handle": 1}),
        Request({"type": "http"}),
        WerkzeugRequest({"REQUEST_METHOD": "GET"}),
    ],
)
def test_current_of_what_did_not_pass_a_gate_is_an_error(request_):
    name = type(request_).__name__
    message = f"no cookiegate handle in this {name}; wrap the app in CookieGateMiddleware, outermost"
    with pytest.raises(NotGated, match=f"^{message}$"):
        current(request_)


def test_not_gated_is_a_lookup_error():
    with pytest.raises(LookupError):
        current({})
