"""A whole response with three cookies under the gate, against the same under what sites wrap their apps in already.

In four surroundings: raw ASGI, Starlette, raw WSGI, Flask. The rewriting by hand is checked to send the same cookies
before it is timed; the other middlewares do other work, which the row says.
"""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.groups.responses import PLAIN, THREE
from benchmarks.lines import EVERYTHING, five_cookies, make_gate, set_cookies
from benchmarks.middlewares import (
    AsgiWrap,
    WsgiWrap,
    asgi_middlewares,
    asgi_rewriting,
    wsgi_middlewares,
    wsgi_rewriting,
)
from benchmarks.peers import meaning, peers
from benchmarks.result import FASTER, Row, skipped
from benchmarks.serving import (
    asgi_headers,
    asgi_loop,
    raw_asgi,
    raw_wsgi,
    sent_by_asgi,
    sent_by_wsgi,
    wsgi_loop,
)  # fmt: skip
from benchmarks.sites import flask_site, starlette_site
from benchmarks.timing import Loop, Pace, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

__all__ = ["middlewares"]

_ORIGIN = (b"origin", b"https://app.example.com")  # CORSMiddleware passes a request without it through


def middlewares(pace: Pace) -> Iterator[Row]:
    """Measure the four surroundings, for a visitor who granted everything."""
    gate = make_gate()
    cookie = five_cookies(gate, EVERYTHING)
    fields = [*PLAIN, *set_cookies(THREE)]
    request = [*asgi_headers(cookie), _ORIGIN]

    def gated_asgi(app: Any) -> Any:
        return AsgiGate(app, gate)

    def gated_wsgi(app: Any) -> Any:
        return WsgiGate(app, gate)

    for place, asgi in (("raw ASGI", raw_asgi(fields)), ("Starlette", starlette_site())):
        if asgi is None:
            yield skipped(f"{place}, 3 cookies, full consent: whole response", "every middleware", "not installed")
            continue
        wraps = {**asgi_middlewares(), **_rewritings(asgi_rewriting)}
        yield from _in_one_place(
            pace, place, asgi, gated_asgi, wraps,
            lambda app: asgi_loop(app, request),
            lambda app: sent_by_asgi(app, request),
        )  # fmt: skip
    for place, wsgi in (("raw WSGI", raw_wsgi(fields)), ("Flask", flask_site())):
        if wsgi is None:
            yield skipped(f"{place}, 3 cookies, full consent: whole response", "every middleware", "not installed")
            continue
        others = {**wsgi_middlewares(), **_rewritings(wsgi_rewriting)}
        if place == "Flask":
            talisman = flask_site(with_talisman=True)
            others["flask-talisman"] = (
                None if talisman is None else lambda _, app=talisman: app,
                "adds security header fields, makes Flask's own session cookie Secure",
            )
        yield from _in_one_place(
            pace, place, wsgi, gated_wsgi, others,
            lambda app: wsgi_loop(app, cookie),
            lambda app: [(name.lower().encode(), value.encode("latin-1")) for name, value in sent_by_wsgi(app, cookie)],
        )  # fmt: skip


def _rewritings(make: Callable[..., Any]) -> dict[str, tuple[Any, str]]:
    """Return a middleware for each rival that takes lines."""
    return {
        f"rewriting with {peer.name}": (peer.rewrite and make(peer.rewrite, EVERYTHING), "equal work")
        for peer in peers().values()
        if peer.name != "Django's Morsels"  # it has no lines to take
    }


def _in_one_place(
    pace: Pace,
    place: str,
    app: Any,
    gated: AsgiWrap | WsgiWrap,
    wraps: dict[str, tuple[Any, str]],
    loop: Callable[[Any], Loop],
    sent: Callable[[Any], list[tuple[bytes, bytes]]],
) -> Iterator[Row]:
    what = f"{place}, 3 cookies, full consent: whole response"
    expected = _cookies(sent(gated(app)))
    assert len(expected) == 3
    candidates = {"gate": loop(gated(app)), "bare app": loop(app)}
    unequal = {}
    for name, (wrap, _) in wraps.items():
        if wrap is None:
            continue
        if name.startswith("rewriting") and _cookies(sent(wrap(app))) != expected:
            unequal[name] = "its cookies are not the gate's"
            continue
        candidates[name] = loop(wrap(app))
    rounds = time_in_turns(pace, candidates)
    for name, note in (("bare app", ""), *((name, note) for name, (_, note) in wraps.items())):
        if name not in candidates:
            yield skipped(what, name, unequal.get(name, "not installed"))
        elif name.startswith("rewriting"):
            figure = quartiles(rounds, lambda one, name=name: one[name] / one["gate"])
            yield Row(what=what, against=name, figure=figure, unit=FASTER, note=note)
        else:
            figure = quartiles(rounds, lambda one, name=name: one["gate"] / one[name])
            yield Row(what=what, against=name, figure=figure, note=note)


def _cookies(fields: list[tuple[bytes, bytes]]) -> list[Any]:
    return [meaning(value) for name, value in fields if name == b"set-cookie"]
