"""A thing against itself: how far from 1 this machine's ratios stray by themselves."""

from collections.abc import Iterator

from benchmarks.groups.responses import PLAIN, THREE
from benchmarks.lines import EVERYTHING, cookie_header, make_gate, set_cookies
from benchmarks.result import Row
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi, wsgi_loop
from benchmarks.sites import flask_site
from benchmarks.timing import Loop, Pace, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware

__all__ = ["noise"]


def noise(pace: Pace) -> Iterator[Row]:
    """Measure pairs that are the same: a small thing, the gate, and a large thing."""
    gate = make_gate()
    request = asgi_headers(cookie_header(gate, EVERYTHING))
    fields = [*PLAIN, *set_cookies(THREE)]
    pairs: dict[str, tuple[Loop, Loop]] = {
        "no-op middleware, raw ASGI": (asgi_loop(asgi_noop(raw_asgi(PLAIN))), asgi_loop(asgi_noop(raw_asgi(PLAIN)))),
        "the gate, raw ASGI, 3 cookies": (
            asgi_loop(CookieGateMiddleware(raw_asgi(fields), gate), request),
            asgi_loop(CookieGateMiddleware(raw_asgi(fields), gate), request),
        ),
    }
    flask, twin = flask_site(), flask_site()
    if flask is not None and twin is not None:
        pairs["Flask, 3 cookies"] = wsgi_loop(flask), wsgi_loop(twin)
    for what, (one, same) in pairs.items():
        rounds = time_in_turns(pace, {"one": one, "same": same})
        yield Row(what=what, against="itself", figure=quartiles(rounds, lambda of: of["one"] / of["same"]))
