"""What an audit found: the cookies, the findings, and the sentence that sums them up. Frozen values.

Law: an audit that saw nothing of the site never reports that the promise is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from cookiegate.audit.assessment import Mark
from cookiegate.audit.browser.evidence import BrowserEvidence
from cookiegate.audit.browser.phase import MOMENTS
from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.observation import Moment, Place
from cookiegate.audit.text import counted, listed
from cookiegate.model import Category, CookieRule

__all__ = ["Audit", "AuditedCookie", "OtherParty", "Source"]

_PHRASES = {
    Code.BEFORE_CONSENT: ("is set before consent", "are set before consent"),
    Code.SCRIPT_BEFORE_CONSENT: ("is set by a script before consent", "are set by a script before consent"),
    Code.GPC_IGNORED: ("is set against Global Privacy Control", "are set against Global Privacy Control"),
    Code.AGAINST_CHOICE: ("is set against the visitor's choice", "are set against the visitor's choice"),
    Code.KEPT_AFTER_WITHDRAWAL: ("stays after the withdrawal", "stay after the withdrawal"),
    Code.STORED_BEFORE_CONSENT: ("is stored without consent", "are stored without consent"),
    Code.UNREGISTERED: ("is not in the policy", "are not in the policy"),
    Code.KEPT_LONGER: ("stays longer than declared", "stay longer than declared"),
}

_DOUBTS = {
    Code.CARRIED_WITHOUT_CONSENT: ("is in the browser without consent", "are in the browser without consent"),
    Code.STORED_UNREGISTERED: ("is stored and not in the policy", "are stored and not in the policy"),
    Code.UNDECLARED: ("is missing in your file", "are missing in your file"),
    Code.NOT_OFFERED: ("is of a category that is never offered", "are of a category that is never offered"),
}

_ENTRY = Code.STORED_BEFORE_CONSENT.noun
_OF_ONE = {"break": "breaks", "are": "is"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was audited."""

    kind: str
    """`"har"`, `"site"`, `"inventory"` or `"browser"`."""
    name: str
    """The file's name, or the URL; safe to print."""
    path: str | None = None
    """The file as it was named; `None` for a site."""
    looked_at: str
    """How much was looked at, as text."""
    hosts: str = ""
    """The site's own hosts, as text; empty where the source knows none."""
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
    """A response set it; otherwise it was only carried, held back or deleted."""
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

    unseen: frozenset[Moment] = frozenset()
    """The visitors who did not see the site; cookies of redirects count nevertheless."""
    browser: BrowserEvidence | None = None
    """What a browser saw in each phase, for an audit by a browser."""

    @cached_property
    def pages(self) -> Mapping[Moment, int]:
        """How many pages a browser saw at each moment; empty where it saw equally many at all of them."""
        counts = {MOMENTS[phase.phase]: len(phase.pages) for phase in self.browser.phases} if self.browser else {}
        return counts if len(set(counts.values())) > 1 else {}

    def accept(self, accepted: frozenset[tuple[str, str]]) -> "Audit":
        """Return it with the findings marked that are in a baseline: pairs of code and cookie.

        `nothing-seen` can't be accepted: the next audit would have nothing to compare with.
        """
        findings = (
            replace(
                finding,
                is_accepted=(finding.code.value, finding.cookie) in accepted and finding.code is not Code.NOTHING_SEEN,
            )
            for finding in self.findings
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
        """Return whether there is an open finding that is at least this bad."""
        return any(finding.severity.weight >= threshold.weight for finding in self.open)

    @cached_property
    def worst(self) -> Mapping[str, Severity]:
        """From a cookie's name to the worst open finding about it."""
        found: dict[str, Severity] = {}
        for finding in self.open:
            if finding.code.noun == "cookie":
                known = found.get(finding.cookie, finding.severity)
                found[finding.cookie] = max(known, finding.severity, key=lambda severity: severity.weight)
        return found

    @property
    def has_policy(self) -> bool:
        """Return whether the site's own registry was given."""
        return self.source.registry is not None

    @property
    def is_complete(self) -> bool:
        """Return whether everything was seen that was to be looked at."""
        return not any(finding.code in {Code.NOTHING_SEEN, Code.NOT_SEEN} for finding in self.findings)

    @property
    def is_blind(self) -> bool:
        """Return whether nothing of the site was seen."""
        is_missing = any(finding.code is Code.NOTHING_SEEN for finding in self.findings)
        return is_missing and self.unseen.issuperset(self.moments)

    @cached_property
    def summary(self) -> str:
        """Return the result in one sentence."""
        return f"{self.headline}: {self.reasons}." if self.reasons else f"{self.headline}."

    @cached_property
    def headline(self) -> str:
        """Return how much breaks the promise, without a full stop; without a registry there is no promise."""
        total = len(self.cookies)
        if self.is_blind:
            return self._blind
        if not total and not (self._broken or self._accepted or self._doubtful):
            return self._without_cookies
        if not self.has_policy:
            cookies = "the one cookie" if total == 1 else f"all {total:,} cookies"
            fine = f"cookiegate knows {cookies}, and nothing optional is set without consent"
            return f"No policy was given, so no promise was checked; {self._told_broken or fine}"
        if self._broken:
            more = f", {len(self._accepted):,} more as the baseline accepts" if self._accepted else ""
            return f"{self._told_broken}{more}"
        if self._accepted:
            return f"{self._counted(self._accepted, 'break')} the policy's promise, as the baseline accepts"
        if self._doubtful:
            return f"{self._counted(self._doubtful, 'may')} break the policy's promise"
        seen = "" if self.is_complete else " that was seen" if total == 1 else " that were seen"
        subject = f"The one cookie{seen} keeps" if total == 1 else f"All {total:,} cookies{seen} keep"
        return f"{subject} the policy's promise" + ("" if self.is_complete else ", but not everything could be seen")

    @property
    def _blind(self) -> str:
        """Say first that nothing was seen, whatever came with redirects and errors."""
        total = len(self.cookies)
        but = f" but {counted(total, 'cookie')} on the way" if total else ""
        broken = f"; {self._told_broken}" if self._broken else ""
        return f"Nothing of the site was seen{but}, so nothing is proved{broken}"

    @property
    def _without_cookies(self) -> str:
        return "No cookie of the site was seen" + ("" if self.is_complete else ", but not everything could be seen")

    @property
    def _told_broken(self) -> str:
        """Count what is broken; empty where nothing is."""
        if not self._broken:
            return ""
        if self.has_policy:
            return f"{self._counted(self._broken, 'break')} the policy's promise"
        return f"by what cookiegate knows, {self._counted(self._broken, 'are')} wrong"

    def _counted(self, subjects: frozenset[tuple[str, str]], verb: str) -> str:
        """Count subjects, cookies of all cookies, before a verb: `2 of 5 cookies and 1 stored entry break`."""
        cookies = sum(noun == "cookie" for noun, _ in subjects)
        entries = len(subjects) - cookies
        found = [f"{cookies:,} of {counted(len(self.cookies), 'cookie')}"] if cookies else []
        found += [counted(entries, _ENTRY)] if entries else []
        verb = _OF_ONE.get(verb, verb) if len(subjects) == 1 else verb
        return f"{listed(found)} {verb}"

    @cached_property
    def _broken(self) -> frozenset[tuple[str, str]]:
        """The cookies and stored entries with an open error: what they are, and their names."""
        return _subjects(finding for finding in self.open if finding.severity is Severity.ERROR)

    @cached_property
    def _accepted(self) -> frozenset[tuple[str, str]]:
        """The others with an error that the baseline accepts."""
        accepted = (each for each in self.findings if each.is_accepted and each.severity is Severity.ERROR)
        return _subjects(accepted) - self._broken

    @cached_property
    def _doubtful(self) -> frozenset[tuple[str, str]]:
        """What may break the promise."""
        return _subjects(finding for finding in self.open if finding.code in _DOUBTS)

    @cached_property
    def reasons(self) -> str:
        """Describe how the promise is broken, cookies counted; empty where it is not."""
        phrases = _PHRASES if self.has_policy else {**_PHRASES, Code.UNREGISTERED: ("is unknown", "are unknown")}
        if not self._broken:
            phrases = _DOUBTS
        found = []
        for code, (one, many) in phrases.items():
            number = sum(finding.code is code for finding in self.open)
            if number:
                found.append(f"{number:,} {one if number == 1 else many}")
        return listed(found) if found else ""


def _subjects(findings: Iterable[Finding]) -> frozenset[tuple[str, str]]:
    """Return what the policy promises something of: cookies and stored entries, without pages and banners."""
    return frozenset((each.code.noun, each.cookie) for each in findings if each.code.noun in ("cookie", _ENTRY))
