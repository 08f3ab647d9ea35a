"""What one cookie costs: the gate's engine against the same rewriting done by hand, on the policy's 24 cookies.

The gate does more than its rivals: it reads the consent from the Cookie header, checks each value for control octets,
and with consent keeps shared caches off. That is in the figure, since no gate is had without it.
"""

from collections.abc import Iterator
from itertools import cycle, islice

from benchmarks.lines import (
    EVERYTHING,
    NEITHER,
    PARTLY,
    Field,
    cookie_header,
    expiring_fields,
    filter_alone,
    five_cookies,
    make_gate,
    numbered,
    realistic,
    set_cookies,
)  # fmt: skip
from benchmarks.peers import Peer, meaning, peers, with_http_cookies
from benchmarks.result import FASTER, Row, Target, at_least, at_most, skipped
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi
from benchmarks.timing import Candidate, Loop, Pace, Round, quartiles, time_in_turns
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import CookieGate, compiled
from cookiegate.model import RequestHead

__all__ = ["equal_lines", "gate_loop", "per_cookie"]

_TARGETS: dict[str, Target] = {
    "http.cookies": at_least(40),
    "Werkzeug": at_least(30),
    "regular expression": at_least(5),
}
_ONE_MORE_TARGETS = {**_TARGETS, "http.cookies": at_least(31)}
_NEW_NAMES = 20_000
"""More than the gate remembers: so many names, over and over, are never known."""


def per_cookie(pace: Pace) -> Iterator[Row]:
    """Measure each rival for three visitors, then on lines of one kind each; then how cost grows."""
    gate = make_gate()
    fields = set_cookies()
    for visitor, granted in (("no consent", NEITHER), ("statistics only", PARTLY), ("full consent", EVERYTHING)):
        request = _request(gate, granted)
        what = f"24 cookies, {visitor}"
        yield from _against_peers(pace, gate, request, granted, what, fields, _TARGETS)
        yield _against_own_general_path(pace, gate, request, granted, what)
        if granted is not PARTLY:
            yield from _one_more(pace, gate, request, granted, visitor)
    request = _request(gate, EVERYTHING)
    for kind, alike in realistic().items():
        yield from _against_peers(pace, gate, request, EVERYTHING, f"12 cookies, {kind}", alike, {})
    yield _many_cookies(pace)
    yield from _new_dates(pace)
    yield _new_name(pace)


def _request(gate: CookieGate, granted: frozenset[str]) -> RequestHead:
    cookie = five_cookies(gate, granted) if granted else cookie_header(gate, None, "token", "countryCode", "currency")
    return RequestHead(cookie=cookie, scheme="https")


def _against_peers(
    pace: Pace,
    gate: CookieGate,
    request: RequestHead,
    granted: frozenset[str],
    what: str,
    fields: list[Field],
    targets: dict[str, Target],
) -> Iterator[Row]:
    """Measure all lines that a rival answers as the gate does; the others are left out for both, and named."""
    for peer in peers().values():
        if peer.rewrite is None:
            yield skipped(what, peer.name, "not installed")
            continue
        equal, unequal = equal_lines(gate, request, granted, peer, fields)
        if not equal:
            yield skipped(what, peer.name, "it can't do any of these lines")
            continue
        rounds = time_in_turns(
            pace, {"gate": gate_loop(gate, request, equal), "peer": _peer_loop(peer, granted, equal)}
        )
        yield Row(
            what=what,
            against=peer.name,
            figure=quartiles(rounds, lambda one: one["peer"] / one["gate"]),
            unit=FASTER,
            target=targets.get(peer.name),
            note=_note(peer, len(equal), unequal),
        )


def _one_more(
    pace: Pace, gate: CookieGate, request: RequestHead, granted: frozenset[str], visitor: str
) -> Iterator[Row]:
    """Measure what a cookie adds, apart from what a response costs however many it has: 48 lines against 24."""

    def ratio(one: Round) -> float:
        return (one["peer, twice"] - one["peer"]) / max(one["gate, twice"] - one["gate"], 1e-12)

    for peer in peers().values():
        if peer.rewrite is None:
            continue
        fields, unequal = equal_lines(gate, request, granted, peer, set_cookies())
        rounds = time_in_turns(
            pace,
            {
                "gate": gate_loop(gate, request, fields),
                "gate, twice": gate_loop(gate, request, fields * 2),
                "peer": _peer_loop(peer, granted, fields),
                "peer, twice": _peer_loop(peer, granted, fields * 2),
            },
        )
        yield Row(
            what=f"each cookie more, {visitor}",
            against=peer.name,
            figure=quartiles(rounds, ratio),
            unit=FASTER,
            target=_ONE_MORE_TARGETS.get(peer.name),
            note=_note(peer, len(fields), unequal),
        )


def gate_loop(gate: CookieGate, request: RequestHead, fields: list[Field]) -> Loop:
    """Make a candidate of the gate's engine: a visit for each response, and its header fields filtered."""

    def loop(times: int) -> None:
        for _ in range(times):
            filter_alone(gate, request, fields)

    return loop


def equal_lines(
    gate: CookieGate, request: RequestHead, granted: frozenset[str], peer: Peer, fields: list[Field]
) -> tuple[list[Field], list[str]]:
    """Return the lines for which the rival's answer means what the gate's means, and the names of the others."""
    equal, unequal = [], []
    for field in fields:
        ours = filter_alone(gate, request, [field])
        try:
            theirs = peer.answer([field[1]], granted)
        except Exception:  # noqa: BLE001  # it can't read the line, and says so
            theirs = [b"?"]
        expected = [meaning(value) for name, value in ours if name == b"set-cookie"]
        if [meaning(line) for line in theirs] == expected:
            equal.append(field)
        else:
            unequal.append(field[1].partition(b"=")[0].decode())
    return equal, unequal


def _peer_loop(peer: Peer, granted: frozenset[str], fields: list[Field]) -> Loop:
    """Make a candidate of a rival; it is given the lines and the visitor's choice, and finds neither by itself."""
    rewrite, given = peer.rewrite, peer.prepare([value for _, value in fields])
    assert rewrite is not None

    def loop(times: int) -> None:
        for _ in range(times):
            rewrite(given, granted)

    return loop


def _note(peer: Peer, count: int, unequal: list[str]) -> str:
    notes = [f"equal work on {count} lines"]
    if unequal:
        notes.append(f"it can't: {', '.join(unequal)}")
    return "; ".join([*notes, peer.note] if peer.note else notes)


def _against_own_general_path(
    pace: Pace, gate: CookieGate, request: RequestHead, granted: frozenset[str], what: str
) -> Row:
    """Show what the tables are worth: the policy asked about each line, as the general path does."""
    fields = set_cookies()

    def ask(times: int) -> None:
        for _ in range(times):
            consent, _ = compiled(gate).reader.read(request, gate.clock())
            for _, line in fields:
                compiled(gate).policy.decide(line, consent, is_https=True, now=gate.clock())

    rounds = time_in_turns(pace, {"gate": gate_loop(gate, request, fields), "policy": ask})
    return Row(
        what=what,
        against="cookiegate's policy, nothing remembered",
        figure=quartiles(rounds, lambda one: one["policy"] / one["gate"]),
        unit=FASTER,
    )


def _many_cookies(pace: Pace) -> Row:
    """Measure whether a cookie costs more among 1,000 than among 24; the lines are alike, each name is another."""
    registry, many = numbered(1000)
    gate = CookieGate(registry=registry)
    request = RequestHead(cookie=cookie_header(gate, EVERYTHING), scheme="https")
    few = many[:24]
    rounds = time_in_turns(pace, {"many": gate_loop(gate, request, many), "few": gate_loop(gate, request, few)})
    return Row(
        what="per cookie at 1,000 cookies",
        against="at 24 cookies",
        figure=quartiles(rounds, lambda one: (one["many"] / len(many)) / (one["few"] / len(few))),
        target=at_most(1.1),
    )


def _new_dates(pace: Pace) -> Iterator[Row]:
    """Measure frameworks' habit of a new Expires each second: nothing is remembered of a line not seen before.

    At worst every response comes in another second; a site with 100 responses a second pays for that in one of them.
    """
    gate = make_gate()
    request = RequestHead(cookie=cookie_header(gate, EVERYTHING), scheme="https")
    moments = expiring_fields(12, 40 if pace.is_quick else 1200)

    ticks = dict.fromkeys(("new", "hundred", "http.cookies"), 0)

    def each_new(times: int) -> None:
        for _ in range(times):
            ticks["new"] += 1  # across samples: none may start with the moments of the last one
            filter_alone(gate, request, moments[ticks["new"] % len(moments)])

    def one_in_hundred(times: int) -> None:
        for _ in range(times):
            ticks["hundred"] += 1
            filter_alone(gate, request, moments[ticks["hundred"] // 100 % len(moments)])

    def http_cookies(times: int) -> None:
        for _ in range(times):
            ticks["http.cookies"] += 1
            fields = moments[ticks["http.cookies"] % len(moments)]
            with_http_cookies([value for _, value in fields], EVERYTHING)

    candidates = {
        "same": gate_loop(gate, request, moments[0]),
        "new": each_new,
        "hundred": one_in_hundred,
        "http.cookies": http_cookies,
    }
    rounds = time_in_turns(pace, candidates)
    for what, key in (("each response", "new"), ("one response in 100", "hundred")):
        yield Row(
            what=f"12 cookies, new Expires {what}",
            against="the same Expires",
            figure=quartiles(rounds, lambda one, key=key: one[key] / one["same"]),
            target=at_most(3),
        )
        yield Row(
            what=f"12 cookies, new Expires {what}",
            against="http.cookies",
            figure=quartiles(rounds, lambda one, key=key: one["http.cookies"] / one[key]),
            unit=FASTER,
        )


def _new_name(pace: Pace) -> Row:
    """Measure a line of a registered name not met before: what it adds to a response, against a plain response."""
    gate = make_gate()
    request = _request(gate, EVERYTHING)
    plain = set_cookies(["token", "ia_pref_theme", "ia_stats_session"])
    fields = cycle([(b"set-cookie", b"ia_stats_%d=1; Path=/; Secure" % number)] for number in range(_NEW_NAMES))
    app = {"no-op": asgi_noop(raw_asgi(plain)), "gate": AsgiGate(raw_asgi(plain), gate)}
    candidates: dict[str, Candidate] = {name: asgi_loop(one, asgi_headers(request.cookie)) for name, one in app.items()}

    def new(times: int) -> None:
        for one in islice(fields, times):
            filter_alone(gate, request, one)

    rounds = time_in_turns(pace, {**candidates, "new": new, "none": gate_loop(gate, request, [])})
    return Row(
        what="a line of a name not met before",
        against="what the gate adds to a plain response of 3 cookies",
        figure=quartiles(rounds, lambda one: (one["new"] - one["none"]) / max(one["gate"] - one["no-op"], 1e-12)),
        target=at_most(2.3),
    )
