"""A bug of the gate's own, in each part in turn: its traceback is logged, and no line leaves that was not judged.

Each part is made to raise while one exchange passes that needs all of them. The next exchange works again.
"""

import logging
from contextlib import suppress
from inspect import getattr_static

import pytest

from cookiegate import Category, CookieRule, Registry, notify, request, response, screen
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent.own import OwnConsent
from cookiegate.consent.terms import ConsentCache, ConsentTerms
from cookiegate.engine import Engine
from cookiegate.judgement import Judgement
from cookiegate.notify import Notify
from cookiegate.policy import Policy
from cookiegate.reader import ConsentReader
from cookiegate.request import Request
from cookiegate.response import Response
from cookiegate.screen import CookieHeader, RequestCookie
from cookiegate.tables import Table, Tables
from cookiegate.wire.cache_control import CacheAdvice

RULES = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY, http_only=True),
        CookieRule(name="mkt_*", category=Category.MARKETING),
        CookieRule(name="stat_*", category=Category.STATISTICS),
    ]
)
GRANT = "cookiegate_consent=v=1&c=statistics&t=1768204800"
SAFE = "; Path=/; Secure; SameSite=Lax"
LINES = [
    "sid=1; Expires=Fri, 01 Jan 2027 00:00:00 GMT",  # rewritten
    f"stat_a=1{SAFE}",  # granted
    "mkt_a=1",  # refused
    "mkt_b=; Max-Age=0",  # a deletion
    "stranger=1",
    "x\xe9=1",  # asks the policy
    f"{GRANT}{SAFE}",  # settled first
]
FIELDS = [
    ("X-App", "1"),
    ("Cache-Control", "max-age=60"),
    ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Secure-Session-Registration", "x"),
]
COOKIE = f"mkt_d=1; {GRANT}; x=1"
MAY_LEAVE = {"sid", "stat_a", "mkt_b", "mkt_d", "cookiegate_consent"}
GONE = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"

PARTS = [
    (Engine, "filter"),
    (Engine, "lines"),
    (Policy, "judge"),
    (Policy, "decide"),
    (Policy, "limit_s"),
    (Registry, "match"),
    (ConsentReader, "is_consent_cookie"),
    (ConsentReader, "read_remembered"),
    (ConsentCache, "find"),
    (Request, "find_consent"),
    (Request, "refused"),
    (Request, "apply_response_consent"),
    (Request, "head"),
    (RequestCookie, "refusing"),
    (RequestCookie, "deletions"),
    (CookieHeader, "refusals"),
    (screen, "CookieHeader"),
    (screen, "token_runs"),
    (Table, "learn"),
    (Tables, "learn"),
    (Tables, "granted"),
    (Tables, "initial"),
    (Judgement, "write"),
    (response, "decide_all"),
    (response, "expired"),
    (Response, "decisions"),
    (CacheAdvice, "of"),
    (Notify, "is_unlogged"),
    (Notify, "log"),
    (Notify, "observe"),
    (Notify, "unregistered"),
    (Notify, "false_date"),
    (Notify, "device_bound"),
    (screen, "deletions"),
    (response, "choose_deletions"),
    (request, "parse_set_cookie"),
    (response, "format_decisions"),
    (response, "is_now"),
    (notify, "_shown"),
]


class Bug(Exception):
    """Raised on purpose."""


def break_part(monkeypatch, owner, name, error=Bug):
    def boom(*arguments, **options):
        raise error(f"{name} is broken")

    monkeypatch.setattr(owner, name, boom)


class Fuse:
    """Stands in the place of a function, and raises as long as it is blown."""

    def __init__(self, monkeypatch, owner, name):
        self.is_blown = False
        original = getattr(owner, name)

        def stand_in(*arguments, **options):
            if self.is_blown:
                raise Bug(f"{name} is broken")
            return original(*arguments, **options)

        needs_no_self = isinstance(getattr_static(owner, name), classmethod | staticmethod)
        monkeypatch.setattr(owner, name, staticmethod(stand_in) if needs_no_self else stand_in)


@pytest.fixture
def gate_of(make_gate):
    return lambda **settings: make_gate(registry=RULES, debug=True, observer=lambda decision: None, **settings)


def traceback_of(caplog, error=Bug):
    return [record for record in caplog.records if record.exc_info and issubclass(record.exc_info[0], error)]


@pytest.mark.parametrize(("owner", "name"), PARTS, ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
def test_part_that_raises_is_logged_and_lets_out_nothing_unjudged(
    exchange, gate_of, monkeypatch, caplog, owner, name, is_warm
):
    expected = exchange(gate_of(), LINES, fields=FIELDS, cookie=COOKIE)
    fuse = Fuse(monkeypatch, owner, name)  # before the gate is built: parts of it keep functions
    gate = gate_of()
    if is_warm:
        exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    caplog.clear()
    fuse.is_blown = True
    for _ in range(3):
        found = exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
        assert {line.partition("=")[0] for line in found.lines} <= MAY_LEAVE
        assert found.values("X-App") == ["1"]
        assert "mkt_d" not in (found.seen or "")
        assert [line for line in found.lines if line not in expected.lines] == []
    fuse.is_blown = False
    told = traceback_of(caplog)
    assert is_warm or told
    assert all(record.levelno == logging.ERROR and record.name == "cookiegate" for record in told)
    again = exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    assert (again.lines, again.seen) == (expected.lines, expected.seen)
    assert again.lines[:2] == [
        "sid=1; Expires=Fri, 01 Jan 2027 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax",
        f"stat_a=1{SAFE}",
    ]


@pytest.mark.parametrize("error", [TypeError, AttributeError, ValueError, KeyError, RecursionError, MemoryError])
@pytest.mark.parametrize(("owner", "name"), [(Engine, "filter"), (Policy, "judge"), (CookieHeader, "refusals")])
def test_kind_of_the_error_does_not_matter(exchange, gate_of, monkeypatch, caplog, owner, name, error):
    gate = gate_of()
    with monkeypatch.context() as broken:
        break_part(broken, owner, name, error)
        found = exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    assert "mkt_a" not in str(found.lines)
    assert traceback_of(caplog, error)
    assert "report" in traceback_of(caplog, error)[0].getMessage()


def test_bug_is_logged_once_for_its_kind_and_place(exchange, gate_of, monkeypatch, caplog):
    gate = gate_of()
    break_part(monkeypatch, Policy, "judge")
    for _ in range(20):
        exchange(gate, LINES)
    assert len(traceback_of(caplog)) == 1


def test_report_only_changes_nothing_even_then(exchange, gate_of, monkeypatch, caplog):
    gate = gate_of(mode="report-only")
    break_part(monkeypatch, Engine, "filter")
    found = exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    assert sorted(found.lines) == sorted(LINES)
    assert found.seen == COOKIE
    assert traceback_of(caplog)


@pytest.mark.parametrize(
    ("owner", "name"), [(Request, "head"), (ConsentCache, "find"), (ConsentReader, "read_remembered")]
)
@pytest.mark.parametrize("ask", ["allows", "consent"])
def test_app_that_asks_meets_no_bug_of_the_gates(exchange, gate_of, monkeypatch, caplog, owner, name, ask):
    """What is broken grants nothing."""
    answers = []

    def app(handle):
        answers.append(handle.allows("statistics") if ask == "allows" else bool(handle.consent.granted))

    gate = gate_of()
    with monkeypatch.context() as broken:
        break_part(broken, owner, name)
        exchange(gate, LINES, cookie=GRANT, request=[("Sec-GPC", "1")], app=app)
    exchange(gate, LINES, cookie=GRANT, app=app)
    assert answers[-1] is True
    assert answers[0] is False or owner is Request  # a head that nobody needed


@pytest.mark.parametrize(("owner", "name"), [(Response, "decisions"), (response, "decide_all")])
def test_recorder_is_kept_from_the_bug(exchange, make_gate, monkeypatch, caplog, owner, name):
    heard = []
    gate = make_gate(registry=RULES, recorders=[heard.append])
    with monkeypatch.context() as broken:
        break_part(broken, owner, name)
        found = exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    assert found.values("X-App") == ["1"]
    assert traceback_of(caplog)
    exchange(gate, LINES, fields=FIELDS, cookie=COOKIE)
    assert len(heard[-1].decisions) == len(LINES) + 1


def test_source_that_raises_is_no_bug_of_the_gates(exchange, make_gate, caplog):
    def source(head):
        raise Bug("the site's own")

    found = exchange(make_gate(registry=RULES, consent=source), LINES)
    assert "mkt_a=1" not in found.lines
    assert [record.message for record in traceback_of(caplog)] == [
        "the consent source raised; requests count as without consent"
    ]


@pytest.mark.parametrize(
    ("owner", "name"), [(OwnConsent, "parse"), (ConsentTerms, "validity"), (ConsentTerms, "apply")]
)
def test_reader_of_the_gates_own_that_is_broken_grants_nothing(exchange, gate_of, monkeypatch, caplog, owner, name):
    break_part(monkeypatch, owner, name)
    gate = gate_of()
    found = exchange(gate, [f"stat_a=1{SAFE}"], cookie=f"{GRANT}; a=1")
    assert name == "apply" or found.lines == []
    assert name == "apply" or traceback_of(caplog)


MORE = [
    {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]},
    {"type": "http.response.trailers", "headers": [(b"x-app", b"1"), (b"set-cookie", b"mkt_a=1")]},
    {"type": "http.response.push", "path": "/", "headers": [(b"x-app", b"1"), (b"set-cookie", b"mkt_a=1")]},
    {"type": "websocket.accept", "headers": [(b"x-app", b"1"), (b"set-cookie", b"mkt_a=1")]},
    {"type": "websocket.http.response.start", "status": 403, "headers": [(b"set-cookie", b"mkt_a=1")]},
]


@pytest.mark.parametrize("message", MORE, ids=lambda message: message["type"])
def test_other_messages_are_kept_from_the_bug_too(gate_of, monkeypatch, caplog, message):
    sent = []

    async def app(scope, receive, send):
        await send(message)

    async def send(message):
        sent.append(message)

    break_part(monkeypatch, Engine, "filter")
    kind = "websocket" if message["type"].startswith("websocket") else "http"
    with suppress(StopIteration):
        AsgiGate(app, gate_of())({"type": kind, "headers": [], "path": "/"}, None, send).send(None)
    assert traceback_of(caplog)
    assert len(sent) == 1
    assert "mkt_a" not in str(sent)
    assert ("x-app" in str(sent)) is ("x-app" in str(message))
