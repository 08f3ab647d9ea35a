"""How a language counts, writes numbers and dates, and joins a list: the data of CLDR in `cldr/`, one file a language.

`tests/settings_page/cldr.py` generates the files. A rule for a plural form is data that is compared, never code.
Source: Unicode Technical Standard #35, part 2 (lists), part 3 (numbers, plural rules), part 4 (dates).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["CATEGORIES", "UNITS", "Forms", "forms_of", "load", "load_names"]

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""CLDR's plural categories. Each language has `other`, and some of the rest."""
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

_SAMPLE = range(200)
"""Every rule of CLDR for small whole numbers looks at the last two digits."""

Condition = tuple[str, int, Sequence[Sequence[int]], bool]
"""Operand, modulus (0: none), ranges with both ends, and whether the value must be in one of them or in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The forms of one language."""

    plural: Mapping[str, Sequence[Sequence[Condition]]]
    """By category, alternatives of conditions that hold together. `other` has none."""
    units: Mapping[str, Mapping[str, str]]
    """By unit and category: `{count} days`."""
    months: Sequence[str]
    date: str
    """With `{day}`, `{month}`, `{year}`."""
    time: str
    """With `{hour}` or `{short_hour}`, and `{minute}`."""
    date_and_time: str
    """With `{date}` and `{time}`."""
    lists: Mapping[str, str]
    """`two`, and `start`, `middle`, `end` of three or more: each joins `{0}` and `{1}`."""
    digits: str
    group: str
    """What separates groups of digits."""
    grouping: Sequence[int]
    """How many digits the last group has, and each group before it."""

    def category(self, number: int | Decimal) -> str:
        """Return the plural category of a number that is not negative: `few` for 2 in Polish."""
        operands = _operands(number)
        for category, alternatives in self.plural.items():
            if any(all(_holds(condition, operands) for condition in together) for together in alternatives):
                return category
        return "other"

    def numbers(self) -> dict[str, list[int]]:
        """Return the whole numbers below 200 of each category that has any."""
        found: dict[str, list[int]] = {}
        for number in _SAMPLE:
            found.setdefault(self.category(number), []).append(number)
        return found

    def number(self, number: int) -> str:
        """Write a whole number, in groups of digits."""
        last, before = self.grouping
        text = str(number)
        parts = [text[-last:]]
        text = text[:-last]
        while text:
            parts.insert(0, text[-before:])
            text = text[:-before]
        return self._in_digits(self.group.join(parts))

    def amount(self, count: int, unit: str) -> str:
        """Write a length of time: `1 day`. `unit`: one of `UNITS`."""
        patterns = self.units[unit]
        return patterns.get(self.category(count), patterns["other"]).format(count=self.number(count))

    def date_of(self, moment: datetime) -> str:
        """Write a date out, in UTC."""
        moment = moment.astimezone(UTC)
        day, year = self._in_digits(str(moment.day)), self._in_digits(str(moment.year))
        return self.date.format(day=day, month=self._in_digits(self.months[moment.month - 1]), year=year)

    def date_and_time_of(self, moment: datetime) -> str:
        """Write a date and the time of day out, in UTC, by 24 hours."""
        moment = moment.astimezone(UTC)
        hour, short_hour, minute = map(self._in_digits, (f"{moment:%H}", str(moment.hour), f"{moment:%M}"))
        time = self.time.format(hour=hour, short_hour=short_hour, minute=minute)
        return self.date_and_time.format(date=self.date_of(moment), time=time)

    def joined(self, parts: Iterable[str]) -> str:
        """Join parts into a list: `a, b, and c`. None are an empty text."""
        first, *rest = [*parts] or [""]
        if not rest:
            return first
        if len(rest) == 1:
            return self.lists["two"].format(first, rest[0])
        *between, last = rest
        text = self.lists["start"].format(first, between[0])
        for part in between[1:]:
            text = self.lists["middle"].format(text, part)
        return self.lists["end"].format(text, last)

    def _in_digits(self, text: str) -> str:
        return text if self.digits == "0123456789" else text.translate(str.maketrans("0123456789", self.digits))


def load(name: str) -> Any:
    """Return the content of a file in `cldr/`."""
    return json.loads(files(__package__).joinpath("cldr", name).read_text(encoding="utf-8"))


@cache
def load_names() -> Mapping[str, Mapping[str, str]]:
    """Return `name` and `direction` of each language in `cldr/`, by tag."""
    names: Mapping[str, Mapping[str, str]] = load("names.json")
    return names


@cache
def forms_of(tag: str) -> Forms:
    """Return the forms of a language in `cldr/`."""
    found = load(f"{tag}.json")
    return Forms(**{name: found[name] for name in Forms.__dataclass_fields__})


def _operands(number: int | Decimal) -> dict[str, int | Decimal]:
    """Return the operands of plural rules. Source: UTS #35, part 3, "Plural Operand Meanings"."""
    whole, _, fraction = (str(number) if isinstance(number, int) else f"{number:f}").partition(".")
    visible, significant = fraction, fraction.rstrip("0")
    return {
        "n": Decimal(number).normalize() if visible else int(number),
        "i": int(whole),
        "v": len(visible),
        "w": len(significant),
        "f": int(visible or 0),
        "t": int(significant or 0),
        "c": 0,  # no number is written with an exponent
        "e": 0,
    }


def _holds(condition: Condition, operands: Mapping[str, int | Decimal]) -> bool:
    operand, modulus, ranges, is_within = condition
    value = operands[operand] % modulus if modulus else operands[operand]
    # "the range 2..4 has the whole numbers 2, 3 and 4", so 2.5 is in none
    found = value == int(value) and any(low <= value <= high for low, high in ranges)
    return found is is_within
