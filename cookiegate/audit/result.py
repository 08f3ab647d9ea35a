"""What an audit found: the cookies, the findings, and the sentence that sums them up. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.judgement import Mark
from cookiegate.audit.sighting import Moment, Place
from cookiegate.audit.words import counted, listed
from cookiegate.model import Category, CookieRule

__all__ = ["Audit", "AuditedCookie", "OtherParty", "Source"]

_PHRASES = {
    Code.BEFORE_CONSENT: ("is set before consent", "are set before consent"),
    Code.AGAINST_CHOICE: ("is set against the visitor's choice", "are set against the visitor's choice"),
    Code.UNREGISTERED: ("is not in the policy", "are not in the policy"),
    Code.KEPT_LONGER: ("stays longer than declared", "stay longer than declared"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was audited."""

    kind: str
    """`"har"`, `"site"` or `"inventory"`."""
    name: str
    """The file's name, or the URL; safe to print."""
    path: str | None = None
    """The file as it was named; `None` for a site."""
    looked_at: str
    """How much was looked at, in words."""
    hosts: str = ""
    """The site's own hosts, in words; empty where the source knows none."""
    registry: str | None = None
    """The registry's file as it was named; `None`: only the cookies that are known anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCookie:
    """One cookie of the site, over everything that was looked at."""

    name: str
    """Safe to print."""
    rule: CookieRule | None
    marks: Mapping[Moment, Mark]
    count: int
    is_set: bool
    """A response set it; else it was only carried, held back or deleted."""
    longest_s: float | None
    """The longest lifetime that was asked for; `None` for the browser session."""
    places: tuple[Place, ...]
    codes: tuple[Code, ...]

    @property
    def category(self) -> Category | None:
        """The rule's; `None` for a cookie that no rule names."""
        return None if self.rule is None else self.rule.category


@dataclass(frozen=True, slots=True)
class OtherParty:
    """A host that is not the site's own, and what it sets."""

    host: str
    names: tuple[str, ...]
    """The first few."""
    count: int
    count_before: int
    """How often before the visitor had chosen."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Everything that an audit found."""

    source: Source
    moments: tuple[Moment, ...]
    cookies: tuple[AuditedCookie, ...]
    """By category, then name."""
    findings: tuple[Finding, ...]
    """The worst first."""
    parties: tuple[OtherParty, ...]
    never_seen: tuple[CookieRule, ...]
    notes: tuple[str, ...]
    """What else a reader must know, one sentence each."""

    def accept(self, accepted: frozenset[tuple[str, str]]) -> "Audit":
        """Return it with the findings marked that are in a baseline: pairs of code and cookie."""
        findings = (
            replace(finding, is_accepted=(finding.code.value, finding.cookie) in accepted) for finding in self.findings
        )
        return replace(self, findings=tuple(findings))

    @cached_property
    def open(self) -> tuple[Finding, ...]:
        """The findings that are not accepted."""
        return tuple(finding for finding in self.findings if not finding.is_accepted)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the open findings of one severity."""
        return tuple(finding for finding in self.open if finding.severity is severity)

    def fails(self, threshold: Severity) -> bool:
        """Tell whether there is an open finding that is at least this bad."""
        return any(finding.severity.weight >= threshold.weight for finding in self.open)

    @cached_property
    def worst(self) -> Mapping[str, Severity]:
        """From a cookie's name to the worst open finding about it."""
        found: dict[str, Severity] = {}
        for finding in self.open:
            if finding.code is not Code.OTHER_PARTY:
                known = found.get(finding.cookie, finding.severity)
                found[finding.cookie] = max(known, finding.severity, key=lambda severity: severity.weight)
        return found

    @cached_property
    def summary(self) -> str:
        """Say in plain words how the site stands."""
        return f"{self.headline}: {self.reasons}." if self.reasons else f"{self.headline}."

    @cached_property
    def headline(self) -> str:
        """Say how many cookies break the promise, without a full stop."""
        total = len(self.cookies)
        if not total:
            return "No cookie of the site was seen"
        broken = sum(self.worst.get(cookie.name) is Severity.ERROR for cookie in self.cookies)
        if broken:
            return (
                f"{broken:,} of {counted(total, 'cookie')} {'breaks' if broken == 1 else 'break'} the policy's promise"
            )
        return f"{'The one cookie keeps' if total == 1 else f'All {total:,} cookies keep'} the policy's promise"

    @cached_property
    def reasons(self) -> str:
        """Say how the promise is broken, cookies counted; empty where it is not."""
        found = []
        for code, (one, many) in _PHRASES.items():
            number = sum(finding.code is code for finding in self.open)
            if number:
                found.append(f"{number:,} {one if number == 1 else many}")
        return listed(found) if found else ""
