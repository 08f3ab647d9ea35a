"""`Memo`, a bounded cache in front of a pure function, and `Once`, a bounded set of keys that were met before.

Law: a memo holds at most two generations of `limit` entries. Entries in use survive: a generation is dropped only when
the next one is full, and until then each entry that is used again moves to it.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Memo", "Once"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """`memo[key]` is `compute(key)`. Keys longer than `longest` (octets, characters or items) are not cached.

    Hot loops look into `known` themselves and call `learn` on a `KeyError`: in CPython a plain dict is twice as fast as
    a subclass with `__missing__`, and three times as fast as a method call. Thread-safe: a race can only compute an
    entry twice.
    """

    __slots__ = ("_compute", "_limit", "_longest", "_older", "known")

    def __init__(self, compute: Callable[..., V], *, limit: int, longest: int) -> None:
        self._compute = compute
        self._limit = limit
        self._longest = longest
        self._older: dict[K, V] = {}
        self.known: dict[K, V] = {}
        """The newer generation. It stays the same dict until `clear`."""

    def __getitem__(self, key: K) -> V:
        try:
            return self.known[key]
        except KeyError:
            return self.learn(key)

    def __len__(self) -> int:
        return len(self.known) + len(self._older)

    def learn(self, key: K, *more: object) -> V:
        """Add a missing entry to `known`, and return it. `more` are further arguments of the function."""
        try:
            value = self._older[key]
        except KeyError:
            value = self._compute(key, *more)
            if len(key) > self._longest:  # type: ignore[arg-type]  # keys are bytes, str or tuples
                return value
        if len(self.known) >= self._limit:
            self._older = self.known.copy()
            self.known.clear()  # not a new dict: outer tables refer to this one, and would keep old generations alive
        self.known[key] = value
        return value

    def values(self) -> list[V]:
        """Return all cached values."""
        return [*self._older.values(), *self.known.values()]

    def shrink(self, limit: int) -> None:
        """Lower the limit."""
        self._limit = min(self._limit, limit)

    def clear(self) -> None:
        """Drop all entries."""
        self._older = {}
        self.known = {}


class Once:
    """Remembers keys, up to a limit. When it is full, no key counts as new."""

    __slots__ = ("_limit", "_seen")

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._seen: set[Hashable] = set()

    def is_first(self, key: Hashable) -> bool:
        """Return whether this key is new, and remember it."""
        if key in self._seen or len(self._seen) >= self._limit:
            return False
        self._seen.add(key)
        return True
