"""The words for the four categories in published policies.

Law: a text is read as a whole; it is not understood if it has another word that is no filler, or words of two
categories. "Functional" is read as preferences, which need consent, because that mistake is harmless.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from cookiegate.category import read_category
from cookiegate.given_values import read_list
from cookiegate.model import Category
from cookiegate.problems import Problems
from cookiegate.registry.words.headings import words_of
from cookiegate.registry.words.vocabulary import phrases

__all__ = ["ANY_OTHER", "asks_for_consent", "categories_in", "category_mapping", "category_of", "key_of", "words_given"]

ANY_OTHER = "*"
"""The key of a mapping for every word that is not understood, and for rows without a word."""

_KEYS = {category: category.value for category in Category}
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_COUNT = re.compile(r"[0-9]+(?:[.,][0-9]+)?[.)]?")
_LONGEST = 120
_MIN_COMPOUND = 7


def key_of(text: str) -> str:
    """Return a word for a category in its form for comparison: without case, numbers, brackets and "cookies"."""
    words = words_of(_BRACKETS.sub(" ", text[:_LONGEST]))
    return " ".join(_bare(word) for word in words if not _COUNT.fullmatch(word) and word not in ("cookie", "cookies"))


def _bare(word: str) -> str:
    """Remove "cookies" from a compound like `Werbecookies`."""
    return word.removesuffix("cookies") or word


@lru_cache(maxsize=4096)
def category_of(text: str) -> Category | None:
    """Return the category that a heading or a cell names as a whole; `None` for anything else."""
    if len(text) > _LONGEST:
        return None
    fillers, cookies = phrases("filler"), phrases("cookie")
    certain: set[Category] = set()
    doubtful: set[Category] = set()  # of words that are fillers in another language
    key = key_of(text)
    for word in key.split():
        named = _named_by(word)
        is_filler = bool(fillers.find(word) or cookies.find(word))
        if not named and not is_filler:
            return None
        (doubtful if is_filler else certain).update(named)
    found = certain or doubtful
    category = next(iter(found)) if len(found) == 1 else None
    return None if category is Category.NECESSARY and asks_for_consent(key) else category


def categories_in(text: str) -> frozenset[Category]:
    """Return every category that some word of a text names."""
    return frozenset().union(*map(_named_by, words_of(text)))


def asks_for_consent(text: str) -> bool:
    """Return whether a text mentions consent, a choice or something that is not necessary."""
    consent = phrases("consent")
    words = words_of(text)
    return bool(consent.find_phrase(" ".join(words))) or any(map(consent.find, words))


@lru_cache(maxsize=4096)
def _named_by(word: str) -> frozenset[Category]:
    """Return the categories that a word names, alone or before a word for cookies as in "Marketingcookies"."""
    found = _found(word)
    for stem in () if found or len(word) < _MIN_COMPOUND else _cookie_words():
        at = word.find(stem, 3)
        if at > 0 and not found:
            found = _found(word[:at]) or _found(word[:at].removesuffix("s"))
    return found


def _found(word: str) -> frozenset[Category]:
    return frozenset(category for category, key in _KEYS.items() if phrases(key).find(word))


@cache
def _cookie_words() -> tuple[str, ...]:
    known = phrases("cookie")
    return tuple(word for word in (*known.stems, *known) if len(word) > 3)


def category_mapping(pairs: Iterable[str] | Mapping[str, str]) -> dict[str, Category]:
    """Read a site's own words, from a mapping or from texts like `"Functional=necessary"`; `*` means all others.

    A text may be a list of pairs with commas.

    Raises: `ConfigError` with every invalid pair.
    """
    found: dict[str, Category] = {}
    problems = Problems("category mapping")
    for pair, word, value in _items(pairs):
        key = _key(word)
        if not key:
            what = "no word before '='" if "=" in pair else "there is no '=' in it"
            problems.add_problem(repr(pair), f"{what}; write it like 'Functional=preferences'")
            continue
        try:
            found[key] = read_category(value)
        except ValueError as error:
            problems.add_problem(repr(pair), f"{error}, like 'Functional=preferences'")
    problems.check()
    return found


def words_given(pairs: Iterable[str] | Mapping[str, str]) -> dict[str, str]:
    """Return a site's own words as they were written, by the key under which `category_mapping` has them."""
    return {_key(word): word.strip() for _, word, _ in _items(pairs)}


def _items(pairs: Iterable[str] | Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return each pair as it was written, its word, and its value."""
    if isinstance(pairs, Mapping):
        return [(f"{key}={value}", key, value) for key, value in pairs.items()]
    return [(pair, *_halves(pair)) for text in pairs for pair in _listed(text)]


def _listed(text: str) -> list[str]:
    """Split a list of pairs at its commas; one in a word, as in `"Ads, social=marketing"`, separates nothing."""
    found: list[str] = []
    word = ""
    for part in read_list(text) if text.strip(", ") else [text]:
        word = f"{word}, {part}" if word else str(part)
        if "=" in word:
            found.append(word)
            word = ""
    return [*found, word] if word or not found else found


def _key(word: str) -> str:
    return ANY_OTHER if word.strip() == ANY_OTHER else key_of(word)


def _halves(pair: str) -> tuple[str, str]:
    word, _, value = pair.rpartition("=")  # a pair without "=" has no word
    return word, value
