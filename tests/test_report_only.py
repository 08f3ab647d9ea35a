"""Report-only: the request and the response are not changed, but all decisions are reported."""

import logging
from contextlib import suppress
from wsgiref.util import setup_testing_defaults

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
CHOSEN = "cookiegate_consent=v=1&c=marketing&t=1768204800"
FIELDS = [
    ("Content-Type", "text/plain"),
    ("Set-Cookie", "ok=1"),
    ("SET-COOKIE ", "ia_mkt_a=1; Max-Age=99999999999"),
    ("Set-Cookie", "=x"),
    ("Set-Cookie", "other=1"),
    ("Set-Cookie", "ia_mkt_b=; Max-Age=0"),
    ("Set-Cookie2", "ok=2"),
    ("X-A", "1\r\nX-B: 2"),
    ("Cache-Control", "public"),
    ("Vary", "Accept"),
]
TOLD = [
    ("rewrite", "necessary", "ok"),
    ("drop", "no-consent", "ia_mkt_a"),
    ("drop", "nameless", ""),
    ("drop", "unregistered", "other"),
    ("rewrite", "deletion", "ia_mkt_b"),
]


def through_asgi(one_gate, fields, cookie="", act=lambda handle: None):
    """Return the Cookie header that the app gets, the fields that leave and the handle."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.extend(value.decode() for name, value in scope["headers"] if name == b"cookie")
        act(scope["cookiegate"])
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        await send({"type": "http.response.start", "headers": headers})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "scheme": "https", "headers": [(b"cookie", cookie.encode())] if cookie else []}
    with suppress(StopIteration):
        AsgiGate(app, one_gate)(scope, None, send).send(None)
    left = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return "".join(seen), left, scope["cookiegate"]


def through_wsgi(one_gate, fields, cookie="", act=lambda handle: None):
    started, seen = [], []
    environ = {"wsgi.url_scheme": "https"} | ({"HTTP_COOKIE": cookie} if cookie else {})
    setup_testing_defaults(environ)

    def app(environ, start_response):
        seen.append(environ.get("HTTP_COOKIE", ""))
        act(environ["cookiegate.handle"])
        start_response("200 OK", fields)
        return []

    WsgiGate(app, one_gate)(environ, lambda status, headers: started.append(headers))
    return seen[0], started[0], environ["cookiegate.handle"]


@pytest.fixture(params=[through_asgi, through_wsgi], ids=["asgi", "wsgi"])
def through(request):
    return request.param


def gate(**settings):
    return CookieGate(registry=REGISTRY, clock=lambda: NOW, mode="report-only", **settings)


@pytest.mark.parametrize("cookie", ["", "ok=1; ia_mkt_z=2", f"ia_mkt_z=2; {CHOSEN}"])
@pytest.mark.parametrize(
    "settings", [{}, {"refused": "expire"}, {"strict_values": True}, {"shared_caches": "vary", "secure": "always"}]
)
def test_report_only_changes_nothing(through, cookie, settings):
    one = gate(**settings)
    for _ in range(2):
        seen, left, _ = through(one, FIELDS, cookie)
        assert seen == cookie
        assert left == FIELDS


def test_report_only_leaves_what_is_no_header_field_to_the_server():
    fields = [("X-A", "\u20ac"), ("Set-Cookie", "ia_mkt_a=\u20ac"), ("a", "b", "c"), None, (b"X", b"1"), ["X-B", "1"]]
    assert through_wsgi(gate(), fields)[1] == fields

    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": fields})

    async def send(message):
        sent.append(message)

    with suppress(StopIteration):
        AsgiGate(app, gate())({"type": "http", "headers": []}, None, send).send(None)
    assert sent[0]["headers"] == fields


def test_report_only_decides_all_the_same(through):
    heard = []
    one = gate(observer=heard.append)
    handle = through(one, FIELDS)[2]
    assert [(each.action, each.reason, each.name) for each in handle.decisions] == TOLD
    assert heard == list(handle.decisions)


def test_report_only_tells_of_cookies_that_would_be_expired(through):
    handle = through(gate(), [], "ia_mkt_z=2")[2]
    assert [(each.action, each.reason, each.name) for each in handle.decisions] == [
        ("expire", "no-consent", "ia_mkt_z")
    ]


def test_report_only_logs_all_the_same(through, caplog):
    caplog.set_level(logging.INFO, logger="cookiegate")
    one = gate()
    for _ in range(2):
        through(one, FIELDS)
    assert [message.partition("\n")[0] for message in caplog.messages] == [
        "cookie 'other' is not in the registry; to register it, choose its category and add:",
        "cookie 'ia_mkt_a' (marketing) would be dropped: no-consent (rule 5)",
        "Set-Cookie '' would be dropped: nameless (rule 1)",
        "response header field 'X-A': a line break in its value; report",
        "response header field 'Set-Cookie2': a name that starts a field of its own, or is obsolete; left out",
    ]


def test_report_only_answers_the_app_truly(through):
    answers = []

    def act(handle):
        answers.extend([handle.allows("marketing"), handle.allows("statistics")])

    assert through(gate(), FIELDS, CHOSEN, act)[1] == FIELDS
    assert answers == [True, False]


def test_report_only_still_remembers_a_choice_of_the_visitor(through):
    left = through(gate(), FIELDS, "", lambda handle: handle.grant({"marketing"}))[1]
    assert left[: len(FIELDS)] == FIELDS
    assert [name for name, _ in left[len(FIELDS) :]] == ["set-cookie"]
    assert left[-1][1].startswith("cookiegate_consent=v=1&c=marketing&t=1768204800&id=")


def test_deletion_of_a_rule_that_only_reports_leaves_as_the_app_sent_it():
    registry = Registry([CookieRule(name="chat", category=Category.PREFERENCES, mode="report-only")])
    fields = [
        ("set-cookie", "chat=gone; Max-Age=0; Path=/x"),
        ("set-cookie", "chat=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    ]
    _, left, handle = through_asgi(CookieGate(registry=registry, clock=lambda: NOW), fields)
    assert left == fields
    assert [decision.is_enforced for decision in handle.decisions] == [False, False]
