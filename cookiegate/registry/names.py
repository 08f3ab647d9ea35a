"""Look up a value by cookie name: by the exact name, else the longest prefix, else a pattern.

A prefix is found by bisection in a sorted table in which each entry links to the entry that encloses it, so the
cost of a look-up grows with the logarithm of the table, whatever the names are.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Generic, TypeVar

__all__ = ["Names"]

T = TypeVar("T")


class Names(Generic[T]):
    """An index over names with `*`: `abc` is exact, `abc*` a prefix, `a*c` a pattern."""

    __slots__ = ("_enclosing", "_exact", "_heads", "_patterns", "_prefixes")

    def __init__(self, entries: Mapping[str, T]) -> None:
        self._exact: dict[str, T] = {}
        self._prefixes: dict[str, T] = {}
        self._patterns: dict[str, list[tuple[list[str], T]]] = {}
        for name, entry in sorted(entries.items(), key=lambda item: -len(item[0])):  # the most telling pattern first
            head, star, rest = name.partition("*")
            if not star:
                self._exact[name] = entry
            elif not rest:
                self._prefixes[head] = entry
            else:
                self._patterns.setdefault(head, []).append((name.split("*"), entry))
        self._heads = sorted(self._prefixes.keys() | self._patterns.keys())
        self._enclosing: list[int] = []
        open_heads: list[int] = []
        for index, head in enumerate(self._heads):
            while open_heads and not head.startswith(self._heads[open_heads[-1]]):
                open_heads.pop()
            self._enclosing.append(open_heads[-1] if open_heads else -1)
            open_heads.append(index)

    def find(self, name: str) -> T | None:
        """Return what applies to the name: the exact one, else the longest prefix, else a pattern."""
        for look_up in (self.exact, self.longest_prefix, self.pattern):
            if (found := look_up(name)) is not None:
                return found
        return None

    def exact(self, name: str) -> T | None:
        """Return what is filed under exactly this name."""
        return self._exact.get(name)

    def longest_prefix(self, name: str) -> T | None:
        """Return what is filed under the longest prefix of the name."""
        return next((self._prefixes[head] for head in self._heads_of(name) if head in self._prefixes), None)

    def pattern(self, name: str) -> T | None:
        """Return the value of the pattern that matches the name and has the longest text before its `*`."""
        for head in self._heads_of(name):
            for parts, entry in self._patterns.get(head, ()):
                if _fits(parts, name):
                    return entry
        return None

    def _heads_of(self, name: str) -> list[str]:
        """List the heads in the table that the name starts with, longest first."""
        index = bisect_right(self._heads, name) - 1
        while index >= 0 and not name.startswith(self._heads[index]):
            index = self._enclosing[index]
        found = []
        while index >= 0:
            found.append(self._heads[index])
            index = self._enclosing[index]
        return found


def _fits(parts: list[str], name: str) -> bool:
    """Return whether the name has the parts in this order, the first at its start and the last at its end.

    Each part is matched at its first position, without backtracking, so the time is linear in the name's length.
    """
    at = len(parts[0])
    stop = len(name) - len(parts[-1])
    if at > stop or not name.startswith(parts[0]) or not name.endswith(parts[-1]):
        return False
    for part in parts[1:-1]:
        found = name.find(part, at, stop)
        if found < 0:
            return False
        at = found + len(part)
    return True
