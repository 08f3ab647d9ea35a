"""Memory is bounded, for any names and attributes of apps and any consents of visitors."""

import gc
import logging
import os
import tracemalloc
from contextlib import suppress

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry, RequestHead
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import Detect
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

pytestmark = pytest.mark.usefixtures("untraced")
NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
COUNT = 3_000  # fills every table
MANY = 20_000 if os.environ.get("COOKIEGATE_STRESS") == "1" else COUNT
MANY_OF = ("unregistered names", "tails", "consents")
MAX_GROWTH_OCTETS = 5 * 2**20
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_pref_*", category=Category.PREFERENCES),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
CATEGORIES = ("preferences", "statistics", "marketing")


def through_asgi(gate, lines, cookie):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": [(b"set-cookie", line) for line in lines]})

    async def send(message):
        """Ignore it."""

    headers = [(b"cookie", cookie)] if cookie else []
    with suppress(StopIteration):
        AsgiGate(app, gate)({"type": "http", "scheme": "https", "headers": headers}, None, send).send(None)


def through_wsgi(gate, lines, cookie):
    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", line.decode("latin-1")) for line in lines])
        return []

    environ = {"wsgi.url_scheme": "https", "HTTP_COOKIE": cookie.decode("latin-1")}
    WsgiGate(app, gate)(environ, lambda status, headers: None)


def consent(n):
    granted = b".".join(name.encode() for bit, name in enumerate(CATEGORIES) if n >> bit & 1)
    return b"cookiegate_consent=v=1&c=%b&t=%d&id=%016d" % (granted, 1768204800 - n % 86400, n)


VISITS = {
    "unregistered names": lambda n: ([b"name%d=1" % n], b""),
    "long unregistered names": lambda n: ([b"%d%b=1" % (n, b"n" * 3000)], b""),
    "registered names": lambda n: ([b"ia_mkt_%d=1" % n, b"ia_stats_%d=1; Path=/" % n], consent(2)),
    "malformed names": lambda n: ([b"a b%d=1" % n, b"\xa0%d=1" % n, b" x%d =1" % n], b""),
    "overlong names": lambda n: ([b"%d%b=1" % (n, b"n" * 20000)], b""),
    "lines without any name": lambda n: ([b"%d%b" % (n, b"x" * 20000)], b""),
    "tails": lambda n: ([b"ok=1; Max-Age=%d; Path=/" % n], b""),
    "long tails": lambda n: ([b"ok=1; Path=/%d%b" % (n, b"x" * 480)], b""),
    "dates": lambda n: (
        [b"ok=1; Expires=Tue, 13 Jan 2026 %02d:%02d:%02d GMT" % (n // 3600, n // 60 % 60, n % 60)],
        b"",
    ),
    "values": lambda n: ([b"ok=%d" % n, b"ia_mkt_a=%d" % n], b""),
    "consents": lambda n: ([b"ia_mkt_a=1", b"ia_stats_a=1", b"ia_pref_a=1"], consent(n)),
    "long consents": lambda n: ([b"ia_mkt_a=1"], consent(n) + b"&x=" + b"y" * 1900),
    "broken consents": lambda n: ([b"ia_mkt_a=1"], b"cookiegate_consent=%d" % n),
    "names in the request": lambda n: ([], b"ia_mkt_%d=1; x%d=1; \xa0ia_mkt_%d=2" % (n, n, n)),
    "everything": lambda n: (
        [b"n%d=1" % n, b"ia_mkt_%d=1; Max-Age=%d" % (n, n), b"ia_stats_%d=1; Path=/%d" % (n, n), b"ok=1; Path=/%d" % n],
        consent(n) + b"; ia_pref_%d=1" % n,
    ),
}


@pytest.mark.parametrize(
    ("through", "kind"), [*((through_asgi, kind) for kind in VISITS), (through_wsgi, "everything")]
)
def test_memory_is_bounded_under_many_distinct(through, kind):
    logging.getLogger("cookiegate").addFilter(reject)
    try:
        gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
        through(gate, [b"ok=1", b"ia_mkt_a=1"], consent(7))
        gc.collect()
        tracemalloc.start()
        for n in range(MANY if kind in MANY_OF else COUNT):
            through(gate, *VISITS[kind](n))
        gc.collect()
        growth = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    finally:
        logging.getLogger("cookiegate").removeFilter(reject)
    assert growth < MAX_GROWTH_OCTETS


def reject(record):
    """Disable the log, because pytest would store it."""
    return False


def test_memory_is_bounded_under_many_distinct_field_names(caplog):
    caplog.set_level(logging.CRITICAL, logger="cookiegate")
    gate = CookieGate(registry=REGISTRY, clock=lambda: NOW)
    gc.collect()
    tracemalloc.start()
    for n in range(COUNT):
        through_fields(
            gate, [(b"x-%d" % n, b"1"), (b"x-%d" % n + b"y" * 3000, b"1"), (b"x %d" % n + b"y" * 3000, b"1")]
        )
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert growth < MAX_GROWTH_OCTETS


def through_fields(gate, fields):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": fields})

    async def send(message):
        """Ignore it."""

    with suppress(StopIteration):
        AsgiGate(app, gate)({"type": "http", "headers": []}, None, send).send(None)


def test_memory_of_detect_is_not_that_of_forty_readers():
    """Each source may cache two thousand values of 2 kB; `Detect` has sources for many cookie names."""
    detect = Detect()
    names = [name.replace("*", "1") for name in detect.cookie_names]
    gc.collect()
    tracemalloc.start()
    for number in range(60):
        for name in names:
            detect(RequestHead(cookie=f"{name}={number:04}".ljust(2000, "x").encode()))
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    remembered_once = 60 * len(names) * 2000
    assert growth < 1.6 * remembered_once  # cached by Detect only; with its sources it would be twice as much
