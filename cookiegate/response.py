"""What goes out: settle the consent, call the engine once, delete what is refused, keep shared caches apart.

Law: nothing raises; a line that can't be judged does not leave.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cookiegate.consent.moving import delete_place, other_places
from cookiegate.consent.source import WritableConsentSource, former_places_of, strictest
from cookiegate.debug_field import DEBUG_FIELD, format_decisions
from cookiegate.decision import Decision, decide_all, expired
from cookiegate.engine import Engine
from cookiegate.judgement import Entry, Judgement
from cookiegate.memo import Memo
from cookiegate.model import NO_CONSENT, OPTIONAL, Action, RemovedSource
from cookiegate.notify import Notify
from cookiegate.outcome import Outcome
from cookiegate.policy import Policy
from cookiegate.reader import ConsentReader
from cookiegate.request import Request
from cookiegate.screen import choose_deletions
from cookiegate.sources import NO_POLICIES, ConsentedSources, Policies
from cookiegate.wire.cache_control import CacheAdvice, Fields
from cookiegate.wire.cookie import cookie_values
from cookiegate.wire.dates import is_now
from cookiegate.wire.headers import FieldKind, are_octets, field_kind, in_octets, is_surely_plain, set_cookie_lines
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Response", "Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings and parts with which a gate handles responses."""

    engine: Engine
    policy: Policy
    reader: ConsentReader
    notify: Notify
    writer: WritableConsentSource | None
    is_enforced: bool
    expires: bool
    """Refused cookies of the request are deleted."""
    shared_caches: Literal["private", "vary", "keep"]
    advice: Memo[tuple[tuple[bytes, bytes], ...], CacheAdvice]
    sources: ConsentedSources | None
    """The sources of policies that wait for consent."""


class Response:
    """The response to one request."""

    _outcome: Outcome | None = None
    _expired: tuple[tuple[Judgement, bytes], ...] = ()
    _policies: Policies = NO_POLICIES

    def __init__(self, rules: Rules, request: Request) -> None:
        self._rules = rules
        self._request = request

    def filter(self, fields: list[Any], now: float, is_https: bool, is_cacheable: bool) -> list[Any]:
        """Return the header fields that may leave, in a list of its own; the app's objects are not changed.

        Takes what servers take: pairs of `bytes`, `bytearray` or `str`. `is_cacheable`: it is an HTTP response, which a
        shared cache might store.
        """
        return self._guarded(fields, lambda pairs: self._filter(pairs, now, is_https, is_cacheable))

    def filter_more(self, fields: list[Any], now: float, is_https: bool) -> list[Any]:
        """Return the fields that may leave with a message that starts no response; nothing is added or remembered."""
        return self._guarded(fields, lambda pairs: self._filter_more(pairs, now, is_https))

    def _guarded(
        self, fields: list[Any], apply: Callable[[list[Any]], list[Any]], pairs: list[Any] | None = None
    ) -> list[Any]:
        """Return fields as pairs of octets; keep a bug of the gate from the visitor."""
        if pairs is None:
            pairs = fields if {*map(type, fields)} == _TUPLES else in_octets(fields)
        try:
            leaving = apply(pairs)
        except Exception as error:  # noqa: BLE001  # a bug of the gate's own: no cookie leaves that was not judged
            if not are_octets(pairs):  # or text, or numbers, which the engine does not take
                return self._guarded(fields, apply, in_octets(pairs))
            self._outcome, self._expired, self._policies = None, (), NO_POLICIES
            self._rules.notify.engine_failed(error)
            return self._unjudged(pairs) if self._rules.is_enforced else [*fields]
        return leaving if self._rules.is_enforced or pairs is fields else [*fields, *leaving[len(pairs) :]]

    def _unjudged(self, pairs: list[Any]) -> list[Any]:
        """Return what may leave of a response that could not be judged: no cookie, and no source of a category."""
        plain = [field for field in pairs if is_surely_plain(field)]
        return plain if self._rules.sources is None else self._rules.sources.without_all(plain)

    @property
    def session_field(self) -> bytes | None:
        """The name of a Secure-Session-* field that leaves."""
        return None if self._outcome is None else self._outcome.session_field

    @property
    def removed_sources(self) -> tuple[RemovedSource, ...]:
        """What was removed from the response's policies."""
        return self._policies.removed

    def decisions(self) -> tuple[Decision, ...]:
        """Return what was decided for each Set-Cookie line, and for each refused cookie of the request."""
        outcome = self._outcome
        if outcome is None:
            return ()
        consent = self._request.consent or NO_CONSENT
        is_enforced = self._rules.is_enforced
        lines = [value for name, value in outcome.fields if name == b"set-cookie"]
        if len(lines) != len(outcome.entries) or outcome.has_padded:
            lines = self._rules.engine.lines(outcome.fields)
        decisions = decide_all(outcome.entries, lines, consent, is_enforced=is_enforced)
        for judgement, line in self._expired:
            decisions.append(expired(judgement, line, consent, is_enforced=is_enforced))
        return tuple(decisions)

    # In the order in which it happens

    def _filter(self, fields: list[Any], now: float, is_https: bool, is_cacheable: bool) -> list[Any]:
        rules, request = self._rules, self._request
        self._outcome = outcome = Outcome()
        choice = [] if request.choice is None else self._write_choice(now, is_https)
        leaving = rules.engine.filter(fields, request, outcome, is_https, now)
        if leaving is None:
            leaving = self._filter_settled(fields, outcome, now, is_https)
        if outcome.policies and rules.sources is not None:
            places, is_enforced = outcome.policies, rules.is_enforced
            leaving, self._policies = rules.sources.filter(leaving, places, request, now, is_enforced=is_enforced)
        if outcome.date is not None:
            leaving = self._without_false_date(leaving, outcome.date, now)
        if request.optional is not None and rules.expires:
            leaving += self._expire(leaving, now, is_https)
        if not rules.is_enforced:
            leaving = [*fields, *choice]
        elif choice:
            leaving += choice
        depends = bool(choice or self._expired or self._policies.depends)
        if is_cacheable and (depends or outcome.carries_optional or outcome.cache_fields or request.consent_was_read):
            leaving = self._guard_caches(leaving, outcome, depends=depends)
            if self._policies.depends and rules.is_enforced and rules.shared_caches != "keep":
                # The browser's own cache must not show a page with the policy of an earlier choice.
                leaving = _with(leaving, rules.advice[outcome.cache_fields].vary(request.dependencies.fields))
        if outcome.dropped or self._expired or self._policies is not NO_POLICIES or rules.notify.is_watched:
            leaving = self._notify(leaving, outcome)
        if outcome.has_unusual:
            self._notify_unusual(outcome)
        return leaving

    def _filter_more(self, fields: list[Any], now: float, is_https: bool) -> list[Any]:
        outcome = Outcome()
        # A consent cookie in such a message is no word on the response's own lines.
        leaving = self._rules.engine.filter(fields, self._request, outcome, is_https, now, is_final=True)
        self._notify_unusual(outcome)
        sources, is_enforced = self._rules.sources, self._rules.is_enforced
        if leaving is not None and outcome.policies and sources is not None:
            leaving, _ = sources.filter(leaving, outcome.policies, self._request, now, is_enforced=is_enforced)
        return leaving if leaving is not None and is_enforced else [*fields]

    def _filter_settled(self, fields: list[Any], outcome: Outcome, now: float, is_https: bool) -> list[Any]:
        """Call the engine again if a line sets the consent cookie: its consent applies to the other lines."""
        rules, request = self._rules, self._request
        request.apply_response_consent(rules.engine.lines(fields), now, is_https=is_https, policy=rules.policy)
        vars(outcome).clear()
        leaving = rules.engine.filter(fields, request, outcome, is_https, now, is_final=True)
        return [] if leaving is None else leaving

    def _write_choice(self, now: float, is_https: bool) -> Fields:
        """Write the consent cookie that the app's choice makes, and delete its other forms."""
        rules, request = self._rules, self._request
        choice, writer = request.choice, rules.writer
        if choice is None or writer is None:
            return []
        line = rules.notify.shield(_WRITER_RAISED, None, lambda: writer.write(choice, is_https=is_https))
        decision = None if line is None else rules.policy.decide(line, NO_CONSENT, is_https=is_https, now=now)
        cookie = None if decision is None or decision.after is None else parse_set_cookie(decision.after)
        if decision is None or decision.after is None or cookie is None:
            request.consent = strictest((request.previous, request.consent))  # what can't be remembered is not granted
            return []
        host = b"".join(request.head().header(b"host")[:1]).lower().partition(b":")[0]
        places = other_places(cookie, former_places_of(writer), cookie_values(request.cookie, cookie.name), host)
        deletions = [delete_place(place, cookie, is_https=is_https) for place in places]
        return [(b"set-cookie", line) for line in (*filter(None, deletions), decision.after)]

    def _expire(self, leaving: list[Any], now: float, is_https: bool) -> Fields:
        """Delete the refused cookies of the request."""
        request = self._request
        refused = request.refused(now).cookies
        if refused:
            self._expired = choose_deletions(
                refused, leaving, path=lambda: request.head().path, is_https=is_https, now=now
            )
        return [(b"set-cookie", line) for judgement, line in self._expired if judgement.is_enforced]

    def _without_false_date(self, leaving: list[Any], date: bytes, now: float) -> list[Any]:
        """Leave out a wrong Date, with which browsers keep cookies with an Expires longer."""
        if is_now(date.strip(b" \t"), now):
            return leaving
        if not any(b"expires" in line.lower() for line in set_cookie_lines(leaving)):
            return leaving
        self._rules.notify.false_date()
        return [field for field in leaving if not _is_date(field)]

    # Shared caches

    def _guard_caches(self, leaving: list[Any], outcome: Outcome, *, depends: bool) -> list[Any]:
        """Keep shared caches from sending this response to visitors who would get another one."""
        rules, request = self._rules, self._request
        if rules.shared_caches == "keep" or not rules.is_enforced:
            return leaving
        if not outcome.cache_fields and rules.shared_caches == "private" and (depends or outcome.carries_optional):
            leaving.append(_PRIVATE)
            return leaving
        advice = rules.advice[outcome.cache_fields]
        if not advice.is_stored:
            return leaving
        if depends or outcome.carries_optional:
            is_private = rules.shared_caches == "private" or not request.dependencies.is_traceable
        elif request.consent_was_read or (
            request.optional and advice.varies_on_cookie
        ):  # the app may have read a hidden cookie
            basis = request.dependencies
            is_private = basis.is_foreign and (rules.shared_caches == "private" or not basis.is_traceable)
        elif advice.is_asked_to_store and any(map(_sets_personal_cookie, outcome.entries)):
            is_private = True
        else:
            return leaving
        if not is_private and advice.is_asked_to_store and any(map(_sets_personal_cookie, outcome.entries)):
            is_private = True
        return _with(
            leaving, (advice.names, advice.private) if is_private else advice.vary(request.dependencies.fields)
        )

    # Reports

    def _notify(self, leaving: list[Any], outcome: Outcome) -> list[Any]:
        notify = self._rules.notify
        notify.policies(self._policies)
        names = outcome.dropped
        if self._expired:
            names = [*names, *(line.partition(b"=")[0] for _, line in self._expired)]
        refusals = (self._request.consent or NO_CONSENT).refusals
        is_unlogged = bool(names) and notify.is_unlogged(refusals, names)
        if is_unlogged or notify.is_watched or notify.is_development:
            decisions = self.decisions()
            if is_unlogged:
                notify.log(refusals, names, decisions)
            notify.observe(decisions)
            if notify.is_debug or notify.is_development:
                leaving.append((DEBUG_FIELD, format_decisions(decisions, self.removed_sources)))
        return leaving

    def _notify_unusual(self, outcome: Outcome) -> None:
        notify = self._rules.notify
        is_cut = self._rules.engine.cuts_line_breaks and self._rules.is_enforced
        for name in outcome.cut:
            notify.cut_field(name, f"a line break in its value; {'cut' if is_cut else 'report'}")
        for name in outcome.left_out:
            notify.cut_field(name, "a name that starts a field of its own, or is obsolete; left out")
        if outcome.session_field is not None and self._outcome is outcome:
            notify.device_bound(outcome.session_field, self.decisions())


_TUPLES = {tuple}
_PRIVATE = (b"cache-control", b"private")
_WRITER_RAISED = "the consent source raised; requests count as without consent"


def _with(leaving: list[Any], changed: tuple[frozenset[bytes], tuple[bytes, bytes] | None]) -> list[Any]:
    """Replace the fields with these names by one field, unless it is there already."""
    replaced, field = changed
    if field is None or field in leaving:
        return leaving
    if replaced:
        leaving = [one for one in leaving if not (one.__class__ is tuple and one[0] in replaced)]
    leaving.append(field)
    return leaving


def _sets_personal_cookie(note: Entry) -> bool:
    """Return whether a line leaves that belongs to one visitor, whatever the consent."""
    judgement = note[1]
    if judgement.action is Action.DROP or judgement.is_deletion or judgement.category in OPTIONAL:
        return False  # `shared_caches` decides for optional ones
    return judgement.rule is None or not judgement.rule.shared


def _is_date(field: Any) -> bool:
    return isinstance(field, tuple) and isinstance(field[0], bytes) and field_kind(field[0]) is FieldKind.DATE
