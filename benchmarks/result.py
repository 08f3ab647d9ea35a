"""One row of the report: a ratio, what it is a ratio of, and the target it is held against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchmarks.contest import Pace, Quartiles

__all__ = ["Group", "Row", "Target", "at_least", "at_most", "skipped"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured against what."""

    what: str
    against: str
    figure: Quartiles | None
    """`None`: not measured, the note says why."""
    unit: str = "x"
    target: Target | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; `None` without a target or a figure."""
        return None if self.target is None or self.figure is None else self.target.is_met(self.figure.median)


def skipped(what: str, against: str, why: str) -> Row:
    """Make the row of something that can't be measured here."""
    return Row(what=what, against=against, figure=None, note=why)


Group: TypeAlias = Callable[[Pace], Iterator[Row]]
