"""Counting what is seen in bounded memory: plain tables, no IO, no clock, no lock (its owner holds one).

Law: what has a row keeps it. Strangers without end (names, paths, methods, domains) can only fill the room of their
own kind; what finds no room is counted all the same, and told.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import IntEnum
from typing import TypeAlias

from cookiegate.model import OPTIONAL, Action, Category, Decision, Exchange, Reason
from cookiegate.report.limits import Limits
from cookiegate.report.names import cut, family_of, path_template
from cookiegate.report.row import Counts, OutcomeKey, Row, SetterKey
from cookiegate.report.seen import MALFORMED, InventoryReport, Origin, SeenCookie

__all__ = ["Tally"]

_MAX_AT_S = 253402300799.0  # the last second of the year 9999
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "WEBSOCKET"})
_CHOSEN_BY_STRANGERS = frozenset({400, 404, 405, 410, 414})  # with these, no page stands behind the path
_FREE_SETTERS = 4
_ORDER: dict[Category | None, int] = {category: place for place, category in enumerate((*Category, None))}

_NameKey: TypeAlias = tuple[str, Origin, bool]


class _Kind(IntEnum):
    """Each kind of name has its own room, so that none can take another's."""

    REGISTERED = 0
    UNREGISTERED = 1
    MALFORMED = 2
    REQUESTED = 3


class Tally:
    """What one process has seen, or, with `Limits.none()`, what several have."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: dict[_NameKey, Row] = {}
        self._rooms = [limits.registered, limits.unregistered, limits.malformed, limits.requested]
        self._families: dict[str, int] = {}
        self._setters = 0
        self._parts: dict[str, None] = {}
        self._first_s: float | None = None
        self._last_s: float | None = None
        self.responses = 0
        self._with_cookies = 0
        self._unnamed = 0

    def add(self, exchange: Exchange) -> None:
        """Count one response and what was decided about its cookies."""
        at_s = exchange.at_s if 0 <= exchange.at_s <= _MAX_AT_S else (self._last_s or 0.0)  # a clock may say anything
        self.responses += 1
        self._saw(at_s)
        if not exchange.decisions:
            return
        self._with_cookies += 1
        method = exchange.method if exchange.method in _METHODS else "OTHER"
        status = exchange.status if 100 <= exchange.status <= 999 else 0
        if exchange.route is not None:
            route = cut(exchange.route)
        else:
            route = "{none}" if status in _CHOSEN_BY_STRANGERS else path_template(exchange.path)
        for decision in exchange.decisions:
            row = self._row(decision, at_s)
            if row is None:
                self._unnamed += 1
                continue
            is_line = bool(decision.before)
            has_left = is_line and not (exchange.is_enforced and decision.action in (Action.DROP, Action.EXPIRE))
            counts = (1, int(has_left), int(has_left and not exchange.granted & OPTIONAL))
            rule = None if decision.rule is None else cut(decision.rule.name)
            row.saw(at_s, at_s, 1)
            is_usable = decision.reason not in MALFORMED
            if is_usable or rule is not None:
                row.category, row.rule = decision.category, rule
            row.met((decision.action, decision.reason, decision.category, rule), counts)
            setter = (method, route, exchange.route is not None, status, decision.action, decision.reason)
            self._set_by(row, setter, counts)
            if is_line and is_usable and decision.reason is not Reason.DELETION:
                row.sent(decision.before, at_s, exchange.is_https, self._limits.places)

    def load(self, report: InventoryReport) -> None:
        """Count what was recorded before, by this process or another."""
        self._parts.update(dict.fromkeys(report.parts))
        self.responses += report.responses
        self._with_cookies += report.responses_with_cookies
        self._unnamed += report.unnamed
        for at in (report.first_at, report.last_at):
            if at is not None:
                self._saw(at.timestamp())
        for cookie in report.cookies:
            row = self._row_of_seen(cookie)
            if row is None:
                self._unnamed += cookie.count
                continue
            first_s, last_s = cookie.first_at.timestamp(), cookie.last_at.timestamp()
            if row.count == 0 or last_s >= row.last_s:
                row.category, row.rule = cookie.category, cookie.rule
            row.saw(first_s, last_s, cookie.count)
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
        """Call what is counted here by this id."""
        self._parts[part] = None

    def names(self) -> list[_NameKey]:
        """Return the keys of all rows, for `cookie`: so that an owner may let go of its lock between rows."""
        return list(self._rows)

    def cookie(self, key: _NameKey) -> SeenCookie:
        """Return what was seen of one name."""
        name, origin, is_family = key
        return self._rows[key].seen(name, origin, is_family=is_family)

    def report(self, cookies: Iterable[SeenCookie] | None = None) -> InventoryReport:
        """Return everything; `cookies` are given by who took them one by one."""
        found = map(self.cookie, self.names()) if cookies is None else cookies
        return InventoryReport(
            parts=tuple(self._parts),
            responses=self.responses,
            responses_with_cookies=self._with_cookies,
            first_at=None if self._first_s is None else datetime.fromtimestamp(int(self._first_s), UTC),
            last_at=None if self._last_s is None else datetime.fromtimestamp(int(self._last_s), UTC),
            unnamed=self._unnamed,
            cookies=tuple(sorted(found, key=lambda cookie: (_ORDER[cookie.category], cookie.name, cookie.origin))),
        )

    def _saw(self, at_s: float) -> None:
        """Widen the time that was watched; a clock that goes backwards widens it to the front."""
        if self._first_s is None or self._last_s is None:
            self._first_s = self._last_s = at_s
        elif at_s > self._last_s:
            self._last_s = at_s
        elif at_s < self._first_s:
            self._first_s = at_s

    def _row(self, decision: Decision, at_s: float) -> Row | None:
        """Find the row of a decision's name, or make room for it."""
        rule = decision.rule
        if not decision.before and rule is not None:  # visitors choose these names: what counts is the rule
            return self._find(cut(rule.name), Origin.REQUEST, None, _Kind.REQUESTED, at_s)
        name = cut(decision.name)
        row = self._rows.get((name, Origin.RESPONSE, False))
        if row is not None:
            return row
        if rule is not None:
            family = cut(rule.name) if rule.name != name else None
            return self._find(name, Origin.RESPONSE, family, _Kind.REGISTERED, at_s)
        kind = _Kind.MALFORMED if decision.reason in MALFORMED else _Kind.UNREGISTERED
        return self._find(name, Origin.RESPONSE, family_of(name), kind, at_s)

    def _row_of_seen(self, cookie: SeenCookie) -> Row | None:
        """Find the row of a name that was recorded before, or make room for it."""
        if cookie.origin is Origin.REQUEST:
            kind = _Kind.REQUESTED
        elif cookie.rule is not None:
            kind = _Kind.REGISTERED
        else:
            kind = _Kind.UNREGISTERED if cookie.is_unregistered else _Kind.MALFORMED
        at_s = cookie.first_at.timestamp()
        if cookie.is_family:
            return self._rows.get((cookie.name, cookie.origin, True)) or self._add(
                (cookie.name, cookie.origin, True), kind, at_s
            )
        family = family_of(cookie.name) if cookie.rule is None else cookie.rule
        return self._find(cookie.name, cookie.origin, None if family == cookie.name else family, kind, at_s)

    def _find(self, name: str, origin: Origin, family: str | None, kind: _Kind, at_s: float) -> Row | None:
        """Find a row, or make room; for the many names of a family there is one row after some."""
        key = (name, origin, False)
        row = self._rows.get(key)
        if row is not None:
            return row
        if family is None:
            return self._add(key, kind, at_s)
        members = self._families.get(family, 0)
        if members < self._limits.family:
            row = self._add(key, kind, at_s)
            if row is not None:
                self._families[family] = members + 1
            return row
        key = (family, origin, True)
        return self._rows.get(key) or self._add(key, kind, at_s)

    def _add(self, key: _NameKey, kind: _Kind, at_s: float) -> Row | None:
        if self._rooms[kind] <= 0:
            return None
        self._rooms[kind] -= 1
        row = self._rows[key] = Row(at_s)
        return row

    def _set_by(self, row: Row, setter: SetterKey, counts: Counts) -> None:
        """Count who set a cookie, where there is room."""
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
