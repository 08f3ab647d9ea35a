"""One row of the report: a ratio, what it is a ratio of, and the target it is held against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchmarks.timing import Pace, Quartiles

__all__ = [
    "FASTER",
    "TIMES",
    "Group",
    "Point",
    "Row",
    "Target",
    "Unavailable",
    "at_least",
    "at_most",
    "once",
    "skipped",
]

TIMES = "x"
"""Ours takes so many times as long."""
FASTER = "x faster"
"""The rival takes so many times as long."""


class Unavailable(Exception):
    """Something that was asked for is not on this machine; the text says what and how to get it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for the median."""

    kind: Literal["<=", ">="]
    bound: float

    def is_met(self, figure: float) -> bool:
        """Tell whether a figure keeps the bound."""
        return figure <= self.bound if self.kind == "<=" else figure >= self.bound


def at_most(bound: float) -> Target:
    """Make a target for what should be small."""
    return Target("<=", bound)


def at_least(bound: float) -> Target:
    """Make a target for what should be large."""
    return Target(">=", bound)


@dataclass(frozen=True, slots=True)
class Point:
    """The place of a figure in a plot."""

    plot: str
    """What the plot shows: its title."""
    axis: str
    """What lies along the horizontal axis."""
    x: float
    curve: str
    """The line that the point is part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured against what."""

    what: str
    against: str
    """The rival; in a plot, the place of the figure."""
    figure: Quartiles | None
    """`None`: not measured, the note says why."""
    unit: str = TIMES
    target: Target | None = None
    note: str = ""
    """What the two do differently, or why there is no figure."""
    point: Point | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the row within its group, in this run and in others."""
        return self.what, self.against

    @property
    def is_better_when_higher(self) -> bool:
        """Whether a larger figure is good news."""
        return self.unit == FASTER

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; `None` without a target or a figure."""
        return None if self.target is None or self.figure is None else self.target.is_met(self.figure.median)


def once(figure: float) -> Quartiles:
    """Make a figure of what is counted, not timed: it has no quartiles."""
    return Quartiles(figure, figure, figure, 1)


def skipped(what: str, against: str, why: str) -> Row:
    """Make the row of something that can't be measured here."""
    return Row(what=what, against=against, figure=None, note=why)


Group: TypeAlias = Callable[[Pace], Iterator[Row]]
