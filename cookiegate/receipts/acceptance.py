"""How many choices granted each category, by day, week or month. Choices are counted, not visitors.

Law: a receipt that can't be read is counted, never skipped silently.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from cookiegate.model import OPTIONAL, Category
from cookiegate.receipts.receipt import How

__all__ = ["PERIODS", "Acceptance", "acceptance"]

_LONGEST = timedelta(20_000)
_IN_ORDER: Final = tuple(category for category in Category if category in OPTIONAL)


@dataclass(slots=True)
class Acceptance:
    """What was chosen in one period."""

    period: str
    """`2026-01-12`, `2026-W03` or `2026-01`."""
    choices: int = 0
    granted: dict[Category, int] = field(default_factory=lambda: dict.fromkeys(_IN_ORDER, 0))
    """How many of the choices granted each category."""
    how: dict[How, int] = field(default_factory=lambda: dict.fromkeys(How, 0))

    def share(self, category: Category) -> float:
        """Return which part of the choices granted a category, 0 to 1."""
        return self.granted[category] / self.choices if self.choices else 0.0

    def add(self, how: str, purposes: Iterable[str], count: int) -> None:
        """Count choices that were alike. Raises: `ValueError` for values that no receipt has."""
        kind, granted = How(how), [Category(each) for each in purposes]
        self.choices += count
        self.how[kind] += count
        for category in granted:
            self.granted[category] += count


def _week(day: str) -> str:
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


PERIODS: Final[Mapping[str, Callable[[str], str]]] = {
    "day": lambda day: day,
    "week": _week,
    "month": lambda day: day[:7],
}
"""From a day (`2026-01-12`) to its period's name."""


def acceptance(counts: Iterable[tuple[str, str, str, int]], period: str) -> tuple[list[Acceptance], int]:
    """Sum up counts by day, how and purposes; return the periods in order, and how many receipts can't be read.

    Periods without a choice are listed too.
    """
    found: dict[str, Acceptance] = {}
    unread = 0
    days: list[date] = []
    for day, how, purposes, count in counts:
        if not _are_texts(day, how, purposes):
            unread += count
            continue
        try:
            name = PERIODS[period](date.fromisoformat(day).isoformat())
            days.append(date.fromisoformat(day))
            found.setdefault(name, Acceptance(name)).add(how, purposes.split(), count)
        except ValueError:
            unread += count
    chosen = sorted(name for name, each in found.items() if each.choices)
    names = _between(days, period) or chosen
    return [found.get(name) or Acceptance(name) for name in names if chosen and chosen[0] <= name <= chosen[-1]], unread


def _are_texts(*values: object) -> bool:
    """Return whether all are text: SQLite stores any type, whatever the column says."""
    return all(isinstance(value, str) for value in values)


def _between(days: list[date], period: str) -> list[str]:
    """Name every period from the first day to the last; none for a span of more than 20,000 days."""
    if not days or max(days) - min(days) > _LONGEST:
        return []
    every = range((max(days) - min(days)).days + 1)
    return list(dict.fromkeys(PERIODS[period]((min(days) + timedelta(each)).isoformat()) for each in every))
