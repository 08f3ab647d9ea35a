"""Adds observations up, in bounded memory: a row for each cookie, a finding for each problem of it.

Law: memory is bounded; what exceeds a limit is counted and reported as a gap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cookiegate.audit.assessment import Assessment, Assessor, Mark
from cookiegate.audit.browser.evidence import BrowserEvidence
from cookiegate.audit.browser.phase import MOMENTS
from cookiegate.audit.declared_rules import DeclaredRules
from cookiegate.audit.finding import Code, Finding
from cookiegate.audit.gap import Gap, findings_of
from cookiegate.audit.observation import Moment, Observation, Place, Way
from cookiegate.audit.result import Audit, AuditedCookie, OtherParty, Source
from cookiegate.audit.text import listed, shown
from cookiegate.model import Category, CookieRule
from cookiegate.plural import counted

__all__ = ["MAX_COOKIES", "Collector"]

MAX_COOKIES = 5000
"""An audit lists at most this many names; the rest is counted."""
_MAX_PARTIES = 500
_MAX_NAMES_OF_A_PARTY = 12
_MAX_PLACES = 4
_MAX_CARRIED = 20000
_ORDER = [*Category, None]
_NO_POLICY = Finding(
    code=Code.NO_POLICY, cookie="the site's registry", count=1, has_policy=False,
    detail="no --registry was given: the cookies were held against those that cookiegate knows",
)  # fmt: skip


@dataclass(slots=True)
class _Fault:
    detail: str
    count: int = 0
    places: dict[Place, None] = field(default_factory=dict)
    moments: dict[Moment, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Row:
    name: str
    rule: CookieRule | None
    count: int = 0
    longest_s: float | None = None
    is_stored: bool = False
    is_kept: bool = False
    marks: dict[Moment, Mark] = field(default_factory=dict)
    faults: dict[Code, _Fault] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Party:
    names: dict[str, None] = field(default_factory=dict)
    count: int = 0
    count_before: int = 0


class Collector:
    """Adds up everything that was observed at one source."""

    def __init__(self, assessor: Assessor) -> None:
        self._assessor = assessor
        self._rows: dict[str, _Row] = {}
        self._parties: dict[str, _Party] = {}
        self._carried: dict[tuple[bytes, Moment], tuple[_Row, _Fault | None]] = {}
        self._seen_rules: set[str] = set()
        self._moments: dict[Moment, None] = {}
        self._left_out = 0
        self.observations: int = 0

    def visit(self, moment: Moment) -> None:
        """Note that the site was visited at this moment, whatever was seen then."""
        self._moments.setdefault(moment)

    def add(self, observation: Observation) -> None:
        """Assess one observation and add it. Raises nothing."""
        self.observations += observation.count
        self.visit(observation.moment)
        key = (observation.line, observation.moment)
        if observation.way is Way.CARRIED and key in self._carried:  # every request sends the same names
            known, fault = self._carried[key]
            known.count += observation.count
            if fault is not None:
                fault.count += observation.count
            return
        assessment = self._assessor.assess(observation)
        if assessment.rule is not None:
            self._seen_rules.add(assessment.rule.name)
        if not observation.is_own:
            self._add_party(observation, assessment)
            if assessment.mark is not Mark.BROKEN:  # another party can break the site's promise too
                return
        row = self._row(assessment)
        if row is None:
            self._left_out += observation.count
            return
        fault = self._add_to(row, observation, assessment)
        if observation.way is Way.CARRIED and len(self._carried) < _MAX_CARRIED:
            self._carried[key] = row, fault

    def _row(self, assessment: Assessment) -> _Row | None:
        row = self._rows.get(assessment.name)
        if row is None and len(self._rows) < MAX_COOKIES:
            row = self._rows[assessment.name] = _Row(assessment.name, assessment.rule)
        return row

    def _add_to(self, row: _Row, observation: Observation, assessment: Assessment) -> _Fault | None:
        """Add an assessment to a cookie's row; return the first thing that is wrong."""
        row.count += observation.count
        row.rule = row.rule or assessment.rule
        before = row.marks.get(observation.moment, assessment.mark)
        row.marks[observation.moment] = min(before, assessment.mark, key=lambda mark: mark.rank)
        _remember(row.places, observation.place)
        row.is_kept = row.is_kept or assessment.is_kept
        if assessment.is_kept and observation.way in (Way.SET, Way.SCRIPT):
            row.is_stored = True
            if assessment.lifetime_s is not None:
                row.longest_s = max(row.longest_s or 0, assessment.lifetime_s)
        for code, detail in assessment.faults:
            fault = row.faults.setdefault(code, _Fault(detail))
            fault.count += observation.count
            _remember(fault.places, observation.place)
            fault.moments.setdefault(observation.moment)
        return row.faults[assessment.faults[0][0]] if assessment.faults else None

    def _add_party(self, observation: Observation, assessment: Assessment) -> None:
        """Add to what another party's host sets."""
        party = self._parties.get(observation.host)
        if party is None:
            if len(self._parties) >= _MAX_PARTIES:
                self._left_out += observation.count
                return
            party = self._parties[observation.host] = _Party()
        if not assessment.is_kept:
            return
        party.count += observation.count
        party.count_before += 0 if observation.moment.has_chosen else observation.count
        if len(party.names) < _MAX_NAMES_OF_A_PARTY:
            party.names.setdefault(assessment.name)

    def _unseen(self, moments: list[Moment | None]) -> frozenset[Moment]:
        """Return the moments in which nothing was seen. A gap without a moment concerns all of them."""
        return frozenset(self._moments) if None in moments else frozenset(each for each in moments if each is not None)

    def close(  # noqa: PLR0917  # what an audit ends with
        self, source: Source, declared: DeclaredRules | None, notes: Iterable[str] = (), gaps: Iterable[Gap] = (),
        further: Iterable[Finding] = (), browser: BrowserEvidence | None = None,
    ) -> Audit:  # fmt: skip
        """Return everything that was found; `declared` is the rules of the site's own file, if there is one.

        `further`: findings that are about no cookie, as a browser makes them.
        """
        all_gaps = [*gaps, *self._full()]
        never = [rule for rule in (declared.rules if declared else ()) if rule.name not in self._seen_rules]
        parties = tuple(
            OtherParty(shown(host), tuple(party.names), party.count, party.count_before)
            for host, party in sorted(self._parties.items())
            if party.count
        )
        findings = [
            finding
            for row in self._rows.values()
            for finding in _findings(row, declared, has_policy=declared is not None)
        ]
        findings += findings_of(all_gaps)
        findings += [_NO_POLICY] if declared is None else []
        findings += further
        findings += map(_never_seen, never)
        findings += map(_of_party, parties)
        cookies = map(_cookie, self._rows.values())
        return Audit(
            source=source,
            moments=tuple(sorted(self._moments)),
            cookies=tuple(sorted(cookies, key=lambda cookie: (_ORDER.index(cookie.category), cookie.name))),
            findings=tuple(sorted(findings, key=lambda finding: finding.order)),
            parties=parties,
            never_seen=tuple(never),
            notes=tuple(notes),
            browser=browser,
            unseen=_unseen_phases(browser)
            if browser is not None
            else self._unseen([gap.moment for gap in all_gaps if gap.is_whole]),
        )

    def _full(self) -> Iterable[Gap]:
        """Describe what was left out because a limit was reached."""
        if self._left_out:
            yield Gap(
                "further names",
                f"{counted(self._left_out, 'line')} left out: an audit lists {MAX_COOKIES:,} cookies and "
                f"{_MAX_PARTIES} other parties; look at fewer pages at a time",
            )


def _unseen_phases(browser: BrowserEvidence) -> frozenset[Moment]:
    """Return the moments of the phases that saw no page: no button was found, or the page did not answer."""
    return frozenset(MOMENTS[phase.phase] for phase in browser.phases if not phase.is_seen)


def _never_seen(rule: CookieRule) -> Finding:
    return Finding(
        code=Code.NEVER_SEEN, cookie=rule.name, detail=rule.purpose or "declared", rule=rule, category=rule.category
    )


def _of_party(party: OtherParty) -> Finding:
    before = f"{party.count_before:,} of {counted(party.count, 'line')} before consent"
    return Finding(
        code=Code.OTHER_PARTY, cookie=party.host, count=party.count, detail=f"sets {listed([*party.names])}; {before}"
    )


def _cookie(row: _Row) -> AuditedCookie:
    return AuditedCookie(
        name=row.name, rule=row.rule, marks=dict(row.marks), count=row.count, is_set=row.is_stored,
        longest_s=row.longest_s, places=tuple(row.places), codes=tuple(row.faults),
    )  # fmt: skip


def _findings(row: _Row, declared: DeclaredRules | None, *, has_policy: bool) -> Iterable[Finding]:
    codes = row.faults.keys()
    if not codes.isdisjoint({Code.BEFORE_CONSENT, Code.SCRIPT_BEFORE_CONSENT, Code.AGAINST_CHOICE}):
        row.faults.pop(Code.CARRIED_WITHOUT_CONSENT, None)  # the Set-Cookie line is a finding already
    missing = None if declared is None or row.rule is None else declared.fault(row.rule, is_kept=row.is_kept)
    if missing is not None:
        code, detail = missing
        row.faults[code] = _Fault(detail, row.count, row.places, dict.fromkeys(row.marks))
    for code, fault in row.faults.items():
        yield Finding(
            code=code, cookie=row.name, detail=fault.detail, rule=row.rule,
            category=None if row.rule is None else row.rule.category,
            places=tuple(fault.places), moments=tuple(sorted(fault.moments)), count=fault.count, has_policy=has_policy,
        )  # fmt: skip


def _remember(places: dict[Place, None], place: Place) -> None:
    if place.where and len(places) < _MAX_PLACES:
        places.setdefault(place)
