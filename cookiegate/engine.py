"""The engine: filters the header fields of a response, and records an entry for each Set-Cookie line.

The value of a cookie does not change the judgement, if its octets are allowed. So the engine splits a line at the first
`;` and its pair at the first `=`, and finds the judgement in `cookiegate.tables` with two look-ups: raw name, then raw
attributes. For lines that can't be cached it calls `cookiegate.policy`.

Law: the result is the policy's, octet for octet.
"""

from collections.abc import Callable
from typing import Any, Protocol

from cookiegate.judgement import KEEP, Entry, Judgement
from cookiegate.malformed import MALFORMED, is_strict_value
from cookiegate.memo import Memo
from cookiegate.model import Action, Category, Consent, Reason
from cookiegate.outcome import Outcome
from cookiegate.policy import Policy
from cookiegate.tables import NEEDS_CONSENT, NOT_CACHED, SETS_CONSENT, Table, Tables
from cookiegate.wire.headers import OPAQUE_NAME, FieldKind, cut_at_line_break, field_kind, has_line_break
from cookiegate.wire.set_cookie import MAX_PAIR_OCTETS

__all__ = ["Engine", "HasConsent"]

_NOT_STRICT: Entry = (None, MALFORMED[Reason.VALUE_NOT_STRICT])
_NO_CATEGORIES: frozenset[Category] = frozenset()
# Translation tables: a value that differs from its translation has an octet that is not allowed. With strict values,
# each octet that may not be a cookie-octet differs, and `_check_value` looks closer.
_CONTROLS = bytes(0x20 if octet < 0x20 or octet == 0x7F else octet for octet in range(256))
_NOT_COOKIE_OCTETS = bytes(
    octet if 0x21 <= octet <= 0x7E and octet not in b'",;\\' else octet ^ 0x01 for octet in range(256)
)
# Globals, because a look-up in the enum would double the cost of a plain field.
_PLAIN, _SET_COOKIE, _PADDED = FieldKind.PLAIN, FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE
_DROPS = Action.DROP
_REMEMBERED_NAMES = 512
_LONGEST_NAME = 64


class HasConsent(Protocol):
    """The part of a request that the engine uses. It reads the consent only if a line depends on it."""

    def find_consent(self, now: float) -> Consent:
        """Return the consent that applies to the request."""


class Engine:
    """The loop over header fields, and its tables: one for each set of granted categories, for http and for https."""

    def __init__(
        self,
        policy: Policy,
        *,
        is_consent_cookie: Callable[[str], bool],
        on_unregistered: Callable[[str], None],
        on_judged: Callable[[Judgement], object] = lambda _: None,
        cuts_line_breaks: bool = True,
        heeds_policies: bool = False,
    ) -> None:
        """Take the policy. `on_judged` gets each judgement that is learned or asked for, not each that is looked up."""
        self._policy = policy
        self._is_consent_cookie = is_consent_cookie
        self._on_judged = on_judged
        self._tables = Tables(
            policy, is_consent_cookie=is_consent_cookie, on_unregistered=on_unregistered, on_judged=on_judged
        )
        self.cuts_line_breaks = cuts_line_breaks
        self._forbidden = _NOT_COOKIE_OCTETS if policy.strict_values else _CONTROLS
        self._kinds: Memo[bytes, FieldKind] = Memo(
            field_kind if heeds_policies else _kind_beside_policies, limit=256, longest=64
        )
        self._plain: set[bytes] = set()
        """Names of fields that need no handling, filled as they are met; bounded."""

    def filter(  # noqa: PLR0917  # the only loop over header fields; called for each response, by position is quicker
        self,
        fields: list[Any],
        request: HasConsent,
        outcome: Outcome,
        is_https: bool,
        now: float,
        is_final: bool = False,
    ) -> list[Any] | None:
        """Judge the Set-Cookie lines among a response's header fields, and return the fields that leave.

        `now`: seconds since 1970-01-01 UTC. `outcome` is filled with all other results. Returns `None` if a line sets a
        consent cookie: then let `request` apply it, and call again with `is_final`.

        Raises: `TypeError` and `ValueError` for fields that are not pairs of octets (see `in_octets`).
        """
        plain, forbidden = self._plain, self._forbidden
        table = self._tables.initial(is_https, now)
        known = table.known
        leaving: list[Any] = []
        append = leaving.append
        entries: list[Entry] = []
        add_entry = entries.append
        dropped: list[bytes] = []
        for field in fields:
            name, value = field
            if name != b"set-cookie":
                if name in plain and value.__class__ is bytes and not (10 in value or 13 in value or 0 in value):
                    append(field)
                    continue
                if not self._is_set_cookie(name, value, outcome, leaving):
                    continue
                name = b"set-cookie" if self._kinds[name] is _PADDED else name
                field = (name, value)  # noqa: PLW2901
            pair, _, tail = value.partition(b";")
            raw_name, equals, raw_value = pair.partition(b"=")
            if not equals or raw_value.translate(forbidden) != raw_value or len(value) > MAX_PAIR_OCTETS:
                entry = self._check_value(table, value, now)
            else:
                try:
                    entry = known[raw_name][tail]
                except KeyError:
                    entry = self._tables.learn(table, raw_name, tail, now)
            if entry is NEEDS_CONSENT:
                entry, table = self._judge_with_consent(table, request, outcome, raw_name, tail, is_https, now)
                known = table.known
            out = entry[0]
            if out:
                append(field if out is KEEP else (name, pair + out))
            elif out is not None:
                dropped.append(raw_name)
            else:
                found = self._write(entry, field, request, outcome, is_https, now, is_final, leaving, dropped)
                if found is None:
                    return None
                entry = found
            add_entry(entry)
        outcome.fields, outcome.entries, outcome.dropped = fields, entries, dropped
        return leaving

    def _is_set_cookie(self, name: Any, value: Any, outcome: Outcome, leaving: list[Any]) -> bool:
        """Return whether a field with an unusual name is a Set-Cookie line; any other is added to `leaving`."""
        if name is OPAQUE_NAME:
            leaving.append(value)
            return False
        if name.__class__ is not bytes or value.__class__ is not bytes:
            raise TypeError("a header field is not a pair of octets")
        kind = self._kinds[name]
        if kind is _PLAIN and len(self._plain) < _REMEMBERED_NAMES and len(name) <= _LONGEST_NAME:
            self._plain.add(name)
        if kind is FieldKind.POLICY:
            outcome.policies += (len(leaving),)
        if kind is not _SET_COOKIE and kind is not _PADDED:
            leaving += self._handle_field(kind, name, value, outcome)
            return False
        return True

    def _check_value(self, table: Table, line: bytes, now: float) -> Entry:
        """Return the entry for a line without `=`, a long line, or one whose value has an octet that is not allowed.

        A strict value may be quoted as a whole.
        """
        pair, _, tail = line.partition(b";")
        raw_name, equals, raw_value = pair.partition(b"=")
        is_odd = not equals or len(line) > MAX_PAIR_OCTETS or raw_value.translate(_CONTROLS) != raw_value
        if is_odd or not self._policy.strict_values:
            return NOT_CACHED
        entry = self._tables.learn(table, raw_name, tail, now)
        judgement = entry[1]
        is_spared = (judgement.is_deletion and judgement.action is Action.REWRITE) or judgement in MALFORMED.values()
        if is_spared or entry is NOT_CACHED or entry is SETS_CONSENT or is_strict_value(raw_value.strip(b" ")):
            return entry
        return _NOT_STRICT

    def _judge_with_consent(  # noqa: PLR0917  # as above
        self,
        table: Table,
        request: HasConsent,
        outcome: Outcome,
        raw_name: bytes,
        tail: bytes,
        is_https: bool,
        now: float,
    ) -> tuple[Entry, Table]:
        """Return the entry for the visitor's consent, and the table for the lines that follow."""
        consent = request.find_consent(now)
        granted = self._tables.granted(consent.granted)[is_https]
        try:
            entry = granted.known[raw_name][tail]
        except KeyError:
            entry = self._tables.learn(granted, raw_name, tail, now)
        if entry[1].action is not _DROPS and entry[1].is_enforced:
            outcome.carries_optional = True
        # When it is known whether an optional line leaves, the following lines need one look-up only.
        is_known = outcome.carries_optional or (not consent.granted and self._policy.refused == "drop")
        return entry, granted if is_known else table

    def _write(  # noqa: PLR0917  # as above
        self,
        entry: Entry,
        field: tuple[bytes, bytes],
        request: HasConsent,
        outcome: Outcome,
        is_https: bool,
        now: float,
        is_final: bool,
        leaving: list[Any],
        dropped: list[bytes],
    ) -> Entry | None:
        """Add to `leaving` the result for a line that is not cached, or that leaves without its value.

        Returns the entry; `None` for a consent cookie that was not applied to the request yet.
        """
        name, line = field
        if entry is NOT_CACHED or entry is SETS_CONSENT:
            if line[:1] in (b" ", b"\t"):  # blanks before a value are not part of it (RFC 9110 §5.5)
                line = line.lstrip(b" \t")
                outcome.has_padded = True
            found = self._judge_line(line, request, outcome, is_https, now, is_final)
            if found is None:
                return None
            entry = found
        judgement = entry[1]
        action = judgement.action
        if not judgement.is_enforced:
            leaving.append((name, line))
        elif action is not _DROPS:
            leaving.append((name, judgement.write(line)))
        if action is _DROPS or action is Action.EXPIRE:
            raw_name = line.partition(b";")[0].partition(b"=")[0]
            reason = judgement.reason.value.encode() if judgement.reason is not None else b""
            dropped.append(raw_name if judgement.refused else b"%b %b" % (raw_name, reason))
        return entry

    def lines(self, fields: list[Any]) -> list[bytes]:
        """Return the Set-Cookie lines among header fields in pairs of octets, in order."""
        kinds = self._kinds
        unusual = {
            name
            for name, _ in fields
            if name != b"set-cookie" and (kinds[name] is _SET_COOKIE or kinds[name] is _PADDED)
        }
        return [value.lstrip(b" \t") for name, value in fields if name == b"set-cookie" or name in unusual]

    def _handle_field(self, kind: FieldKind, name: bytes, value: bytes, outcome: Outcome) -> list[tuple[bytes, bytes]]:
        """Record a field other than Set-Cookie that the gate needs; return it in a list if it may leave."""
        if kind is FieldKind.INVALID:
            outcome.left_out += (name,)
            outcome.has_unusual = True
            return []
        field = self._cut(name, value, outcome) if has_line_break(value) else (name, value)
        if kind is FieldKind.DATE:
            outcome.date = value
        elif kind is FieldKind.SESSION:
            outcome.session_field = name
            outcome.has_unusual = True
        elif kind is FieldKind.CACHE:
            outcome.cache_fields += (field,)
        return [field]

    def _cut(self, name: bytes, value: bytes, outcome: Outcome) -> tuple[bytes, bytes]:
        """Cut a value at its first line break: browsers would read the rest as another field."""
        outcome.cut += (name,)
        outcome.has_unusual = True
        return (name, cut_at_line_break(value)) if self.cuts_line_breaks else (name, value)

    def _judge_line(  # noqa: PLR0917  # as above
        self, line: bytes, request: HasConsent, outcome: Outcome, is_https: bool, now: float, is_final: bool
    ) -> Entry | None:
        """Judge one line that can't be cached; return `None` for a consent cookie that was not applied yet."""
        name = line.partition(b";")[0].partition(b"=")[0].strip(b" \t")
        if not is_final and name.isascii() and self._is_consent_cookie(name.decode("ascii")):
            return None
        judgement = self._policy.judge(line, _NO_CATEGORIES, is_https=is_https, now=now)
        if self._policy.depends_on_consent(judgement):
            granted = request.find_consent(now).granted
            judgement = self._policy.judge(line, granted, is_https=is_https, now=now)
            if judgement.action is not _DROPS and judgement.is_enforced:
                outcome.carries_optional = True
        self._on_judged(judgement)
        return None, judgement


def _kind_beside_policies(name: bytes) -> FieldKind:
    """Return the kind of a field for a gate that lets every Content-Security-Policy pass."""
    kind = field_kind(name)
    return _PLAIN if kind is FieldKind.POLICY else kind
