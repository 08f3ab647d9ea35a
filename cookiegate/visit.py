"""One request's way through the gate: the Cookie header on its way in, the header fields on their way out.

Law: nothing raises, whatever the app and the browser send; a line that can't be judged does not leave.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cookiegate.debug import DEBUG_FIELD, told
from cookiegate.expiry import expire, first_refused
from cookiegate.handle import Handle
from cookiegate.model import NO_CONSENT, Consent, CookieRule, Decision, Exchange
from cookiegate.verdicts import KEEP, NEEDS_CONSENT, NOT_IN_TABLE, Deletion, Table
from cookiegate.wire.cache_control import Fields, is_stored_by_shared_caches, make_private, vary_on
from cookiegate.wire.dates import is_now
from cookiegate.wire.headers import (
    FieldKind,
    cut_at_line_break,
    field_kind,
    has_line_break,
    is_set_cookie,
    octet_pair,
    without_padding,
)  # fmt: skip

__all__ = ["Visit"]

MAX_PAIRS = 1000
"""Pairs of a Cookie header that are looked at; the app does not see more. Browsers keep 180 cookies of a site."""

_FAST_LINE_OCTETS = 4096  # a line no longer than this can hold no pair that is too long
# By their own names, since a look-up in an enum costs as much as the rest of what is done for a plain field.
_PLAIN, _SET_COOKIE = FieldKind.PLAIN, FieldKind.SET_COOKIE
_CACHE_CONTROL, _VARY = FieldKind.CACHE_CONTROL, FieldKind.VARY
_CONTROLS = bytes(0x20 if octet < 0x20 or octet == 0x7F else octet for octet in range(256))


class Visit(Handle):
    """One request and its response. The adapters make one for each request."""

    _cookies: dict[bytes, tuple[CookieRule, ...]] | None = None
    _outcome: tuple[list[Any], Fields] | list[Decision] | None = None
    """What was decided; or, as the fast path keeps no record, the fields before and after."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided; worked out when it is asked for, where the fast path decided."""
        if isinstance(self._outcome, tuple):
            before, after = self._outcome
            decisions: list[Decision] = []
            self._judge(before, decisions, self._consent)
            left = (value for name, value in after if is_set_cookie(name))
            self._outcome = [  # told is the line that left: a date in it may have been worked out up to a minute ago
                decision if decision.after is None else replace(decision, after=next(left, decision.after))
                for decision in decisions
            ]
        return tuple(self._outcome or ())

    # The request

    @property
    def _hides(self) -> bool:
        return self._gate.mode == "enforce" and self._gate.hide_refused

    def screen(self, cookie: bytes) -> bytes:
        """Return the Cookie header that the app may see: without registered optional cookies that are refused."""
        refusable = self._gate.refusable
        known = refusable.known
        seen = cookie
        pieces = cookie.split(b";")
        if len(pieces) > MAX_PAIRS:
            del pieces[MAX_PAIRS:]
            seen = b";".join(pieces) if self._hides else cookie
        found = {}
        for piece in pieces:
            name = piece.partition(b"=")[0]
            try:
                rules = known[name]
            except KeyError:
                rules = refusable.learn(name)
                known = refusable.known
            if rules:
                found[name.strip(b" \t")] = rules
        if not found:
            return seen
        self._cookies = found
        consent = self._known_consent()
        refused = {name for name, rules in found.items() if first_refused(rules, consent) is not None}
        if not refused:
            return seen
        self._is_special = True
        if not self._hides:
            return seen
        kept = [piece for piece in pieces if piece.partition(b"=")[0].strip(b" \t") not in refused]
        return b";".join(kept).strip(b" \t")

    # The response

    def record(self, *, method: str, path: str, route: str | None, status: object) -> None:
        """Tell the gate's recorders of this request and the response that was filtered."""
        gate = self._gate
        gate.record(
            Exchange(
                method=method,
                path=path,
                route=route,
                status=status if isinstance(status, int) else 0,
                at_s=gate.clock(),
                is_https=self.is_https(),
                granted=self._known_consent().granted,
                decisions=self.decisions,
                is_enforced=gate.mode == "enforce",
            )
        )

    def filter(self, headers: Iterable[Any], *, is_cacheable: bool = True) -> Fields:
        """Return the header fields that may leave, in a list of its own; the app's objects are not changed.

        Takes what servers take: any iterable of pairs, `bytes`, `bytearray` or `str`. `is_cacheable`: it is an HTTP
        response, which a shared cache might store.
        """
        fields = [*headers]
        self.is_started = True
        if not self._is_special:
            try:
                leaving = self._filter_fast(fields, is_cacheable=is_cacheable)
            except (AttributeError, TypeError, ValueError):  # not the pairs of octets that nearly every app sends
                leaving = None
            if leaving is not None:
                return leaving
        leaving = self._filter_generally(fields, is_cacheable=is_cacheable)
        return [*leaving, (DEBUG_FIELD, told(self.decisions))] if self._gate.debug else leaving

    def _filter_fast(self, fields: list[Any], *, is_cacheable: bool) -> Fields | None:
        """Judge by the tables alone; `None` where they don't know enough, and nothing has been done yet.

        Gives the same answer as `_filter_generally`; a line costs about 1/30 of what reading, changing and writing it
        with `http.cookies` costs (`python -m benchmarks --only "per cookie"`).
        """
        gate = self._gate
        kinds = gate.field_kinds.known
        verdicts = gate.verdicts
        if verdicts.is_dated:
            verdicts.refresh()
        is_https = self.is_https()
        table = verdicts.unread[is_https]
        known = table.known
        granted = None
        has_cache_field = carries_optional = False
        dropped: list[bytes] = []
        leaving: Fields = []
        append = leaving.append
        for name, value in fields:
            if name != b"set-cookie":
                try:
                    kind = kinds[name]
                except KeyError:
                    kind = gate.field_kinds.learn(name)
                if kind is not _SET_COOKIE:
                    if 10 in value or 13 in value or 0 in value:
                        return None
                    if kind is not _PLAIN:
                        if kind is not _CACHE_CONTROL and kind is not _VARY:
                            return None
                        has_cache_field = True
                    append((name, value))
                    continue
            pair, _, tail = value.partition(b";")
            raw_name, equals, raw_value = pair.partition(b"=")
            try:
                verdict = known[raw_name][tail]
            except KeyError:
                verdict = table.learn(raw_name, tail)
                known = table.known
            if not verdict:
                if verdict is NEEDS_CONSENT:
                    if granted is None:
                        consent = self._known_consent()
                        granted = verdicts.table(consent.granted, is_https)
                        carries_none = not consent.granted and gate.refused == "drop"
                    try:
                        verdict = granted.known[raw_name][tail]
                    except KeyError:
                        verdict = granted.learn(raw_name, tail)
                    carries_optional = carries_optional or bool(verdict) or verdict.__class__ is Deletion
                    if carries_optional or carries_none:
                        table, known = granted, granted.known  # whether one leaves is settled: one look-up from now on
                if verdict is NOT_IN_TABLE:
                    bare = [without_padding(field) for field in fields]
                    return self._filter_fast(bare, is_cacheable=is_cacheable) if bare != fields else None
                if verdict.__class__ is Deletion:
                    pair = raw_name + b"="
                elif not verdict:
                    dropped.append(raw_name)
                    continue
            if not equals or len(value) > _FAST_LINE_OCTETS or raw_value.translate(_CONTROLS) != raw_value:
                return None
            append((name, value if verdict is KEEP else pair + verdict))
        self._outcome = fields, leaving
        if dropped:
            refusals = (self._consent or NO_CONSENT).refusals
            if not table.has_told(dropped, refusals):
                self._tell_dropped(fields, table, dropped)
        if not carries_optional or not is_cacheable:
            return leaving
        if has_cache_field or gate.shared_caches != "private":
            return self._guard_caches(leaving)
        append((b"cache-control", b"private"))
        return leaving

    def _filter_generally(self, fields: list[Any], *, is_cacheable: bool) -> Fields:
        """Judge line by line, with everything that can be asked of the gate."""
        gate = self._gate
        pairs = []
        for field in fields:
            pair = octet_pair(field)
            if pair is None:
                gate.log.invalid_field(b"?", "no pair of octets; left out")
            else:
                pairs.append(pair)
        choice = self._written_choice()
        self._settle_consent([value for name, value in pairs if is_set_cookie(name)])
        decisions: list[Decision] = []
        leaving = self._judge(pairs, decisions, self._consent)
        if self._cookies and gate.expire_refused:
            set_names = {decision.name for decision in decisions if decision.after}
            expired = expire(self._cookies, self._known_consent(), set_names, is_https=self.is_https())
            decisions += expired
            leaving += [(b"set-cookie", decision.after or b"") for decision in expired]
        self._outcome = decisions
        for decision in decisions:
            gate.tell(decision)
        if gate.mode == "report-only":
            return [*fields, *choice]
        leaving += choice
        if not is_cacheable:
            return leaving
        if choice or any(map(self._depends_on_consent, decisions)):
            return self._guard_caches(leaving)
        if self._was_asked and gate.shared_caches != "keep" and is_stored_by_shared_caches(leaving):
            return vary_on(leaving, b"Cookie")  # the app looked at the consent: what it answers may depend on it
        return leaving

    def _judge(self, pairs: Fields, decisions: list[Decision], consent: Consent | None) -> Fields:
        """Return the fields that leave, and add what was decided; a consent not known yet is read when it is needed."""
        gate = self._gate
        is_https = self.is_https()
        now = gate.clock()
        leaving = []
        has_false_date = False
        for name, value in map(without_padding, pairs):
            kind = field_kind(name)
            if kind is _SET_COOKIE or kind is FieldKind.PADDED_SET_COOKIE:
                decision = gate.policy.decide(value, consent or NO_CONSENT, is_https=is_https, now=now)
                if consent is None and decision.number == 5:
                    consent = self._known_consent()
                    decision = gate.policy.decide(value, consent, is_https=is_https, now=now)
                decisions.append(decision)
                if decision.after is not None:
                    leaving.append((name if kind is _SET_COOKIE else b"set-cookie", decision.after))
            elif kind is FieldKind.INVALID:
                gate.log.invalid_field(
                    name, "a name that no browser takes, or that starts a field of its own; left out"
                )
            else:
                has_false_date = has_false_date or (kind is FieldKind.DATE and not is_now(value.strip(b" \t"), now))
                leaving.append((name, self.one_line(name, value)))
        if has_false_date and any(is_set_cookie(name) and b"expires" in value.lower() for name, value in leaving):
            gate.log.invalid_field(b"date", "not the present, so that browsers would keep cookies longer; left out")
            leaving = [(name, value) for name, value in leaving if field_kind(name) is not FieldKind.DATE]
        return leaving

    def one_line(self, name: bytes, value: bytes) -> bytes:
        """Report a line break in what is no Set-Cookie line, and cut the value off there, as configured."""
        gate = self._gate
        if not has_line_break(value):
            return value
        is_cut = gate.line_breaks == "cut" and gate.mode == "enforce"
        gate.log.invalid_field(name, f"a line break in its value; {'cut' if is_cut else 'report'}")
        return cut_at_line_break(value) if is_cut else value

    def judge_only(self, headers: Iterable[Any]) -> Fields:
        """Return the fields that may leave with a message that starts no response; nothing is added or remembered."""
        fields = [*headers]
        pairs = [pair for pair in map(octet_pair, fields) if pair is not None]
        leaving = self._judge(pairs, [], self._consent)
        return leaving if self._gate.mode == "enforce" else fields

    def _tell_dropped(self, fields: list[Any], table: Table, raw_names: list[bytes]) -> None:
        """Log what the fast path dropped of these fields, the first time for each name and reason."""
        gate = self._gate
        consent = self._consent or NO_CONSENT
        table.tell(raw_names, consent.refusals)
        news = gate.log.news(consent.refusals, raw_names)
        for name, value in fields if news else ():
            if is_set_cookie(name) and value.partition(b";")[0].partition(b"=")[0] in news:
                gate.tell(gate.policy.decide(value, consent, is_https=self.is_https(), now=gate.clock()))

    def _depends_on_consent(self, decision: Decision) -> bool:
        """Tell whether a line leaves that another visitor would not get, or not like this."""
        if decision.after is None or not decision.before:
            return decision.after is not None
        gate = self._gate
        is_https = self.is_https()
        return gate.policy.decide(decision.before, NO_CONSENT, is_https=is_https, now=gate.clock()).number == 5

    def _guard_caches(self, fields: Fields) -> Fields:
        """Keep a response that depends on the visitor's consent from being handed to others."""
        if self._gate.shared_caches == "keep" or not is_stored_by_shared_caches(fields):
            return fields
        if self._gate.shared_caches == "vary":
            return vary_on(fields, b"Cookie", b"Sec-GPC")
        return make_private(fields)
