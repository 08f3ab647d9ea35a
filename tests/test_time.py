"""The gate's clock: jumps of years, 2038, 9999, the current second, and the minute for which entries are cached.

Law: results that depend on the time are cached for at most a minute, and a wrong clock grants nothing.
"""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, CookieGate, CookieRule, Registry, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wire.dates import format_cookie_date
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

RULES = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY),
        CookieRule(name="hour", category=Category.NECESSARY, lifetime=parse_lifetime("1 hour")),
        CookieRule(name="ad", category=Category.MARKETING),
    ]
)
NOW = 1795636800  # 2026-11-25 20:00:00 UTC
DAY, YEAR = 86400, 31557600
LAST = 253402300799  # 9999-12-31 23:59:59
MOMENTS = {
    "1970-01-01": 0,
    "2026": NOW,
    "last second of 31 bits": 2**31 - 1,
    "2038-01-19": 2**31,
    "2106": 2**32,
    "last second of 9999": LAST,
}
HALF_YEAR = 184 * DAY  # how long cookiegate's own consent counts


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def asgi(gate, lines, cookie="", *, app=None):
    """Return the Set-Cookie lines that leave, for the lines of an app and the Cookie header of a request."""
    left = []

    async def site(scope, receive, send):
        if app is not None:
            app(scope["cookiegate"])
        headers = [(b"set-cookie", line.encode()) for line in lines]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        left.extend(value.decode() for name, value in message["headers"] if name == b"set-cookie")

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(AsgiGate(site, gate)(scope, None, send))
    return left


def wsgi(gate, lines, cookie="", *, app=None):
    """Do the same."""
    left = []

    def site(environ, start_response):
        if app is not None:
            app(environ["cookiegate.handle"])
        start_response("200 OK", [("Set-Cookie", line) for line in lines])
        return []

    def start_response(status, headers, exc_info=None):
        left.extend(value for name, value in headers if name.lower() == "set-cookie")

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https"}
    WsgiGate(site, gate)(environ | ({"HTTP_COOKIE": cookie} if cookie else {}), start_response)
    return left


ADAPTERS = {"ASGI": asgi, "WSGI": wsgi}


@pytest.fixture(params=ADAPTERS)
def leave(request):
    return ADAPTERS[request.param]


@pytest.fixture
def note(request, promise):
    return lambda column: promise("Time", request.node.callspec.params["leave"], column)


def gate_at(clock, **settings):
    return CookieGate(registry=RULES, clock=clock, **settings)


def expires(seconds):
    return f"Expires={format_cookie_date(seconds).decode()}"


def consent(given_at):
    return f"cookiegate_consent=v=1&c=marketing&t={given_at}"


SAFE = "Path=/; Secure; SameSite=Lax"


def gone(name, attributes=SAFE):
    return f"{name}=; {expires(0)}; Max-Age=0; {attributes}"


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_line_leaves_and_waits_at_any_time(leave, note, now):
    note("any time from 1970 to 9999")
    lines = [f"sid=1; Max-Age=60; {SAFE}", f"ad=1; Max-Age=60; {SAFE}"]
    gate = gate_at(Clock(now))
    assert leave(gate, lines) == lines[:1]
    assert leave(gate, lines, consent(now)) == lines


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_grant_is_written_and_read_at_any_time(leave, note, now):
    note("any time from 1970 to 9999")
    clock = Clock(now)
    gate = gate_at(clock)
    line, choice = leave(gate, [f"ad=1; {SAFE}"], app=lambda handle: handle.grant({"marketing"}))
    assert line == f"ad=1; {SAFE}"
    cookie = choice.partition(";")[0]
    assert f"&t={now}&" in cookie
    clock.now = now + HALF_YEAR - 1
    assert leave(gate, [f"ad=1; {SAFE}"], cookie) == [f"ad=1; {SAFE}"]
    clock.now = now + HALF_YEAR
    assert leave(gate, [f"ad=1; {SAFE}"], cookie) == []


@pytest.mark.parametrize("now", [NOW, NOW + 0.5, 2**31, 2**31 - 0.5, LAST - 2])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_cookie_that_expires_this_very_second_is_a_deletion(leave, note, now, offset):
    """As in browsers: a cookie is expired if its date is not later than now."""
    note("this very second")
    at = int(now) + offset
    line = f"sid=1; {expires(at)}; {SAFE}"
    assert leave(gate_at(Clock(now)), [line]) == ([gone("sid")] if at <= now else [line])


@pytest.mark.parametrize("age", ["0", "-1", "1"])
def test_max_age_of_a_second_asks_no_clock(leave, note, age):
    note("this very second")
    line = f"sid=1; Max-Age={age}; {expires(LAST)}; {SAFE}"
    for now in MOMENTS.values():
        left = leave(gate_at(Clock(now), max_lifetime=None), [line])
        assert left == ([line] if age == "1" else [gone("sid")])


def test_verdict_counts_for_a_minute_and_no_longer(leave, note):
    note("verdicts at the minute's end")
    clock = Clock()
    gate = gate_at(clock)
    line = f"sid=1; {expires(NOW + 30)}; {SAFE}"
    for seconds, expected in (0, line), (29, line), (59.9, line), (60, gone("sid")), (61, gone("sid")):
        clock.now = NOW + seconds  # from 30 on browsers delete it because of its date
        assert leave(gate, [line]) == [expected]


def test_optional_cookie_that_expires_meanwhile_is_a_deletion_after_a_minute(leave, note):
    note("verdicts at the minute's end")
    clock = Clock()
    gate = gate_at(clock)
    line = f"ad=1; {expires(NOW + 30)}; {SAFE}"
    assert leave(gate, [line]) == []
    clock.now = NOW + 60
    assert leave(gate, [line]) == [gone("ad")]
    clock.now = NOW
    assert leave(gate, [line]) == []


def test_lifetime_is_never_longer_than_promised_for_a_remembered_verdict(leave, note):
    note("verdicts at the minute's end")
    clock = Clock()
    gate = gate_at(clock)
    line = f"hour=1; {expires(LAST)}; {SAFE}"
    for seconds, until in (0, 3600), (59, 3600), (60, 3660), (119, 3660), (-10, 3590), (-YEAR, 3600 - YEAR):
        clock.now = NOW + seconds
        assert leave(gate, [line]) == [f"hour=1; {expires(NOW + until)}; {SAFE}"]


JUMPS = [0, NOW - 20 * YEAR, NOW - 60, NOW, NOW + 60, NOW + DAY, 2**31, NOW + 80 * YEAR, LAST]
DATED = [
    f"{name}=1; {expires(at)}; {SAFE}"
    for name in ("sid", "hour", "ad")
    for at in (0, NOW - 20 * YEAR, NOW - 1, NOW, NOW + 1, NOW + DAY, 2**31, LAST)
]


@pytest.mark.parametrize(
    "jumps", [JUMPS, JUMPS[::-1], [NOW, 0, LAST, 0, NOW, LAST, NOW]], ids=["forth", "back", "both"]
)
@pytest.mark.parametrize("cookie", ["", consent(NOW)], ids=["no consent", "consent"])
def test_gate_after_a_jump_is_like_a_new_one(leave, note, jumps, cookie):
    note("jumps of years, forth and back")
    clock = Clock()
    gate = gate_at(clock)
    for now in jumps:
        clock.now = now
        new = gate_at(Clock(now))
        for line in DATED:
            assert leave(gate, [line], cookie) == leave(new, [line], cookie), (now, line)


@given(
    jumps=st.lists(st.integers(0, LAST // 60).map(lambda minutes: minutes * 60), min_size=1, max_size=4),
    at=st.integers(-DAY, LAST),
    name=st.sampled_from(["sid", "hour", "ad"]),
)
def test_gate_after_any_jumps_is_like_a_new_one(jumps, at, name):
    clock = Clock()
    gate = gate_at(clock)
    lines = [f"{name}=1; {expires(at)}; {SAFE}"]
    for now in jumps:
        clock.now = now
        assert wsgi(gate, lines) == wsgi(gate_at(Clock(now)), lines)


@pytest.mark.parametrize(
    ("given_at", "counts"),
    [
        (NOW + DAY, True),  # a visitor's clock may be off by a time zone
        (NOW + DAY + 1, False),
        (NOW + YEAR, False),
        (2**31, False),
        (LAST, False),
        (999999999999, False),  # after the year 9999
        (NOW - HALF_YEAR + 1, True),
        (NOW - HALF_YEAR, False),
        (0, False),
    ],
)
def test_consent_from_the_future_or_too_old_does_not_count(leave, note, given_at, counts):
    note("consents from the future, and too old")
    line = f"ad=1; {SAFE}"
    assert leave(gate_at(Clock()), [line], consent(given_at)) == ([line] if counts else [])


def test_consent_waits_while_the_clock_is_wrong(leave, note):
    note("consents from the future, and too old")
    clock = Clock()
    gate = gate_at(clock)
    line = f"ad=1; {SAFE}"
    cookie = consent(NOW)
    for jump, counts in (0, True), (-10 * YEAR, False), (0, True), (10 * YEAR, False), (-NOW, False), (1, True):
        clock.now = NOW + jump
        assert leave(gate, [line], cookie) == ([line] if counts else [])


def test_deletion_does_not_depend_on_any_clock(leave, note):
    """An app's `Date` shifts a browser's current time; Max-Age is not affected."""
    note("deletions")
    for now in MOMENTS.values():
        assert leave(gate_at(Clock(now)), [], "ad=old") == [gone("ad", "Path=/; Secure")]
        assert leave(gate_at(Clock(now)), [f"sid=1; {expires(0)}; {SAFE}"]) == [gone("sid")]
