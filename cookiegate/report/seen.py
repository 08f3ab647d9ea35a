"""The content of an inventory: every cookie name that was seen, what set it, and what was decided. Frozen values.

No value of a cookie is in it, and no path as it was asked for: only the framework's templates, or folded paths.
Law: a report holds no value of a cookie and no path of a visitor.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cookiegate.model import Action, Category, Reason

__all__ = ["MALFORMED", "InventoryReport", "Mode", "Origin", "Outcome", "Phase", "SeenCookie", "Sent", "SetBy"]

MALFORMED: frozenset[Reason] = frozenset(reason for reason in Reason if reason.is_malformed)
"""Reasons that don't concern the registry: the line can't be used."""


class Origin(StrEnum):
    """Where a cookie was seen."""

    RESPONSE = "response"
    """The app sent a Set-Cookie line for it."""
    REQUEST = "request"
    """A browser sent it, it is refused, and the gate deletes it; the name is its rule's: visitors choose their own."""


class Mode(StrEnum):
    """The gate's mode during the recording."""

    REPORT_ONLY = "report-only"
    """Every line left as the app sent it; the decisions say what enforcing would do."""
    ENFORCE = "enforce"
    """The decisions were carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How often one decision was made about a cookie. The sum over a cookie's outcomes is its `count`."""

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
    """A route that set a cookie, how often, and the decision."""

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
    """The attributes of the app's own lines before the gate, without deletions and lines that can't be used."""

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
    """Lines whose domain is beyond the limit."""
    paths: tuple[tuple[str, int], ...] = ()
    """Path attributes, folded like routes; `""` is the default path."""
    other_paths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCookie:
    """Everything that was seen of one cookie name."""

    name: str
    """Octets read as Latin-1, cut with a `…` where too long; of a family its pattern, with a `*`."""
    origin: Origin
    is_family: bool
    """The row of the names of a family beyond its limit."""
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
    """Decisions whose setter is beyond the limit."""
    sent: Sent = Sent()
    mode: Mode | None = None
    """The gate's mode: a name that was seen in both has two entries. `None` in a file that does not say it."""
    is_known: bool | None = None
    """The rule is one of cookiegate's known rules, not the site's own; `None` where that is not known."""
    rewritten_beside: str | None = None
    """A Secure-Session-* field beside which the gate rewrote the cookie: browsers compare the attributes of a
    device-bound session's cookie, so its rule needs `attributes = "as-sent"`."""

    @property
    def is_unregistered(self) -> bool:
        """Return whether the app sets it, and no rule knows it."""
        return self.rule is None and any(
            outcome.rule is None and outcome.reason is not Reason.DELETION and outcome.reason not in MALFORMED
            for outcome in self.outcomes
        )

    @property
    def is_undeclared(self) -> bool:
        """Return whether it is used, and only cookiegate itself knows it: the site's file does not declare it."""
        return bool(self.is_known) and any(
            outcome.reason is not Reason.DELETION and outcome.reason not in MALFORMED for outcome in self.outcomes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """How much was seen while the gate was in one mode."""

    mode: Mode | None
    responses: int
    """Zero where single rules report alone while the gate enforces the others: responses count in its own phase."""
    responses_with_cookies: int
    first_at: datetime
    """UTC, as `last_at`."""
    last_at: datetime


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
    """Decisions about names beyond the limits."""
    cookies: tuple[SeenCookie, ...]
    """By category (necessary first, none last), then name, then mode."""
    phases: tuple[Phase, ...] = ()
    """One for each mode in which the gate was, the earliest first."""
