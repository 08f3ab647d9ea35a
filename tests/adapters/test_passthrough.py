"""What is no cookie's business passes as it is: objects, messages, what an app returns, and WSGI's own rules."""

import asyncio
import re
from contextlib import suppress
from types import SimpleNamespace
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cookiegate import NotGated, current
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

SETTINGS = [{}, {"mode": "report-only"}, {"debug": True, "mode": "report-only"}, {"observer": lambda decision: None}]
ENFORCING = [SETTINGS[0], SETTINGS[3]]
TOKEN = (b"set-cookie", b"sid=1; Path=/; Secure; SameSite=Lax")


class OddInt(int):
    """An int that is its own object."""


class OddText(str):
    """Text of a subclass, as Django's and MarkupSafe's."""

    __slots__ = ()


class OddOctets(bytes):
    """Octets of a subclass."""


def through_asgi(gate, *messages, kind="http", cookie=b"", returned=None):
    """Send messages through the gate: what leaves, and what comes back."""
    sent = []

    async def app(scope, receive, send):
        for message in messages:
            await send(message)
        return returned

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie)] if cookie else []
    try:
        AsgiGate(app, gate)({"type": kind, "scheme": "https", "path": "/", "headers": headers}, None, send).send(None)
    except StopIteration as stopped:
        return sent, stopped.value
    raise AssertionError("it waits for something")


def through_wsgi(gate, fields, *, cookie="", scheme="https"):
    """Send header fields through the gate without the lint, which refuses what servers take."""
    started = []

    def app(environ, start_response):
        start_response("200 OK", fields)
        return []

    environ = {"wsgi.url_scheme": scheme} | ({"HTTP_COOKIE": cookie} if cookie else {})
    setup_testing_defaults(environ)
    WsgiGate(app, gate)(environ, lambda status, headers, exc_info=None: started.append(headers))
    return started[0]


# What an ASGI app returns


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan", "unheard-of"])
@pytest.mark.parametrize("returned", [None, 0, "", "a value", object(), [], b"body"])
def test_what_the_app_returns_is_passed_on(make_gate, kind, returned):
    assert through_asgi(make_gate(), kind=kind, returned=returned)[1] is returned


def test_what_send_returns_is_passed_on(make_gate):
    returned, marker = [], object()

    async def app(scope, receive, send):
        for message in (
            {"type": "http.response.start", "status": 200, "headers": [TOKEN]},
            {"type": "http.response.body"},
            {"type": "http.response.trailers", "headers": [TOKEN]},
        ):
            returned.append(await send(message))  # noqa: PERF401  # each is awaited before the next

    async def send(message):
        return marker

    asyncio.run(AsgiGate(app, make_gate())({"type": "http", "headers": []}, None, send))
    assert returned == [marker] * 3


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan"])
def test_what_the_app_raises_is_passed_on(make_gate, kind):
    async def app(scope, receive, send):
        raise LookupError("the app's own")

    with pytest.raises(LookupError, match="the app's own"):
        AsgiGate(app, make_gate())({"type": kind, "headers": []}, None, None).send(None)


def test_what_send_raises_reaches_the_app(make_gate):
    caught = []

    async def app(scope, receive, send):
        for message in ({"type": "http.response.start", "headers": [TOKEN]}, {"type": "http.response.body"}):
            try:
                await send(message)
            except OSError as error:
                caught.append(error)

    async def send(message):
        raise OSError("gone")

    asyncio.run(AsgiGate(app, make_gate())({"type": "http", "headers": []}, None, send))
    assert len(caught) == 2


# Messages


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(
    "message",
    [
        {"type": "websocket.accept"},
        {"type": "websocket.accept", "subprotocol": "x", "headers": None},
        {"type": "http.response.start", "status": 204},
        {"type": "http.response.start", "status": 200, "headers": None, "trailers": True},
        {"type": "websocket.http.response.start", "status": 403},
        {"type": "http.response.trailers", "more_trailers": False},
        {"type": "http.response.trailers", "headers": None},
        {"type": "http.response.early_hint"},
        {"type": "http.response.early_hint", "links": None},
        {"type": "http.response.push", "path": "/"},
        {"type": "http.response.debug", "info": {"template": object()}},
        {"type": "http.response.zerocopysend", "file": 3},
        {"type": "websocket.send", "text": "set-cookie: x=1"},
    ],
)
def test_message_without_headers_gets_none(make_gate, settings, message):
    kind = "websocket" if message["type"].startswith("websocket") else "http"
    for _ in range(2):
        (left,), _ = through_asgi(make_gate(**settings), dict(message), kind=kind)
        if settings.get("debug"):
            continue
        assert left == message or left == message | {"headers": []} != message
        assert ("headers" in left) is ("headers" in message)


@pytest.mark.parametrize("settings", SETTINGS[1:2])
@pytest.mark.parametrize("headers", [[], (), [TOKEN], [(b"set-cookie", b"mkt_a=1")], [[b"a", b"b"]], [("a", "b")]])
def test_report_only_leaves_headers_as_they_are(make_gate, settings, headers):
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    (left,), _ = through_asgi(make_gate(**settings), dict(start), cookie=b"mkt_a=1")
    assert left | {"headers": [*left["headers"]]} == start | {"headers": [*headers]}


@pytest.mark.parametrize("cookie", [b"", b"mkt_a=1"])
def test_message_gets_headers_where_the_gate_has_something_to_say(make_gate, cookie):
    (left,), _ = through_asgi(make_gate(), {"type": "http.response.start", "status": 200}, cookie=cookie)
    assert ("headers" in left) is bool(cookie)


def test_messages_of_the_app_are_not_changed(make_gate):
    headers = [(b"set-cookie", b"mkt_a=1"), TOKEN]
    message = {"type": "http.response.start", "status": 200, "headers": headers}
    through_asgi(make_gate(), message, cookie=b"mkt_b=1")
    assert message == {"type": "http.response.start", "status": 200, "headers": headers}
    assert len(headers) == 2


# Header fields that servers may refuse, but not the gate

ODD_WSGI = [
    ("Content-Length", 2),
    ("Content-Length", OddInt(2)),
    ("X-None", None),
    ("X-Text", OddText("a")),
    (OddText("X-Text"), "a"),
    ("X-Octets", OddOctets(b"a")),
    ([], "no hash"),
    ({}, {}),
    ("X-A", []),
    ("X-Octets", b"a"),
    ("X-Float", 1.5),
    (b"X-Octets", "a"),
    (b"X-Octets", b"a"),
    ("X-symb\xf6l", "1"),
    ("X-\u20ac", "1"),
    ("X-Euro", "\u20ac"),
    ("X-Surrogate", "\udcff"),
    ("", "no name"),
    (" ", "blank"),
    ("X A", "a blank inside"),
    ("X-A ", "a blank behind"),
    ("X-A", "a\tb"),
    ("X-A", "a\x01b"),
    ("X-A", "a\x7f"),
    ("X-A", " padded "),
    ("Set-Cookies", "mkt_a=1"),
    ("X-Set-Cookie", "mkt_a=1"),
    ("Set Cookie", "mkt_a=1"),
    ("Date", None),
    ("Vary", None),
    ("Cache-Control", 1),
    (1, "a"),
    (None, None),
    ("three", "parts", "here"),
    ("one",),
    (),
    "text",
    "ab",
    5,
    None,
]


@pytest.mark.parametrize("settings", ENFORCING)
@pytest.mark.parametrize(
    "beside", [[], [("Set-Cookie", "sid=1; Path=/; Secure; SameSite=Lax")]], ids=["alone", "beside"]
)
@pytest.mark.parametrize("cookie", ["", "mkt_a=1"], ids=["-", "refused"])
@pytest.mark.parametrize("odd", ODD_WSGI, ids=lambda odd: re.sub(r" at 0x\w+", "", repr(odd)))
def test_odd_field_passes_wsgi_as_the_object_that_it_is(make_gate, caplog, settings, beside, cookie, odd):
    left = through_wsgi(make_gate(**settings), [*beside, odd, *beside], cookie=cookie)
    mine = [field for field in left if not str(field).startswith(("('set-cookie', 'mkt_a=;", "('cache-control'"))]
    assert [field for field in mine if field is odd] == [odd]
    assert mine == [*beside, odd, *beside]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("odd", "left"),
    [
        (["X-List", "1"], ("X-List", "1")),
        (["X-List", 1], ("X-List", 1)),
        (("X-Array", bytearray(b"a")), ("X-Array", "a")),
        ((bytearray(b"X-Array"), "a"), ("X-Array", "a")),
    ],
)
@pytest.mark.parametrize("cookie", ["", "mkt_a=1"], ids=["-", "refused"])
def test_what_the_app_could_change_later_passes_wsgi_as_a_copy(make_gate, odd, left, cookie):
    assert through_wsgi(make_gate(), [odd], cookie=cookie)[0] == left


ODD_ASGI = [
    (b"content-length", 2),
    (b"x-none", None),
    (b"x-text", OddText("a")),
    (OddText("x-text"), b"a"),
    (b"x-octets", OddOctets(b"a")),
    (OddOctets(b"x-octets"), b"a"),
    (memoryview(b"x-a"), b"a"),
    ([], b"no hash"),
    ({}, {}),
    (b"x-a", []),
    (b"x-text", "a"),
    ("x-text", b"a"),
    ("x-text", "a"),
    ("X-symb\xf6l", "1"),
    ("X-\u20ac", "1"),
    (b"X-\xf6", b"1"),
    (b"x-euro", "\u20ac"),
    (b"", b"no name"),
    (b" ", b"blank"),
    (b"x a", b"a blank inside"),
    (b"x-a", bytearray(b"a")),
    (b"x-a", memoryview(b"a")),
    (bytearray(b"x-a"), b"a"),
    (b"x-a", b"a\x01b"),
    (b"x-a", b" padded "),
    (b"set-cookies", b"mkt_a=1"),
    (b"set cookie", b"mkt_a=1"),
    (b"vary", None),
    (b"date", 1),
    (1, b"a"),
    b"ab",
    "ab",
    5,
    None,
    [b"x-list", b"1"],
    [b"x-list", 1],
]


def _as_sent(field):
    """Return a field in a form in which equal ones are what a server would take for the same."""
    if not isinstance(field, list | tuple):
        return field
    return tuple(
        part.encode("latin-1") if isinstance(part, str) and max(part, default="") < "\u0100"
        else bytes(part) if isinstance(part, bytearray | memoryview) else part
        for part in field
    )  # fmt: skip


@pytest.mark.parametrize("settings", ENFORCING)
@pytest.mark.parametrize("beside", [[], [TOKEN]], ids=["alone", "beside"])
@pytest.mark.parametrize("cookie", [b"", b"mkt_a=1"], ids=["-", "refused"])
@pytest.mark.parametrize("odd", ODD_ASGI, ids=lambda odd: re.sub(r" at 0x\w+", "", repr(odd)))
def test_odd_field_passes_asgi(make_gate, caplog, settings, beside, cookie, odd):
    start = {"type": "http.response.start", "status": 200, "headers": [*beside, odd, *beside]}
    (left,), _ = through_asgi(make_gate(**settings), start, cookie=cookie)
    added = "(b'set-cookie', b'mkt_a=;", "(b'cache-control'"
    mine = [_as_sent(field) for field in left["headers"] if not str(field).startswith(added)]
    assert mine == [*beside, _as_sent(odd), *beside]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


ONE_SHOT = {
    "iterators": lambda fields: [iter(field) for field in fields],
    "generators": lambda fields: [(part for part in field) for field in fields],
    "a generator of lists": lambda fields: ([*field] for field in fields),
    "a pair and iterators": lambda fields: [fields[0], *map(iter, fields[1:])],
    "an iterator": iter,
    "a map": lambda fields: map(tuple, fields),
}


@pytest.mark.parametrize("form", ONE_SHOT)
@pytest.mark.parametrize("cookie", [b"", b"mkt_b=1"])
def test_headers_of_a_response_may_be_one_shot(make_gate, form, cookie):
    fields = [(b"x-a", b"1"), (b"set-cookie", b"mkt_a=1"), TOKEN, (b"x-b", b"2")]
    start = {"type": "http.response.start", "status": 200, "headers": ONE_SHOT[form](fields)}
    (left,), _ = through_asgi(make_gate(), start, cookie=cookie)
    assert [tuple(field) for field in left["headers"]][:3] == [fields[0], TOKEN, fields[3]]


@pytest.mark.parametrize("form", [*ONE_SHOT, "lists"])
def test_consent_cookie_in_one_shot_headers_is_settled(make_gate, form):
    consent = (b"set-cookie", b"cookiegate_consent=v=1&c=marketing&t=1768204800; Path=/; Secure; SameSite=Lax")
    fields = [(b"x-a", b"1"), (b"set-cookie", b"mkt_a=1; Path=/; Secure; SameSite=Lax"), consent]
    make = ONE_SHOT.get(form, lambda fields: [[*field] for field in fields])
    (left,), _ = through_asgi(make_gate(), {"type": "http.response.start", "status": 200, "headers": make(fields)})
    assert [tuple(field) for field in left["headers"]][:3] == fields


# What could carry a Set-Cookie past the gate is still cut, and told


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n", "\0"])
@pytest.mark.parametrize("name", ["X-A", "Date", "Vary", "Secure-Session-Id", "Content-Type", "X-\xe9"])
def test_line_break_in_a_value_is_cut_and_told(make_gate, caplog, name, break_):
    value = f"a{break_}Set-Cookie: mkt_a=1"
    for _ in range(2):
        assert through_wsgi(make_gate(), [(name, value)]) == [(name, "a")]
    start = {"type": "http.response.start", "headers": [(name.lower().encode("latin-1"), value.encode("latin-1"))]}
    assert through_asgi(make_gate(), start)[0][0]["headers"] == [(name.lower().encode("latin-1"), b"a")]
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert errors
    assert all(name.lower().replace("\xe9", "\\xe9") in message.lower() for message in errors)


@pytest.mark.parametrize("value", ["\u20ac\r\nSet-Cookie: mkt_a=1", b"a\r\nSet-Cookie: mkt_a=1", bytearray(b"\nb")])
@pytest.mark.parametrize("name", ["X-A", b"X-A", "X-\u20ac"])
def test_line_break_in_an_odd_value_is_cut(make_gate, name, value):
    left = str(through_wsgi(make_gate(), [(name, value)]))
    assert "mkt_a" not in left
    assert "\\n" not in left


@pytest.mark.parametrize(
    "name",
    [
        "Set-Cookie: mkt_a=1\r\nX",
        "X\nSet-Cookie",
        "X\r",
        "X\0",
        "X:",
        ":",
        "Set-Cookie:",
        "Set-Cookie2",
        "SET-COOKIE2 ",
    ],
)
def test_name_in_which_a_field_could_start_is_left_out_and_told(make_gate, caplog, name):
    for text in (name, name.encode()):
        assert through_wsgi(make_gate(), [(text, "mkt_a=1")]) == []
        start = {"type": "http.response.start", "headers": [(text, b"mkt_a=1")]}
        assert through_asgi(make_gate(), start)[0][0]["headers"] == []
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 4


@pytest.mark.parametrize(
    "name", ["Set-Cookie", b"Set-Cookie", "Set-Cookie ", bytearray(b"set-cookie"), OddOctets(b"Set-Cookie")]
)
@pytest.mark.parametrize(
    "value",
    ["mkt_a=1", b"mkt_a=1", "mkt_a=\u20ac", bytearray(b"mkt_a=1"), memoryview(b"mkt_a=1"), OddOctets(b"mkt_a=1")],
)
def test_odd_forms_of_a_cookie_line_are_judged(make_gate, name, value):
    left = through_wsgi(make_gate(), [(name, value)])
    start = {"type": "http.response.start", "headers": [(name, value)]}
    left += through_asgi(make_gate(), start)[0][0]["headers"]
    assert left == []


def test_subclass_of_str_can_not_change_its_mind(make_gate):
    class Name(str):
        __slots__ = ()

        def encode(self, *arguments):
            return b"x-a"

        def lower(self):
            return "x-a"

    for field in ((Name("Set-Cookie"), "mkt_a=1"), ("Set-Cookie", Name("mkt_a=1"))):
        assert "mkt_a=1" not in str(through_wsgi(make_gate(), [field]))


# WSGI's own rules


def test_environ_holds_only_text_under_keys_without_a_dot(make_gate):
    found = []

    def app(environ, start_response):
        found.append({key: type(value) for key, value in environ.items() if "." not in key})
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    environ = {"QUERY_STRING": "", "HTTP_COOKIE": "mkt_a=1; x=1"}
    setup_testing_defaults(environ)
    answer = WsgiGate(validator(app), make_gate())(environ, lambda status, headers: lambda octets: None)
    assert list(answer) == [b""]
    answer.close()
    assert set(found[0].values()) == {str}


def test_environ_may_be_used_again(make_gate):
    """Werkzeug's and WebTest's clients do."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "mkt_a=1")])
        return [b"x"]

    environ = {"QUERY_STRING": "", "HTTP_COOKIE": "mkt_b=1; x=1"}
    setup_testing_defaults(environ)
    gated = validator(WsgiGate(validator(WsgiGate(validator(app), make_gate())), make_gate()))
    for _ in range(3):
        started = []
        environ["HTTP_COOKIE"] = "mkt_b=1; x=1"
        answer = gated(environ, lambda status, headers, exc_info=None, to=started: to.append(headers) or print)
        assert list(answer) == [b"x"]
        answer.close()
        assert len(started) == 1


def test_handle_is_found_under_the_key_with_a_dot_only(make_gate):
    found = []

    def app(environ, start_response):
        found.extend([current(environ), current(SimpleNamespace(environ=environ)), environ.get("cookiegate")])
        start_response("200 OK", [])
        return []

    environ = {}
    setup_testing_defaults(environ)
    WsgiGate(app, make_gate())(environ, lambda status, headers: None)
    assert found[0] is found[1] is environ["cookiegate.handle"]
    assert found[2] is None
    with pytest.raises(NotGated):
        current({"cookiegate.handle": "text"})


def test_lifespan_has_no_handle(make_gate):
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    with suppress(StopIteration):
        AsgiGate(app, make_gate())({"type": "lifespan"}, None, None).send(None)
    assert scopes == [{"type": "lifespan"}]
