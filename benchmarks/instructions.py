"""`python -m benchmarks.instructions`: how many instructions a response costs, counted by valgrind, not timed.

A count is the same whatever else the machine does, so that it can fail a build where a time can't. Told are ratios of
counts; the bounds are generous, for another compiler's Python. Ends with 1 where one is broken, 2 without valgrind.
"""

import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.groups.responses import PLAIN, THREE
from benchmarks.lines import EVERYTHING, Field, five_cookies, make_gate, set_cookies
from benchmarks.peers import with_http_cookies
from benchmarks.serving import ASGIApp, asgi_headers, asgi_loop, asgi_noop, asking_asgi, raw_asgi
from benchmarks.timing import Loop
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.gate import CookieGate

__all__ = ["BOUNDS", "CONTESTANTS", "Bound", "count", "main"]

_TIMES = 600
_WARM = 300
_COLLECTED = re.compile(r"Collected : (\d+)")


def _asgi(
    names: list[str] | None, *, is_full: bool = False, make_app: Callable[..., ASGIApp] = raw_asgi, **settings: object
) -> Loop:
    """Make a raw ASGI app that sets these cookies (`None`: all 24), under a gate."""
    gate = make_gate(**settings)
    app = make_app([*PLAIN, *set_cookies(names)])
    return asgi_loop(CookieGateMiddleware(app, gate), _request(gate, is_full=is_full))


def _noop(names: list[str] | None, *, is_full: bool = False) -> Loop:
    """Make the same under a middleware that does nothing."""
    app = raw_asgi([*PLAIN, *set_cookies(names)])
    return asgi_loop(asgi_noop(app), _request(make_gate(), is_full=is_full))


def _request(gate: CookieGate, *, is_full: bool) -> list[Field]:
    return asgi_headers(five_cookies(gate, EVERYTHING) if is_full else b"")


def _by_hand() -> Loop:
    lines = [line for _, line in set_cookies() if not line.startswith(b"cachedSessionV1")]

    def loop(times: int) -> None:
        for _ in range(times // 20):  # it is slow: a twentieth of the times will do
            with_http_cookies(lines, EVERYTHING)

    return loop


CONTESTANTS: dict[str, Callable[[], Loop]] = {
    "no cookies, no-op": lambda: _noop([]),
    "no cookies, gate": lambda: _asgi([]),
    "3 cookies, no-op": lambda: _noop(THREE, is_full=True),
    "3 cookies, plain": lambda: _asgi(THREE, is_full=True),
    "3 cookies, the app asks": lambda: _asgi(THREE, is_full=True, make_app=asking_asgi),
    "3 cookies, an observer": lambda: _asgi(THREE, is_full=True, observer=lambda decision: None),
    "24 cookies, no-op": lambda: _noop(None, is_full=True),
    "24 cookies, plain": lambda: _asgi(None, is_full=True),
    "24 cookies, http.cookies": _by_hand,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A ratio of counts, and what it must not go beyond."""

    what: str
    ratio: Callable[[dict[str, float]], float]
    most: float


def _share(it: dict[str, float], condition: str) -> float:
    """Return what the gate adds under a condition, against what it adds in the plain one."""
    noop = it["3 cookies, no-op"]
    return (it[f"3 cookies, {condition}"] - noop) / (it["3 cookies, plain"] - noop)


BOUNDS = [
    Bound("no cookies: gate / no-op", lambda it: it["no cookies, gate"] / it["no cookies, no-op"], 1.8),
    Bound("3 cookies, plain: gate / no-op", lambda it: it["3 cookies, plain"] / it["3 cookies, no-op"], 6.0),
    Bound("3 cookies, the app asks: what it adds / plain", lambda it: _share(it, "the app asks"), 1.5),
    Bound("3 cookies, an observer: what it adds / plain", lambda it: _share(it, "an observer"), 2.0),
    Bound(
        "24 cookies, plain: what the gate adds / http.cookies",
        lambda it: (it["24 cookies, plain"] - it["24 cookies, no-op"]) / (it["24 cookies, http.cookies"] * 20),
        1 / 15,
    ),
]


def count(candidate: str, times: int) -> int:
    """Count the instructions of one process that starts, makes ready, warms up and repeats a candidate.

    Raises: `RuntimeError` if valgrind does not count.
    """
    command = [
        "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
        sys.executable, "-m", "benchmarks.instructions", candidate, str(times),
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False, timeout=600
    )
    found = _COLLECTED.search(done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"valgrind counted nothing: {done.stderr.strip()[-500:]}")
    return int(found[1])


def main(arguments: list[str]) -> int:
    """Count each candidate and hold the ratios against their bounds; with a candidate and how often: be it."""
    if arguments:
        loop = CONTESTANTS[arguments[0]]()
        loop(_WARM)
        gc.collect()
        gc.disable()
        loop(int(arguments[1]))
        return 0
    if shutil.which("valgrind") is None:
        print("valgrind is not installed; apt-get install valgrind")
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # other processes do not change a count
        many = list(pool.map(lambda name: count(name, _TIMES), CONTESTANTS))
        none = list(pool.map(lambda name: count(name, 0), CONTESTANTS))
    counts = {name: (some - start) / _TIMES for name, some, start in zip(CONTESTANTS, many, none, strict=True)}
    is_broken = False
    for bound in BOUNDS:
        ratio = bound.ratio(counts)
        is_broken = is_broken or ratio > bound.most
        print(f"{bound.what}: {ratio:.3f} (at most {bound.most:.3f}){'  BROKEN' if ratio > bound.most else ''}")
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
