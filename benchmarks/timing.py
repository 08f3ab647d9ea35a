"""Interleaved timing: candidates run in turns, forwards and backwards, so that a drift of the machine hits all alike.

Law: only figures of one round are ever divided by each other; the result is the median of the rounds' ratios.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import quantiles
from typing import TypeAlias

__all__ = [
    "CLOCK",
    "FULL",
    "QUICK",
    "Candidate",
    "Loop",
    "Pace",
    "Quartiles",
    "Round",
    "SelfTimed",
    "quartiles",
    "time_in_turns",
]

Loop: TypeAlias = Callable[[int], object]
"""Does its work so many times. The loop is the candidate's own: no call of ours lies between two repetitions."""


@dataclass(frozen=True, slots=True)
class SelfTimed:
    """A candidate in another process: it gets the number of repetitions, and returns the nanoseconds that it took."""

    run_ns: Callable[[int], int]


Candidate: TypeAlias = Loop | SelfTimed
Round: TypeAlias = Mapping[str, float]
"""For each candidate, what one repetition took."""


def _choose_clock() -> tuple[str, Callable[[], int]]:
    """Prefer CPU time of this thread: what other processes take of a shared core is then not counted."""
    try:
        if time.get_clock_info("thread_time").resolution <= 1e-6:
            return "thread_time", time.thread_time_ns
    except (AttributeError, ValueError):  # not on every platform
        pass
    return "perf_counter", time.perf_counter_ns


CLOCK, _now_ns = _choose_clock()


@dataclass(frozen=True, slots=True)
class Pace:
    """How thoroughly to measure."""

    seconds: float
    """For one comparison of up to four; more candidates get as much more."""
    sample_s: float
    """One sample: short, so that many rounds fit between two moods of the machine. 0: one repetition is one."""
    most_rounds: int = 400
    is_quick: bool = False

    def slower(self, seconds: float, sample_s: float) -> "Pace":
        """Return a pace for candidates that take milliseconds; a quick run stays as quick as it can."""
        scale = 0.1 if self.is_quick else 1.0
        return replace(self, seconds=seconds * scale, sample_s=sample_s * scale)


FULL = Pace(seconds=0.35, sample_s=0.001)
QUICK = Pace(seconds=0.02, sample_s=0.0002, most_rounds=5, is_quick=True)


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Median and quartiles of the rounds' ratios."""

    low: float
    median: float
    high: float
    rounds: int


def time_in_turns(pace: Pace, candidates: Mapping[str, Candidate], *, collect: bool = False) -> list[Round]:
    """Let candidates run in turns and return their times, round by round.

    A round is A B C C B A: each candidate's two samples lie around the same moment. `collect`: leave the garbage
    collector on, and pay for the cycles that a candidate leaves behind.
    """
    names = list(candidates)
    repeats = {name: _repeats(candidates[name], pace.sample_s) for name in names}
    rounds: list[Round] = []
    stop = time.perf_counter() + pace.seconds * max(1.0, len(names) / 4)
    with _garbage_collection(on=collect):
        while len(rounds) < 3 or (time.perf_counter() < stop and len(rounds) < pace.most_rounds):
            spent = dict.fromkeys(names, 0)
            for name in (*names, *reversed(names)):
                spent[name] += _time_ns(candidates[name], repeats[name])
            rounds.append({name: max(spent[name], 1) / (2 * repeats[name]) for name in names})
            names = names[1:] + names[:1]  # who comes first pays for cold caches: not always the same
            if not collect:
                gc.collect(0)
    return rounds


def quartiles(rounds: list[Round], ratio: Callable[[Round], float]) -> Quartiles:
    """Return the quartiles of a ratio over the rounds."""
    low, median, high = quantiles([ratio(one) for one in rounds], n=4, method="inclusive")
    return Quartiles(low, median, high, len(rounds))


def _repeats(loop: Candidate, sample_s: float) -> int:
    """Find how many repetitions fill one sample; warms the candidate up as well.

    The quickest of three tries counts: one that was interrupted would make the samples so short that they measure
    cold caches.
    """
    times = 1
    _time_ns(loop, 1)
    if not sample_s:  # each repetition is long enough by itself
        return times
    while True:
        took_ns = min(_time_ns(loop, times) for _ in range(3))
        if took_ns >= sample_s * 1e9 / 2 or times >= 1_000_000:
            return max(1, round(times * sample_s * 1e9 / max(took_ns, 1)))
        times *= 2


def _time_ns(loop: Candidate, times: int) -> int:
    if isinstance(loop, SelfTimed):
        return loop.run_ns(times)
    start = _now_ns()
    loop(times)
    return _now_ns() - start


@contextmanager
def _garbage_collection(*, on: bool) -> Iterator[None]:
    """Switch the collector on or off, and what lives already is set aside: it is not the candidates' garbage."""
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()
        gc.unfreeze()
