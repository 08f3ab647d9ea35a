"""What the gate adds to a response under each condition that sites switch on, against what it adds to a plain one.

Plain is: a visitor with five cookies, the gate's own consent cookie with full consent among them; the header fields
that Starlette and Flask send; nothing asks or looks. What is added is the time over the same app under a middleware
that does nothing. Both additions are of one round.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.header_fields import DJANGO, STARLETTE
from benchmarks.lines import EVERYTHING, PARTLY, Field, five_cookies, make_gate, set_cookies
from benchmarks.peers import with_http_cookies
from benchmarks.result import FASTER, Row, Target, at_least, at_most, skipped
from benchmarks.serving import (
    ASGIApp,
    asgi_headers,
    asgi_loop,
    asgi_noop,
    asking_asgi,
    asking_wsgi,
    raw_asgi,
    raw_wsgi,
    wsgi_loop,
    wsgi_noop,
)
from benchmarks.timing import Candidate, Loop, Pace, Round, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.decision import Exchange
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import Consent, RequestHead
from cookiegate.report import Inventory
from cookiegate.report.metrics import Counters
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["Condition", "all_conditions", "conditions"]

_THREE = ["token", "ia_pref_theme", "ia_stats_session"]
_SOME, _LOOKED_AT = at_most(1.5), at_most(2.0)
_SOURCES = {"statistics": ["https://www.googletagmanager.com"], "marketing": ["https://connect.facebook.net"]}
_CSP = (
    b"default-src 'self'; script-src 'self' https://www.googletagmanager.com https://connect.facebook.net; "
    b"img-src 'self' data: https://www.googletagmanager.com; connect-src 'self' https://www.googletagmanager.com; "
    b"object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'; report-uri /csp"
)
_POLICY = [*STARLETTE, (b"content-security-policy", _CSP)]
_VISITORS = 4000
"""More than the gate remembers: so many different headers, over and over, are never known."""
_FLOOR_S = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the table."""

    what: str
    settings: dict[str, object] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=lambda: STARLETTE)
    cookie: bytes = b""
    """Another Cookie header than the plain one."""
    make_app: Callable[[list[Field]], ASGIApp] = raw_asgi
    target: Target = _SOME
    are_all_new: bool = False
    """Each request is another visitor's."""


def conditions(pace: Pace) -> Iterator[Row]:
    """Measure each condition with 3 cookies and with 24, then WSGI."""
    plain, level = make_gate(), logging.getLogger("cookiegate").level
    logging.getLogger("cookiegate").setLevel(logging.CRITICAL + 1)
    try:
        with ExitStack() as stack:
            known = [*all_conditions(plain, stack)]
            for cookies in (set_cookies(_THREE), set_cookies()):
                for condition in known:
                    yield from _measure(pace, plain, condition, cookies)
            if not any(one.what.startswith("Counters") for one in known):
                yield skipped("Counters of OpenTelemetry", "the plain condition", "opentelemetry-api is not installed")
        yield from _wsgi(pace, plain)
    finally:
        logging.getLogger("cookiegate").setLevel(level)


def all_conditions(gate: CookieGate, stack: ExitStack) -> Iterator[Condition]:
    """Return the conditions; what they need is given up with the stack."""
    partly = five_cookies(gate, PARTLY)
    other = five_cookies(make_gate(revision="1"), EVERYTHING)
    yield Condition("plain")
    yield Condition("Django's header fields", fields=DJANGO)
    yield Condition("Cache-Control: max-age=60", fields=[*STARLETTE, (b"cache-control", b"max-age=60")])
    yield Condition("a consent that has expired", {"consent_max_age": 1, "clock": _in_a_year})
    yield Condition("a consent of another revision", {"revision": "2"}, cookie=other)
    yield Condition("the app asks allows()", make_app=asking_asgi)
    yield Condition("a refused cookie in the request", cookie=partly + b"; ia_mkt_source=newsletter")
    yield Condition("report-only", {"mode": "report-only"})
    yield Condition("strict_values", {"strict_values": True})
    yield Condition("csp: a policy that follows consent", {"csp": _SOURCES}, fields=_POLICY, target=_LOOKED_AT)
    yield Condition("a policy, and no csp", fields=_POLICY)
    yield Condition("a function as consent source", {"consent": _full_consent})
    yield Condition("a visitor never seen before", are_all_new=True)
    yield Condition("an observer", {"observer": lambda decision: None}, target=_LOOKED_AT)
    yield Condition("a recorder", {"recorders": [_look_at]}, target=_LOOKED_AT)
    yield Condition("debug", {"debug": True}, target=_LOOKED_AT)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    inventory = Inventory(folder)
    stack.callback(inventory.close)
    yield Condition("an Inventory as recorder", {"recorders": [inventory]}, target=_LOOKED_AT)
    try:
        yield Condition("Counters as recorder", {"recorders": [Counters()]}, target=_LOOKED_AT)
    except ConfigError:
        return


def _in_a_year() -> float:
    from time import time

    return time() + 366 * 86400


def _full_consent(head: RequestHead) -> Consent:
    return _EVERYTHING


_EVERYTHING = Consent(EVERYTHING)


def _look_at(exchange: Exchange) -> None:
    for decision in exchange.decisions:
        if decision.action is None:
            raise AssertionError


def _measure(pace: Pace, plain: CookieGate, condition: Condition, cookies: list[Field]) -> Iterator[Row]:
    count = len(cookies)
    gate = make_gate(**condition.settings) if condition.settings else plain
    usual = asgi_headers(five_cookies(plain, EVERYTHING))
    request = asgi_headers(condition.cookie) if condition.cookie else usual
    app = raw_asgi([*condition.fields, *cookies])
    gated = AsgiGate(condition.make_app([*condition.fields, *cookies]), gate)
    plain_app = raw_asgi([*STARLETTE, *cookies])

    def loop(one: ASGIApp) -> Loop:
        if not condition.are_all_new:
            return asgi_loop(one, request)
        new = [asgi_headers(five_cookies(plain, EVERYTHING, number)) for number in range(_VISITORS)]
        return asgi_loop(one, visitors=new)

    candidates: dict[str, Candidate] = {
        "plain, no-op": asgi_loop(asgi_noop(plain_app), usual),
        "plain, gate": asgi_loop(AsgiGate(plain_app, plain), usual),
        "no-op": loop(asgi_noop(app)),
        "gate": loop(gated),
    }
    if count == 24:
        candidates["http.cookies"] = _by_hand(cookies)
    rounds = time_in_turns(pace, candidates)
    what = f"{count} cookies, {condition.what}"
    if condition.what == "plain":
        yield Row(
            what=what, against="no-op middleware", figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"])
        )
        yield Row(what=what, against="noise: plain once more", figure=quartiles(rounds, _share), target=None)
    else:
        yield Row(what=what, against="the plain condition", figure=quartiles(rounds, _share), target=condition.target)
    if count == 24:
        yield Row(
            what=what,
            against="http.cookies",
            figure=quartiles(rounds, lambda one: one["http.cookies"] / _added(one)),
            unit=FASTER,
            target=at_least(15),
            note="http.cookies has 23 lines: it can't read JSON in a value",
        )


def _added(one: Round, prefix: str = "") -> float:
    return max(one[prefix + "gate"] - one[prefix + "no-op"], _FLOOR_S)


def _share(one: Round) -> float:
    return _added(one) / _added(one, "plain, ")


def _by_hand(cookies: list[Field]) -> Loop:
    lines = [line for _, line in cookies if not line.startswith(b"cachedSessionV1")]

    def loop(times: int) -> None:
        for _ in range(times):
            with_http_cookies(lines, EVERYTHING)

    return loop


def _wsgi(pace: Pace, gate: CookieGate) -> Iterator[Row]:
    """Measure WSGI against what the gate adds to the plain ASGI sibling."""
    cookie = five_cookies(gate, EVERYTHING)
    request, fields = asgi_headers(cookie), [*STARLETTE, *set_cookies(_THREE)]
    asgi, wsgi = raw_asgi(fields), raw_wsgi(fields)
    asgi_candidates: dict[str, Candidate] = {
        "plain, no-op": asgi_loop(asgi_noop(asgi), request),
        "plain, gate": asgi_loop(AsgiGate(asgi, gate), request),
        "no-op": wsgi_loop(wsgi_noop(wsgi), cookie),
    }
    for what, app in (("plain", wsgi), ("the app asks allows()", asking_wsgi(fields))):
        rounds = time_in_turns(pace, {**asgi_candidates, "gate": wsgi_loop(WsgiGate(app, gate), cookie)})
        yield Row(
            what=f"WSGI, 3 cookies, {what}",
            against="the plain condition in ASGI",
            figure=quartiles(rounds, _share),
            target=_SOME,
        )
