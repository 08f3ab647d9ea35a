"""The fast path: what the policy decided once for a name and its attributes, remembered for every value.

A decision depends on the value only in that it must hold no control octet and must not be too long. So a line is
split at its first `;` and its head at the first `=`, and two look-ups give the verdict: raw name, then raw attributes.
Names for which the same rule holds share one table of attributes. Verdicts that depend on the clock (an Expires) count
for a minute.

Law: the answer is the policy's, octet for octet (a property test holds both beside each other); memory is bounded,
whatever names and attributes an app sends.
"""

from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeAlias

from cookiegate.memo import Memo
from cookiegate.model import Action, Category, Consent
from cookiegate.policy import Policy, name_prefix
from cookiegate.registry.registry import Match
from cookiegate.wire.token import is_token

__all__ = ["DROP", "NEEDS_CONSENT", "NOT_IN_TABLE", "Deletion", "Table", "Verdict", "Verdicts"]

Verdict: TypeAlias = bytes | Literal[False] | None
"""The attributes that follow the pair, with the `;` before them; or one of the three that follow, which are false.

A line that leaves always has attributes: SameSite at least.
"""
DROP: Final = b""
"""The line does not leave."""
NEEDS_CONSENT: Final = None
"""It depends on the visitor: look again in the table for what was granted."""
NOT_IN_TABLE: Final = False
"""It depends on more than name and attributes: ask `Table.settled`, and if that says the same, the policy."""


class Deletion(bytes):
    """The attributes of the gate's own deletion: the line leaves without its value."""

    __slots__ = ()


Judged: TypeAlias = Verdict | tuple[float, Verdict]
"""A verdict; or one that depends on the clock, with the time from which on it counts for a minute."""

_REMEMBERED_NAMES = 1024
_REMEMBERED_TAILS = 32
_LONGEST_NAME = 128
_LONGEST_TAIL = 256
_VOLATILE_S = 60.0


class Tails:
    """Raw attributes (what follows the first `;`) to what was judged of them, for all names of one kind."""

    __slots__ = ("judged", "quick")

    def __init__(self, judge: Callable[[bytes], Judged], *, limit: int, longest: int) -> None:
        self.judged = Memo(judge, limit=limit, longest=longest)
        self.quick: Memo[bytes, Verdict] = Memo(self._simplify, limit=limit, longest=longest)
        """Only what a hot loop can act on at once: a true verdict is written behind the pair, and nothing else."""

    def _simplify(self, tail: bytes) -> Verdict:
        judged = self.judged[tail]
        return NOT_IN_TABLE if isinstance(judged, tuple | Deletion) else judged


_ALWAYS_DROPPED = Tails(lambda _: DROP, limit=1, longest=-1)
_NEVER_IN_TABLE = Tails(lambda _: NOT_IN_TABLE, limit=1, longest=-1)


class Table:
    """The verdicts for one set of granted categories and one kind of connection."""

    __slots__ = ("_clock", "_names", "known", "told")

    def __init__(self, find_tails: Callable[[bytes], Tails], clock: Callable[[], float]) -> None:
        self._names = Memo(find_tails, limit=_REMEMBERED_NAMES, longest=_LONGEST_NAME)
        self._clock = clock
        self.known: dict[bytes, dict[bytes, Verdict]] = {}
        """Raw name, then raw attributes (what follows the first `;`). Hot loops look here; on a KeyError, `learn`."""
        self.told: dict[bytes, object] = {}
        """Raw names of dropped lines that were logged, and the refusals that were given as the reason."""

    def learn(self, raw_name: bytes, tail: bytes) -> Verdict:
        """Return the verdict for what is not in `known`, and put it there."""
        tails = self._names[raw_name].quick
        verdict = tails[tail]
        if tail in tails.known and len(raw_name) <= _LONGEST_NAME:
            if len(self.known) >= _REMEMBERED_NAMES:
                self.known = {}
            self.known[raw_name] = tails.known
        return verdict

    def tell(self, raw_names: Iterable[bytes], refusals: object) -> None:
        """Note in `told` that these were logged with these refusals as the reason."""
        if len(self.told) >= _REMEMBERED_NAMES:
            self.told = {}
        self.told.update((name, refusals) for name in raw_names if len(name) <= _LONGEST_NAME)

    def settled(self, raw_name: bytes, tail: bytes) -> Verdict:
        """Return the verdict as it counts now, one that depends on the clock judged anew after a minute."""
        tails = self._names[raw_name].judged
        judged = tails[tail]
        if isinstance(judged, tuple) and not judged[0] <= self._clock() < judged[0] + _VOLATILE_S:
            tails.forget(tail)
            judged = tails[tail]
        return judged[1] if isinstance(judged, tuple) else judged


class Verdicts:
    """Tables of verdicts, one for each set of granted categories and each kind of connection, filled as lines come."""

    __slots__ = ("_clock", "_is_consent_cookie", "_on_unregistered", "_policy", "_tables", "unread")

    def __init__(
        self,
        policy: Policy,
        *,
        is_consent_cookie: Callable[[str], bool],
        on_unregistered: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._policy = policy
        self._is_consent_cookie = is_consent_cookie
        self._on_unregistered = on_unregistered
        self._clock = clock
        self._tables: dict[tuple[frozenset[Category], bool], Table] = {}
        self.unread = (self._make_table(None, is_https=False), self._make_table(None, is_https=True))
        """The tables to begin with, while nobody has looked at the consent: for http and for https."""

    def table(self, granted: frozenset[Category], is_https: bool) -> Table:  # a hot call
        """Return the table for these granted categories."""
        try:
            return self._tables[granted, is_https]
        except KeyError:
            return self._tables.setdefault((granted, is_https), self._make_table(granted, is_https=is_https))

    def _make_table(self, granted: frozenset[Category] | None, *, is_https: bool) -> Table:
        consent = Consent(granted or ())

        def share(kind: tuple[Match, str]) -> Tails:
            match, prefix = kind

            def judge(tail: bytes) -> Judged:
                return self._judge(prefix.encode() + b"x", tail, match, consent, is_https, is_known=granted is not None)

            return Tails(judge, limit=_REMEMBERED_TAILS, longest=_LONGEST_TAIL)

        shared: Memo[tuple[Match, str], Tails] = Memo(share, limit=_REMEMBERED_NAMES, longest=2)

        def find_tails(raw_name: bytes) -> Tails:
            if not is_token(raw_name) or raw_name.startswith(b"$"):
                return _NEVER_IN_TABLE if is_token(raw_name.strip(b" \t")) else _ALWAYS_DROPPED
            name = raw_name.decode("ascii")
            if self._is_consent_cookie(name):
                return _NEVER_IN_TABLE
            match = self._policy.registry.match(name)
            if match.rule is None:
                self._on_unregistered(name)
            return shared[match, name_prefix(raw_name)]

        return Table(find_tails, self._clock)

    def _judge(
        self, name: bytes, tail: bytes, match: Match, consent: Consent, is_https: bool, *, is_known: bool
    ) -> Judged:
        """Ask the policy about these attributes, with a stand-in for name and value."""
        now = self._clock()
        line = b"%b=x;%b" % (name, tail)
        decision = self._policy.decide(line, consent, is_https=is_https, now=now, match=match)
        verdict: Verdict
        if decision.number == 5 and not is_known:
            verdict = NEEDS_CONSENT
        elif decision.after is None:
            verdict = DROP
        elif decision.action is Action.KEEP:
            verdict = b";" + tail
        else:
            after = decision.after.removeprefix(name + b"=")
            verdict = after[1:] if after.startswith(b"x") else Deletion(after)
        return (now, verdict) if b"expires" in tail.lower() else verdict
