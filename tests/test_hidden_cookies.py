"""Refused cookies of the request: hidden from the app, with any parser, and expired by the response."""

from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import cookie_parser
from werkzeug.http import parse_cookie as werkzeug_parse_cookie

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wire.token import token_runs
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = "; Path=/; Secure; SameSite=Lax"
PAST = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
CHOSEN = "cookiegate_consent=v=1&c={}&t=1768204800"
SIX_DOMAINS = tuple(f"d{n}.example" for n in range(6))
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
        CookieRule(
            name="placed", category=Category.MARKETING, domains=("example.com", ".shop.example.com"), paths=("/", "/a")
        ),
        CookieRule(name="parted", category=Category.MARKETING, partitioned=True),
        CookieRule(name="safe", category=Category.MARKETING, secure=True),
        CookieRule(
            name="wide", category=Category.MARKETING, domains=SIX_DOMAINS, paths=("/", "/b")
        ),
    ]
)  # fmt: skip


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)


def through_asgi(one_gate, cookie, lines=(), *, scheme="https", field="set-cookie"):
    """Return the Cookie header that the app sees, and the Set-Cookie lines that leave."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.extend(value for name, value in scope["headers"] if name == b"cookie")
        headers = [(field.encode(), line.encode("latin-1")) for line in lines]
        await send({"type": "http.response.start", "headers": headers})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "scheme": scheme, "headers": [(b"cookie", cookie.encode("latin-1"))]}
    with suppress(StopIteration):
        AsgiGate(app, one_gate)(scope, None, send).send(None)
    left = [value.decode("latin-1") for name, value in sent[0]["headers"] if name.lower() == b"set-cookie"]
    return b"".join(seen).decode("latin-1"), left


def through_wsgi(one_gate, cookie, lines=(), *, scheme="https", field="set-cookie"):
    started, seen = [], []
    environ = {"wsgi.url_scheme": scheme, "HTTP_COOKIE": cookie}
    setup_testing_defaults(environ)

    def app(environ, start_response):
        seen.append(environ["HTTP_COOKIE"])
        start_response("200 OK", [(field, line) for line in lines])
        return []

    WsgiGate(app, one_gate)(environ, lambda status, headers: started.append(headers))
    return seen[0], [value for name, value in started[0] if name.lower() == "set-cookie"]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    return request.param


@pytest.mark.parametrize(
    ("cookie", "seen"),
    [
        ("ok=1; ia_mkt_a=2; other=3", "ok=1; other=3"),
        ("ia_mkt_a=2", ""),
        ("ia_mkt_a=2; ok=1", "ok=1"),
        ("ok=1;ia_mkt_a=2;ia_mkt_b=3;  x=4", "ok=1;  x=4"),
        ("ok=1; ia_mkt_a=2; ia_mkt_a=3", "ok=1"),
        ("ok=1; ia_mkt_a", "ok=1"),
        ("ok=1; \tia_mkt_a\t=2", "ok=1"),
        ('ok="x; ia_mkt_a=2; y="', 'ok="x; y="'),
        ("other=1", "other=1"),
        ("ok=ia_mkt_a=2", "ok=ia_mkt_a=2"),
        ("=ia_mkt_a=2", "=ia_mkt_a=2"),
        ("xia_mkt_a=2", "xia_mkt_a=2"),
        ("IA_MKT_A=2; Ok=1", "Ok=1"),
        ("__Host-ia_mkt_a=2; __Secure-ok=1", "__Secure-ok=1"),
        ("\xa0ia_mkt_a=2; ok=1", "ok=1"),
        ('"ia_mkt_a"=2; ok=1', "ok=1"),
        ("x ia_mkt_a=2; ok=1", "ok=1"),
        (f"ia_mkt_a=2; {CHOSEN.format('statistics')}", CHOSEN.format("statistics")),
        (f"ia_mkt_a=2; ia_stats_a=1; {CHOSEN.format('statistics')}", f"ia_stats_a=1; {CHOSEN.format('statistics')}"),
        (f"ia_mkt_a=2; {CHOSEN.format('marketing')}", f"ia_mkt_a=2; {CHOSEN.format('marketing')}"),
    ],
)
def test_app_sees_the_header_without_refused_cookies(through, cookie, seen):
    one = gate()
    for _ in range(2):
        assert through(one, cookie)[0] == seen


def test_nameless_cookie_is_left_where_no_reader_takes_its_value_for_a_name():
    """`=ia_mkt_a=2` can't come from a browser; all parsers here drop it or read an empty name."""
    assert "ia_mkt_a" not in cookie_parser("=ia_mkt_a=2")
    assert "ia_mkt_a" not in werkzeug_parse_cookie("=ia_mkt_a=2")
    with pytest.raises(CookieError):
        SimpleCookie("=ia_mkt_a=2")


def names_that_django_reads(header):
    from django.http.cookie import parse_cookie

    return set(parse_cookie(header)) | set(parse_cookie(header.encode("latin-1").decode("utf-8", "replace")))


def names_that_http_cookies_reads(header):
    try:
        return set(SimpleCookie(header))
    except CookieError:
        return set()


def names_that_werkzeug_reads(header):
    try:
        return set(werkzeug_parse_cookie(header))
    except UnicodeDecodeError:  # it fails for some octets in a name, without the gate too
        return set()


READERS = [
    lambda header: set(cookie_parser(header)),
    names_that_django_reads,
    names_that_werkzeug_reads,
    names_that_http_cookies_reads,
]


def is_refused(name):
    return name.lower().startswith("ia_mkt_")


@pytest.mark.parametrize("reader", READERS, ids=["starlette", "django", "werkzeug", "http.cookies"])
@pytest.mark.parametrize(
    "name",
    [
        "ia_mkt_x", "\xa0ia_mkt_x", "ia_mkt_x\xa0", "\x85ia_mkt_x", "\x1cia_mkt_x", "\x0bia_mkt_x\x0c", '"ia_mkt_x"',
        "x ia_mkt_x", "ia_mkt_x x", "IA_MKT_X", "Ia_Mkt_x", "\xe2\x80\x80ia_mkt_x", "\xef\xbb\xbfia_mkt_x",
        "x,ia_mkt_x", "x, ia_mkt_x", "(ia_mkt_x", "[ia_mkt_x]", "{ia_mkt_x", "x:ia_mkt_x", "\tia_mkt_x\t",
        "\x00ia_mkt_x", "$ ia_mkt_x", "x\nia_mkt_x",
    ],
)  # fmt: skip
def test_no_reader_finds_a_refused_cookie_under_a_padded_name(through, reader, name):
    for cookie in (f"{name}=1", f"ok=1; {name}=1", f"{name}=1; ok=1", f"{name}", f"a={name}x; {name}=2;"):
        seen, _ = through(gate(), cookie)
        assert [found for found in reader(seen) if is_refused(found)] == []


PIECES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "\t", "\xa0", "\x85", '"', "\x1f", "x "]),
        st.sampled_from(["ia_mkt_x", "IA_MKT_x", "ok", "other", ""]),
        st.sampled_from(["", " ", "\xa0", '"', "\x0b"]),
        st.sampled_from(["=", "=", "=", ""]),
        st.sampled_from(["", "1", '"', '"1"', "\\073", "\xe9", "{}"]),
    ).map("".join),
    max_size=6,
).map(";".join)


@given(cookie=PIECES)
@example(cookie='ok="1; ia_mkt_x=2; other="')
@example(cookie='ok="1;ia_mkt_x="')
def test_no_reader_finds_a_refused_cookie_whatever_stands_around_it(cookie):
    """Values are not hidden: http.cookies finds `b` in the value of `a=1 b=2`, but for browsers it is one cookie."""
    for through in (through_asgi, through_wsgi):
        seen, _ = through(GATE, cookie)
        for reader in READERS:
            assert [found for found in reader(seen) if is_refused(found)] == []


GATE = gate()


@given(cookie=PIECES)
def test_pieces_that_may_stay_keep_their_octets_and_order(cookie):
    seen, _ = through_asgi(GATE, cookie)
    kept = [piece for piece in cookie.split(";") if "ia_mkt" not in piece.lower()]
    if any("ia_mkt" in piece.lower() for piece in cookie.split(";")):
        assert seen == ";".join(kept).strip(" \t")
    else:
        assert seen == cookie


def test_consent_is_read_from_what_the_browser_sent(through):
    one = gate(consent=lambda head: Consent({"statistics"}) if b"ia_mkt_a=2" in head.cookie else None)
    assert through(one, "ia_mkt_a=2; ia_stats_a=1", [f"ia_stats_b=1{SAFE}"]) == (
        "ia_stats_a=1",
        [f"ia_stats_b=1{SAFE}", f"ia_mkt_a{PAST}; Path=/; Secure"],
    )


# Deletions in the response


@pytest.mark.parametrize(
    ("cookie", "scheme", "lines"),
    [
        ("ia_mkt_a=1", "https", [f"ia_mkt_a{PAST}; Path=/; Secure"]),
        ("ia_mkt_a=1", "http", [f"ia_mkt_a{PAST}; Path=/"]),
        ("safe=1", "http", [f"safe{PAST}; Path=/"]),  # browsers refuse Secure there
        ("ia_mkt_a=1; ia_mkt_a=2", "https", [f"ia_mkt_a{PAST}; Path=/; Secure"]),
        ("IA_MKT_A=1", "https", [f"IA_MKT_A{PAST}; Path=/; Secure"]),
        ("__Host-ia_mkt_a=1", "http", [f"__Host-ia_mkt_a{PAST}; Path=/; Secure"]),
        ("__Secure-ia_mkt_a=1", "http", [f"__Secure-ia_mkt_a{PAST}; Path=/; Secure"]),
        ("__Http-ia_mkt_a=1", "http", [f"__Http-ia_mkt_a{PAST}; Path=/; Secure; HttpOnly"]),
        ("__Host-Http-ia_mkt_a=1", "http", [f"__Host-Http-ia_mkt_a{PAST}; Path=/; Secure; HttpOnly"]),
        (
            "placed=1",
            "https",
            [
                f"placed{PAST}; Path=/; Secure",
                f"placed{PAST}; Path=/a; Secure",
                f"placed{PAST}; Domain=example.com; Path=/; Secure",
                f"placed{PAST}; Domain=example.com; Path=/a; Secure",
                f"placed{PAST}; Domain=shop.example.com; Path=/; Secure",
                f"placed{PAST}; Domain=shop.example.com; Path=/a; Secure",
            ],
        ),
        ("__Host-placed=1", "https", [f"__Host-placed{PAST}; Path=/; Secure"]),
        ("parted=1", "http", [f"parted{PAST}; Path=/", f"parted{PAST}; Path=/; Secure; Partitioned"]),
        ("ok=1; other=1; ia_mkt", "https", []),
        ('"ia_mkt_a"=1; \xa0ia_mkt_a=1; x ia_mkt_a=1', "https", []),
        (f"ia_mkt_a=1; {CHOSEN.format('marketing')}", "https", []),
    ],
)
def test_refused_cookie_is_expired_wherever_it_may_lie(through, cookie, scheme, lines):
    assert through(gate(), cookie, scheme=scheme)[1] == lines


def test_no_more_than_twenty_lines_are_added(through):
    left = through(gate(), "wide=1; __Secure-wide=2; ia_mkt_a=3")[1]
    assert len(left) == len({*left}) == 20
    left = through(gate(), "; ".join(f"ia_mkt_{n}=1" for n in range(50)))[1]
    assert len(left) == len({*left}) == 20
    assert {*left} < {f"ia_mkt_{n}{PAST}; Path=/; Secure" for n in range(50)}


@pytest.mark.parametrize("field", ["set-cookie", "Set-Cookie", "SET-COOKIE"])
def test_name_that_the_response_sets_is_not_expired(through, field):
    one = gate(refused="session")
    assert through(one, "ia_mkt_a=1; ia_mkt_b=2", ["ia_mkt_a=3"], field=field)[1] == [
        "ia_mkt_a=3; Secure; SameSite=Lax",
        f"ia_mkt_b{PAST}; Path=/; Secure",
    ]


@pytest.mark.parametrize("path", ["", "; Path=/", "; Path=x"])
def test_name_that_the_response_deletes_itself_is_not_expired_twice(through, path):
    kept = "; Path=/" if path == "; Path=/" else ""
    own = f"ia_mkt_a{PAST}{kept}; Secure"  # without a Path, the browser's path is not certain
    gates = [] if kept else [f"ia_mkt_a{PAST}; Path=/; Secure"]
    assert through(gate(), "ia_mkt_a=1", [f"ia_mkt_a=; Max-Age=0{path}"])[1] == [own, *gates]


@pytest.mark.parametrize("place", ["; Path=/shop; Secure", "; Domain=example.com; Path=/; Secure"])
def test_name_that_the_response_deletes_elsewhere_is_expired_too(through, place):
    """Deleting a cookie for one path does not delete it for another."""
    left = [f"ia_mkt_a{PAST}{place}", f"ia_mkt_a{PAST}; Path=/; Secure"]
    assert through(gate(), "ia_mkt_a=1", [f"ia_mkt_a=; Max-Age=0{place}"])[1] == left


def test_name_that_the_response_sets_in_a_partition_is_expired_outside_of_it(through):
    line = "parted=3; Path=/; Secure; SameSite=Lax; Partitioned"
    one = gate(refused="session")
    assert through(one, "parted=1", [line])[1] == [line, f"parted{PAST}; Path=/; Secure"]


def test_name_whose_line_is_dropped_is_expired(through):
    assert through(gate(), "ia_mkt_a=1", ["ia_mkt_a=3"])[1] == [f"ia_mkt_a{PAST}; Path=/; Secure"]


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("expire", [False, True])
def test_hiding_and_expiring_are_switched_off_each_by_itself(through, hide, expire):
    seen, left = through(gate(hide_refused=hide, expire_refused=expire), "ok=1; ia_mkt_a=2")
    assert seen == ("ok=1" if hide else "ok=1; ia_mkt_a=2")
    assert left == ([f"ia_mkt_a{PAST}; Path=/; Secure"] if expire else [])


def test_withdrawal_in_this_response_expires_what_was_granted(through):
    cookie = f"ia_mkt_a=1; ia_stats_a=2; {CHOSEN.format('statistics.marketing')}"
    line = CHOSEN.format("statistics") + SAFE
    assert through(gate(), cookie, [line]) == (cookie, [line, f"ia_mkt_a{PAST}; Path=/; Secure"])


def test_grant_in_this_response_expires_nothing_more(through):
    line = CHOSEN.format("marketing") + SAFE
    assert through(gate(), "ia_mkt_a=1; ia_stats_a=2", [line]) == ("", [line, f"ia_stats_a{PAST}; Path=/; Secure"])


def test_signal_of_the_browser_expires_too():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start"})

    async def send(message):
        sent.append(message)

    cookie = f"ia_mkt_a=1; {CHOSEN.format('marketing')}".encode()
    scope = {"type": "http", "scheme": "https", "headers": [(b"cookie", cookie), (b"sec-gpc", b"1")]}
    with suppress(StopIteration):
        AsgiGate(app, gate())(scope, None, send).send(None)
    assert sent[0]["headers"][0] == (b"set-cookie", f"ia_mkt_a{PAST}; Path=/; Secure".encode())
    assert scope["cookiegate"].decisions[0].reason == "global-privacy-control"


def test_unregistered_cookie_is_left_alone(through):
    assert through(gate(), "other=1; _ga=2") == ("other=1; _ga=2", [])


def test_consent_cookie_is_never_hidden(through):
    one = gate(registry=Registry([CookieRule(name="cookiegate*", category=Category.MARKETING)]))
    assert through(one, CHOSEN.format("")) == (CHOSEN.format(""), [])


@given(cookie=st.binary(max_size=200))
@example(b"!\x00!\x00!\x00%\x00*")
def test_arbitrary_octets_never_raise_and_are_otherwise_left_as_they_are(cookie):
    text = cookie.decode("latin-1")
    for through in (through_asgi, through_wsgi):
        seen, left = through(GATE, text)
        names = [piece.partition(b"=")[0] for piece in cookie.split(b";")]
        is_odd = any(len({*token_runs(name), *token_runs(unquote_to_bytes(name))}) > 8 for name in names)
        assert seen == text or "ia_" in text.lower() or is_odd
        assert left == [] or "ia_" in text.lower()
