"""Adding sightings up, in bounded memory: a row for each cookie, a finding for each thing that is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cookiegate.audit.finding import Code, Finding
from cookiegate.audit.judgement import Judge, Mark, Verdict
from cookiegate.audit.result import Audit, AuditedCookie, OtherParty, Source
from cookiegate.audit.sighting import Moment, Place, Sighting, Way
from cookiegate.audit.words import counted, listed, shown
from cookiegate.model import Category, CookieRule

__all__ = ["MAX_COOKIES", "Ledger"]

MAX_COOKIES = 5000
"""There is room for as many names; what finds none is counted."""
_MAX_PARTIES = 500
_MAX_NAMES_OF_A_PARTY = 12
_MAX_PLACES = 4
_MAX_CARRIED = 20000


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
    marks: dict[Moment, Mark] = field(default_factory=dict)
    faults: dict[Code, _Fault] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Party:
    names: dict[str, None] = field(default_factory=dict)
    count: int = 0
    count_before: int = 0


class Ledger:
    """Everything that was seen at one source."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._rows: dict[str, _Row] = {}
        self._parties: dict[str, _Party] = {}
        self._carried: dict[tuple[bytes, Moment], tuple[_Row, _Fault | None]] = {}
        self._seen_rules: set[str] = set()
        self._moments: dict[Moment, None] = {}
        self._without_room = 0
        self.sightings = 0

    def visit(self, moment: Moment) -> None:
        """Note that the site was looked at in this moment, whatever was seen then."""
        self._moments.setdefault(moment)

    def add(self, sighting: Sighting) -> None:
        """Judge one sighting and add it up. Raises nothing."""
        self.sightings += sighting.count
        self.visit(sighting.moment)
        key = (sighting.line, sighting.moment)
        if sighting.way is Way.CARRIED and key in self._carried:  # every request brings the same names along
            known, fault = self._carried[key]
            known.count += sighting.count
            if fault is not None:
                fault.count += sighting.count
            return
        verdict = self._judge.judge(sighting)
        if verdict.rule is not None:
            self._seen_rules.add(verdict.rule.name)
        if not sighting.is_own:
            self._add_party(sighting, verdict)
            if verdict.mark is not Mark.BROKEN:  # a promise of the site's own is broken by whoever breaks it
                return
        row = self._row(verdict)
        if row is None:
            self._without_room += sighting.count
            return
        fault = self._add_to(row, sighting, verdict)
        if sighting.way is Way.CARRIED and len(self._carried) < _MAX_CARRIED:
            self._carried[key] = row, fault

    def _row(self, verdict: Verdict) -> _Row | None:
        row = self._rows.get(verdict.name)
        if row is None and len(self._rows) < MAX_COOKIES:
            row = self._rows[verdict.name] = _Row(verdict.name, verdict.rule)
        return row

    def _add_to(self, row: _Row, sighting: Sighting, verdict: Verdict) -> _Fault | None:
        """Add a verdict to a cookie's row; return the first thing that is wrong."""
        row.count += sighting.count
        row.rule = row.rule or verdict.rule
        before = row.marks.get(sighting.moment, verdict.mark)
        row.marks[sighting.moment] = min(before, verdict.mark, key=lambda mark: mark.rank)
        _remember(row.places, sighting.place)
        if verdict.is_kept and sighting.way is Way.SET:
            row.is_stored = True
            if verdict.lifetime_s is not None:
                row.longest_s = max(row.longest_s or 0, verdict.lifetime_s)
        for code, detail in verdict.faults:
            fault = row.faults.setdefault(code, _Fault(detail))
            fault.count += sighting.count
            _remember(fault.places, sighting.place)
            fault.moments.setdefault(sighting.moment)
        return row.faults[verdict.faults[0][0]] if verdict.faults else None

    def _add_party(self, sighting: Sighting, verdict: Verdict) -> None:
        """Add to what another party's host sets."""
        party = self._parties.get(sighting.host)
        if party is None:
            if len(self._parties) >= _MAX_PARTIES:
                self._without_room += sighting.count
                return
            party = self._parties[sighting.host] = _Party()
        if not verdict.is_kept:
            return
        party.count += sighting.count
        party.count_before += 0 if sighting.moment.has_chosen else sighting.count
        if len(party.names) < _MAX_NAMES_OF_A_PARTY:
            party.names.setdefault(verdict.name)

    def close(self, source: Source, declared: Iterable[CookieRule], notes: Iterable[str] = ()) -> Audit:
        """Return everything that was found; `declared` are the rules that the site wrote itself."""
        findings = [finding for row in self._rows.values() for finding in _findings(row)]
        never = [rule for rule in declared if rule.name not in self._seen_rules]
        findings += [
            Finding(
                code=Code.NEVER_SEEN, cookie=rule.name, detail=rule.purpose or "declared", rule=rule,
                category=rule.category,
            )
            for rule in never
        ]  # fmt: skip
        parties = tuple(
            OtherParty(shown(host), tuple(party.names), party.count, party.count_before)
            for host, party in sorted(self._parties.items())
            if party.count
        )
        findings += [
            Finding(
                code=Code.OTHER_PARTY, cookie=party.host, count=party.count,
                detail=f"sets {listed([*party.names])}; {_of(party)} before consent",
            )
            for party in parties
        ]  # fmt: skip
        told = list(notes)
        if self._without_room:
            told.append(
                f"{counted(self._without_room, 'sighting')} of further names are not listed: there is room for "
                f"{MAX_COOKIES:,} cookies and {_MAX_PARTIES} other parties."
            )
        order = [*Category, None]
        cookies = [
            AuditedCookie(
                name=row.name, rule=row.rule, marks=dict(row.marks), count=row.count, is_set=row.is_stored,
                longest_s=row.longest_s, places=tuple(row.places), codes=tuple(row.faults),
            )
            for row in self._rows.values()
        ]  # fmt: skip
        cookies.sort(key=lambda cookie: (order.index(cookie.category), cookie.name))
        return Audit(
            source=source,
            moments=tuple(sorted(self._moments)),
            cookies=tuple(cookies),
            findings=tuple(sorted(findings, key=lambda finding: finding.order)),
            parties=parties,
            never_seen=tuple(never),
            notes=tuple(told),
        )


def _of(party: OtherParty) -> str:
    return f"{party.count_before:,} of {counted(party.count, 'line')}"


def _findings(row: _Row) -> Iterable[Finding]:
    codes = row.faults.keys()
    if not codes.isdisjoint({Code.BEFORE_CONSENT, Code.AGAINST_CHOICE}):
        row.faults.pop(Code.CARRIED_WITHOUT_CONSENT, None)  # it is known already how it came into the browser
    for code, fault in row.faults.items():
        yield Finding(
            code=code, cookie=row.name, detail=fault.detail, rule=row.rule,
            category=None if row.rule is None else row.rule.category,
            places=tuple(fault.places), moments=tuple(sorted(fault.moments)), count=fault.count,
        )  # fmt: skip


def _remember(places: dict[Place, None], place: Place) -> None:
    if len(places) < _MAX_PLACES:
        places.setdefault(place)
