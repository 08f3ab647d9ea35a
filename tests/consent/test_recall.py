"""What is remembered of a consent says what source and terms together would say, whatever header and time come."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, RequestHead
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import Cookiebot, OwnConsent
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0
NAME = b"cookiegate_consent"
EMPTY = Registry([CookieRule(name="ok", category=Category.NECESSARY)])
VALUES = st.sampled_from(
    [b"v=1&c=marketing&t=1768204800", b"v=1&c=marketing.statistics&t=1768204800&r=2", b"v=1&c=&t=1768204800&r=1",
     b"v=1&c=preferences&t=1700000000", b"v=1&c=statistics&t=1768300000", b"v=1&c=marketing&t=x", b"", b"junk", b"\xff"]
)  # fmt: skip
PIECES = st.one_of(
    st.builds(lambda value: NAME + b"=" + value, VALUES),
    st.builds(lambda value: NAME + b" = " + value + b" ", VALUES),
    st.sampled_from([NAME, NAME + b"2=1", b"x" + NAME + b"=1", b"a=1", b"", b"a=" + NAME, b"\x00", b"a=1,b=2"]),
)
COOKIES = st.builds(
    lambda pieces, between: between.join(pieces), st.lists(PIECES, max_size=4), st.sampled_from([b"; ", b";"])
)
SETTINGS = [
    {}, {"revision": "2"}, {"require_explicit": True}, {"consent_max_age": 30}, {"global_privacy_control": False},
    {"do_not_track": True}, {"default_consent": {"statistics", "marketing"}},
]  # fmt: skip
GATES = [CookieGate(registry=EMPTY, clock=lambda: NOW, **settings) for settings in SETTINGS]
SIGNALS = st.sampled_from(
    [[], [(b"sec-gpc", b"1")], [(b"sec-gpc", b"0")], [(b"dnt", b"1")], [(b"dnt", b"1"), (b"sec-gpc", b"1")]]
)


def by_asgi(gate, cookie, fields):
    found = []

    async def app(scope, receive, send):
        found.append(scope["cookiegate"].consent)

    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/"}
    headers = [*fields, (b"cookie", cookie)] if cookie else fields
    with pytest.raises(StopIteration):
        AsgiGate(app, gate)({**scope, "headers": headers}, None, None).send(None)
    return found[0]


def by_wsgi(gate, cookie, fields):
    environ = {f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in fields}
    environ |= {"HTTP_COOKIE": cookie.decode("latin-1"), "wsgi.url_scheme": "https"}
    return WsgiGate(lambda environ, start: environ["cookiegate"].consent, gate)(environ, None)


@pytest.mark.parametrize("read", [by_asgi, by_wsgi])
@given(cookie=COOKIES, fields=SIGNALS, gate=st.sampled_from(GATES))
@example(cookie=NAME + b"=v=1&c=marketing&t=1768204800", fields=[(b"sec-gpc", b"1")], gate=GATES[0])
@example(cookie=b"a=" + b"x" * 70_000, fields=[], gate=GATES[0])
@example(cookie=b"a=" + b"x" * 70_000 + b"; " + NAME + b"=v=1&c=marketing&t=1768204800", fields=[], gate=GATES[0])
def test_recalled_consent_is_the_sources(read, cookie, fields, gate):
    for _ in range(2):
        head = RequestHead(cookie=cookie, headers=tuple(fields), scheme="https")
        assert read(gate, cookie, fields) == gate.read_consent(head, NOW)


@pytest.mark.parametrize("source", [OwnConsent(), OwnConsent(secret="s" * 16)])
def test_recalled_consent_ages(source):
    time = [NOW]
    gate = CookieGate(registry=EMPTY, consent=source, clock=lambda: time[0])
    line = source.write(Consent({"marketing"}, given_at=datetime.fromtimestamp(NOW, UTC)), is_https=True)
    cookie = line.partition(b";")[0]
    seen = []
    for time[0] in (NOW, NOW + 180 * 86400 - 1, NOW + 180 * 86400, NOW, NOW - 86401, NOW - 86400):
        seen.append(bool(by_asgi(gate, cookie, []).granted))
    assert seen == [True, True, False, True, False, True]


def test_source_of_one_cookie_is_recalled_and_any_other_is_asked():
    assert CookieGate(registry=EMPTY, consent=Cookiebot()).recall is not None
    assert CookieGate(registry=EMPTY, consent=lambda head: None).recall is None
    assert CookieGate(registry=EMPTY, consent=Cookiebot(), do_not_track=True).recall is None


def test_source_that_asks_something_else_as_well_is_asked_each_time():
    class Sometimes(OwnConsent):
        def __call__(self, head, /):
            return super().__call__(head) if head.path == "/granted" else None

    gate = CookieGate(registry=EMPTY, consent=Sometimes(), clock=lambda: NOW)
    assert gate.recall is None
    assert not by_asgi(gate, NAME + b"=v=1&c=marketing&t=1768204800", []).granted


def test_repeated_value_is_read_once():
    class Counted(OwnConsent):
        def parse(self, value):
            seen.append(value)
            return super().parse(value)

    seen = []
    gate = CookieGate(registry=EMPTY, consent=Counted(), clock=lambda: NOW)
    for _ in range(3):
        by_asgi(gate, NAME + b"=v=1&c=marketing&t=1768204800", [])
    assert len(seen) == 1
