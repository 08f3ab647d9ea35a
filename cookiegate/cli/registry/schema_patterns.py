"""Parts of `cookies.schema.json`: texts in any case, lists in one text, lengths of time, as the readers accept them."""

import re
from collections.abc import Iterable

from cookiegate.lifetime import UNITS
from cookiegate.model import Category

__all__ = [
    "NAME_CHARS", "Schema", "amounts", "any_case", "categories", "category", "category_pattern", "in_any_case",
    "length_of_time", "listed", "names_of", "one_of_listed", "one_or_several", "prefix", "unlimited_lifetimes",
]  # fmt: skip

Schema = dict[str, object]

NAME_CHARS = r"!#$%&'+\-.^_`|~0-9A-Za-z"
_GAP = r"(?:[\s,]|[ ,][Aa][Nn][Dd][ ,])*"
_DAYS = r"(?:[1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)"
"""The numbers from 1 to 36500."""


def any_case(text: str) -> str:
    """Return a pattern for a text in upper and lower case."""
    return "".join(f"[{char.upper()}{char.lower()}]" if char.isalpha() else char for char in text)


def in_any_case(choices: list[str]) -> Schema:
    """Return the schema of one of these texts, in any case."""
    pattern = f"^(?:{'|'.join(map(any_case, choices))})$"
    return {"type": "string", "anyOf": [{"enum": choices}, {"pattern": pattern}]}


def prefix(*prefixes: str) -> str:
    """Return a pattern for names that start with one of these prefixes, if their `*` are removed."""
    patterns = (
        r"\**".join(f"[{char.upper()}{char}]" if char.isalpha() else char for char in prefix) for prefix in prefixes
    )
    return rf"^\**(?:{'|'.join(patterns)})"


def one_or_several(pattern: str) -> Schema:
    """Return the schema of a text, or of a list of such."""
    text = {"type": "string", "pattern": pattern}
    return {"anyOf": [text, {"type": "array", "items": text}]}


def unlimited_lifetimes() -> str:
    """Return a pattern for lifetimes without a number."""
    phrases = ("session", "session-based", "session based", "browser session", "end of session", "persistent", "varies")
    patterns = (r"[\s,]+".join(map(any_case, phrase.split())) for phrase in phrases)
    return rf"^{_GAP}(?:{'|'.join(patterns)}){_GAP}$"


def amounts() -> Schema:
    """Return the schema of numbers with units, the longer unit first, not all of them zero."""
    amounts = [rf"(?:[0-9]{{1,9}}{_GAP}{any_case(unit)}[Ss]?{_GAP})?" for unit in UNITS]
    pattern = f"^{_GAP}{''.join(amounts)}$"
    return {"type": "string", "pattern": pattern, "not": {"pattern": "^[^1-9]*$"}}


def length_of_time() -> Schema:
    """Return the schema of a length of time: an amount, or a number of days, which may be text."""
    days = rf"^\s*(?=[0-9]{{1,12}}\s*$)0*{_DAYS}\s*$"
    number: Schema = {"type": "integer", "minimum": 1, "maximum": 36500}
    return {"anyOf": [amounts(), number, {"type": "string", "pattern": days}]}


def names_of(members: Iterable[Category]) -> list[str]:
    """Return the names of categories."""
    return [member.value for member in members]


def category_pattern(members: Iterable[Category]) -> str:
    """Return a pattern for the name of a category, as a whole."""
    return rf"^\s*(?:{_category_names(members)})\s*$"


def category(members: Iterable[Category], *more: str) -> Schema:
    """Return the schema of a category's name in any case, or of one of some other texts."""
    members = tuple(members)
    return {"type": "string", "anyOf": [{"enum": [*more, *names_of(members)]}, {"pattern": category_pattern(members)}]}


def categories(members: Iterable[Category]) -> Schema:
    """Return the schema of a list of categories."""
    members = tuple(members)
    return listed(category(members), _category_names(members))


def _category_names(members: Iterable[Category]) -> str:
    return "|".join(any_case(member.value) for member in members)


def listed(item: Schema, pattern: str) -> Schema:
    """Return the schema of a list, or of one text in which commas separate the items. `pattern`: that of an item."""
    text = rf"^[\s,]*(?:(?:{pattern})\s*(?:,[\s,]*|$))+$"
    return {"anyOf": [{"type": "array", "items": item}, {"type": "string", "pattern": text}]}


def one_of_listed(names: Iterable[str]) -> Schema:
    """Return the schema of a list of some of these names."""
    names = list(names)
    return listed({"enum": names}, "|".join(map(re.escape, names)))
