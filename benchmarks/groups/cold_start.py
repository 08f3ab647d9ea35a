"""Before the first request: importing, building the gate, and the first response, of which nothing is remembered yet.

Imports run in new interpreters and count their processor time, the interpreter's own start taken off.
"""

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from benchmarks.lines import EVERYTHING, cookie_header, filter_alone, make_gate, set_cookies
from benchmarks.result import Row, once, skipped
from benchmarks.timing import Pace, SelfTimed, quartiles, time_in_turns
from cookiegate.gate import CookieGate
from cookiegate.model import RequestHead
from cookiegate.registry.registry import Registry

__all__ = ["cold_start"]

_COUNT_MODULES = "import sys; old = set(sys.modules); import cookiegate.asgi; print(len(set(sys.modules) - old))"
_ROOT = Path(__file__).resolve().parents[2]
_IMPORTS = ("starlette.middleware.sessions", "werkzeug.middleware.proxy_fix", "flask", "http.cookies")


def cold_start(pace: Pace) -> Iterator[Row]:
    """Measure the three."""
    yield from _imports(pace)
    yield from _building(pace)
    yield from _first_response(pace)


def _imports(pace: Pace) -> Iterator[Row]:
    asked = _IMPORTS[:1] if pace.is_quick else _IMPORTS
    others = [name for name in asked if find_spec(name.partition(".")[0]) is not None]
    candidates = {name: _importing(name) for name in ("sys", "cookiegate.asgi", *others)}
    rounds = time_in_turns(pace.slower(6.0, 0), candidates)
    for name in asked:
        if name not in candidates:
            yield skipped("import cookiegate.asgi", f"import {name}", "not installed")
            continue
        yield Row(
            what="import cookiegate.asgi",
            against=f"import {name}",
            figure=quartiles(
                rounds,
                lambda one, name=name: (one["cookiegate.asgi"] - one["sys"]) / max(one[name] - one["sys"], 1e5),
            ),
        )
    milliseconds = quartiles(rounds, lambda one: (one["cookiegate.asgi"] - one["sys"]) / 1e6)
    yield Row(what="import cookiegate.asgi", against="here and now", figure=milliseconds, unit="ms")
    done = subprocess.run(
        [sys.executable, "-c", _COUNT_MODULES],
        cwd=_ROOT, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    yield Row(what="import cookiegate.asgi", against="modules", figure=once(float(done.stdout)), unit="modules")


def _importing(name: str) -> SelfTimed:
    """Return a candidate that imports a module in a new interpreter; processor time where the system reports it."""

    def run_ns(times: int) -> int:
        start = _children_ns()
        for _ in range(times):
            subprocess.run([sys.executable, "-c", f"import {name}"], cwd=_ROOT, check=True)
        return _children_ns() - start

    return SelfTimed(run_ns)


def _children_ns() -> int:
    times = os.times()
    if sys.platform == "win32" or not times.children_user + times.children_system:
        return time.perf_counter_ns()
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((used.ru_utime + used.ru_stime) * 1e9)


def _building(pace: Pace) -> Iterator[Row]:
    """Measure the example's registry, beside the tables of known cookies, from file to gate."""
    example = files("cookiegate.cli.demo") / "cookies.toml"
    known = files("cookiegate.registry") / "known.toml"
    texts = [example.read_text(encoding="utf-8"), known.read_text(encoding="utf-8")]
    path = Path(str(example))

    forget_known = getattr(getattr(Registry.known, "__func__", None), "cache_clear", lambda: None)

    def build(times: int) -> None:
        for _ in range(times):
            forget_known()
            CookieGate.from_toml(path)

    def parse(times: int) -> None:
        for _ in range(times):
            for text in texts:
                tomllib.loads(text)

    rounds = time_in_turns(pace.slower(1.5, 0.005), {"build": build, "parse": parse})
    what = "CookieGate.from_toml, the example's 24 cookies"
    yield Row(
        what=what,
        against="tomllib.loads of its two files",
        figure=quartiles(rounds, lambda one: one["build"] / one["parse"]),
    )
    milliseconds = quartiles(rounds, lambda one: one["build"] / 1e6)
    yield Row(what=what, against="here and now", figure=milliseconds, unit="ms")


def _first_response(pace: Pace) -> Iterator[Row]:
    """Measure a response of 24 cookies by a gate that never saw one, against the same once more."""
    fields = set_cookies()
    ratios = []
    for _ in range(3 if pace.is_quick else 30):
        gate = make_gate()
        request = RequestHead(cookie=cookie_header(gate, EVERYTHING), scheme="https")
        took = []
        for _ in range(20):
            start = time.perf_counter_ns()
            filter_alone(gate, request, fields)
            took.append(time.perf_counter_ns() - start)
        ratios.append({"first": float(took[0]), "later": max(1.0, float(sorted(took[10:])[5]))})
    yield Row(
        what="the first response of a new gate, 24 cookies",
        against="a later one",
        figure=quartiles(ratios, lambda one: one["first"] / one["later"]),
    )
