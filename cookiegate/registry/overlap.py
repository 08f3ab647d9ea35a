"""Overlaps of a registry's names: names within a prefix, and patterns that overlap prefixes of another category.

`lint.py` turns them into findings. Law: one sorted sweep, and one bisection for each pattern.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from cookiegate.model import CookieRule

__all__ = ["enclosing_prefixes", "is_wide", "meeting_prefixes"]

_WIDE = 3


def _head(rule: CookieRule) -> str:
    return rule.name.partition("*")[0]


def _is_prefix(rule: CookieRule) -> bool:
    return rule.name.find("*") == len(rule.name) - 1


def is_wide(name: str) -> bool:
    """Return whether a name with `*` has so few other characters that it matches nearly any name."""
    return "*" in name and len(name.replace("*", "").strip("_-.")) < _WIDE


def enclosing_prefixes(rules: Iterable[CookieRule]) -> Iterator[tuple[CookieRule, CookieRule]]:
    """Yield each rule whose name begins with a prefix of the registry, and the longest such prefix, sorted by name."""
    open_prefixes: list[CookieRule] = []
    for head, _, rule in sorted(((_head(rule), not _is_prefix(rule), rule) for rule in rules), key=lambda row: row[:2]):
        while open_prefixes and not head.startswith(_head(open_prefixes[-1])):
            open_prefixes.pop()
        if open_prefixes:
            yield rule, open_prefixes[-1]
        if _is_prefix(rule):
            open_prefixes.append(rule)


def meeting_prefixes(rules: Iterable[CookieRule]) -> Iterator[tuple[CookieRule, CookieRule]]:
    """Yield each pattern, and the first prefix of another category that is longer than its head and so has priority."""
    rules = list(rules)
    prefixes = sorted((rule for rule in rules if _is_prefix(rule)), key=_head)
    heads = [_head(rule) for rule in prefixes]
    next_other = [len(prefixes)] * len(prefixes)  # the next prefix of another category than this one
    for index in range(len(prefixes) - 2, -1, -1):
        is_alike = prefixes[index].category is prefixes[index + 1].category
        next_other[index] = next_other[index + 1] if is_alike else index + 1
    for rule in rules:
        if "*" in rule.name and not _is_prefix(rule):
            index = bisect_right(heads, _head(rule))
            if index < len(heads) and prefixes[index].category is rule.category:
                index = next_other[index]
            if index < len(heads) and heads[index].startswith(_head(rule)):
                yield rule, prefixes[index]
