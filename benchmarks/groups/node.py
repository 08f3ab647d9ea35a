"""The same rewriting in Node: another language, process and clock, so only the order of magnitude counts.

The lines are handed over before the clock runs; Node's compiler is warm.
"""

from collections.abc import Iterator

from benchmarks.groups.per_cookie import gate_loop
from benchmarks.lines import EVERYTHING, filter_alone, five_cookies, make_gate, set_cookies
from benchmarks.node import NodeRivals, node_rivals, why_not
from benchmarks.peers import meaning
from benchmarks.result import FASTER, Row, Unavailable, skipped
from benchmarks.timing import Pace, quartiles, time_in_turns
from cookiegate.model import RequestHead

__all__ = ["node"]

_WHAT = "24 cookies, full consent"
_RIVALS = ("tough-cookie", "set-cookie-parser and cookie", "cookie")


def node(pace: Pace) -> Iterator[Row]:
    """Measure each rival on the lines that it answers as the gate does."""
    if (reason := why_not()) is not None:
        for rival in _RIVALS:
            yield skipped(_WHAT, f"{rival}, in Node", reason)
        return
    try:
        with node_rivals() as rivals:
            for rival in _RIVALS:
                yield _row(pace, rivals, rival)
    except (Unavailable, OSError, ValueError) as error:
        yield skipped(_WHAT, "rivals in Node", f"Node failed: {error}")


def _row(pace: Pace, rivals: NodeRivals, rival: str) -> Row:
    gate = make_gate()
    request = RequestHead(cookie=five_cookies(gate, EVERYTHING), scheme="https")
    equal, unequal = [], []
    for field in set_cookies():
        rivals.give([field[1]], EVERYTHING)
        ours = filter_alone(gate, request, [field])
        expected = [meaning(value) for name, value in ours if name == b"set-cookie"]
        try:
            is_equal = [meaning(line) for line in rivals.answer(rival)] == expected
        except ValueError:  # it can't read or write the line, and says so
            is_equal = False
        if is_equal:
            equal.append(field)
        else:
            unequal.append(field[1].partition(b"=")[0].decode())
    if not equal:
        return skipped(_WHAT, f"{rival}, in Node", "it can't do any of these lines")
    rivals.give([line for _, line in equal], EVERYTHING)
    rounds = time_in_turns(
        pace.slower(1.0, 0.005), {"gate": gate_loop(gate, request, equal), "rival": rivals.candidate(rival)}
    )
    notes = [f"equal work on {len(equal)} lines; its own process and clock"]
    if unequal:
        notes.append(f"it can't: {', '.join(unequal)}")
    return Row(
        what=_WHAT,
        against=f"{rival}, in Node",
        figure=quartiles(rounds, lambda one: one["rival"] / one["gate"]),
        unit=FASTER,
        note="; ".join(notes),
    )
