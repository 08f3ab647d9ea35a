"""Shared caches: what the visitor's consent let out must not reach another visitor."""

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
CHOSEN = "cookiegate_consent=v=1&c=marketing&t=1768204800"
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
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
        act(environ["cookiegate"])
        start_response("200 OK", list(fields))
        return []

    WsgiGate(app, one_gate)(environ, lambda status, headers: started.append(headers))
    return started[0]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    return request.param


@pytest.fixture(params=[None, lambda decision: None], ids=["fast", "general"])
def gate(request):
    """Make a gate that takes the fast path, and one that takes the general path."""

    def make(**settings):
        return CookieGate(registry=REGISTRY, clock=lambda: NOW, observer=request.param, **settings)

    return make


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
def test_response_with_an_optional_cookie_is_private(through, gate, fields, leave):
    one = gate()
    for _ in range(2):
        assert through(one, [*fields, OPTIONAL], CHOSEN) == [
            *(field for field in leave if field in fields),
            OPTIONAL,
            *(field for field in leave if field not in fields),
        ]


@pytest.mark.parametrize("fields", [fields for fields, _ in GRANTED])
@pytest.mark.parametrize("cookies", [[OPTIONAL], [NECESSARY], [OPTIONAL, NECESSARY], []])
def test_response_without_an_optional_cookie_is_as_cacheable_as_before(through, gate, fields, cookies):
    left = through(gate(), [*fields, *cookies])
    assert left == [*fields, *(cookie for cookie in cookies if cookie == NECESSARY)]


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
def test_response_with_an_optional_cookie_varies_where_that_is_wanted(through, gate, fields, leave):
    left = through(gate(shared_caches="vary"), [*fields, OPTIONAL], CHOSEN)
    assert sorted(left) == sorted([*leave, OPTIONAL])


@pytest.mark.parametrize("fields", [fields for fields, _ in GRANTED])
def test_response_with_an_optional_cookie_is_kept_as_it_is_where_that_is_wanted(through, gate, fields):
    assert through(gate(shared_caches="keep"), [*fields, OPTIONAL], CHOSEN) == [*fields, OPTIONAL]


def test_response_that_varies_on_everything_is_private_too(through, gate):
    assert through(gate(), [("Vary", "*"), OPTIONAL], CHOSEN) == [("Vary", "*"), OPTIONAL, PRIVATE]


def test_response_with_the_gates_deletions_is_private(through, gate):
    left = through(gate(), [("Cache-Control", "public, max-age=60")], "ia_mkt_a=1")
    deletion = "ia_mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure"
    assert left == [("set-cookie", deletion), ("cache-control", "private, max-age=60")]


def test_response_with_the_apps_deletion_is_as_cacheable_as_before(through, gate):
    fields = [("Cache-Control", "public"), ("Set-Cookie", "ia_mkt_a=; Max-Age=0")]
    left = through(gate(), fields)
    assert left[0] == ("Cache-Control", "public")
    assert len(left) == 2


@pytest.mark.parametrize("refused", ["session", "expire"])
def test_response_with_a_refused_cookie_that_leaves_otherwise_is_private(through, gate, refused):
    assert through(gate(refused=refused), [OPTIONAL])[-1] == PRIVATE


def test_response_with_a_deletion_that_only_a_granted_cookie_gets_is_private(through, gate):
    """`Max-Age=0; Max-Age=x` is no sure deletion: refused it is dropped, granted it becomes the gate's own."""
    fields = [("Set-Cookie", "ia_mkt_a=1; Max-Age=0; Max-Age=x")]
    assert through(gate(), fields) == []
    assert through(gate(), fields, CHOSEN)[-1] == PRIVATE


def test_response_with_an_unregistered_cookie_that_a_refusing_rule_reaches_is_private(through, gate):
    one = gate(unregistered="keep")
    assert through(one, [("Set-Cookie", f"IA_MKT_A=1{SAFE}")]) == []
    assert through(one, [("Set-Cookie", f"IA_MKT_A=1{SAFE}")], CHOSEN) == [("Set-Cookie", f"IA_MKT_A=1{SAFE}"), PRIVATE]


def test_response_with_the_apps_choice_is_private(through, gate):
    left = through(gate(), [("Cache-Control", "public")], act=lambda handle: handle.withdraw())
    assert [name for name, _ in left] == ["set-cookie", "cache-control"]
    assert left[-1] == PRIVATE


@pytest.mark.parametrize("ask", [lambda handle: handle.consent, lambda handle: handle.allows("statistics")])
@pytest.mark.parametrize("shared_caches", ["private", "vary"])
def test_response_of_an_app_that_asked_varies_on_the_cookie(through, gate, ask, shared_caches):
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
def test_response_of_an_app_that_asked_is_left_where_nothing_is_to_say(through, gate, fields, settings):
    assert through(gate(**settings), fields, act=lambda handle: handle.consent) == fields


def test_response_of_an_app_that_asked_after_the_start_is_left(gate):
    def app(environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        environ["cookiegate"].allows("statistics")
        return []

    started = []
    WsgiGate(app, gate())({}, lambda status, headers: started.append(headers))
    assert started == [[("X-A", "1")]]


@pytest.mark.parametrize("kind", ["websocket.accept", "websocket.http.response.start"])
def test_websocket_is_not_cached(gate, kind):
    assert through_asgi(gate(), [OPTIONAL], CHOSEN, lambda handle: handle.consent, kind) == [OPTIONAL]


def test_padded_cache_control_is_recognised(through, gate):
    assert through(gate(), [("Cache-Control ", "public"), OPTIONAL], CHOSEN) == [OPTIONAL, PRIVATE]


@pytest.mark.parametrize("name", ["CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires", "Vary", "Cache-Control"])
def test_cache_field_without_any_optional_cookie_is_untouched(through, gate, name):
    assert through(gate(), [(name, "max-age=600"), NECESSARY]) == [(name, "max-age=600"), NECESSARY]
