"""What can be said against a registry that works: a closed set of stable codes, and findings in words.

The codes are public API: what a site has decided to ignore depends on them.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Code", "Finding", "Severity"]


class Severity(StrEnum):
    """How bad a finding is; errors and warnings fail a run, notes don't."""

    ERROR = "error"
    """The registry can't be used, or a rule in it never counts."""
    WARNING = "warning"
    """A promise is missing, too long or too wide."""
    NOTE = "note"
    """Good to know."""


class Code(StrEnum):
    """What was found."""

    MISTAKE = "mistake"
    HOST_PREFIX = "host-prefix"
    SHADOWED_PATTERN = "shadowed-pattern"
    OVERLAP = "overlap"
    REDUNDANT_PREFIX = "redundant-prefix"
    SWALLOWS_CATEGORY = "swallows-category"
    KNOWN_COMES_FIRST = "known-comes-first"
    LAXER_THAN_KNOWN = "laxer-than-known"
    DIFFERS_BY_CASE = "differs-by-case"
    WIDE_NECESSARY = "wide-necessary"
    NO_SESSION = "no-session"
    NO_CSRF = "no-csrf"
    NO_PURPOSE = "no-purpose"
    NO_LIFETIME = "no-lifetime"
    OPEN_LIFETIME = "open-lifetime"
    OVER_13_MONTHS = "over-13-months"
    OVER_400_DAYS = "over-400-days"
    OVER_GATE_LIMIT = "over-gate-limit"
    NOT_SECURE = "not-secure"
    SAME_SITE_NONE = "same-site-none"
    GATE_LETS_UNKNOWN_OUT = "gate-lets-unknown-out"
    GATE_NOT_SECURE = "gate-not-secure"
    GATE_REPORTS_ONLY = "gate-reports-only"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _SEVERITIES.get(self, Severity.WARNING)


_SEVERITIES = {
    Code.MISTAKE: Severity.ERROR,
    Code.HOST_PREFIX: Severity.ERROR,
    Code.SHADOWED_PATTERN: Severity.ERROR,
    Code.REDUNDANT_PREFIX: Severity.NOTE,
    Code.NO_SESSION: Severity.NOTE,
    Code.NO_CSRF: Severity.NOTE,
    Code.NO_LIFETIME: Severity.NOTE,
    Code.OPEN_LIFETIME: Severity.NOTE,
    Code.OVER_GATE_LIMIT: Severity.NOTE,
    Code.SAME_SITE_NONE: Severity.NOTE,
    Code.GATE_REPORTS_ONLY: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a rule, or about the registry as a whole."""

    code: Code
    subject: str
    """The rule's name, `"gate"`, or empty for the registry as a whole."""
    what: str
    mend: str
    line: int | None = None
    """Where the rule begins in the file, counted from 1; `None` where there is no such line."""

    def __str__(self) -> str:
        subject = f"{self.subject!r}: " if self.subject else ""
        return f"{self.code.severity} {self.code}: {subject}{self.what}; {self.mend}"
