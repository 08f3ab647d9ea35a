"""Two runs beside each other: the ratios then and now, and which of them moved beyond the noise of both.

Law: a figure has moved only if the two boxes of quartiles lie apart, and its median differs by more than both runs'
own noise (what things measured against themselves strayed), and by more than a floor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import fill

from benchmarks.document import Document
from benchmarks.result import Row
from benchmarks.table import figure_text, number, report_width

__all__ = ["Change", "compare", "noise_of", "print_comparison"]

_FLOOR = 0.05
"""Two runs of the same code on a quiet machine differ by this much."""
_ROUGH_FLOOR = 0.3
"""If one of them was a quick one, by this much."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of both runs."""

    group: str
    then: Row
    now: Row
    moved: str
    """`better`, `worse`, or nothing."""

    @property
    def ratio(self) -> float:
        """The median now, divided by the median then."""
        assert self.then.figure is not None
        assert self.now.figure is not None
        return self.now.figure.median / (self.then.figure.median or 1e-12)


def compare(then: Document, now: Document) -> list[Change]:
    """Return the rows that both runs measured, in the order of now."""
    floor = _ROUGH_FLOOR if then.is_quick or now.is_quick else _FLOOR
    old = {(group, *row.key): row for group, rows in then.found.items() for row in rows}
    changes = []
    for group, rows in now.found.items():
        noise = max(floor, noise_of(then, group), noise_of(now, group))
        for row in rows:
            before = old.get((group, *row.key))
            if before is not None and before.figure is not None and row.figure is not None and before.unit == row.unit:
                changes.append(Change(group, before, row, _moved(before, row, noise)))
    return changes


def noise_of(run: Document, group: str = "noise") -> float:
    """Return how far from 1 a thing measured against itself strayed, by the farther quartile; the group's own too."""
    strayed = [
        max(abs(row.figure.low - 1), abs(row.figure.high - 1))
        for name in {"noise", group}
        for row in run.found.get(name, ())
        if row.figure is not None and (name == "noise" or row.against.startswith("noise"))
    ]
    return max(strayed, default=0.0)


def print_comparison(then: Document, now: Document) -> None:
    """Print what moved, then what stayed in one sentence."""
    changes = compare(then, now)
    noise = max(noise_of(then), noise_of(now))
    print()
    _print(f"then and now: {len(changes)} rows are in both runs; a thing against itself strayed by {noise:.0%}")
    for name in sorted({*then.machine} & {*now.machine} - {"load"}):
        if then.machine[name] != now.machine[name]:
            _print(f"  {name}: {_shown(then.machine[name])} then, {now.machine[name]} now")
    moved = [change for change in changes if change.moved]
    for line in _told(moved):
        _print(line)
    _print(f"{len(changes) - len(moved)} rows moved no more than noise does")


def _print(text: str) -> None:
    print(fill(text, report_width(), subsequent_indent="        "))


def _told(moved: list[Change]) -> Iterator[str]:
    for change in sorted(moved, key=lambda one: (one.moved != "worse", one.group)):
        yield f"{change.moved:<7} {change.now.what}"
        yield (
            f"        against {change.now.against}: {figure_text(change.then)} then, {figure_text(change.now)} now "
            f"({number(change.ratio)} of then)"
        )


def _shown(text: str) -> str:
    """Show a text of a file so that nothing in it can steer a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text[:100])


def _moved(then: Row, now: Row, noise: float) -> str:
    assert then.figure is not None
    assert now.figure is not None
    old, new = then.figure, now.figure
    overlap = new.low <= old.high and old.low <= new.high
    if overlap or abs(new.median - old.median) <= noise * abs(old.median):
        return ""
    return "better" if (new.median > old.median) is now.is_better_when_higher else "worse"
