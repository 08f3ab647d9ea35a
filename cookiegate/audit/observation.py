"""One observation: a cookie, at a place, at a moment of the visitor's choices. Frozen values.

Law: an observation has no opinion; `assessment.py` has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cookiegate.audit.text import listed
from cookiegate.model import OPTIONAL, Category, Consent, Reason

__all__ = ["Moment", "Observation", "Place", "Unreadable", "Way"]


class Unreadable(Exception):
    """A source that can't be audited; the message is one sentence for people."""


class Way(StrEnum):
    """How a cookie was seen."""

    SET = "set"
    """A response had a Set-Cookie line for it."""
    CARRIED = "carried"
    """A request sent it: a script set it, or it is older than the recording."""
    HELD_BACK = "held-back"
    """The gate dropped it, or deleted it from the browser."""
    SCRIPT = "script"
    """A script wrote it; the line is what it wrote."""
    LEFT_OVER = "left-over"
    """It is in the browser although the visitor has withdrawn consent; the line is `name=` alone."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """The choice that the visitor had made when a cookie was seen; the columns of the report, in their order."""

    has_chosen: bool
    rank: tuple[int, ...]
    """The sort key: the fewer categories are granted, the earlier."""
    label: str
    """The head of its column."""
    has_signal: bool = False
    """The browser sends Global Privacy Control."""

    @classmethod
    def of(cls, granted: Iterable[Category], *, has_chosen: bool) -> "Moment":
        """Name the moment by what is granted, by the visitor's choice or else by default."""
        order = [category for category in Category if category in OPTIONAL]
        found = [category for category in order if category in set(granted)]
        rank = len(found), *map(order.index, found)
        if not has_chosen:
            by_default = f" ({listed([category.value for category in found])} by default)" if found else ""
            return cls(False, rank, f"No choice yet{by_default}")
        if not found:
            return cls(True, rank, "All refused")
        label = f"Only {listed([category.value for category in found])}"
        return cls(True, rank, "Everything allowed" if len(found) == len(order) else label)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cookie was seen: a URL without user, query and fragment, or a route."""

    where: str
    entry: int | None = None
    """The number of the entry in the HAR file, from 1 on."""

    def __str__(self) -> str:
        return self.where if self.entry is None else f"{self.where} (entry {self.entry})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One cookie that was observed once, or `count` times in the same way."""

    line: bytes = field(repr=False)
    """The Set-Cookie line; `name=` alone for a cookie that a request carried. Holds the value: it is not kept."""
    way: Way
    place: Place
    host: str
    moment: Moment
    consent: Consent
    is_https: bool
    at_s: float
    """The server's time in seconds since 1970-01-01 UTC, against which Expires counts."""
    is_own: bool = True
    """The site's own, not another party's."""
    malformed: Reason | None = None
    """Why the line can't be used, where the source says so itself and has no line."""
    count: int = 1
    note: str = ""
    """What a finding says of it, for `Way.LEFT_OVER`."""
