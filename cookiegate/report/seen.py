"""What an inventory holds: every cookie name that was seen, by whom it was set, and what was decided. Values, frozen.

No value of a cookie is in it, and no path as it was asked for: only the framework's templates, or folded paths.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cookiegate.model import Action, Category, Reason

__all__ = ["MALFORMED", "InventoryReport", "Origin", "Outcome", "SeenCookie", "Sent", "SetBy"]

MALFORMED: frozenset[Reason] = frozenset(
    {
        Reason.UNREADABLE,
        Reason.CONTROL_OCTET,
        Reason.NAMELESS,
        Reason.AMBIGUOUS_NAME,
        Reason.TOO_LARGE,
        Reason.PREFIX_CONDITIONS,
        Reason.VALUE_NOT_STRICT,
    }
)
"""Reasons that say nothing about the registry: the line itself can't be used."""


class Origin(StrEnum):
    """Where a cookie was met."""

    RESPONSE = "response"
    """The app sent a Set-Cookie line for it."""
    REQUEST = "request"
    """A browser sent it, it is refused, and the gate deletes it; the name is its rule's: visitors choose their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How often a cookie met one decision. The sum over a cookie's outcomes is its `count`."""

    action: Action
    reason: Reason
    category: Category | None
    rule: str | None
    """The name of the registry's rule, with its `*`."""
    count: int
    left: int
    """How many of the app's lines left, as they were or made safe: none that an enforcing gate dropped or expired."""
    left_ungranted: int
    """How many of those left while the visitor had granted nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBy:
    """Who set a cookie, how often, with which decision."""

    method: str
    """In capitals; `"OTHER"` for methods that are not HTTP's own."""
    route: str
    """The framework's template, or the path with numbers, ids and long segments folded into `{...}`."""
    is_declared: bool
    """`route` is the framework's template, not a folded path."""
    status: int
    action: Action
    reason: Reason
    count: int
    left: int
    left_ungranted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the app's own lines said, before the gate; deletions and lines that can't be used are not counted."""

    lines: int = 0
    https_lines: int = 0
    without_secure: int = 0
    """Of the https lines."""
    without_http_only: int = 0
    without_same_site: int = 0
    """SameSite is missing or unreadable."""
    same_site_none: int = 0
    partitioned: int = 0
    session_lines: int = 0
    """Without Max-Age and Expires: kept until the browser session ends."""
    longest_s: int | None = None
    """The longest lifetime that was sent, in seconds; `None` where all were session cookies."""
    domains: tuple[tuple[str, int], ...] = ()
    """Domain attributes with their counts; `""` is a host-only cookie."""
    other_domains: int = 0
    """Lines whose domain found no room."""
    paths: tuple[tuple[str, int], ...] = ()
    """Path attributes, folded like routes; `""` is the default path."""
    other_paths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCookie:
    """All that was seen of one cookie name."""

    name: str
    """Octets read as Latin-1, cut with a `…` where too long; of a family its pattern, with a `*`."""
    origin: Origin
    is_family: bool
    """Stands for the names of a family that found no room of their own."""
    count: int
    first_at: datetime
    """UTC, as `last_at`."""
    last_at: datetime
    category: Category | None
    """As decided last; `None` where the name is in no category."""
    rule: str | None
    """The registry's rule when it was seen last."""
    outcomes: tuple[Outcome, ...]
    """The most frequent first, as everywhere here."""
    set_by: tuple[SetBy, ...]
    set_by_others: int = 0
    """Decisions whose setter found no room."""
    sent: Sent = Sent()

    @property
    def is_unregistered(self) -> bool:
        """Tell whether the app sets it, and no rule knows it."""
        return self.rule is None and any(
            outcome.rule is None and outcome.reason is not Reason.DELETION and outcome.reason not in MALFORMED
            for outcome in self.outcomes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryReport:
    """What one or several processes have seen."""

    parts: tuple[str, ...]
    """The ids of the recordings in it; the same recording never counts twice."""
    responses: int
    responses_with_cookies: int
    first_at: datetime | None
    """When the first response was seen, UTC; `None` where there was none."""
    last_at: datetime | None
    unnamed: int
    """Decisions about names that found no room."""
    cookies: tuple[SeenCookie, ...]
    """By category (necessary first, none last), then name."""
