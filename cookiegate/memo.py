"""A bounded memory in front of a pure function: as quick as a dictionary where the answer is known.

Law: never more than two generations of `limit` entries, whatever is asked; an entry that is asked for again survives
when strangers fill the rest, since a generation is given up only after everything in use has moved to the next.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Memo", "Once"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """`memo[key]` is `compute(key)`; keys of more than `longest` octets or characters are computed each time.

    Hot loops look into `known` themselves and call `learn` on a KeyError: a look-up in an exact dict costs CPython
    half of one in a subclass with `__missing__`, and a third of one through a method. Safe under threads: a race can
    only compute an entry twice.
    """

    __slots__ = ("_compute", "_limit", "_longest", "_older", "known")

    def __init__(self, compute: Callable[[K], V], *, limit: int, longest: int) -> None:
        self._compute = compute
        self._limit = limit
        self._longest = longest
        self._older: dict[K, V] = {}
        self.known: dict[K, V] = {}
        """The younger generation. Another dict after a change of generations: don't keep it."""

    def __getitem__(self, key: K) -> V:
        try:
            return self.known[key]
        except KeyError:
            return self.learn(key)

    def __len__(self) -> int:
        return len(self.known) + len(self._older)

    def learn(self, key: K) -> V:
        """Return what is not in `known`, and remember it there."""
        try:
            value = self._older[key]
        except KeyError:
            value = self._compute(key)
            if len(key) > self._longest:  # type: ignore[arg-type]  # keys are bytes, str or tuples
                return value
        if len(self.known) >= self._limit:
            self._older = self.known
            self.known = {}
        self.known[key] = value
        return value

    def shrink(self, limit: int) -> None:
        """Remember fewer entries from now on."""
        self._limit = min(self._limit, limit)

    def clear(self) -> None:
        """Compute everything anew when it is asked for next."""
        self._older = {}
        self.known = {}


class Once:
    """Remembers what was there before, up to a limit; when it is full, nothing is new any more."""

    __slots__ = ("_limit", "_seen")

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._seen: set[Hashable] = set()

    def is_first(self, key: Hashable) -> bool:
        """Tell whether this key has not been asked for before."""
        if key in self._seen or len(self._seen) >= self._limit:
            return False
        self._seen.add(key)
        return True
