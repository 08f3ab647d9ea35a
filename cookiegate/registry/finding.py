"""A finding of lint about a registry, and the stable codes of findings.

`lint.py` and `lint_rule.py` make them. Law: the codes are public API, because sites ignore findings by their codes.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Code", "Finding", "Severity"]


class Severity(StrEnum):
    """The severity of a finding; errors and warnings fail a run, notes don't."""

    ERROR = "error"
    """The registry can't be used, or a rule in it never applies."""
    WARNING = "warning"
    """A promise is missing, too long or too wide."""
    NOTE = "note"
    """Information."""


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
    STRICTER_THAN_KNOWN = "stricter-than-known"
    NECESSARY_TRACKER = "necessary-tracker"
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
    RULE_REPORTS_ONLY = "rule-reports-only"
    CHUNK_APART = "chunk-apart"
    IDLE_KEY = "idle-key"
    GATE_LETS_UNKNOWN_OUT = "gate-lets-unknown-out"
    GATE_NOT_SECURE = "gate-not-secure"
    GATE_REPORTS_ONLY = "gate-reports-only"

    @property
    def severity(self) -> Severity:
        """The severity."""
        return _SEVERITIES.get(self, Severity.WARNING)

    @property
    def depends_on_version(self) -> bool:
        """Whether another version of cookiegate, which knows more cookies, may find it in an unchanged file."""
        return self in (Code.STRICTER_THAN_KNOWN, Code.NECESSARY_TRACKER)


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
    Code.RULE_REPORTS_ONLY: Severity.NOTE,
    Code.GATE_REPORTS_ONLY: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a rule, or about the registry as a whole."""

    code: Code
    subject: str
    """The rule's name, `"gate"`, or empty for the registry as a whole."""
    what: str
    fix: str
    line: int | None = None
    """The line on which the rule begins, counted from 1; `None` if there is no such line."""
    is_strict: bool = False
    """Whether findings that depend on cookiegate's version are errors instead of warnings."""

    @property
    def severity(self) -> Severity:
        """The severity."""
        return Severity.ERROR if self.is_strict and self.code.depends_on_version else self.code.severity

    @property
    def fails(self) -> bool:
        """Whether it fails a run. What depends on the version fails only as an error, so upgrades break no build."""
        return self.severity is Severity.ERROR or (
            self.severity is Severity.WARNING and not self.code.depends_on_version
        )

    def __str__(self) -> str:
        subject = f"{self.subject!r}: " if self.subject else ""
        return f"{self.severity} {self.code}: {subject}{self.what}; {self.fix}"
