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

from benchmarks.contest import Loop
from benchmarks.groups.responses import PLAIN
from benchmarks.lines import EVERYTHING, cookie_header, make_gate, set_cookies
from benchmarks.peers import with_http_cookies
from benchmarks.serving import asgi_headers, asgi_loop, asgi_noop, raw_asgi
from cookiegate.asgi import CookieGateMiddleware

__all__ = ["BOUNDS", "CONTESTANTS", "Bound", "count", "main"]

_TIMES = 2000
_WARM = 300
_COLLECTED = re.compile(r"Collected : (\d+)")
_NECESSARY = ["refreshToken", "countryCode", "currency"]


def _asgi(names: list[str] | None, *, has_gate: bool, is_full: bool = False) -> Loop:
    """Make a raw ASGI app that sets these cookies (`None`: all 24), under a gate or a no-op middleware."""
    gate = make_gate()
    cookie = cookie_header(gate, EVERYTHING) if is_full else b""
    app = raw_asgi([*PLAIN, *set_cookies(names)])
    return asgi_loop(CookieGateMiddleware(app, gate) if has_gate else asgi_noop(app), asgi_headers(cookie))


def _by_hand() -> Loop:
    lines = [line for _, line in set_cookies() if not line.startswith(b"cachedSessionV1")]

    def loop(times: int) -> None:
        for _ in range(times // 20):  # it is slow: a twentieth of the times will do
            with_http_cookies(lines, EVERYTHING)

    return loop


CONTESTANTS: dict[str, Callable[[], Loop]] = {
    "no cookies, no-op": lambda: _asgi([], has_gate=False),
    "no cookies, gate": lambda: _asgi([], has_gate=True),
    "3 necessary, no-op": lambda: _asgi(_NECESSARY, has_gate=False),
    "3 necessary, gate": lambda: _asgi(_NECESSARY, has_gate=True),
    "24 cookies, no-op": lambda: _asgi(None, has_gate=False, is_full=True),
    "24 cookies, gate": lambda: _asgi(None, has_gate=True, is_full=True),
    "24 cookies, http.cookies": _by_hand,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A ratio of counts, and what it must not go beyond."""

    what: str
    ratio: Callable[[dict[str, float]], float]
    most: float


BOUNDS = [
    Bound("no cookies: gate / no-op", lambda it: it["no cookies, gate"] / it["no cookies, no-op"], 1.8),
    Bound("3 necessary cookies: gate / no-op", lambda it: it["3 necessary, gate"] / it["3 necessary, no-op"], 3.6),
    Bound(
        "24 cookies, full consent: what the gate adds / http.cookies",
        lambda it: (it["24 cookies, gate"] - it["24 cookies, no-op"]) / (it["24 cookies, http.cookies"] * 20),
        1 / 15,
    ),
]


def count(contestant: str, times: int) -> int:
    """Count the instructions of one process that starts, makes ready, warms up and repeats a contestant.

    Raises: `RuntimeError` if valgrind does not count.
    """
    command = [
        "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
        sys.executable, "-m", "benchmarks.instructions", contestant, str(times),
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False, timeout=600
    )
    found = _COLLECTED.search(done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"valgrind counted nothing: {done.stderr.strip()[-500:]}")
    return int(found[1])


def main(arguments: list[str]) -> int:
    """Count each contestant and hold the ratios against their bounds; with a contestant and how often: be it."""
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
    counts = {name: (count(name, _TIMES) - count(name, 0)) / _TIMES for name in CONTESTANTS}
    is_broken = False
    for bound in BOUNDS:
        ratio = bound.ratio(counts)
        is_broken = is_broken or ratio > bound.most
        print(f"{bound.what}: {ratio:.3f} (at most {bound.most:.3f}){'  BROKEN' if ratio > bound.most else ''}")
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
