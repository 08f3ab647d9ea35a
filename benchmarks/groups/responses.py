"""What the gate adds to a response of an app without a framework, where nothing else hides it.

Against the same app under a no-op middleware, since anything that looks at responses pays for a wrapper; and against
the bare app, which is the whole price.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.header_fields import STARLETTE
from benchmarks.lines import EVERYTHING, PARTLY, Field, five_cookies, make_gate, numbered, set_cookies
from benchmarks.result import Row, Target, at_most
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi, raw_wsgi, wsgi_loop, wsgi_noop
from benchmarks.timing import Pace, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["PLAIN", "THREE", "responses"]

PLAIN: list[Field] = STARLETTE
"""What a framework sends by itself; Flask sends the same."""
THREE = ["token", "ia_pref_theme", "ia_stats_session"]
_THREE_NECESSARY = ["refreshToken", "countryCode", "currency"]


@dataclass(frozen=True, slots=True)
class _Case:
    what: str
    cookies: list[Field]
    """Of the response."""
    cookie: bytes
    """The request's Cookie header."""
    target: Target | None = None
    """Of ASGI, against the no-op middleware."""
    gate: CookieGate | None = None
    """Another one than usual."""
    scheme: str = "https"
    is_asgi_only: bool = False


def responses(pace: Pace) -> Iterator[Row]:
    """Measure each case in ASGI, then in WSGI."""
    gate = make_gate()
    cases = list(_cases(gate))
    for case in cases:
        yield from _asgi(pace, case.gate or gate, case)
    for case in cases:
        if not case.is_asgi_only:
            yield from _wsgi(pace, case.gate or gate, case)


def _cases(gate: CookieGate) -> Iterator[_Case]:
    everything, three = set_cookies(), set_cookies(THREE)
    necessary = set_cookies(_THREE_NECESSARY)
    full, partly = five_cookies(gate, EVERYTHING), five_cookies(gate, PARTLY)
    yield _Case("no cookies, new visitor", [], b"", at_most(1.45))
    yield _Case("no cookies, returning visitor", [], full, at_most(2.0))
    yield _Case("1 cookie, necessary", set_cookies(["currency"]), b"")
    yield _Case("3 cookies, necessary, new visitor", necessary, b"", at_most(2.8))
    yield _Case("3 cookies, necessary, full consent", necessary, full, at_most(2.8))
    yield _Case("3 cookies, no consent", three, b"", at_most(2.8))
    yield _Case("3 cookies, statistics only", three, partly, at_most(2.8))
    yield _Case("3 cookies, full consent", three, full, at_most(2.8))
    yield _Case("3 cookies, full consent, http", three, full, scheme="http")
    report_only = make_gate(mode="report-only")
    yield _Case("3 cookies, full consent, report-only", three, full, gate=report_only)
    observed = make_gate(observer=lambda decision: None)
    yield _Case("3 cookies, full consent, an observer listens", three, full, gate=observed, is_asgi_only=True)
    yield _Case("10 cookies, full consent", everything[4:14], full)
    yield _Case("24 cookies, no consent", everything, b"")
    yield _Case("24 cookies, statistics only", everything, partly, is_asgi_only=True)
    yield _Case("24 cookies, full consent", everything, full)
    registry, many = numbered(1000)
    numbering = CookieGate(registry=registry)
    yield _Case("1,000 cookies, full consent", many, five_cookies(numbering, EVERYTHING), gate=numbering)


def _asgi(pace: Pace, gate: CookieGate, case: _Case) -> Iterator[Row]:
    app, request = raw_asgi([*PLAIN, *case.cookies]), asgi_headers(case.cookie)
    candidates = {
        "bare": asgi_loop(app, request, scheme=case.scheme),
        "no-op": asgi_loop(asgi_noop(app), request, scheme=case.scheme),
        "gate": asgi_loop(AsgiGate(app, gate), request, scheme=case.scheme),
    }
    rounds = time_in_turns(pace, candidates)
    yield Row(
        what=f"ASGI, {case.what}",
        against="no-op middleware",
        figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
        target=case.target,
    )
    yield Row(
        what=f"ASGI, {case.what}",
        against="bare app",
        figure=quartiles(rounds, lambda one: one["gate"] / one["bare"]),
    )
    if not case.cookies:
        rounds = time_in_turns(pace, candidates, collect=True)
        yield Row(
            what=f"ASGI, {case.what}",
            against="no-op middleware, with garbage collector",
            figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
        )


def _wsgi(pace: Pace, gate: CookieGate, case: _Case) -> Iterator[Row]:
    app = raw_wsgi([*PLAIN, *case.cookies])
    rounds = time_in_turns(
        pace,
        {
            "bare": wsgi_loop(app, case.cookie, scheme=case.scheme),
            "no-op": wsgi_loop(wsgi_noop(app), case.cookie, scheme=case.scheme),
            "gate": wsgi_loop(WsgiGate(app, gate), case.cookie, scheme=case.scheme),
        },
    )
    for against, key in (("no-op middleware", "no-op"), ("bare app", "bare")):
        yield Row(
            what=f"WSGI, {case.what}",
            against=against,
            figure=quartiles(rounds, lambda one, key=key: one["gate"] / one[key]),
        )
