"""Counts what is observed in bounded memory: plain tables, no IO, no clock, no lock (its owner has one).

Law: each kind of name has its own limit; a row is never removed, and the rest is counted in `unnamed`.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import IntEnum
from typing import TypeAlias

from cookiegate.decision import Decision, Exchange
from cookiegate.model import OPTIONAL, Action, Category, Reason
from cookiegate.registry.numbered_name import family_of
from cookiegate.registry.registry import is_built_in
from cookiegate.report.equal_responses import Equal, EqualResponses, is_time, setter_of
from cookiegate.report.limits import Limits
from cookiegate.report.names import cut
from cookiegate.report.row import Counts, OutcomeKey, Row, SetterKey
from cookiegate.report.seen import MALFORMED, InventoryReport, Mode, Origin, Phase, SeenCookie

__all__ = ["Tally"]

_FREE_SETTERS = 4
_MAX_HELD_LINES = 512  # they go into the rows in about a millisecond
_ORDER: dict[Category | None, int] = {category: place for place, category in enumerate((*Category, None))}

_NameKey: TypeAlias = tuple[str, Origin, bool, Mode | None]
"""Name, origin, whether it is the row of a family, and the gate's mode."""


class _Kind(IntEnum):
    """Each kind of name has its own limit."""

    REGISTERED = 0
    UNREGISTERED = 1
    MALFORMED = 2
    REQUESTED = 3


class _Watched:
    """The time during which the gate was in one mode; if the clock goes back, it begins earlier."""

    __slots__ = ("_first_s", "_responses", "_with_cookies", "last_s")

    def __init__(self, first_s: float, last_s: float) -> None:
        self._first_s, self.last_s = first_s, last_s
        self._responses = self._with_cookies = 0

    def saw(self, first_s: float, last_s: float, responses: int, with_cookies: int) -> None:
        self._responses += responses
        self._with_cookies += with_cookies
        self.last_s = max(self.last_s, last_s)
        self._first_s = min(self._first_s, first_s)

    def phase(self, mode: Mode | None) -> Phase:
        return Phase(
            mode=mode,
            responses=self._responses,
            responses_with_cookies=self._with_cookies,
            first_at=datetime.fromtimestamp(int(self._first_s), UTC),
            last_at=datetime.fromtimestamp(int(self.last_s), UTC),
        )


class Tally:
    """What one process has seen, or, with `Limits.none()`, what several have."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: dict[_NameKey, Row] = {}
        self._free: dict[Mode | None, list[int]] = {}
        self._families: dict[tuple[str, Mode | None], int] = {}
        self._phases: dict[Mode | None, _Watched] = {}
        self._setters = 0
        self._parts: dict[str, None] = {}
        self._unnamed = 0
        self._equal = EqualResponses()

    def add(self, exchange: Exchange) -> None:
        """Count one response and what was decided about its cookies."""
        equal = self._equal
        if not equal.add(exchange):
            self._settle()
            self._count(Equal(exchange))
        elif equal.lines > _MAX_HELD_LINES:
            self._settle()

    def _settle(self) -> None:
        """Count in the rows what is held."""
        for equal in self._equal.take():
            self._count(equal)

    def _count(self, equal: Equal) -> None:
        """Count equal responses in the rows."""
        exchange, times, at_s, last_s = equal.exchange, equal.times, equal.first_s, equal.last_s
        mode = Mode.ENFORCE if exchange.is_enforced else Mode.REPORT_ONLY
        phase = self._phases.get(mode)
        if not is_time(at_s):
            at_s = last_s = 0.0 if phase is None else phase.last_s
        if phase is None:
            phase = self._phases[mode] = _Watched(at_s, last_s)
        phase.saw(at_s, last_s, times, times if exchange.decisions else 0)
        if not exchange.decisions:
            return
        place = setter_of(exchange)
        for decision in exchange.decisions:
            own = mode if decision.is_enforced else Mode.REPORT_ONLY  # a rule may report only, where the gate enforces
            if own is not mode:
                self._phases.setdefault(own, _Watched(at_s, last_s)).saw(at_s, last_s, 0, 0)
            row = self._row(decision, own, at_s)
            if row is None:
                self._unnamed += times
                continue
            is_line = bool(decision.before)
            has_left = is_line and not (own is Mode.ENFORCE and decision.action in (Action.DROP, Action.EXPIRE))
            left = times if has_left else 0
            counts = (times, left, 0 if exchange.granted & OPTIONAL else left)
            rule = None if decision.registry_rule is None else cut(decision.registry_rule.name)
            row.saw(at_s, last_s, times)
            is_usable = decision.reason not in MALFORMED
            if is_usable or rule is not None:
                row.category, row.rule = decision.category, rule
                row.is_known = None if decision.registry_rule is None else is_built_in(decision.registry_rule)
            if exchange.session_field is not None and decision.action is Action.REWRITE and decision.is_enforced:
                row.rewritten_beside = exchange.session_field
            row.met((decision.action, decision.reason, decision.category, rule), counts)
            self._set_by(row, (*place, decision.action, decision.reason), counts)
            if is_line and is_usable and decision.reason is not Reason.DELETION:
                row.sent(decision.before, at_s, exchange.is_https, times, self._limits.places)

    def load(self, report: InventoryReport) -> None:
        """Count what was recorded before, by this process or another."""
        self._parts.update(dict.fromkeys(report.parts))
        self._unnamed += report.unnamed
        for phase in report.phases:
            first_s, last_s = phase.first_at.timestamp(), phase.last_at.timestamp()
            watched = self._phases.setdefault(phase.mode, _Watched(first_s, last_s))
            watched.saw(first_s, last_s, phase.responses, phase.responses_with_cookies)
        for cookie in report.cookies:
            row = self._row_of_seen(cookie)
            if row is None:
                self._unnamed += cookie.count
                continue
            first_s, last_s = cookie.first_at.timestamp(), cookie.last_at.timestamp()
            if row.count == 0 or last_s >= row.last_s:
                row.category, row.rule, row.is_known = cookie.category, cookie.rule, cookie.is_known
            row.saw(first_s, last_s, cookie.count)
            row.rewritten_beside = row.rewritten_beside or cookie.rewritten_beside
            row.set_by_others += cookie.set_by_others
            for outcome in cookie.outcomes:
                key: OutcomeKey = (outcome.action, outcome.reason, outcome.category, outcome.rule)
                row.met(key, (outcome.count, outcome.left, outcome.left_ungranted))
            for by in cookie.set_by:
                setter: SetterKey = (by.method, by.route, by.is_declared, by.status, by.action, by.reason)
                self._set_by(row, setter, (by.count, by.left, by.left_ungranted))
            row.sent_before(cookie.sent, self._limits.places)

    @property
    def parts(self) -> AbstractSet[str]:
        """The ids of the recordings in it."""
        return self._parts.keys()

    def begin_part(self, part: str) -> None:
        """Give this recording an id."""
        self._parts[part] = None

    def names(self) -> list[_NameKey]:
        """Return the keys of all rows, for `cookie`: the owner can release its lock between rows."""
        self._settle()
        return list(self._rows)

    def cookie(self, key: _NameKey) -> SeenCookie:
        """Return what was seen of one name."""
        name, origin, is_family, mode = key
        return self._rows[key].seen(name, origin, mode, is_family=is_family)

    def report(self, cookies: Iterable[SeenCookie] | None = None) -> InventoryReport:
        """Return everything; `cookies`: if the caller took them one by one."""
        found = [self.cookie(name) for name in self.names()] if cookies is None else cookies
        phases = sorted(
            (watched.phase(mode) for mode, watched in self._phases.items()), key=lambda phase: phase.first_at
        )
        return InventoryReport(
            parts=tuple(self._parts),
            responses=sum(phase.responses for phase in phases),
            responses_with_cookies=sum(phase.responses_with_cookies for phase in phases),
            first_at=min((phase.first_at for phase in phases), default=None),
            last_at=max((phase.last_at for phase in phases), default=None),
            unnamed=self._unnamed,
            cookies=tuple(sorted(found, key=_place)),
            phases=tuple(phases),
        )

    def _row(self, decision: Decision, mode: Mode, at_s: float) -> Row | None:
        """Find the row of a decision's name, or add one."""
        rule = decision.registry_rule
        if not decision.before and rule is not None:  # visitors choose these names: what counts is the rule
            return self._find((cut(rule.name), Origin.REQUEST, False, mode), None, _Kind.REQUESTED, at_s)
        name = cut(decision.name)
        key: _NameKey = (name, Origin.RESPONSE, False, mode)
        row = self._rows.get(key)
        if row is not None:
            return row
        if rule is not None:
            family = cut(rule.name) if rule.name != name else None
            return self._find(key, family, _Kind.REGISTERED, at_s)
        kind = _Kind.MALFORMED if decision.reason in MALFORMED else _Kind.UNREGISTERED
        return self._find(key, family_of(name), kind, at_s)

    def _row_of_seen(self, cookie: SeenCookie) -> Row | None:
        """Find the row of a name that was recorded before, or add one."""
        if cookie.origin is Origin.REQUEST:
            kind = _Kind.REQUESTED
        elif cookie.rule is not None:
            kind = _Kind.REGISTERED
        else:
            kind = _Kind.UNREGISTERED if cookie.is_unregistered else _Kind.MALFORMED
        at_s = cookie.first_at.timestamp()
        key: _NameKey = (cookie.name, cookie.origin, cookie.is_family, cookie.mode)
        if cookie.is_family:
            return self._rows.get(key) or self._add(key, kind, at_s)
        family = family_of(cookie.name) if cookie.rule is None else cookie.rule
        return self._find(key, None if family == cookie.name else family, kind, at_s)

    def _find(self, key: _NameKey, family: str | None, kind: _Kind, at_s: float) -> Row | None:
        """Find a row, or add one; beyond the limit of a family its names share one row."""
        row = self._rows.get(key)
        if row is not None:
            return row
        if family is None:
            return self._add(key, kind, at_s)
        _, origin, _, mode = key
        members = self._families.get((family, mode), 0)
        if members < self._limits.family:
            row = self._add(key, kind, at_s)
            if row is not None:
                self._families[family, mode] = members + 1
            return row
        key = (family, origin, True, mode)
        return self._rows.get(key) or self._add(key, kind, at_s)

    def _add(self, key: _NameKey, kind: _Kind, at_s: float) -> Row | None:
        limits = self._limits
        free = self._free.setdefault(
            key[3], [limits.registered, limits.unregistered, limits.malformed, limits.requested]
        )
        if free[kind] <= 0:
            return None
        free[kind] -= 1
        row = self._rows[key] = Row(at_s)
        return row

    def _set_by(self, row: Row, setter: SetterKey, counts: Counts) -> None:
        """Count who set a cookie, up to the limits."""
        if row.set_by(setter, counts):
            return
        is_declared, held, limit = setter[2], len(row.setters), self._limits.setters
        is_full = held >= limit or (not is_declared and row.undeclared >= limit // 2)
        if is_full or (held >= _FREE_SETTERS and self._setters >= self._limits.all_setters):
            row.set_by_others += counts[0]
            return
        row.undeclared += not is_declared
        self._setters += 1
        row.setters[setter] = [*counts]


def _place(cookie: SeenCookie) -> tuple[int, str, str, str]:
    """Return the sort key of a cookie in a report."""
    return _ORDER[cookie.category], cookie.name, cookie.origin, cookie.mode or ""
