"""How cost grows: with the number of cookies, of header fields, of octets in the Cookie header.

Every point is a ratio within one comparison; all points of a plot run in turns with each other.
"""

from collections.abc import Iterator

from benchmarks.groups.per_cookie import gate_loop
from benchmarks.groups.responses import PLAIN
from benchmarks.lines import (
    CONSENT_NAME,
    EVERYTHING,
    consent_cookie,
    cookie_header,
    make_gate,
    numbered,
    random_text,
)  # fmt: skip
from benchmarks.peers import with_http_cookies
from benchmarks.result import Point, Row, skipped
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi
from benchmarks.timing import Loop, Pace, Quartiles, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate
from cookiegate.model import RequestHead

__all__ = ["scaling"]


def scaling(pace: Pace) -> Iterator[Row]:
    """Measure the points of three plots."""
    yield from _cookies(pace)
    yield from _header_fields(pace)
    yield from _cookie_header(pace)


def _cookies(pace: Pace) -> Iterator[Row]:
    """Measure what one cookie costs among more and more, against one among 24."""
    counts = (1, 3, 10, 24, 100, 300, 1000)
    registry, many = numbered(max(counts))
    gate = CookieGate(registry=registry)
    request = RequestHead(cookie=cookie_header(gate, EVERYTHING), scheme="https")
    lines = [value for _, value in many]

    def rewrite(count: int) -> Loop:
        given = lines[:count]

        def loop(times: int) -> None:
            for _ in range(times):
                with_http_cookies(given, EVERYTHING)

        return loop

    candidates = {f"gate {count}": gate_loop(gate, request, many[:count]) for count in counts}
    rivals = {f"rival {count}": rewrite(count) for count in counts if count <= 100}
    rounds = time_in_turns(pace, candidates | rivals)
    for kind, name in (("gate", "cookiegate"), ("rival", "http.cookies")):
        for count in counts:
            if f"{kind} {count}" in rounds[0]:
                yield Row(
                    what=f"{name}, one cookie; the gate's among 24 is 1",
                    against=f"among {count:,}",
                    figure=quartiles(
                        rounds,
                        lambda one, kind=kind, count=count: (one[f"{kind} {count}"] / count) / (one["gate 24"] / 24),
                    ),
                    point=Point("Cost of one cookie", "cookies in the response", count, name),
                )


def _header_fields(pace: Pace) -> Iterator[Row]:
    """Measure what header fields cost that have nothing to do with cookies."""
    gate = make_gate()
    for count in (5, 20, 50, 100, 200):
        app = raw_asgi([*PLAIN, *((b"x-field-%d" % number, b"some value") for number in range(count - len(PLAIN)))])
        rounds = time_in_turns(pace, {"no-op": asgi_loop(asgi_noop(app)), "gate": asgi_loop(AsgiGate(app, gate))})
        yield Row(
            what="ASGI, no cookies, against the no-op middleware",
            against=f"{count} header fields",
            figure=quartiles(rounds, lambda one: one["gate"] / one["no-op"]),
            point=Point("Response without cookies", "header fields of the response", count, "cookiegate"),
        )


def _cookie_header(pace: Pace) -> Iterator[Row]:
    """Measure a whole request as its Cookie header grows, and only reading the consent, against reading all of it."""
    try:
        from starlette.requests import cookie_parser
    except ImportError:
        yield skipped("reading the consent from longer Cookie headers", "Starlette's cookie parser", "not installed")
        return
    gate = make_gate()
    reading: list[tuple[int, Quartiles]] = []
    whole: list[tuple[int, Quartiles]] = []
    for count in (1, 10, 40, 80, 160):
        pairs = [f"{random_text(12, f'n{n}').lower()}={random_text(30, f'v{n}')}".encode() for n in range(count - 1)]
        header = b"; ".join([*pairs, consent_cookie(gate, EVERYTHING)])
        app, request = raw_asgi(PLAIN), asgi_headers(header)

        head = RequestHead(cookie=header)

        def read(times: int, head: RequestHead = head) -> None:
            for _ in range(times):
                gate.consent(head)

        def parse(times: int, text: str = header.decode("latin-1")) -> None:
            for _ in range(times):
                cookie_parser(text)[CONSENT_NAME]

        rounds = time_in_turns(
            pace,
            {
                "read": read,
                "parse": parse,
                "no-op": asgi_loop(asgi_noop(app), request),
                "gate": asgi_loop(AsgiGate(app, gate), request),
            },
        )
        for found, over, under in ((reading, "read", "parse"), (whole, "gate", "no-op")):
            figure = quartiles(rounds, lambda one, over=over, under=under: one[over] / one[under])
            found.append((len(header), figure))
    for what, found in (
        ("reading the consent, against Starlette's cookie parser", reading),
        ("ASGI, no cookies set, against the no-op middleware", whole),
    ):
        for length, figure in found:
            yield Row(
                what=what,
                against=f"{length:,} octets of Cookie",
                figure=figure,
                point=Point("Cost of a longer Cookie header", "octets of Cookie", length, what),
            )
