"""The headings of published tables: which column each of them names.

A heading is looked up as a whole phrase, else by its most specific word. JSON keys are read in the same way:
`retentionPeriod` and `retention_period` are two words.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

from cookiegate.registry.words.vocabulary import phrases, split_words

__all__ = ["Column", "column_of", "columns_among", "parts_of", "words_of"]


class Column(Enum):
    """The meaning of a column."""

    NAME = auto()
    PURPOSE = auto()
    LIFETIME = auto()
    CATEGORY = auto()
    KIND = auto()
    """Cookie or other storage, first or third party; some tables give the category here."""
    PROVIDER = auto()
    SOURCE = auto()
    DOMAINS = auto()
    PATHS = auto()
    ATTRIBUTES = auto()
    SECURE = auto()
    HTTP_ONLY = auto()
    SAME_SITE = auto()
    WILDCARD = auto()
    """1: the name is a prefix."""


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARTS = re.compile(r"[/|,;&]|\s+(?:and|und|et|y|e|en|og|och|i)\s+")
_LONGEST = 200

# Keys of exports and of JSON, which are always English.
_PHRASES: dict[Column, tuple[str, ...]] = {
    Column.NAME: (
        "key|das cookie|le cookie|cookie id|identifier|bezeichnung|kennung",
        "",
        "cookie key|cookie data key name",
    ),
    Column.KIND: ("cookies used|cookie type|type of cookie|tracker type",),
    Column.PROVIDER: ("cookie provider|placed by|set by|cookie set by",),
    Column.DOMAINS: ("cookie subgroup|cookie domain",),
    Column.SOURCE: ("user privacy gdpr rights portals|policy|privacy policy",),
    Column.WILDCARD: ("wildcard match|wildcard",),
    Column.ATTRIBUTES: ("attributes|attribute|flags",),
    Column.SECURE: ("secure|is secure|secure flag",),
    Column.HTTP_ONLY: ("httponly|http only|is http only|httponly flag|http only flag",),
    Column.SAME_SITE: ("samesite|same site",),
    Column.PATHS: ("path|paths|pfad|pfade|cookie path",),
    Column.CATEGORY: ("purpose category|consent category|cookie category|cookie group|cookie gruppe|optanon group",),
}
_RANKS: dict[str, tuple[Column, int]] = {
    phrase: (column, rank)
    for column, ranked in _PHRASES.items()
    for rank, listed in enumerate(ranked, start=1)
    for phrase in listed.split("|")
    if phrase
}
_NO_COLUMNS = frozenset({"host only", "hostonly", "is host only", "host only flag"})
"""Yes or no, although a word of them names a column: a browser's export says so of each cookie."""
# In this order: a heading with words of two columns belongs to the first.
_ORDER = (
    Column.LIFETIME,
    Column.CATEGORY,
    Column.PURPOSE,
    Column.PROVIDER,
    Column.SOURCE,
    Column.DOMAINS,
    Column.KIND,
    Column.NAME,
)


def words_of(text: str) -> list[str]:
    """Split a heading into folded words, also at the capitals of camelCase."""
    return split_words(_CAMEL.sub(" ", text[:_LONGEST]))


def parts_of(heading: str) -> list[str]:
    """Split a heading with several parts like `Service / Cookie name`."""
    return [part.strip() for part in _PARTS.split(heading[:_LONGEST]) if part.strip()] or [heading]


@lru_cache(maxsize=4096)
def column_of(heading: str) -> tuple[Column, int] | None:
    """Return the meaning of a column, and how specific its heading is (0: only one word of it); `None` if unknown."""
    found = _whole(heading)
    if found is not None and (found[0] is Column.NAME or len(heading) > _LONGEST):
        return found
    parts = [_whole(part) for part in parts_of(heading)]
    if len(parts) > 1 and all(parts):
        name = next((part for part in parts if part and part[0] is Column.NAME and part[1] > 1), None)
        return (Column.NAME, 1) if name else found
    return found


def _whole(heading: str) -> tuple[Column, int] | None:
    words = words_of(heading)
    text = " ".join(words)
    if text in _NO_COLUMNS:
        return None
    if found := _RANKS.get(text):
        return found
    if rank := _rank_of_name(words):
        return Column.NAME, rank
    named = {column for column in map(_column_of_word, words) if column is not None}
    for column in _ORDER:
        if column in named or phrases(column.name.lower()).find_phrase(text):
            return column, 0
    return (Column.NAME, 0) if any(map(phrases("cookie").find, words)) else None


def columns_among(headings: Sequence[str]) -> int:
    """Return the number of columns that these headings name; 0 if the cookie's name is not among them."""
    found = {known[0] for heading in headings if (known := column_of(heading))}
    return len(found) if Column.NAME in found and len(found) > 1 else 0


@lru_cache(maxsize=4096)
def _column_of_word(word: str) -> Column | None:
    return next((column for column in _ORDER if phrases(column.name.lower()).find(word)), None)


def _rank_of_name(words: list[str]) -> int:
    """Return how specifically these words name the cookie's name: 3 "cookie name", 2 "name", 1 "cookie", 0 not."""
    names, cookies, fillers = phrases("name"), phrases("cookie"), phrases("filler")
    is_name = is_cookie = False
    for word in words:
        if names.find(word):
            is_name = True
        elif cookies.find(word) or _is_cookie_name(word):
            is_cookie = True
            is_name = is_name or _is_cookie_name(word)
        elif not fillers.find(word) or _column_of_word(word) is not None:
            return 0
    return 2 * is_name + is_cookie


def _is_cookie_name(word: str) -> bool:
    """Return whether a word is one like the Dutch "cookienaam"."""
    return word.startswith("cookie") and bool(phrases("name").find(word.removeprefix("cookie").removeprefix("s")))
