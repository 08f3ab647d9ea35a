"""One language of the page: its texts from a TOML file, and dates, lists and lifetimes in its forms.

Law: a mistake in a file is an error when the file is read; afterwards every text is there.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from cookiegate.model import Lifetime
from cookiegate.settings_page.forms import Forms, forms_of, load_names

__all__ = ["Language", "built_in", "flat"]

_AMOUNT = re.compile(r"([0-9]{1,9}) ?(second|minute|hour|day|week|month|year)s?", re.ASCII)
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The texts of one language, by dotted names: `text.title`, `category.marketing.name`."""

    tag: str
    name: str
    is_right_to_left: bool
    texts: Mapping[str, str]
    purposes: Mapping[str, str]
    """The purposes in the registry, translated, by the rule's name."""
    forms: Forms

    def text(self, key: str, **words: object) -> str:
        """Return a text, its words in braces filled in. It is plain text: templates escape it."""
        return self.texts[key].format(**words)

    def counted(self, key: str, count: int) -> str:
        """Return the text for a whole number of things, in the plural form of the number: `table.summary`, 3."""
        text = self.texts.get(f"{key}.{self.forms.category(count)}", self.texts[f"{key}.other"])
        return text.format(count=self.forms.number(count))

    def listed(self, parts: Iterable[str]) -> str:
        """Join several names."""
        return self.forms.joined(parts)

    def date(self, moment: datetime) -> str:
        """Write a date out, in UTC."""
        return self.forms.date_of(moment)

    def date_and_time(self, moment: datetime) -> str:
        """Write a date and the time of day out, in UTC."""
        return self.forms.date_and_time_of(moment)

    def seconds(self, length_s: int) -> str:
        """Write a length of time in the largest unit that divides it."""
        unit, unit_s = next((unit, size) for unit, size in _UNITS if length_s % size == 0)
        return self.forms.amount(length_s // unit_s, unit)

    def lifetime(self, lifetime: Lifetime | None, limit_s: int | None) -> str:
        """Write a cookie's lifetime out; `limit_s`: the gate's own limit, for those that name no number."""
        if lifetime is None:
            return self.texts["lifetime.unknown"]
        if lifetime.is_session:
            return self.texts["lifetime.session"]
        if lifetime.max_age_s is None:
            if limit_s is None:
                return self.texts["lifetime.unlimited"]
            return self.text("lifetime.at_most", time=self.seconds(limit_s))
        amounts = _AMOUNT.findall(lifetime.text.lower())
        written = " ".join(self.forms.amount(int(count), unit) for count, unit in amounts)
        return written or self.seconds(lifetime.max_age_s)


@cache
def built_in(tag: str) -> Language:
    """Return a language that comes with the package. The tests check its file, so nothing is checked here."""
    text = files(__package__).joinpath("languages", f"{tag}.toml").read_text(encoding="utf-8")
    tables = {name: table for name, table in tomllib.loads(text).items() if isinstance(table, dict)}
    head = load_names()[tag]
    return Language(
        tag=tag,
        name=head["name"],
        is_right_to_left=head["direction"] == "rtl",
        texts=MappingProxyType({name: str(text) for name, text in flat(tables)}),
        purposes=MappingProxyType({}),
        forms=forms_of(tag),
    )


def flat(table: Mapping[str, object] | Mapping[int, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of tables within tables by dotted names; a list counts its values from 0."""
    for key, value in table.items():
        nested = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(nested, dict):
            yield from flat(nested, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
