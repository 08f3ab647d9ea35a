"""What the gate adds to a response of an app without a framework, where nothing else hides it.

Against the same app under a no-op middleware, since whoever looks at responses pays for a wrapper; and against the
bare app, which is the whole price.
"""

from collections.abc import Iterator

from benchmarks.contest import Pace, compete, quartiles
from benchmarks.lines import EVERYTHING, Field, cookie_header, make_gate, numbered, set_cookies
from benchmarks.result import Row, Target, at_most
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi, raw_wsgi, wsgi_loop, wsgi_noop
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["PLAIN", "responses"]

PLAIN: list[Field] = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"2")]
"""What a framework sets by itself."""
_THREE = ["token", "ia_pref_theme", "ia_stats_session"]
_THREE_NECESSARY = ["refreshToken", "countryCode", "currency"]


def responses(pace: Pace) -> Iterator[Row]:
    """Measure ASGI, then WSGI; then ASGI with more and more header fields that are no cookies."""
    yield from _asgi(pace)
    yield from _wsgi(pace)
    yield from _other_headers(pace)


def _asgi(pace: Pace) -> Iterator[Row]:
    gate = make_gate()
    full = cookie_header(gate, EVERYTHING, "token", "countryCode")
    for what, cookies, cookie, target in _cases(full):
        yield from _asgi_rows(pace, gate, what, [*PLAIN, *cookies], cookie, target)
    registry, many = numbered(1000)
    gate = CookieGate(registry=registry)
    yield from _asgi_rows(
        pace, gate, "1,000 cookies, full consent", [*PLAIN, *many], cookie_header(gate, EVERYTHING), None
    )


def _cases(full: bytes) -> Iterator[tuple[str, list[Field], bytes, Target | None]]:
    """Yield the cases that ASGI and WSGI share: cookies of the response, the request's Cookie header, a target."""
    everything = set_cookies()
    yield "no cookies, new visitor", [], b"", at_most(1.45)
    yield "no cookies, returning visitor", [], full, at_most(1.45)
    yield "1 cookie, necessary", set_cookies(["currency"]), b"", None
    yield "3 cookies, necessary", set_cookies(_THREE_NECESSARY), b"", at_most(2.8)
    yield "3 cookies, no consent", set_cookies(_THREE), b"", at_most(2.8)
    yield "3 cookies, full consent", set_cookies(_THREE), full, at_most(2.8)
    yield "10 cookies, full consent", everything[4:14], full, None
    yield "24 cookies, no consent", everything, b"", None
    yield "24 cookies, full consent", everything, full, None


def _asgi_rows(
    pace: Pace, gate: CookieGate, what: str, fields: list[Field], cookie: bytes, target: Target | None
) -> Iterator[Row]:
    app, request = raw_asgi(fields), asgi_headers(cookie)
    contestants = {
        "bare": asgi_loop(app, request),
        "no-op": asgi_loop(asgi_noop(app), request),
        "gate": asgi_loop(AsgiGate(app, gate), request),
    }
    rounds = compete(pace, contestants)
    yield Row(
        what=f"ASGI, {what}",
        against="no-op middleware",
        figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
        target=target,
    )
    yield Row(what=f"ASGI, {what}", against="bare app", figure=quartiles(rounds, lambda one: one["gate"] / one["bare"]))
    if "no cookies" in what:
        rounds = compete(pace, contestants, collect=True)
        yield Row(
            what=f"ASGI, {what}",
            against="no-op middleware",
            figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
            note="garbage collector on",
        )


def _wsgi(pace: Pace) -> Iterator[Row]:
    gate = make_gate()
    full = cookie_header(gate, EVERYTHING, "token", "countryCode")
    for what, cookies, cookie, _ in _cases(full):
        if not what.startswith(("no cookies", "3 cookies", "24 cookies")):
            continue
        app, text = raw_wsgi([*PLAIN, *cookies]), cookie.decode("latin-1").encode()
        rounds = compete(
            pace,
            {
                "bare": wsgi_loop(app, text),
                "no-op": wsgi_loop(wsgi_noop(app), text),
                "gate": wsgi_loop(WsgiGate(app, gate), text),
            },
        )
        for against, key in (("no-op middleware", "no-op"), ("bare app", "bare")):
            yield Row(
                what=f"WSGI, {what}",
                against=against,
                figure=quartiles(rounds, lambda one, key=key: one["gate"] / one[key]),
            )


def _other_headers(pace: Pace) -> Iterator[Row]:
    """Measure what header fields cost that have nothing to do with cookies."""
    gate = make_gate()
    for count in (5, 20, 50, 200):
        app = raw_asgi([*PLAIN, *((b"x-field-%d" % number, b"some value") for number in range(count - len(PLAIN)))])
        rounds = compete(pace, {"no-op": asgi_loop(asgi_noop(app)), "gate": asgi_loop(AsgiGate(app, gate))})
        yield Row(
            what=f"ASGI, no cookies, {count} other fields",
            against="no-op middleware",
            figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
        )
