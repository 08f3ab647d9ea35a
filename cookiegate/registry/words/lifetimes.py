"""Read lifetimes as published policies write them, in all languages of this folder.

A lifetime is an amount with its unit, with or without "up to" and the like, or a phrase for the browser session or for
no limit. Law: nothing is rounded; a text with other words, or with several lifetimes, is not understood. A word is a
unit only as it is listed, in each of its inflected forms: by its beginning, a misspelt one would be one.
"""

import re
from functools import cache, lru_cache
from itertools import pairwise

from cookiegate.lifetime import UNITS, parse_lifetime
from cookiegate.model import Lifetime
from cookiegate.registry.words.folding import fold
from cookiegate.registry.words.vocabulary import numbers, phrases, split_words, units

__all__ = ["EMPTY_CELLS", "lifetime_of", "lifetime_parts"]

EMPTY_CELLS = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "na", "n.a.", "none", "k.a.", "/"})
"""Texts of cells that mean an empty cell."""

_LONGEST = 120
_MAX_WORDS = 24
_AND = (
    "and und et y e en i a og och ja ir un in si \u00e9s es \u03ba\u03b1\u03b9 \u0438 \u0442\u0430 \u0456 "
    "ve agus u de oraz \u0648 \u05d5 \u0914\u0930 \u3068 \u548c \ubc0f"
)
_JOINTS = frozenset(fold(_AND).split())
_LISTS = re.compile(r"[;/|\n]|\b(?:or|oder|ou)\b")
_MAX_STEP = 3
"""The largest step between units of a sum with a comma: "1 hour, 30 minutes" is one, "2 years, 24 hours" are two."""
_SMALLER = {
    "year": ("month", 12),
    "week": ("day", 7),
    "day": ("hour", 24),
    "hour": ("minute", 60),
    "minute": ("second", 60),
}
_PARTS = (re.compile(r"\n"), re.compile(r"\s*;\s*"), re.compile(r"\s*[/|]\s*"), re.compile(r"\s*,\s*"))
_ENGLISH = frozenset({"en"})


@lru_cache(maxsize=4096)
def lifetime_of(text: str, languages: frozenset[str] = frozenset()) -> Lifetime | None:
    """Read a lifetime as a policy writes it; a text that `parse_lifetime` reads is kept. `None`: not understood.

    `languages`: of the page, for words that mean several units.
    """
    unchanged = _parsed(text)
    if len(text) > _LONGEST:
        return unchanged
    words = split_words(text)
    if not words or len(words) > _MAX_WORDS:
        return None
    amounts = _Amounts(words, languages).read()
    if not amounts:
        return unchanged or _phrase(words)
    if len(amounts) > 1 and (_LISTS.search(text) or ("," in text and not _is_sum(amounts))):
        return None
    return unchanged or _parsed(" ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in amounts))


def lifetime_parts(text: str, count: int) -> list[str]:
    """Split a cell with a lifetime for each of `count` names; empty if it has another number of parts."""
    for between in _PARTS:
        parts = [part for part in between.split(text.strip()) if part.strip()]
        if len(parts) == count:
            return parts
    return []


def _parsed(text: str) -> Lifetime | None:
    try:
        return parse_lifetime(text)
    except ValueError:
        return None


def _is_sum(amounts: list[tuple[int, str]]) -> bool:
    ranks = [UNITS.index(unit) for _, unit in amounts]
    return all(0 < after - before <= _MAX_STEP for before, after in pairwise(ranks))


class _Amounts:
    """Reads words as amounts, one after the other."""

    def __init__(self, words: list[str], languages: frozenset[str]) -> None:
        self._words = words
        self._languages = languages
        self._at = 0

    def read(self) -> list[tuple[int, str]]:
        """Return counts and units; empty if there are other words."""
        self._skip_limits()
        amounts: list[tuple[int, str]] = []
        while self._at < len(self._words):
            amount = self._amount()
            if amount is None and amounts and self._words[self._at] in _JOINTS:
                self._at += 1
                amount = self._amount()
            if amount is None:
                return amounts if amounts and self._are_limits(self._at) else []
            amounts.append(amount)
        return amounts

    def _skip_limits(self) -> None:
        """Skip words before a limit, like "up to" or "Persistent (...)"."""
        while self._at < len(self._words) and not self._words[self._at][0].isdigit():
            step = next((size for size in (4, 3, 2, 1) if _is_limit(self._words[self._at : self._at + size])), 0)
            if not step or self._amount_at(self._at) is not None:
                return
            self._at += step

    def _are_limits(self, start: int) -> bool:
        while start < len(self._words):
            step = next((size for size in (4, 3, 2, 1) if _is_limit(self._words[start : start + size])), 0)
            if not step:
                return False
            start += step
        return True

    def _amount_at(self, at: int) -> tuple[int, str] | None:
        kept, self._at = self._at, at
        found = self._amount()
        self._at = kept
        return found

    def _amount(self) -> tuple[int, str] | None:
        """Read one amount, or return `None` and don't move."""
        start = self._at
        number = self._number()
        while number and self._at < len(self._words) - 1 and self._words[self._at] == "de":
            self._at += 1  # the Romanian "30 de zile"
        unit = self._unit()
        if unit is not None and not number and unit[1][0].isdigit():
            implied, _, name = unit[1].partition(" ")
            return int(implied), name
        found = None if unit is None or not number else _whole(number, unit[1].rpartition(" ")[2])
        if found is None:
            self._at = start
        return found

    def _number(self) -> str:
        for size in (2, 1):
            words = self._words[self._at : self._at + size]
            if size == 1 and words and words[0][0].isdigit():
                self._at += 1
                return words[0].replace(",", ".")
            number = numbers().get(" ".join(words), 0) if len(words) == size else 0
            if number:
                self._at += size
                return str(number)
        return ""

    def _unit(self) -> tuple[str, str] | None:
        for size in (3, 2, 1):
            words = self._words[self._at : self._at + size]
            text = " ".join(words).rstrip(".")
            meanings = units().get(text) if len(words) == size else None
            unit = None if meanings is None else self._choose(text, meanings)
            if unit is not None:
                self._at += size
                return text, unit
        return None

    def _choose(self, word: str, meanings: dict[str, frozenset[str]]) -> str | None:
        """Choose between the units that a word means: by the page's languages; for a letter also by English."""
        here = {unit for unit, languages in meanings.items() if languages & self._languages}
        if len(word) == 1:
            here |= {unit for unit, languages in meanings.items() if languages & _ENGLISH}
        found = here or set(meanings)
        implied = next((unit for unit in sorted(found) if unit[0].isdigit()), None)
        bare = {unit.rpartition(" ")[2] for unit in found}
        if len(bare) != 1:
            return None
        return implied or bare.pop()


def _whole(number: str, unit: str) -> tuple[int, str] | None:
    """Convert a decimal to a smaller unit of which it is a whole number: 1.5 years are 18 months."""
    whole, _, decimals = number.partition(".")
    if len(whole) > 9 or len(decimals) > 3:
        return None
    if not decimals.strip("0"):
        return (int(whole), unit) if int(whole) else None
    smaller, times = _SMALLER.get(unit, ("", 0))
    count, rest = divmod(int(whole + decimals) * times, 10 ** len(decimals))
    return (count, smaller) if smaller and not rest and count else None


@cache
def _limits() -> frozenset[str]:
    """Return "up to" and the like in all languages, as folded words."""
    known = phrases("most")
    return frozenset((*known, *known.phrases))


def _is_limit(words: list[str]) -> bool:
    return " ".join(words) in _limits() or (len(words) == 1 and bool(phrases("persistent").find(words[0])))


def _phrase(words: list[str]) -> Lifetime | None:
    """Read a phrase in which every word is about the browser session, or about no limit, or means "it varies"."""
    if any(word[0].isdigit() for word in words):
        return None
    until, cookies = phrases("until"), phrases("cookie")
    text = " ".join(words)
    kinds: dict[str, bool] = dict.fromkeys(("session", "browser", "close", "persistent", "varies"), False)
    rest = text
    for kind in kinds:
        while phrase := phrases(kind).find_phrase(rest):
            kinds[kind] = True
            rest = f" {rest} ".replace(f" {phrase} ", " ", 1).strip()
    for word in rest.split():
        named = [kind for kind in kinds if phrases(kind).find(word)]
        if not named and not until.find(word) and not cookies.find(word):
            return None
        for kind in named[:1]:
            kinds[kind] = True
    is_session = kinds["session"] or (kinds["browser"] and kinds["close"])
    if is_session + kinds["persistent"] + kinds["varies"] != 1:
        return None
    return parse_lifetime("session" if is_session else "persistent" if kinds["persistent"] else "varies")
