"""Lifetimes as a cookie policy has them: `"7 days"`, `"6 months"`, `"session"`, `"persistent"`, `"varies"`.

Law: a month is a month of the calendar. N months are the longest N months in a row, so that a cookie which a script
keeps until the same day of the Nth month is within its promise: 1 is 31 days, 6 are 184, 12 are 366, 13 are 397.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from cookiegate.plural import counted

__all__ = ["UNITS", "WITHOUT_NUMBER", "Lifetime", "days_of_months", "format_duration", "parse_lifetime"]

UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
"""The units, the longest first."""

WITHOUT_NUMBER = ", or 'session', 'persistent' or 'varies'"
"""How the message about a lifetime that is not understood ends: only a cookie's own may be one of these."""
_DAY_S = 86400
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": _DAY_S, "week": 604800}
_FORMATTED_UNITS = ("day", "hour", "minute", "second")
_SESSION = frozenset({"session", "session-based", "session based", "browser session", "end of session"})
_UNLIMITED = frozenset({"persistent", "varies"})
_SHOWN_UNITS = ("day", "hour", "minute", "second")
_AMOUNT = re.compile(r"([0-9]{1,9}) ?(second|minute|hour|day|week|month|year)s?", re.ASCII)
_YEAR = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAP_YEAR = (31, 29, *_YEAR[2:])
_CYCLE = (*_YEAR, *_YEAR, *_YEAR, *_LEAP_YEAR)
_STARTS = (0, *accumulate(_CYCLE * 2))


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The promised lifetime of a cookie: a limit in seconds, the browser session, or no number.

    `Lifetime("7 days")` parses the text and sets the other two fields. Case does not matter. `"session"` ends with the
    browser session. `"persistent"` and `"varies"` have no number: only the gate's own limit applies. Several amounts
    are added up, the longer unit first: `"1 hour 30 minutes"`.

    Raises: `ValueError` for any other text, for zero, and for fields that contradict the text.
    """

    text: str
    """The text as it was written."""
    max_age_s: int | None = None
    """The limit in seconds; `None` if the text has no number."""
    is_session: bool = False
    """Whether the cookie ends with the browser session."""

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise ValueError(f"lifetime is {self.text!r}; write it as text in quotes")
        read = max_age_s, is_session = _read(self.text)
        if self.max_age_s is None and self.is_session is False:
            object.__setattr__(self, "max_age_s", max_age_s)
            object.__setattr__(self, "is_session", is_session)
        elif (self.max_age_s, self.is_session) != read:
            raise ValueError(
                f"lifetime {self.text!r} contradicts max_age_s={self.max_age_s!r} and is_session={self.is_session!r}; "
                "give the text alone"
            )

    def __str__(self) -> str:
        return self.text


def _read(text: str) -> tuple[int | None, bool]:
    """Return the limit in seconds, and whether the text means the browser session."""
    normalized = " ".join(text.lower().replace(",", " ").replace(" and ", " ").split())
    if normalized in _SESSION:
        return None, True
    if normalized in _UNLIMITED:
        return None, False
    amounts = [(int(count), unit) for count, unit in _AMOUNT.findall(normalized)]
    total_s = _seconds(amounts)
    if not total_s or _AMOUNT.sub("", normalized).strip():
        raise ValueError(
            f"lifetime {text!r} is not understood; write a number and a unit like '7 days' or '6 months'"
            f"{WITHOUT_NUMBER}"
        )
    ranks = [UNITS.index(unit) for _, unit in amounts]
    if ranks != sorted(set(ranks)):
        raise ValueError(
            f"lifetime {text!r} names several lifetimes; write one, the longer unit first like '1 hour 30 minutes'"
        )
    return total_s, False


def _seconds(amounts: list[tuple[int, str]]) -> int:
    """Add amounts up; months and years count together, as months of the calendar."""
    months = sum(count * (12 if unit == "year" else 1) for count, unit in amounts if unit in ("year", "month"))
    return days_of_months(months) * _DAY_S + sum(count * _SECONDS.get(unit, 0) for count, unit in amounts)


@lru_cache(maxsize=1024)
def days_of_months(months: int) -> int:
    """Return the days of the longest so many months of the calendar in a row; every fourth year is a leap year."""
    cycles, rest = divmod(months, len(_CYCLE))
    longest = max(_STARTS[first + rest] - _STARTS[first] for first in range(len(_CYCLE)))
    return cycles * sum(_CYCLE) + longest


def parse_lifetime(text: str) -> Lifetime:
    """Parse a lifetime, like `Lifetime(text)`.

    Raises: `ValueError` for any other text.
    """
    return Lifetime(text)


def format_duration(seconds: int) -> str:
    """Write a number of seconds in units that people use, exactly: `400 days`, `1 hour 30 minutes`, `0 seconds`."""
    amounts = []
    rest = seconds
    for unit in _FORMATTED_UNITS:
        amount, rest = divmod(rest, _SECONDS[unit])
        if amount:
            amounts.append(counted(amount, unit))
    return " ".join(amounts) or counted(0, "second")
