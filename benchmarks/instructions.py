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
_COLLECTED = re.compile(r"^==(\d+)== Collected : (\d+)", re.MULTILINE)


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


def count() -> dict[str, float]:
    """Count the instructions of one response of each candidate.

    One process under valgrind makes every candidate ready. It forks twice for each: one child repeats it, one does not,
    and the difference of their counts is its own.

    Raises: `RuntimeError` if valgrind does not count.
    """
    command = [
        "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
        sys.executable, "-m", "benchmarks.instructions", "--here",
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False, timeout=1200
    )
    counted = {int(process): int(instructions) for process, instructions in _COLLECTED.findall(done.stderr)}
    children = [line.split(" ", 2) for line in done.stdout.splitlines()]
    found = {(name, int(times)): counted.get(int(process)) for process, times, name in children}
    counts: dict[str, float] = {}
    for name in CONTESTANTS:
        many, none = found.get((name, _TIMES)), found.get((name, 0))
        if done.returncode or many is None or none is None:
            raise RuntimeError(f"valgrind counted nothing: {done.stderr.strip()[-500:]}")
        counts[name] = (many - none) / _TIMES
    return counts


def _fork_each() -> None:
    """Fork the children of `count`, no more at once than there are cores, and print which is which."""
    gc.disable()
    running = 0
    for name, make in CONTESTANTS.items():
        loop = make()
        loop(_WARM)
        for times in (0, _TIMES):
            if running == os.cpu_count():
                os.wait()
                running -= 1
            child = os.fork()
            if not child:
                loop(times)
                os._exit(0)
            running += 1
            print(child, times, name, flush=True)
    for _ in range(running):
        os.wait()


def main(arguments: list[str]) -> int:
    """Count each candidate and hold the ratios against their bounds; `--here`: be the process that is counted."""
    if arguments == ["--here"]:
        _fork_each()
        return 0
    if shutil.which("valgrind") is None:
        print("valgrind is not installed; apt-get install valgrind")
        return 2
    counts = count()
    is_broken = False
    for bound in BOUNDS:
        ratio = bound.ratio(counts)
        is_broken = is_broken or ratio > bound.most
        print(f"{bound.what}: {ratio:.3f} (at most {bound.most:.3f}){'  BROKEN' if ratio > bound.most else ''}")
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
