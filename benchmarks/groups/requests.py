"""What the gate does with the request: finding the consent cookie, hiding and expiring what was refused."""

import json
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote, unquote

from benchmarks.groups.responses import PLAIN
from benchmarks.lines import (
    CONSENT_NAME,
    EVERYTHING,
    NEITHER,
    consent_cookie,
    cookie_header,
    make_gate,
    random_text,
    set_cookies,
)  # fmt: skip
from benchmarks.result import FASTER, Row, at_least, at_most, skipped
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi, raw_wsgi, wsgi_loop, wsgi_noop
from benchmarks.timing import Pace, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import Cookiebot
from cookiegate.model import RequestHead
from cookiegate.wire.cookie import cookie_values
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["eighty_cookies", "requests"]

_REFUSED = ("ia_stats_session", "ia_mkt_source", "ia_mkt_retention")


def requests(pace: Pace) -> Iterator[Row]:
    """Measure the search, then whole requests whose cookies are screened."""
    yield from _find_consent(pace)
    yield from _cold_cookiebot(pace)
    yield from _screened(pace)


def eighty_cookies() -> bytes:
    """Return a Cookie header of 80 cookies, the consent cookie in the middle of them."""
    pairs = [f"{random_text(12, f'n{n}').lower()}={random_text(30, f'v{n}')}".encode() for n in range(79)]
    pairs.insert(40, consent_cookie(make_gate(), EVERYTHING))
    return b"; ".join(pairs)


def _find_consent(pace: Pace) -> Iterator[Row]:
    """Measure the search against a parser that reads all 80; both must come back with the same value."""
    what = "finding the consent cookie among 80"
    try:
        from starlette.requests import cookie_parser
    except ImportError:
        yield skipped(what, "Starlette's cookie parser", "starlette is not installed")
        return
    header, name = eighty_cookies(), CONSENT_NAME.encode()
    text = header.decode("latin-1")
    assert [cookie_parser(text)[CONSENT_NAME].encode()] == cookie_values(header, name)
    gate = make_gate()

    def find(times: int) -> None:
        for _ in range(times):
            cookie_values(header, name)

    def read(times: int) -> None:
        for _ in range(times):
            gate.consent(RequestHead(cookie=header))

    def parse(times: int) -> None:
        for _ in range(times):
            cookie_parser(text)[CONSENT_NAME]

    rounds = time_in_turns(pace, {"find": find, "read": read, "parse": parse})
    against = "Starlette's cookie parser"
    yield Row(
        what=what,
        against=against,
        figure=quartiles(rounds, lambda one: one["parse"] / one["find"]),
        unit=FASTER,
        target=at_least(20),
        note="the same value comes back",
    )
    yield Row(
        what="reading the consent among 80",
        against=against,
        figure=quartiles(rounds, lambda one: one["parse"] / one["read"]),
        unit=FASTER,
        note="ours also understands the value",
    )


def _cold_cookiebot(pace: Pace) -> Iterator[Row]:
    """Measure values that were never read before, against decoding JSON of the same length.

    There are more of them than the memory of values holds, so each is cold when its turn comes again.
    """
    values = [_cookiebot_value(number) for number in range(4096)]
    documents = [_json_value(number, len(value)) for number, value in enumerate(values)]
    assert {*map(len, values)} == {*map(len, documents)}
    source = Cookiebot()
    heads = [RequestHead(cookie=b"CookieConsent=" + value.encode()) for value in values]
    assert all(consent is not None and consent.granted == {"statistics"} for consent in map(source, heads))
    next_head, next_document = cycle(heads), cycle(documents)

    def cold(times: int) -> None:
        for _ in range(times):
            source(next(next_head))

    def warm(times: int) -> None:
        for _ in range(times):
            source(heads[0])

    def decode(times: int) -> None:
        for _ in range(times):
            json.loads(unquote(next(next_document)))

    rounds = time_in_turns(pace, {"cold": cold, "warm": warm, "decode": decode})
    yield Row(
        what="a Cookiebot value, cold",
        against="json.loads and unquote",
        figure=quartiles(rounds, lambda one: one["cold"] / one["decode"]),
        target=at_most(3),
        note="equally long; ours also finds and understands it",
    )
    yield Row(
        what="a Cookiebot value, repeated",
        against="json.loads and unquote",
        figure=quartiles(rounds, lambda one: one["decode"] / one["warm"]),
        unit=FASTER,
        note="finding the cookie, and one dictionary look-up",
    )


def _cookiebot_value(number: int) -> str:
    """Return what Cookiebot writes, encoded as it usually is."""
    literal = (
        f"{{stamp:'{random_text(44, f's{number}')}',necessary:true,preferences:false,statistics:true,marketing:false,"
        f"method:'explicit',ver:1,utc:{1767225600000 + number},region:'ee'}}"
    )
    return literal.replace("'", "%27").replace(",", "%2C")


def _json_value(number: int, length: int) -> str:
    """Return the same choice as JSON, encoded as `encodeURIComponent` does, the stamp filled up to a length."""
    fields = {"necessary": True, "preferences": False, "statistics": True, "marketing": False}
    fields |= {"utc": 1767225600000 + number, "stamp": ""}
    missing = length - len(quote(json.dumps(fields, separators=(",", ":")), safe=""))
    return quote(json.dumps(fields | {"stamp": "x" * missing}, separators=(",", ":")), safe="")


def _screened(pace: Pace) -> Iterator[Row]:
    """Measure requests with cookies: none refused (by far the most), and three refused, hidden and expired."""
    gate = make_gate()
    names = ("token", "refreshToken", "countryCode", "currency", "ia_pref_theme", *_REFUSED)
    fields = [*PLAIN, *set_cookies(["currency"])]
    cases = (
        ("8 request cookies, all granted", cookie_header(gate, EVERYTHING, *names)),
        ("8 request cookies, 3 refused, hidden and expired", cookie_header(gate, NEITHER | {"preferences"}, *names)),
        ("80 request cookies, none optional", eighty_cookies()),
    )
    for what, cookie in cases:
        asgi, wsgi = raw_asgi(fields), raw_wsgi(fields)
        request = asgi_headers(cookie)
        rounds = time_in_turns(
            pace,
            {
                "ASGI no-op": asgi_loop(asgi_noop(asgi), request),
                "ASGI": asgi_loop(AsgiGate(asgi, gate), request),
                "WSGI no-op": wsgi_loop(wsgi_noop(wsgi), cookie),
                "WSGI": wsgi_loop(WsgiGate(wsgi, gate), cookie),
            },
        )
        for kind in ("ASGI", "WSGI"):
            yield Row(
                what=f"{kind}, {what}",
                against="no-op middleware",
                figure=quartiles(rounds, lambda one, kind=kind: one[kind] / one[f"{kind} no-op"]),
                note="1 cookie set",
            )
