"""The WSGI adapter, inside `wsgiref.validate` on both sides wherever the app is a valid one."""

import gc
import io
import sys
from wsgiref.handlers import SimpleHandler
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Handle, Registry
from cookiegate.wsgi import CookieGateMiddleware

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = "; Path=/; Secure; SameSite=Lax"
TYPE = ("Content-Type", "text/plain")
OK = ("Set-Cookie", f"ok=1{SAFE}")
REFUSED = ("Set-Cookie", "ia_mkt_a=1")
GONE = ("set-cookie", "ia_mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure")
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)


def environ_of(**given):
    environ = {"QUERY_STRING": "", "wsgi.url_scheme": "https"} | {key: value for key, value in given.items() if value}
    setup_testing_defaults(environ)
    return environ


class Server:
    """A `start_response` that records its arguments."""

    def __init__(self):
        self.started = []
        self.written = []

    def start_response(self, status, headers, exc_info=None):
        self.started.append((status, headers, exc_info))
        return self.written.append

    def serve(self, app, one_gate, environ=None):
        def inner(environ, start_response):  # the validator requires a dot in the names of objects
            handle = environ["cookiegate.handle"]
            environ = {key: value for key, value in environ.items() if key != "cookiegate"}
            return validator(app)(environ | {"test.handle": handle}, start_response)

        answer = validator(CookieGateMiddleware(inner, one_gate))(environ or environ_of(), self.start_response)
        try:
            return b"".join(answer)
        finally:
            answer.close()

    @property
    def headers(self):
        return self.started[-1][1]


def answers(*fields):
    def app(environ, start_response):
        start_response("200 OK", [TYPE, *fields])
        return [b"body"]

    return app


@pytest.mark.parametrize("fields", [[], [REFUSED, OK], [OK, ("Vary", "Accept"), ("Cache-Control", "no-store")]])
@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
def test_answer_is_valid(fields, observer):
    server = Server()
    assert server.serve(answers(*fields), gate(observer=observer)) == b"body"
    assert server.started == [("200 OK", [TYPE, *(field for field in fields if field != REFUSED)], None)]


def test_field_that_is_added_is_valid():
    server = Server()
    server.serve(answers(), gate(), environ_of(HTTP_COOKIE="ia_mkt_a=1"))
    assert server.headers == [TYPE, GONE, ("cache-control", "private")]


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
@pytest.mark.parametrize("fields", [[TYPE], [TYPE, OK, REFUSED], [TYPE, ("X-A", "1\r\n")]])
def test_list_of_the_app_is_not_changed(observer, fields):
    kept, started = list(fields), []

    def app(environ, start_response):
        start_response("200 OK", fields)
        return []

    CookieGateMiddleware(app, gate(observer=observer))(environ_of(), lambda *given: started.append(given))
    assert fields == kept
    assert started[0][1] is not fields


@pytest.mark.parametrize("kind", [list, tuple, iter, lambda parts: (part for part in parts)])
def test_iterable_of_the_app_is_handed_on_as_the_same_object(kind):
    parts = kind([b"a", b"b"])

    def app(environ, start_response):
        start_response("200 OK", [TYPE, REFUSED])
        return parts

    assert CookieGateMiddleware(app, gate())(environ_of(), Server().start_response) is parts


def test_file_wrapper_of_the_server_is_handed_on_as_the_same_object():
    wrapped = []

    def app(environ, start_response):
        start_response("200 OK", [TYPE, REFUSED])
        wrapped.append(environ["wsgi.file_wrapper"](io.BytesIO(b"file"), 2))
        return wrapped[0]

    environ = environ_of()
    environ["wsgi.file_wrapper"] = FileWrapper
    answer = CookieGateMiddleware(app, gate())(environ, Server().start_response)
    assert answer is wrapped[0]
    assert list(answer) == [b"fi", b"le"]
    answer.close()
    assert answer.filelike.closed


def test_close_reaches_the_app():
    class Body:
        is_closed = False

        def __iter__(self):
            return iter([b"a"])

        def close(self):
            self.is_closed = True

    body = Body()

    def app(environ, start_response):
        start_response("200 OK", [TYPE])
        return body

    Server().serve(app, gate())
    assert body.is_closed


def test_body_streams_part_by_part():
    seen = []

    def app(environ, start_response):
        start_response("200 OK", [TYPE, REFUSED])
        for part in (b"a", b"b"):
            seen.append(part)
            yield part

    server = Server()
    answer = iter(CookieGateMiddleware(app, gate())(environ_of(), server.start_response))
    assert (seen, server.started) == ([], [])
    assert next(answer) == b"a"
    assert (seen, server.headers) == ([b"a"], [TYPE])


def test_start_inside_of_the_iterator_is_filtered():
    def app(environ, start_response):
        start_response("200 OK", [TYPE, REFUSED, OK])
        yield b"body"

    server = Server()
    assert server.serve(app, gate()) == b"body"
    assert server.headers == [TYPE, OK]


def test_write_is_the_servers_own():
    def app(environ, start_response):
        write = start_response("200 OK", [TYPE, REFUSED])
        write(b"written")
        return [b"body"]

    server = Server()
    assert server.serve(app, gate()) == b"body"
    assert server.written == [b"written"]


def test_second_start_is_filtered_and_its_error_handed_on():
    def app(environ, start_response):
        start_response("200 OK", [TYPE, OK])
        try:
            raise LookupError("lost")
        except LookupError:
            start_response("500 Oops", [TYPE, REFUSED, OK], sys.exc_info())
        return [b"sorry"]

    server = Server()
    server.serve(app, gate())
    assert [(status, headers) for status, headers, _ in server.started] == [
        ("200 OK", [TYPE, OK]),
        ("500 Oops", [TYPE, OK]),
    ]
    assert str(server.started[1][2][1]) == "lost"


def test_second_start_has_the_decisions_that_count():
    seen = []

    def app(environ, start_response):
        handle = environ["test.handle"]
        for fields in ([REFUSED], [OK, REFUSED], [("Set-Cookie", "x=1")], []):
            try:
                raise LookupError
            except LookupError:
                start_response("500 Oops", [TYPE, *fields], sys.exc_info())
            seen.append([decision.name for decision in handle.decisions])
        return [b""]

    Server().serve(app, gate())
    assert seen == [["ia_mkt_a"], ["ok", "ia_mkt_a"], ["x"], []]


def test_second_start_sends_the_choice_again():
    def app(environ, start_response):
        environ["test.handle"].grant({"marketing"})
        for _ in range(2):
            try:
                raise LookupError
            except LookupError:
                start_response("500 Oops", [TYPE], sys.exc_info())
        return [b""]

    server = Server()
    server.serve(app, gate())
    assert server.started[0][1] == server.started[1][1]
    assert server.headers[1][1].startswith("cookiegate_consent=v=1&c=marketing&t=1768204800")


def test_exception_of_the_app_reaches_the_server():
    def app(environ, start_response):
        raise KeyError("the app's own")

    with pytest.raises(KeyError, match="the app's own"):
        CookieGateMiddleware(app, gate())(environ_of(), Server().start_response)


def test_exception_of_the_server_reaches_the_app():
    caught = []

    def start_response(status, headers):
        raise AssertionError("headers already sent")

    def app(environ, start_response):
        try:
            start_response("200 OK", [TYPE, REFUSED])
        except AssertionError as error:
            caught.append(str(error))
        return []

    CookieGateMiddleware(app, gate())(environ_of(), start_response)
    assert caught == ["headers already sent"]


def test_handle_is_in_the_environ():
    environ = environ_of()
    CookieGateMiddleware(answers(), gate())(environ, Server().start_response)
    assert isinstance(environ["cookiegate.handle"], Handle)


@pytest.mark.parametrize(
    ("cookie", "seen"),
    [
        ("", None),
        ("a=1", "a=1"),
        ("a=1;ia_mkt_a=1 ;  b=\xff", "a=1;  b=\xff"),
        ("ia_mkt_a=1", ""),
        ("ia_mkt_a=\u20ac; a=1", "a=1"),
        ("a=\u20ac", "a=\u20ac"),
    ],
)
def test_cookie_of_the_environ_is_without_the_refused_ones(cookie, seen):
    environ = environ_of(HTTP_COOKIE=cookie)
    CookieGateMiddleware(answers(), gate())(environ, Server().start_response)
    assert environ.get("HTTP_COOKIE") == seen


def test_path_of_the_request_holds_the_place_where_the_app_is_mounted():
    heads = []
    one = gate(consent=heads.append)
    environ = environ_of(SCRIPT_NAME="/shop", PATH_INFO="/cart", REQUEST_METHOD="POST", HTTP_X_A="1", HTTP_COOKIE="a=1")
    environ["HTTP_ODD"] = 7
    CookieGateMiddleware(answers(REFUSED), one)(environ, Server().start_response)
    assert [(head.method, head.path, head.cookie) for head in heads] == [("POST", "/shop/cart", b"a=1")]
    assert (heads[0].header(b"x-a"), heads[0].header(b"odd")) == ([b"1"], [])


def test_bare_environ_is_enough():
    started = []
    CookieGateMiddleware(answers(REFUSED, OK), gate())({}, lambda *given: started.append(given))
    assert started == [("200 OK", [TYPE, OK])]


@pytest.mark.parametrize("settings", [{"mode": "report-only"}, {"line_breaks": "report"}])
def test_status_is_only_reported_where_nothing_may_be_cut(caplog, settings):
    started = []

    def app(environ, start_response):
        start_response("200 OK\r\nX: 1", [TYPE])
        return []

    CookieGateMiddleware(app, gate(**settings))(environ_of(), lambda *given: started.append(given))
    assert started == [("200 OK\r\nX: 1", [TYPE])]
    assert caplog.messages == ["response header field 'status': a line break in its value; report"]


def test_status_that_is_no_text_is_the_servers_to_refuse():
    started = []

    def app(environ, start_response):
        start_response(b"200 OK\r\n", [TYPE])
        return []

    CookieGateMiddleware(app, gate())(environ_of(), lambda *given: started.append(given))
    assert started == [(b"200 OK\r\n", [TYPE])]


def test_wsgiref_writes_no_more_than_the_gate_lets_out():
    def app(environ, start_response):
        fields = [TYPE, REFUSED, ("Set-Cookie ", "ia_mkt_b=1"), ("X-A", "1\r\nSet-Cookie: ia_mkt_c=1"), OK]
        start_response("200 OK\r\nSet-Cookie: ia_mkt_d=1", fields)
        fields.append(("Set-Cookie", "ia_mkt_e=1"))
        return [b"body"]

    output = io.BytesIO()
    handler = SimpleHandler(io.BytesIO(), output, io.StringIO(), environ_of())
    handler.run(CookieGateMiddleware(app, gate()))
    assert b"ia_mkt" not in output.getvalue()
    assert f"Set-Cookie: ok=1{SAFE}\r\n".encode() in output.getvalue()


def test_request_leaves_nothing_behind():
    one = gate()
    CookieGateMiddleware(answers(OK), one)(environ_of(), Server().start_response)
    gc.collect()
    before = sum(type(each) is Handle for each in gc.get_objects())
    for _ in range(20):
        CookieGateMiddleware(answers(OK), one)(environ_of(HTTP_COOKIE="ia_mkt_a=1"), Server().start_response)
    gc.collect()
    assert sum(type(each) is Handle for each in gc.get_objects()) == before


LATIN = st.characters(max_codepoint=255)
TEXT = st.one_of(st.text(alphabet=LATIN, max_size=30), st.text(max_size=9), st.binary(max_size=9), st.none())
FIELDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["Set-Cookie", "set-cookie ", b"Set-Cookie"]), TEXT),
        st.tuples(st.sampled_from(["Cache-Control", "Vary", "X"]), st.text(alphabet=LATIN, max_size=30)),
        st.tuples(TEXT, TEXT),
        TEXT,
    ),
    max_size=5,
)
GATES = [gate(), gate(unregistered="keep"), gate(mode="report-only")]


def is_pair_of_text(field):
    return type(field) is tuple and len(field) == 2 and type(field[0]) is type(field[1]) is str


@given(fields=FIELDS, cookie=TEXT, index=st.integers(0, 2))
def test_arbitrary_text_never_raises(fields, cookie, index):
    started = []

    def app(environ, start_response):
        start_response("200 OK", fields)
        return [environ["cookiegate.handle"].decisions]

    environ = {"HTTP_COOKIE": cookie, "wsgi.url_scheme": "https"} if isinstance(cookie, str) else {}
    CookieGateMiddleware(app, GATES[index])(environ, lambda status, headers: started.append(headers))
    if index == 2:
        assert started == [fields]
    else:
        given = {id(field) for field in fields}
        judged = [field for field in started[0] if is_pair_of_text(field)]
        assert all(id(field) in given for field in started[0] if field not in judged)  # no server sends it
        lines = [value for name, value in judged if name.strip().lower() == "set-cookie"]
        assert not any(line.lower().startswith("ia_mkt_") and "Max-Age=0" not in line for line in lines)


@pytest.mark.parametrize("key", ["wsgi.early_hints", "gunicorn.http2.send_trailers"])
def test_fields_that_the_server_sends_besides_the_head_are_judged(key):
    sent = []
    fields = [("Link", "</x>; rel=preload\r\nSet-Cookie: ia_mkt_a=1"), REFUSED, (b"X-Sum", b"1"), OK]

    def app(environ, start_response):
        environ[key](iter(fields))
        start_response("200 OK", [TYPE])
        return []

    for mode in ("enforce", "report-only"):
        environ = environ_of() | {"wsgi.early_hints": None, key: sent.append}
        CookieGateMiddleware(app, gate(mode=mode))(environ, lambda *head: None)
    assert sent == [[("Link", "</x>; rel=preload"), ("X-Sum", "1"), OK], fields]


# Cookie fields that a server joined with a comma

YES, NO = "v=1&c=marketing&t=1768204800", "v=1&c=&t=1768204800"
MARKETING = ("Set-Cookie", "ia_mkt_a=1; Path=/; Secure; SameSite=Lax")


@pytest.mark.parametrize(
    ("cookie", "leaves"),
    [
        (f"a=1; cookiegate_consent={YES}", True),
        (f"a=1,b=2; cookiegate_consent={YES}", True),
        (f"a=1,cookiegate_consent={YES}", False),
        (f"a=1, cookiegate_consent={YES}; b=2", False),
        (f'x="; cookiegate_consent={YES}; y=",cookiegate_consent={NO}', False),
        (f'x="; cookiegate_consent={YES}; y=", cookiegate_consent ={NO}', False),
        (f"cookiegate_consent={YES},cookiegate_consent={YES}", False),
    ],
)
def test_consent_does_not_count_where_one_stands_behind_a_comma(cookie, leaves):
    server = Server()
    server.serve(answers(MARKETING), gate(clock=lambda: 1768204801.0), environ_of(HTTP_COOKIE=cookie))
    assert (MARKETING in server.headers) is leaves


@pytest.mark.parametrize(("names", "leaves"), [(("_iub_cs-*",), False), (("_iub_cs",), True), ((), True)])
def test_consent_behind_a_comma_is_one_of_the_source(names, leaves):
    def source(head):
        return Consent({"marketing"})

    source.cookie_names = names
    server = Server()
    server.serve(answers(MARKETING), gate(consent=source), environ_of(HTTP_COOKIE="a=1,_iub_cs-7=x,b=2"))
    assert (MARKETING in server.headers) is leaves
