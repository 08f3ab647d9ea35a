"""Shared caches: a response that depends on one visitor's consent must not reach another visitor."""

from contextlib import suppress
from wsgiref.util import setup_testing_defaults

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = "; Path=/; Secure; SameSite=Lax"
OPTIONAL = ("Set-Cookie", f"ia_mkt_a=1{SAFE}")
NECESSARY = ("Set-Cookie", f"ok=1{SAFE}")
SHARED = ("Set-Cookie", f"lang=de{SAFE}")
DELETION = ("Set-Cookie", "ok=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure")
CHOSEN = "cookiegate_consent=v=1&c=marketing&t=1768204800"
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="lang", category=Category.NECESSARY, shared=True),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)


def through_asgi(one_gate, fields, cookie="", act=lambda handle: None, kind="http.response.start"):
    sent = []

    async def app(scope, receive, send):
        act(scope["cookiegate"])
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        await send({"type": kind, "headers": headers})

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    with suppress(StopIteration):
        AsgiGate(app, one_gate)({"type": "http", "scheme": "https", "headers": headers}, None, send).send(None)
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]


def through_wsgi(one_gate, fields, cookie="", act=lambda handle: None):
    started = []
    environ = {"wsgi.url_scheme": "https"} | ({"HTTP_COOKIE": cookie} if cookie else {})
    setup_testing_defaults(environ)

    def app(environ, start_response):
        act(environ["cookiegate.handle"])
        start_response("200 OK", list(fields))
        return []

    WsgiGate(app, one_gate)(environ, lambda status, headers: started.append(headers))
    return started[0]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    return request.param


def gate(**settings):
    return CookieGate(registry=REGISTRY, clock=lambda: NOW, **settings)


PRIVATE = ("cache-control", "private")

GRANTED = [
    ([], [PRIVATE]),
    ([("Cache-Control", "public")], [PRIVATE]),
    ([("Cache-Control", "public, max-age=60")], [("cache-control", "private, max-age=60")]),
    ([("Cache-Control", "s-maxage=600")], [PRIVATE]),
    ([("Cache-Control", "S-MaxAge = 600,Public")], [PRIVATE]),
    (
        [("Cache-Control", "max-age=60, must-revalidate, proxy-revalidate, s-maxage=9")],
        [("cache-control", "private, max-age=60, must-revalidate")],
    ),
    ([("Cache-Control", "max-age=60"), ("cache-CONTROL", "public")], [("cache-control", "private, max-age=60")]),
    ([("Cache-Control", "no-cache")], [("cache-control", "private, no-cache")]),
    ([("Cache-Control", 'no-cache="a, private"')], [("cache-control", 'private, no-cache="a, private"')]),
    ([("Cache-Control", 'private="set-cookie"')], [PRIVATE]),
    ([("Cache-Control", 'private="a, no-store"')], [PRIVATE]),
    ([("Cache-Control", 'private = "set-cookie"')], [PRIVATE]),
    ([("Cache-Control", 'x="')], [("cache-control", 'private, x=""')]),
    ([("Cache-Control", "")], [PRIVATE]),
    ([("Cache-Control", " , ,")], [PRIVATE]),
    ([("Cache-Control", "private")], [("Cache-Control", "private")]),
    ([("Cache-Control", "PRIVATE, max-age=60")], [("Cache-Control", "PRIVATE, max-age=60")]),
    ([("Cache-Control", "no-store")], [("Cache-Control", "no-store")]),
    ([("Cache-Control", "No-Store"), ("Vary", "Accept")], [("Cache-Control", "No-Store"), ("Vary", "Accept")]),
    ([("CDN-Cache-Control", "max-age=600")], [PRIVATE]),
    ([("Cache-Control", "private"), ("CDN-Cache-Control", "max-age=600")], [PRIVATE]),
    ([("Cache-Control", "private, max-age=5"), ("Surrogate-Control", "max-age=600")], [
        ("cache-control", "private, max-age=5")
    ]),
    ([("Cache-Control", "no-store"), ("Cloudflare-CDN-Cache-Control", "public")], [("cache-control", "no-store")]),
    ([("X-Accel-Expires", "600")], [PRIVATE]),
    ([("Cache-Control", "private"), ("X-Accel-Expires", "600")], [PRIVATE]),
    (
        [("Cache-Control", "private"), ("CDN-Cache-Control", "no-store"), ("Surrogate-Control", "private")],
        [("Cache-Control", "private"), ("CDN-Cache-Control", "no-store"), ("Surrogate-Control", "private")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "leave"), GRANTED)
def test_response_with_an_optional_cookie_is_private(through, fields, leave):
    one = gate()
    for _ in range(2):
        assert through(one, [*fields, OPTIONAL], CHOSEN) == [
            *(field for field in leave if field in fields),
            OPTIONAL,
            *(field for field in leave if field not in fields),
        ]


@pytest.mark.parametrize("fields", [fields for fields, _ in GRANTED])
@pytest.mark.parametrize("cookies", [[OPTIONAL], [SHARED], [OPTIONAL, SHARED], [DELETION], []])
@pytest.mark.parametrize("shared_caches", ["private", "vary"])
def test_response_without_a_cookie_of_one_visitor_is_as_cacheable_as_before(through, fields, cookies, shared_caches):
    left = through(gate(shared_caches=shared_caches), [*fields, *cookies])
    assert left == [*fields, *(cookie for cookie in cookies if cookie != OPTIONAL)]


ASKS_NOBODY = [
    [],
    [("Cache-Control", "no-cache")],
    [("Cache-Control", 'no-cache="a, private"')],
    [("Cache-Control", "must-revalidate")],
    [("Cache-Control", 'x="')],
    [("Cache-Control", "")],
    [("Cache-Control", " , ,")],
    [("Cache-Control", "private, max-age=60")],
    [("Cache-Control", "no-store"), ("Expires", "0")],
    [("CDN-Cache-Control", "no-store"), ("Cache-Control", "private")],
    [("X-Accel-Expires", "0")],
    [("Vary", "Accept")],
]


@pytest.mark.parametrize("fields", ASKS_NOBODY)
def test_response_with_a_necessary_cookie_is_left_where_it_asks_no_cache_to_store_it(through, fields):
    assert through(gate(), [*fields, NECESSARY]) == [*fields, NECESSARY]


@pytest.mark.parametrize(
    ("fields", "leave"),
    [(fields, leave) for fields, leave in GRANTED if fields not in ASKS_NOBODY and fields != leave]
    + [([("Expires", "Mon, 12 Jan 2026 09:00:00 GMT")], [("Expires", "Mon, 12 Jan 2026 09:00:00 GMT"), PRIVATE])],
)
@pytest.mark.parametrize("shared_caches", ["private", "vary"])
def test_response_with_a_necessary_cookie_is_private_where_it_asks_to_be_stored(through, fields, leave, shared_caches):
    """A cache that stores it would serve one visitor's session to the next."""
    is_asked = not any("private=" in value or "private =" in value for _, value in fields)
    left = through(gate(shared_caches=shared_caches), [*fields, NECESSARY])
    if is_asked:
        kept = [field for field in leave if field in fields]
        assert left == [*kept, NECESSARY, *(field for field in leave if field not in fields)]
    else:
        assert left == [*fields, NECESSARY]


def test_response_with_a_necessary_cookie_is_kept_as_it_is_where_that_is_wanted(through):
    fields = [("Cache-Control", "public"), NECESSARY]
    assert through(gate(shared_caches="keep"), fields) == fields
    assert through(gate(mode="report-only"), fields) == fields


def test_response_with_an_unregistered_cookie_that_is_kept_is_private_where_it_asks_to_be_stored(through):
    line = ("Set-Cookie", f"other=1{SAFE}")
    assert through(gate(unregistered="keep"), [("Cache-Control", "public"), line]) == [line, PRIVATE]


@pytest.mark.parametrize(
    ("fields", "leave"),
    [
        ([], [("vary", "Cookie, Sec-GPC")]),
        ([("Vary", "Accept")], [("vary", "Accept, Cookie, Sec-GPC")]),
        ([("Vary", "cookie"), ("VARY", "sec-gpc ,Accept")], [("Vary", "cookie"), ("VARY", "sec-gpc ,Accept")]),
        ([("Vary", "cookie")], [("vary", "cookie, Sec-GPC")]),
        ([("Vary", "*")], [("Vary", "*")]),
        ([("Vary", "Accept, *")], [("Vary", "Accept, *")]),
        ([("Vary", "")], [("vary", "Cookie, Sec-GPC")]),
        (
            [("Cache-Control", "public, s-maxage=60")],
            [("Cache-Control", "public, s-maxage=60"), ("vary", "Cookie, Sec-GPC")],
        ),
        ([("Cache-Control", "private")], [("Cache-Control", "private")]),
        ([("Cache-Control", "no-store")], [("Cache-Control", "no-store")]),
    ],
)
def test_response_with_an_optional_cookie_varies_where_that_is_wanted(through, fields, leave):
    left = through(gate(shared_caches="vary"), [*fields, OPTIONAL], CHOSEN)
    assert sorted(left) == sorted([*leave, OPTIONAL])


@pytest.mark.parametrize("fields", [fields for fields, _ in GRANTED])
def test_response_with_an_optional_cookie_is_kept_as_it_is_where_that_is_wanted(through, fields):
    assert through(gate(shared_caches="keep"), [*fields, OPTIONAL], CHOSEN) == [*fields, OPTIONAL]


def test_response_that_varies_on_everything_is_private_too(through):
    assert through(gate(), [("Vary", "*"), OPTIONAL], CHOSEN) == [("Vary", "*"), OPTIONAL, PRIVATE]


def test_response_with_the_gates_deletions_is_private(through):
    left = through(gate(), [("Cache-Control", "public, max-age=60")], "ia_mkt_a=1")
    deletion = "ia_mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure"
    assert left == [("set-cookie", deletion), ("cache-control", "private, max-age=60")]


def test_response_with_the_apps_deletion_is_as_cacheable_as_before(through):
    fields = [("Cache-Control", "public"), ("Set-Cookie", "ia_mkt_a=; Max-Age=0")]
    left = through(gate(), fields)
    assert left[0] == ("Cache-Control", "public")
    assert len(left) == 2


@pytest.mark.parametrize("refused", ["session", "expire"])
def test_response_with_a_refused_cookie_that_leaves_otherwise_is_private(through, refused):
    assert through(gate(refused=refused), [OPTIONAL])[-1] == PRIVATE


@pytest.mark.parametrize("cookie", ["", CHOSEN])
def test_response_with_a_deletion_for_some_browsers_is_the_same_for_everybody(through, cookie):
    """`Max-Age=0; Max-Age=x` does not delete in all browsers; the gate's own deletion is sent, with any consent."""
    fields = [("Cache-Control", "public"), ("Set-Cookie", "ia_mkt_a=1; Max-Age=0; Max-Age=x")]
    deletion = "ia_mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure"
    assert through(gate(), fields, cookie) == [fields[0], ("Set-Cookie", deletion)]


def test_response_with_an_unregistered_cookie_that_a_refusing_rule_reaches_is_private(through):
    one = gate(unregistered="keep")
    assert through(one, [("Set-Cookie", f"IA_MKT_A=1{SAFE}")]) == []
    assert through(one, [("Set-Cookie", f"IA_MKT_A=1{SAFE}")], CHOSEN) == [("Set-Cookie", f"IA_MKT_A=1{SAFE}"), PRIVATE]


def test_response_with_the_apps_choice_is_private(through):
    left = through(gate(), [("Cache-Control", "public")], act=lambda handle: handle.withdraw())
    assert [name for name, _ in left] == ["set-cookie", "cache-control"]
    assert left[-1] == PRIVATE


@pytest.mark.parametrize("ask", [lambda handle: handle.consent, lambda handle: handle.allows("statistics")])
@pytest.mark.parametrize("shared_caches", ["private", "vary"])
def test_response_of_an_app_that_asked_varies_on_the_cookie(through, ask, shared_caches):
    one = gate(shared_caches=shared_caches)
    left = through(one, [("Cache-Control", "public"), ("Vary", "Accept")], act=ask)
    assert left[0] == ("Cache-Control", "public")
    assert left[1][0] == "vary"
    assert left[1][1].startswith("Accept, Cookie")


@pytest.mark.parametrize(
    ("fields", "settings"),
    [
        ([("Cache-Control", "private")], {}),
        ([("Cache-Control", "no-store")], {}),
        ([("Vary", "*")], {}),
        ([("Cache-Control", "public")], {"shared_caches": "keep"}),
    ],
)
def test_response_of_an_app_that_asked_is_left_where_nothing_is_to_say(through, fields, settings):
    assert through(gate(**settings), fields, act=lambda handle: handle.consent) == fields


def test_response_of_an_app_that_asked_after_the_start_varies_too():
    """Nothing was sent yet, so the head can be passed on again (PEP 3333)."""

    def app(environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        environ["cookiegate.handle"].allows("statistics")
        return []

    started = []
    WsgiGate(app, gate())({}, lambda status, headers, exc_info=None: started.append(headers))
    assert started == [[("X-A", "1")], [("X-A", "1"), ("vary", "Cookie, Sec-GPC")]]


@pytest.mark.parametrize("kind", ["websocket.accept", "websocket.http.response.start"])
def test_websocket_is_not_cached(kind):
    assert through_asgi(gate(), [OPTIONAL], CHOSEN, lambda handle: handle.consent, kind) == [OPTIONAL]


def test_padded_cache_control_is_recognised(through):
    assert through(gate(), [("Cache-Control ", "public"), OPTIONAL], CHOSEN) == [OPTIONAL, PRIVATE]


@pytest.mark.parametrize("name", ["CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires", "Vary", "Cache-Control"])
def test_cache_field_without_any_cookie_of_one_visitor_is_untouched(through, name):
    assert through(gate(), [(name, "max-age=600"), SHARED]) == [(name, "max-age=600"), SHARED]
