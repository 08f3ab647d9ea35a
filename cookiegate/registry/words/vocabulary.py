"""The words of cookie pages in 36 languages: for columns, categories and lifetimes.

Each language is a TOML file in this folder; an entry that ends with `*` is a prefix of words. `units.json` is generated
from CLDR. Law: a word with different meanings in two languages is read in the table's language, or not understood.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from cookiegate.registry.words.folding import fold, fold_words

__all__ = ["Phrases", "languages_of", "numbers", "phrases", "split_words", "units"]

_LONGEST_WORD = 40
_MAX_ENDING = 12
_SHORT_STEM = 3
_UNSPACED = "\u0e00-\u0eff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af"
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")

Languages = frozenset[str]


class Phrases:
    """The entries of one key in all languages, by their folded words."""

    __slots__ = ("_phrases", "_stems", "_words")

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._words: dict[str, Languages] = {}
        self._stems: dict[str, Languages] = {}
        self._phrases: dict[str, Languages] = {}
        for language, entry in entries:
            words = fold_words(entry)
            text = " ".join(words)
            table = self._phrases if len(words) > 1 else self._stems if entry.endswith("*") else self._words
            table[text] = table.get(text, frozenset()) | {language}

    def __iter__(self) -> Iterator[str]:
        """Yield the words, without the beginnings and the phrases."""
        return iter(self._words)

    @property
    def stems(self) -> Iterable[str]:
        """The beginnings of words."""
        return self._stems.keys()

    @property
    def phrases(self) -> Iterable[str]:
        """The entries of several words."""
        return self._phrases.keys()

    def find(self, word: str) -> Languages:
        """Return the languages that have the word; empty if it is not among the entries."""
        found = self._words.get(word, frozenset())
        for end in range(min(len(word), _LONGEST_WORD), 1, -1):
            stem = self._stems.get(word[:end])
            if stem is not None and len(word) - end <= (_SHORT_STEM if end <= _SHORT_STEM else _MAX_ENDING):
                return found | stem
        return found

    def find_phrase(self, text: str) -> str:
        """Return the longest phrase of several words that is in a text of folded words; empty if there is none."""
        spaced = f" {text} "
        return max((phrase for phrase in self._phrases if f" {phrase} " in spaced), key=len, default="")


@cache
def _files() -> dict[str, dict[str, str | dict[str, str]]]:
    folder = files(__package__)
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def _entries(key: str) -> Iterator[tuple[str, str]]:
    for language, entries in _files().items():
        yield from ((language, entry.strip()) for entry in str(entries[key]).split(","))


@cache
def phrases(key: str) -> Phrases:
    """Return the entries under one key of the files, like `"lifetime"` or `"necessary"`."""
    return Phrases(_entries(key))


@cache
def units() -> dict[str, dict[str, Languages]]:
    """Return the languages in which a folded word means a unit: `{"days": {"day": {"en"}}}`; `"2 day"` is two of it."""
    found: dict[str, dict[str, Languages]] = {}
    listed = json.loads(files(__package__).joinpath("units.json").read_text(encoding="utf-8"))
    for language, entries in _files().items():
        more = entries.get("units")
        pairs = [(unit, word) for unit, words in listed[language].items() for word in words]
        if isinstance(more, dict):
            pairs += [(unit, word) for unit, words in more.items() for word in words.split(",")]
        for unit, word in pairs:
            of_word = found.setdefault(" ".join(fold_words(word)), {})
            of_word[unit] = of_word.get(unit, frozenset()) | {language}
    return found


@cache
def numbers() -> dict[str, int]:
    """Return the numbers in words, one to thirteen."""
    found: dict[str, int] = {}
    for entries in _files().values():
        for number, words in enumerate(str(entries["numbers"]).split(","), start=1):
            for word in words.split("/"):
                found.setdefault(" ".join(fold_words(word)), number)
    return found


@cache
def _unspaced() -> tuple[frozenset[str], int]:
    """Return all words of scripts without spaces, and the length of the longest."""
    keys = next(iter(_files().values())).keys() - {"units"}
    entries = [word for key in keys for _, entry in _entries(key) for word in re.split("[ /]", fold(entry.rstrip("*")))]
    found = frozenset(word for word in (*entries, *units()) if _IS_UNSPACED.search(word))
    return found, max(map(len, found))


def split_words(text: str) -> list[str]:
    """Split a text into folded words; in scripts without spaces, at known words, the longest first."""
    words: list[str] = []
    for word in fold_words(text):
        if _IS_UNSPACED.search(word) is None:
            words.append(word)
            continue
        for run in _RUN.findall(word):
            words += _segments(run) if _IS_UNSPACED.match(run) else [run]
    return words


def _segments(run: str) -> Iterator[str]:
    known, longest = _unspaced()
    start, unknown = 0, ""
    while start < len(run):
        ends = range(min(len(run), start + longest), start, -1)
        end = next((end for end in ends if run[start:end] in known), start)
        if end == start:
            unknown += run[start]
            start += 1
            continue
        if unknown:
            yield unknown
        yield run[start:end]
        start, unknown = end, ""
    if unknown:
        yield unknown


_KEYS_FOR_LANGUAGE = (
    "name",
    "cookie",
    "purpose",
    "lifetime",
    "category",
    "provider",
    "necessary",
    "statistics",
    "marketing",
)


@cache
def _tables_for_language() -> tuple[Phrases, ...]:
    return tuple(phrases(key) for key in _KEYS_FOR_LANGUAGE)


def languages_of(texts: Iterable[str]) -> Languages:
    """Return the languages that have most of the words of some headings; empty if no word is known."""
    votes: dict[str, int] = {}
    for text in texts:
        for word in split_words(text):
            for language in frozenset().union(*(table.find(word) for table in _tables_for_language())):
                votes[language] = votes.get(language, 0) + 1
    most = max(votes.values(), default=0)
    return frozenset(language for language, count in votes.items() if count == most)
