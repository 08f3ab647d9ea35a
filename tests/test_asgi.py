"""The ASGI adapter: the messages that it changes, and those that it must not change."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, CookieGate, CookieRule, Handle, Registry
from cookiegate.asgi import CookieGateMiddleware

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = b"; Path=/; Secure; SameSite=Lax"
OK = (b"set-cookie", b"ok=1" + SAFE)
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
GONE = (b"set-cookie", b"ia_mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure")


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)


def serve(app, one_gate, scope=None, *, receive=None):
    """Run an app that never waits, and return the messages that it sent to the server."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "scheme": "https", "headers": []} if scope is None else scope
    with suppress(StopIteration):
        CookieGateMiddleware(app, one_gate)(scope, receive, send).send(None)
    return sent


def sends(*messages):
    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    return app


@pytest.mark.parametrize(
    "message",
    [
        {"type": "http.response.body", "body": b"x", "more_body": True},
        {"type": "http.response.trailers", "more_trailers": False},
        {"type": "http.response.pathsend", "path": "/x"},
        {"type": "http.response.zerocopysend", "file": 3},
        {"type": "http.response.debug", "info": {"template": object()}},
        {"type": "websocket.send", "text": "set-cookie: ia_mkt_a=1"},
        {"type": "websocket.close", "code": 1000},
        {"type": "websocket.http.response.body", "body": b"x"},
    ],
    ids=lambda message: message["type"],
)
def test_message_without_a_head_is_passed_on_as_the_same_object(message):
    before = dict(message)
    sent = serve(sends(message), gate())
    assert len(sent) == 1
    assert sent[0] is message
    assert message == before


@pytest.mark.parametrize("kind", ["lifespan", "x.unknown"])
def test_scope_of_another_type_is_passed_on_untouched(kind):
    seen = []

    async def app(*given):
        seen.append(given)

    async def receive():
        """Receive nothing."""

    async def send(message):
        """Send nothing."""

    scope = {"type": kind, "state": {}}
    with suppress(StopIteration):
        CookieGateMiddleware(app, gate())(scope, receive, send).send(None)
    assert seen == [(scope, receive, send)]
    assert scope == {"type": kind, "state": {}}


def test_receive_is_the_servers_own():
    seen = []

    async def app(scope, receive, send):
        seen.append(receive)

    async def receive():
        """Receive nothing."""

    serve(app, gate(), receive=receive)
    assert seen == [receive]


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
@pytest.mark.parametrize("headers", [[(b"set-cookie", b"ia_mkt_a=1"), OK, (b"vary", b"a")], [(b"x-a", b"1\r\n")], []])
def test_objects_of_the_app_are_not_changed(observer, headers):
    message = {"type": "http.response.start", "status": 200, "headers": headers, "trailers": True, "x": 1}
    before = {**message, "headers": list(headers)}
    cookie = [(b"cookie", b"ia_mkt_a=1"), (b"host", b"x")]
    kept = list(cookie)
    sent = serve(sends(message), gate(observer=observer), {"type": "http", "scheme": "https", "headers": cookie})
    assert message == before
    assert message["headers"] is headers
    assert sent[0] is not message
    assert sent[0]["headers"] is not headers
    assert {**sent[0], "headers": 0} == {**message, "headers": 0}
    assert cookie == kept


@pytest.mark.parametrize("missing", [{}, {"headers": None}, {"headers": []}, {"headers": ()}])
@pytest.mark.parametrize("kind", ["http.response.start", "websocket.accept", "websocket.http.response.start"])
def test_missing_headers_are_none(kind, missing):
    message = {"type": kind, **missing}
    left = {"type": kind, "headers": []} if "headers" in missing else message
    assert serve(sends(message), gate()) == serve(sends(message), gate(observer=lambda decision: None)) == [left]


@pytest.mark.parametrize("kind", ["http.response.start", "websocket.accept", "websocket.http.response.start"])
def test_report_only_adds_no_headers(kind):
    assert serve(sends({"type": kind}), gate(mode="report-only")) == [{"type": kind}]


@pytest.mark.parametrize("kind", ["http.response.start", "websocket.accept", "websocket.http.response.start"])
def test_refused_cookie_of_the_request_is_expired_even_where_headers_are_missing(kind):
    scope = {"type": "websocket", "scheme": "wss", "headers": [(b"cookie", b"ia_mkt_a=1")]}
    headers = serve(sends({"type": kind}), gate(), scope)[0]["headers"]
    assert headers == [GONE] + [(b"cache-control", b"private")] * (kind == "http.response.start")


@pytest.mark.parametrize(("scheme", "is_https"), [("http", False), ("https", True), ("ws", False), ("wss", True)])
def test_secure_is_added_over_tls(scheme, is_https):
    scope = {"type": "http", "scheme": scheme, "headers": []}
    sent = serve(sends({"type": "http.response.start", "headers": [(b"set-cookie", b"ok=1")]}), gate(), scope)
    assert sent[0]["headers"] == [(b"set-cookie", b"ok=1; Secure; SameSite=Lax" if is_https else b"ok=1; SameSite=Lax")]


def test_scope_without_a_scheme_counts_as_http():
    message = {"type": "http.response.start", "headers": [(b"set-cookie", b"ok=1")]}
    sent = serve(sends(message), gate(), {"type": "http", "headers": []})
    assert sent[0]["headers"] == [(b"set-cookie", b"ok=1; SameSite=Lax")]


def test_two_cookie_headers_are_read_as_one_and_become_one():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["headers"])

    headers = [(b"cookie", b"a=1; ia_mkt_a=1"), (b"host", b"x"), (b"cookie", b"ia_mkt_b=2; c=3")]
    serve(app, gate(), {"type": "http", "headers": headers})
    assert seen == [[(b"host", b"x"), (b"cookie", b"a=1; c=3")]]


def test_cookie_header_that_hides_everything_is_gone():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["headers"])

    serve(app, gate(), {"type": "http", "headers": [(b"cookie", b"ia_mkt_a=1"), (b"host", b"x")]})
    assert seen == [[(b"host", b"x")]]


@pytest.mark.parametrize("cookie", [b"a=1; b=2", b"", b";;", b"\xff", b"ok=1;ok=2"])
def test_headers_of_a_request_without_refused_cookies_are_the_same_object(cookie):
    headers = [(b"cookie", cookie)]
    scope = {"type": "http", "headers": headers}
    serve(sends(), gate(), scope)
    assert scope["headers"] is headers
    assert headers == [(b"cookie", cookie)]


def test_handle_is_in_the_scope():
    scope = {"type": "websocket", "headers": []}
    serve(sends(), gate(), scope)
    assert isinstance(scope["cookiegate"], Handle)


def test_exception_of_the_app_reaches_the_server():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": [(b"set-cookie", b"ia_mkt_a=1")]})
        raise KeyError("the app's own")

    with pytest.raises(KeyError, match="the app's own"):
        serve(app, gate())


def test_exception_of_the_server_reaches_the_app():
    caught = []

    async def app(scope, receive, send):
        try:
            await send({"type": "http.response.start"})
        except OSError as error:
            caught.append(str(error))

    async def send(message):
        raise OSError("gone")

    with suppress(StopIteration):
        CookieGateMiddleware(app, gate())({"type": "http", "headers": []}, None, send).send(None)
    assert caught == ["gone"]


def test_body_streams_message_by_message():
    sent, seen = [], []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [OK]})
        for part in (b"a", b"b", b""):
            await send({"type": "http.response.body", "body": part, "more_body": bool(part)})
            seen.append(len(sent))

    async def send(message):
        sent.append(message)

    with suppress(StopIteration):
        CookieGateMiddleware(app, gate())({"type": "http", "scheme": "https", "headers": []}, None, send).send(None)
    assert seen == [2, 3, 4]
    assert [message.get("body") for message in sent] == [None, b"a", b"b", b""]


def test_send_hands_out_what_the_servers_send_returns():
    returned = []

    async def app(scope, receive, send):
        returned.extend(
            [send({"type": "http.response.start"}), send({"type": "http.response.body"}), send({"type": "x"})]
        )

    with suppress(StopIteration):
        CookieGateMiddleware(app, gate())({"type": "http", "headers": []}, None, lambda message: 7).send(None)
    assert returned == [7, 7, 7]


def test_early_hints_leave_the_response_open_for_a_choice():
    async def app(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": [b"</x>; rel=preload"]})
        scope["cookiegate"].grant({"marketing"})
        await send({"type": "http.response.start", "headers": [(b"set-cookie", b"ia_mkt_a=1" + SAFE)]})

    sent = serve(app, gate())
    assert sent[0] == {"type": "http.response.early_hint", "links": [b"</x>; rel=preload"]}
    assert sent[1]["headers"][0] == (b"set-cookie", b"ia_mkt_a=1" + SAFE)


@pytest.mark.parametrize("kind", ["http.response.trailers", "http.response.push", "http.response.informational"])
def test_fields_of_a_message_that_starts_no_response_are_judged(kind):
    headers = [(b"x-sum", b"1"), (b"set-cookie", b"ia_mkt_a=1"), OK]
    message = {"type": kind, "headers": headers, "x": 1}
    sent = serve(sends(message), gate())
    assert sent == [{"type": kind, "headers": [(b"x-sum", b"1"), OK], "x": 1}]
    assert message["headers"] is headers
    assert len(headers) == 3
    assert serve(sends(message), gate(mode="report-only")) == [message]


@pytest.mark.parametrize("settings", [{"mode": "report-only"}, {"line_breaks": "report"}])
def test_early_hints_are_only_reported_where_nothing_may_be_cut(caplog, settings):
    message = {"type": "http.response.early_hint", "links": [b"</x>\r\nX: 1"]}
    assert serve(sends(message), gate(**settings)) == [message]
    assert caplog.messages == ["response header field 'link': a line break in its value; report"]


def test_inner_gate_finds_nothing_left_to_do():
    lines = [b"ok=1", b"ia_mkt_a=1", b"ok=1; Max-Age=0", b"x=1", b"ok=2; Expires=Tue, 12 Jan 2027 08:00:00 GMT; Path=a"]
    message = {"type": "http.response.start", "headers": [(b"set-cookie", line) for line in lines]}
    once = serve(sends(message), gate())
    twice = serve(CookieGateMiddleware(sends(message), gate()), gate())
    assert once == twice


TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
HEADER_TEXT = st.one_of(st.binary(max_size=40), st.text(max_size=20), st.binary(max_size=9).map(bytearray), st.none())
FIELDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([b"set-cookie", b"Set-Cookie ", "set-cookie"]), HEADER_TEXT),
        st.tuples(st.sampled_from([b"cache-control", b"vary", b"surrogate-control", b"x"]), st.binary(max_size=40)),
        st.tuples(HEADER_TEXT, HEADER_TEXT),
        HEADER_TEXT,
    ),
    max_size=5,
)
COOKIES = st.lists(
    st.one_of(
        st.binary(max_size=60), st.sampled_from([b"ia_mkt_a=1", b"cookiegate_consent=v=1&c=marketing&t=1768204800"])
    ),
    max_size=3,
).map(b";".join)


def is_pair_of_octets(field):
    return type(field) is tuple and len(field) == 2 and type(field[0]) is type(field[1]) is bytes


@given(fields=FIELDS, cookie=COOKIES, kind=st.sampled_from(["http.response.start", "websocket.accept", "x"]))
def test_arbitrary_octets_never_raise_and_never_bring_a_refused_cookie_out(fields, cookie, kind):
    one = GATES[cookie.count(b"cookiegate") % 2]
    handles = []

    async def app(scope, receive, send):
        handles.append(scope["cookiegate"])
        await send({"type": kind, "headers": fields})

    headers = [(b"cookie", cookie), (b"sec-gpc", b"1")]
    sent = serve(app, one, {"type": "http", "scheme": "https", "headers": headers})
    known = {id(field) for field in fields}
    judged = [field for field in sent[0]["headers"] if is_pair_of_octets(field)]
    # A message that no server accepts is passed on unchanged.
    assert all(id(field) in known or type(field) is tuple for field in sent[0]["headers"] if field not in judged)
    for name, value in judged:
        assert not set(b"\r\n\0") & set(value)
        if name.strip().lower() == b"set-cookie":
            line_name = value.partition(b"=")[0].strip(b" \t")
            assert TOKEN.fullmatch(line_name)
            assert not line_name.lower().startswith(b"ia_mkt_") or b"=; Expires=Thu, 01 Jan 1970" in value
    assert len(handles[0].decisions) >= sum(name.lower() == b"set-cookie" for name, _ in judged) * (kind != "x")


@given(
    lines=st.lists(
        st.tuples(st.sampled_from([b"", b"ok=", b"ia_mkt_b="]), st.binary(max_size=40)).map(b"".join), max_size=4
    ),
    cookie=COOKIES,
)
def test_filtering_what_was_filtered_changes_nothing(lines, cookie):
    fields = [(b"set-cookie", line) for line in lines]
    scope = {"type": "http", "scheme": "https", "headers": [(b"cookie", cookie)]}
    once = serve(sends({"type": "http.response.start", "headers": fields}), GATES[0], dict(scope))[0]
    again = serve(sends(once), GATES[0], dict(scope))[0]
    kept = [field for field in once["headers"] if not field[1].startswith(b"ia_mkt_a=;")]
    assert [field for field in again["headers"] if not field[1].startswith(b"ia_mkt_a=;")] == kept


GATES = [gate(unregistered="keep"), gate()]
