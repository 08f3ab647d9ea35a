"""Cookies that are split into numbered parts because they are too large for one line: the names of their parts.

Law: the parts 0 to 99 of a cookie share its rule; a number has no leading zero, so each part has one name.
"""

from collections.abc import Iterable, Iterator

from cookiegate.model import CookieRule

__all__ = ["Chunks", "separators_of"]

_USUAL = (".", "-", "__", "_", "C")
_MOST_DIGITS = 2


def separators_of(rule: CookieRule) -> tuple[str, ...]:
    """Return the separators between the name of a rule's cookie and the number of a part; empty if it has no parts."""
    if isinstance(rule.chunks, str):
        return (rule.chunks,)
    return _USUAL if rule.chunks else ()


class Chunks:
    """The separators that the rules of a registry use between a name and the number of a part."""

    __slots__ = ("_of_rule", "_separators")

    def __init__(self, rules: Iterable[CookieRule], *, is_folded: bool = False) -> None:
        """Collect the separators. `is_folded`: for names in lower case."""
        self._of_rule: dict[str | bool, tuple[str, ...]] = {}
        for rule in rules:
            if rule.chunks and rule.chunks not in self._of_rule:
                separators = separators_of(rule)
                self._of_rule[rule.chunks] = tuple(map(str.lower, separators)) if is_folded else separators
        found = {separator for separators in self._of_rule.values() for separator in separators}
        self._separators = tuple(sorted(found, key=lambda separator: (len(separator), separator)))

    def bases(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield each name of which this may be a numbered part, the longest first, and the separator."""
        stem = name.rstrip("0123456789") if self._separators else name
        digits = len(name) - len(stem)
        if digits == 1 or (digits == _MOST_DIGITS and name[-digits] != "0"):
            for separator in self._separators:
                if len(stem) > len(separator) and stem.endswith(separator):
                    yield stem[: -len(separator)], separator

    def may_split(self, rule: CookieRule, separator: str) -> bool:
        """Return whether a rule's cookie may be split with this separator."""
        return separator in self._of_rule.get(rule.chunks, ())
