"""Through real servers, on loopback: what is left of the gate once sockets and HTTP are paid for. For information.

The first row of each server is its noise: the same app against itself, at another path.
"""

from collections.abc import Iterator

from benchmarks.lines import EVERYTHING, five_cookies, make_gate
from benchmarks.peers import meaning
from benchmarks.result import Row, Unavailable, skipped
from benchmarks.servers.load import Load, opened
from benchmarks.servers.nginx import proxied
from benchmarks.servers.running import SERVERS, running
from benchmarks.timing import Pace, quartiles, time_in_turns

__all__ = ["servers"]


def servers(pace: Pace) -> Iterator[Row]:
    """Measure each server that is installed, then nginx in front of uvicorn."""
    cookie = five_cookies(make_gate(), EVERYTHING)
    slow = pace.slower(2.0, 0.02)
    for name in SERVERS:
        what = f"{name}: 3 cookies, full consent"
        try:
            with running(name) as port, opened(port) as load:
                yield from _rows(slow, what, load, cookie)
        except (Unavailable, OSError) as error:
            yield skipped(what, "the bare app", str(error))
    yield from _nginx(slow, cookie)


def _rows(pace: Pace, what: str, load: Load, cookie: bytes) -> Iterator[Row]:
    for path in ("/bare", "/gate"):
        assert len(load.set_cookie_lines(path, cookie)) == 3
    assert len(load.set_cookie_lines("/gate", b"")) == 1
    rounds = time_in_turns(pace, {name: load.candidate(f"/{name}", cookie) for name in ("bare", "same", "gate")})
    yield Row(
        what=what,
        against="noise: the bare app against itself",
        figure=quartiles(rounds, lambda one: one["same"] / one["bare"]),
    )
    yield Row(
        what=what,
        against="the bare app",
        figure=quartiles(rounds, lambda one: one["gate"] / one["bare"]),
    )


def _nginx(pace: Pace, cookie: bytes) -> Iterator[Row]:
    """Measure the gate inside of an app against a proxy in front of it, and what the proxy's flags cost it."""
    what = "uvicorn with the gate in it: 3 cookies, full consent"
    try:
        with running("uvicorn") as app, proxied(app) as proxy, opened(app) as direct, opened(proxy) as through:
            gated = _by_name(direct.set_cookie_lines("/gate", cookie))
            flagged = _by_name(through.set_cookie_lines("/flags", cookie))
            equal = sum(gated[name] == flagged.get(name) for name in gated)
            rounds = time_in_turns(
                pace,
                {
                    "gate": direct.candidate("/gate", cookie),
                    "bare": direct.candidate("/bare", cookie),
                    "plain": through.candidate("/plain", cookie),
                    "flags": through.candidate("/flags", cookie),
                },
            )
    except (Unavailable, OSError) as error:
        yield skipped(what, "nginx in front of the bare app", str(error))
        return
    yield Row(
        what=what,
        against="a plain nginx proxy before the bare app",
        figure=quartiles(rounds, lambda one: one["gate"] / one["plain"]),
    )
    yield Row(
        what=what,
        against="nginx with proxy_cookie_flags before it",
        figure=quartiles(rounds, lambda one: one["gate"] / one["flags"]),
        note=f"{equal} of 3 lines leave alike; it knows no consent, drops nothing, cuts no lifetime",
    )
    yield Row(
        what="nginx with proxy_cookie_flags",
        against="a plain nginx proxy",
        figure=quartiles(rounds, lambda one: one["flags"] / one["plain"]),
    )


def _by_name(lines: list[bytes]) -> dict[bytes, object]:
    return {line.partition(b"=")[0]: meaning(line) for line in lines}
