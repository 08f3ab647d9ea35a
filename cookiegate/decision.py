"""`Decision`, about one line; `Exchange`, all decisions of one request.

A decision is a judgement of `cookiegate.judgement`, applied to a line by `cookiegate.engine`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from warnings import warn

from cookiegate.judgement import KEEP, Entry, Judgement
from cookiegate.model import NO_CONSENT, Action, Category, Consent, CookieRule, Reason, RemovedSource

__all__ = [
    "Decision", "Exchange", "counting_key", "decide", "decide_all", "expired", "label_key", "without_values",
]  # fmt: skip


class Decision(tuple[Any, ...]):
    """What the gate decided about one Set-Cookie line, or about one refused cookie of the request, and why. Immutable.

    It holds a judgement and a line; its properties are computed on access.
    """

    # A tuple, because one is made for each line that an observer sees: five times as fast as seven attributes.
    __slots__ = ()

    def __new__(
        cls,
        *,
        action: Action,
        reason: Reason,
        policy_rule: int,
        name: str,
        category: Category | None = None,
        registry_rule: CookieRule | None = None,
        before: bytes = b"",
        after: bytes | None = None,
        changes: tuple[str, ...] = (),
        is_enforced: bool = True,
    ) -> Self:
        """Make a decision by hand, as a test does."""
        judgement = Judgement(action, policy_rule, reason, None, category, registry_rule, changes)
        return tuple.__new__(cls, (judgement, before, NO_CONSENT, is_enforced, _NameAndLine(name, after)))

    @property
    def _judgement(self) -> Judgement:
        return self[0]  # type: ignore[no-any-return]  # see `decide`

    @property
    def _consent(self) -> Consent:
        return self[2]  # type: ignore[no-any-return]

    @property
    def action(self) -> Action:
        """What happened to the line."""
        action: Action = self[0].action
        return _KEEP if action is _REWRITE and self._is_unchanged else action

    @property
    def reason(self) -> Reason:
        """Why."""
        judgement: Judgement = self[0]
        if judgement.refused is not None:
            return self._consent.refusal(judgement.refused)
        return judgement.reason or Reason.NOT_GRANTED

    @property
    def policy_rule(self) -> int:
        """The numbered rule of `cookiegate.policy` that decided."""
        return self._judgement.policy_rule

    @property
    def registry_rule(self) -> CookieRule | None:
        """The registry's rule for the name, if any."""
        return self._judgement.rule

    @property
    def name(self) -> str:
        """The cookie's name, octets read as Latin-1."""
        if isinstance(self[4], _NameAndLine):
            return self[4].name
        name, equals, _ = (self.before or self.after or b"").partition(b";")[0].partition(b"=")
        return name.strip(b" \t").decode("latin-1") if equals else ""

    @property
    def category(self) -> Category | None:
        """`None` if the line has no category: it is malformed, or unregistered and not treated as any category."""
        return self[0].category  # type: ignore[no-any-return]

    @property
    def before(self) -> bytes:
        """The line as the app sent it; empty for an expired cookie of the request.

        It holds the cookie's value: do not log it.
        """
        return self[1]  # type: ignore[no-any-return]

    @property
    def after(self) -> bytes | None:
        """The line that leaves; `None` if it is dropped. It holds the cookie's value: do not log it."""
        out = self[4]
        if out is None:
            return self._judgement.write(self.before)
        if isinstance(out, _NameAndLine):
            return out.after
        return self.before.partition(b";")[0] + bytes(out)

    @property
    def changes(self) -> tuple[str, ...]:
        """What was rewritten, as texts that may be logged: they never hold the cookie's value."""
        return () if self._is_unchanged else self._judgement.changes

    @property
    def is_enforced(self) -> bool:
        """False if the gate or the rule is in report-only: the line left as the app sent it."""
        return bool(self[3]) and self._judgement.is_enforced

    @property
    def number(self) -> int:
        """Deprecated alias of `policy_rule`."""
        warn("Decision.number is deprecated; use Decision.policy_rule", DeprecationWarning, stacklevel=2)
        return self._judgement.policy_rule

    @property
    def rule(self) -> CookieRule | None:
        """Deprecated alias of `registry_rule`."""
        warn("Decision.rule is deprecated; use Decision.registry_rule", DeprecationWarning, stacklevel=2)
        return self._judgement.rule

    @property
    def _is_unchanged(self) -> bool:
        """Whether the rewritten line equals the app's line."""
        before, out = self[1], self[4]
        if out.__class__ is bytes and not before.endswith(out):  # the common case: the line need not be written
            return False
        return self[0].action is _REWRITE and self.after == before

    def _parts(self) -> tuple[Any, ...]:
        return (
            self.action, self.reason, self.policy_rule, self.name, self.category, self.registry_rule, self.before,
            self.after, self.changes, self.is_enforced,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return self._parts() == other._parts() if isinstance(other, Decision) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.before, self.after))

    def __reduce__(self) -> tuple[Any, ...]:
        """Support `copy` and `pickle`."""
        return _unpickle, tuple(self)

    def __repr__(self) -> str:
        """Show all but the lines, which hold values."""
        rule = self.registry_rule
        return (
            f"Decision(action={self.action.value!r}, reason={self.reason.value!r}, policy_rule={self.policy_rule}, "
            f"name={self.name!r}, category={self.category and self.category.value!r}, "
            f"registry_rule={rule and rule.name!r}, changes={self.changes!r})"
        )


@dataclass(frozen=True, slots=True)
class _NameAndLine:
    """Name and line of a decision that was made by hand, or about a cookie of the request."""

    name: str
    after: bytes | None


_make = tuple.__new__
# Globals, because a look-up in the enum would double the cost of `Decision.action`.
_KEEP, _REWRITE = Action.KEEP, Action.REWRITE


def _unpickle(*parts: Any) -> Decision:
    return _make(Decision, parts)


def decide(judgement: Judgement, line: bytes, consent: Consent, *, is_enforced: bool = True) -> Decision:
    """Return the decision about one line."""
    return _make(Decision, (judgement, line, consent, is_enforced, None))


def decide_all(
    entries: Iterable[Entry], lines: Iterable[bytes], consent: Consent, *, is_enforced: bool
) -> list[Decision]:
    """Return the decisions about several lines of one response."""
    make = _make
    return [
        make(Decision, (judgement, line, consent, is_enforced, None if out is KEEP else out or None))
        for (out, judgement), line in zip(entries, lines, strict=True)
    ]


def expired(judgement: Judgement, line: bytes, consent: Consent, *, is_enforced: bool) -> Decision:
    """Return the decision to delete a cookie of the request with this line."""
    name = line.partition(b"=")[0].decode("latin-1")
    return _make(Decision, (judgement, b"", consent, is_enforced, _NameAndLine(name, line)))


def label_key(decision: Decision) -> tuple[object, ...]:
    """Return the cache key for a decision's label. Computing it is cheaper than computing the label."""
    judgement, before, consent, _, out = decision
    name = (before or (out.after if isinstance(out, _NameAndLine) else None) or b"").partition(b"=")[0][:_LABEL_OCTETS]
    if judgement.action is _REWRITE:
        return name, judgement, decision._is_unchanged
    if judgement.refused is not None:
        return name, judgement, consent.refusal(judgement.refused)
    return name, judgement


def counting_key(decisions: Iterable[Decision]) -> tuple[object, ...] | None:
    """Return a key for all the decisions of a response. If two keys are equal, only the values of the cookies differ.

    `None` if a value may matter (a line has no `=`, or no table says what leaves), or if the key would be long.
    """
    key: list[object] = []
    for judgement, before, consent, is_enforced, out in decisions:
        pair, _, tail = before.partition(b";")
        name, equals, _ = pair.partition(b"=")
        if not equals and before:
            return None
        if len(name) > _COUNTED_OCTETS or len(tail) > _COUNTED_OCTETS or (out is None and judgement.action is _REWRITE):
            return None
        refused = judgement.refused
        key += (name, tail, judgement, out, refused and consent.refusal(refused), is_enforced)
    return tuple(key)


def without_values(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return decisions with the same key about lines whose values are empty."""
    return tuple(
        _make(Decision, (judgement, before and b"=;".join(_name_and_tail(before)), consent, is_enforced, out))
        for judgement, before, consent, is_enforced, out in decisions
    )


def _name_and_tail(line: bytes) -> tuple[bytes, bytes]:
    pair, _, tail = line.partition(b";")
    return pair.partition(b"=")[0], tail


_COUNTED_OCTETS = 512
_LABEL_OCTETS = 128
_COUNTED_OCTETS = 4096


class Exchange(NamedTuple):
    """One request, its response and the decisions about its cookies. Recorders are called with it."""

    method: str
    """The request's method; `"WEBSOCKET"` for a handshake."""
    path: str
    """The requested path, without the query."""
    route: str | None
    """The framework's route template, like `/users/{id}`, if the framework provides one."""
    status: int
    """The response's status; 101 for an accepted websocket, 0 if the app's status can't be read."""
    at_s: float
    """When the response started, in seconds since 1970-01-01 UTC."""
    is_https: bool
    granted: frozenset[Category]
    """The optional categories that the visitor had granted when the response left."""
    decisions: tuple[Decision, ...]
    """One for each Set-Cookie line, and for each refused cookie of the request that was expired; often empty."""
    is_enforced: bool = True
    """False in report-only: the lines left as the app sent them."""
    session_field: str | None = None
    """The name of a Secure-Session-* field that left: browsers compare its cookies' attributes with those it names."""
    removed_sources: tuple[RemovedSource, ...] = ()
    """What was removed from the response's Content-Security-Policy."""
