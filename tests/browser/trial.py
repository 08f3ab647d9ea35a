"""A whole run in one browser: batches of cases, and each kind of failure shrunk to the shortest line that shows it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

BATCH = 40
"""Chromium keeps 180 cookies of one registrable domain, and each case has up to three hosts with a cookie or two."""
LONG_LINE = 1000
"""A partition holds 10 KiB: a longer partitioned line gets a site of its own."""
SHRUNK = 5
"""So many failures are shrunk; the rest are most likely the same."""

Problems = Callable[[Any], Iterator[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which the browser contradicts the gate in one case."""

    kind: str
    text: str
    case: Any
    shrunk: bytes | None = None

    def __str__(self) -> str:
        gate = f"{self.case.setup}, {'https' if self.case.is_https else 'http'}, {self.case.source}"
        shrunk = "" if self.shrunk is None else f"\n    shrunk to {self.shrunk!r}"
        return f"{self.kind}: {self.text}\n    {self.case.line!r} ({gate}){shrunk}"


@dataclass(slots=True)
class Trial:
    """What one browser did with all cases."""

    browser: str
    outcomes: list[Any] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    old_dates: dict[str, float] = field(default_factory=dict)
    """What `scenarios.old_date` found."""
    taken_back: list[Any] = field(default_factory=list)
    """What `scenarios.take_back` found."""
    moved: list[Any] = field(default_factory=list)
    """What `scenarios.move_consent` found."""


def batches(cases: list[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for case in cases:
        if len(case.line) > LONG_LINE and b"partitioned" in case.line.lower():
            yield [case]
            continue
        batch.append(case)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def run(
    cases: list[Any],
    try_batch: Callable[[list[Any]], list[Any]],
    problems: Problems,
    shorter: Callable[..., Any],
    name: str,
) -> Trial:
    """Try every case, and shrink what fails."""
    trial = Trial(name)
    for batch in batches(cases):
        outcomes = try_batch(batch)
        trial.outcomes += outcomes
        for outcome in outcomes:
            trial.failures += [Failure(kind, text, outcome.case) for kind, text in problems(outcome)]
    for place, failure in enumerate(trial.failures[:SHRUNK]):
        trial.failures[place] = replace(failure, shrunk=shrink(failure, try_batch, problems, shorter))
    return trial


def shrink(failure: Failure, try_batch: Callable[[list[Any]], list[Any]], problems: Problems, shorter: Any) -> bytes:
    """Take parts away for as long as the same kind of failure is there; at most for half a minute."""
    line = failure.case.line
    until = time.monotonic() + 30

    def fails(outcome: Any) -> bool:
        return any(kind == failure.kind for kind, _ in problems(outcome))

    while time.monotonic() < until:
        candidates = [replace(failure.case, line=each) for each in shorter(line)]
        found = (
            outcome.case.line for batch in batches(candidates[:400]) for outcome in try_batch(batch) if fails(outcome)
        )
        shortest = next(found, None)
        if shortest is None:
            break
        line = shortest
    return line
