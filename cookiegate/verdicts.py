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

__all__ = ["DROP", "KEEP", "NEEDS_CONSENT", "NOT_IN_TABLE", "Deletion", "Table", "Verdict", "Verdicts"]

Verdict: TypeAlias = bytes | Literal[False] | None
"""The attributes that follow the pair, with the `;` before them; or one of the five that follow.

True is only what a hot loop can act on at once. A line that leaves always has attributes: SameSite at least.
"""
KEEP: Final = b"; as it is"
"""The line leaves as it is. An object of its own: compare with `is`."""
DROP: Final = b""
"""The line does not leave."""
NEEDS_CONSENT: Final = None
"""It depends on the visitor: look again in the table for what was granted."""
NOT_IN_TABLE: Final = False
"""It depends on more than name and attributes: ask the policy."""


class Deletion(bytes):
    """The attributes of the gate's own deletion: the line leaves without its value. False, as it needs more work."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


_REMEMBERED_NAMES = 1024
_REMEMBERED_TAILS = 32
_LONGEST_NAME = 128
_LONGEST_TAIL = 256
_DATED_S = 60.0

Tails: TypeAlias = Memo[bytes, Verdict]
"""Raw attributes (what follows the first `;`) to their verdict, for all names of one kind."""

_ALWAYS_DROPPED: Tails = Memo(lambda _: DROP, limit=1, longest=-1)
_NEVER_IN_TABLE: Tails = Memo(lambda _: NOT_IN_TABLE, limit=1, longest=-1)


class Table:
    """The verdicts for one set of granted categories and one kind of connection."""

    __slots__ = ("_names", "_on_dated", "_shared", "_told_refusals", "known", "told")

    def __init__(
        self,
        find_kind: Callable[[bytes], tuple[Match, str] | Tails],
        make_tails: Callable[[tuple[Match, str]], Tails],
        on_dated: Callable[[], None],
    ) -> None:
        shared = Memo(make_tails, limit=_REMEMBERED_NAMES, longest=2)

        def find_tails(raw_name: bytes) -> Tails:
            kind = find_kind(raw_name)
            return kind if isinstance(kind, Memo) else shared[kind]

        self._names = Memo(find_tails, limit=_REMEMBERED_NAMES, longest=_LONGEST_NAME)
        self._shared = shared
        self._on_dated = on_dated
        self._told_refusals: object = ()
        self.known: dict[bytes, dict[bytes, Verdict]] = {}
        """Raw name, then raw attributes (what follows the first `;`). Hot loops look here; on a KeyError, `learn`."""
        self.told: set[bytes] = set()
        """Raw names of dropped lines that were logged with the refusals that were the reason lately."""

    def learn(self, raw_name: bytes, tail: bytes) -> Verdict:
        """Return the verdict for what is not in `known`, and put it there."""
        tails = self._names[raw_name]
        verdict = tails[tail]
        if tail in tails.known and len(raw_name) <= _LONGEST_NAME:
            if len(self.known) >= _REMEMBERED_NAMES:
                self.known = {}
            self.known[raw_name] = tails.known
        if b"expires" in tail.lower():
            self._on_dated()
        return verdict

    def forget_verdicts(self) -> None:
        """Let every verdict be found anew."""
        self._names.clear()
        self._shared.clear()
        self.known = {}

    def has_told(self, raw_names: Iterable[bytes], refusals: object) -> bool:
        """Tell whether these were noted by `tell`, with these refusals."""
        return self._told_refusals is refusals and self.told.issuperset(raw_names)

    def tell(self, raw_names: Iterable[bytes], refusals: object) -> None:
        """Note that dropped lines with these names were logged with these refusals as the reason."""
        if self._told_refusals is not refusals or len(self.told) >= _REMEMBERED_NAMES:
            self.told = set()
            self._told_refusals = refusals
        self.told.update(name for name in raw_names if len(name) <= _LONGEST_NAME)


class Verdicts:
    """Tables of verdicts, one for each set of granted categories and each kind of connection, filled as lines come."""

    __slots__ = (
        "_clock", "_dated_since", "_is_consent_cookie", "_on_unregistered", "_policy", "_tables", "is_dated", "unread",
    )  # fmt: skip

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
        self._dated_since = 0.0
        self._tables: dict[tuple[frozenset[Category], bool], Table] = {}
        self.is_dated = False
        """Some verdicts hold for a minute only: call `refresh` before looking at any table."""
        self.unread = (self._make_table(None, is_https=False), self._make_table(None, is_https=True))
        """The tables to begin with, while nobody has looked at the consent: for http and for https."""

    def table(self, granted: frozenset[Category], is_https: bool) -> Table:  # a hot call
        """Return the table for these granted categories."""
        try:
            return self._tables[granted, is_https]
        except KeyError:
            return self._tables.setdefault((granted, is_https), self._make_table(granted, is_https=is_https))

    def refresh(self) -> None:
        """Forget what depends on the clock, if its minute is over or the clock was set back."""
        if not self._dated_since <= self._clock() < self._dated_since + _DATED_S:
            self.is_dated = False  # first: what another thread learns from now on is noted again
            for table in (*self.unread, *self._tables.values()):
                table.forget_verdicts()

    def _note_dated(self) -> None:
        if not self.is_dated:
            self._dated_since = self._clock()
            self.is_dated = True

    def _make_table(self, granted: frozenset[Category] | None, *, is_https: bool) -> Table:
        consent = Consent(granted or ())

        def make_tails(kind: tuple[Match, str]) -> Tails:
            match, prefix = kind

            def judge(tail: bytes) -> Verdict:
                return self._judge(prefix.encode() + b"x", tail, match, consent, is_https, is_known=granted is not None)

            return Memo(judge, limit=_REMEMBERED_TAILS, longest=_LONGEST_TAIL)

        return Table(self._find_kind, make_tails, self._note_dated)

    def _find_kind(self, raw_name: bytes) -> tuple[Match, str] | Tails:
        """Find what verdicts on a name depend on; or the tails themselves, where they don't depend on any rule."""
        if not is_token(raw_name) or raw_name.startswith(b"$"):
            return _NEVER_IN_TABLE if is_token(raw_name.strip(b" \t")) else _ALWAYS_DROPPED
        name = raw_name.decode("ascii")
        if self._is_consent_cookie(name):
            return _NEVER_IN_TABLE
        match = self._policy.registry.match(name)
        if match.rule is None:
            self._on_unregistered(name)
        return match, name_prefix(raw_name)

    def _judge(
        self, name: bytes, tail: bytes, match: Match, consent: Consent, is_https: bool, *, is_known: bool
    ) -> Verdict:
        """Ask the policy about these attributes, with a stand-in for name and value."""
        line = b"%b=x;%b" % (name, tail)
        decision = self._policy.decide(line, consent, is_https=is_https, now=self._clock(), match=match)
        if decision.number == 5 and not is_known:
            return NEEDS_CONSENT
        if decision.after is None:
            return DROP
        if decision.action is Action.KEEP:
            return KEEP
        after = decision.after.removeprefix(name + b"=")
        return after[1:] if after.startswith(b"x") else Deletion(after)
