"""What is decided and told is the policy's, however the answer was found: cold, warm, watched or not."""

import pytest

from cookiegate import Category, CookieRule, Registry, ResponseStarted
from cookiegate.gate import compiled
from cookiegate.model import Consent

RULES = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY),
        CookieRule(name="mkt_*", category=Category.MARKETING),
        CookieRule(name="__Host-mkt", category=Category.MARKETING),
        CookieRule(name="trial", category=Category.MARKETING, mode="report-only"),
    ]
)
LINES = [
    "__Host-mkt=1", "__Host-mkt=1; Path=/", "__Host-mkt=1; Path=/; Domain=example.com", "__Secure-mkt_a=1",
    "__Http-mkt_a=1; Secure", "__Host-Http-mkt_a=1; Secure; Path=/", "__host-MKT_a=1", "__Secure-sid=1", "__Host-sid=1",
    "__Host-stranger=1", "MKT_a=1", "mkt_a=1; Max-Age=9", "mkt_a=", "mkt_a", "=mkt_a", "sid=\x01", "sid=\t1\t1",
    "x y=1", "stranger=1", "trial=1", "trial=; Max-Age=0", "mkt_aC1=1", "$sid=1", "sid=" + "x" * 4090,
    "sid=" + "x" * 4094, "mkt_a=1; Path=/" + "x" * 1030, "mkt_a=1; Partitioned", "SID=1",
]  # fmt: skip
SETTINGS = [
    {}, {"refused": "session"}, {"refused": "expire"}, {"unregistered": "keep"}, {"unregistered": "marketing"},
    {"unregistered": "marketing", "refused": "session"}, {"strict_values": True}, {"host_only": True},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("granted", ["", "marketing"])
def test_each_decision_is_the_policys(exchange_fields, make_gate, choice, settings, scheme, granted):
    """All of it: category, reason, rule, changes, and the line."""
    heard = []
    for observer in (None, heard.append):
        gate = make_gate(registry=RULES, observer=observer, **settings)
        for _ in ("cold", "warm"):
            heard.clear()
            # alone and together: what is looked up for one line must not depend on its neighbours
            for lines in ([line] for line in LINES):
                _check(exchange_fields(gate, lines, cookie=choice(granted), scheme=scheme), gate, lines, scheme)
            found = exchange_fields(gate, LINES, cookie=choice(granted), scheme=scheme)
            _check(found, gate, LINES, scheme)
            if observer is not None:
                assert heard[-len(LINES) :] == [*found.handle.decisions]


def _check(found, gate, lines, scheme):
    policy, consent = compiled(gate).policy, found.handle.consent
    assert isinstance(consent, Consent)
    expected = [
        policy.decide(line.encode("latin-1"), consent, is_https=scheme == "https", now=1768204800.0) for line in lines
    ]
    decisions = [*found.handle.decisions]
    assert decisions == expected
    assert [each.category for each in decisions] == [each.category for each in expected]
    left = [each.before if not each.is_enforced else each.after for each in expected]
    assert found.lines == [line.decode("latin-1") for line in left if line is not None]


# grant() and withdraw() until the head is gone


@pytest.mark.parametrize("verb", ["withdraw", "grant", "choose"])
def test_choice_after_start_response_counts_until_something_is_sent(make_gate, wsgi_site, verb):
    def app(environ, start_response):
        handle = environ["cookiegate.handle"]
        start_response("200 OK", [("Set-Cookie", "mkt_a=1"), ("Content-Type", "text/plain")])
        getattr(handle, verb)({"marketing"})
        return [b"body"]

    head = wsgi_site(app, make_gate(), cookie="")
    assert any(line.startswith("mkt_a=1") for line in head) is (verb != "withdraw")
    assert any(line.startswith("cookiegate_consent=v=1") for line in head)


@pytest.mark.parametrize("verb", ["withdraw", "grant", "choose"])
def test_choice_between_two_heads_counts_for_the_second(make_gate, wsgi_site, verb):
    def app(environ, start_response):
        handle = environ["cookiegate.handle"]
        start_response("200 OK", [("Set-Cookie", "mkt_a=1"), ("Content-Type", "text/plain")])
        try:
            raise LookupError
        except LookupError as error:
            getattr(handle, verb)({"marketing"})
            lines = [("Set-Cookie", "mkt_b=1"), ("Content-Type", "text/plain")]
            start_response("500 Oh", lines, (type(error), error, error.__traceback__))
        return [b"body"]

    head = wsgi_site(app, make_gate(), cookie="cookiegate_consent=v=1&c=marketing&t=1768204800")
    assert [line for line in head if line.startswith("mkt_a")] == []
    assert any(line.startswith("mkt_b=1") for line in head) is (verb != "withdraw")


def test_choice_after_a_write_is_too_late(make_gate, wsgi_site):
    caught = []

    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"bo")
        try:
            environ["cookiegate.handle"].withdraw()
        except ResponseStarted as error:
            caught.append(error)
        return [b"dy"]

    assert wsgi_site(app, make_gate(), cookie="") == []
    assert len(caught) == 1


def test_choice_while_the_body_is_made_is_too_late(make_gate, wsgi_site):
    caught = []

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])

        def body():
            try:
                environ["cookiegate.handle"].withdraw()
            except ResponseStarted as error:
                caught.append(error)
            yield b"body"

        return body()

    assert wsgi_site(app, make_gate(), cookie="") == []
    assert len(caught) == 1


def test_decisions_are_those_of_the_head_that_leaves(make_gate, wsgi_site):
    handles = []

    def app(environ, start_response):
        handle = environ["cookiegate.handle"]
        handles.append(handle)
        start_response("200 OK", [("Set-Cookie", "mkt_a=1"), ("Content-Type", "text/plain")])
        handle.grant({"marketing"})
        return [b"body"]

    wsgi_site(app, make_gate(), cookie="")
    assert [(each.name, each.reason) for each in handles[0].decisions] == [("mkt_a", "granted")]
