"""From the rows of published tables to rules, whatever the file's format; what is not understood is remarked on.

Law: a cookie is not lost for a lifetime or an attribute that can't be read; the registry then says nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cookiegate.model import Category, CookieRule
from cookiegate.registry.attributes import Attributes
from cookiegate.registry.categories import ANY_OTHER, category_of, key_of
from cookiegate.registry.columns import Record, records_of
from cookiegate.registry.cookie_names import NamesRead, read_names
from cookiegate.registry.declaration import Declaration, Remark, quoted
from cookiegate.registry.exact import exact_value
from cookiegate.registry.headings import Column, words_of
from cookiegate.registry.lifetimes import SAYS_NOTHING, lifetime_of
from cookiegate.registry.merging import merged
from cookiegate.registry.rule import check_rule
from cookiegate.registry.table import EMPTY, Table

__all__ = ["Reading", "read_tables"]

_STORAGES = {
    "local storage": "localstorage|local storage|lokaler speicher|stockage local|almacenamiento local|lokale opslag",
    "session storage": "sessionstorage|session storage",
    "IndexedDB": "indexeddb|indexed db",
    "a pixel": "pixel|pixels|beacon|web beacon|zählpixel|tracking pixel|pixel tracker",
    "a cache": "cache storage|cachestorage|cache api",
}
_FEW_WORDS = 3
_YES = frozenset({"1", "true", "yes", "y", "ja", "oui", "sí", "si", "x", "✓", "✔", "on"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, where formats differ."""

    categories: Mapping[str, Category] = field(default_factory=dict)
    """The site's own words for the categories, as `category_mapping` gives them."""
    own_words: frozenset[str] = frozenset()
    """Those of them that the user gave: no need to remark on them."""
    is_number_sign_any: bool = False
    """`#` in a name stands for any characters."""
    are_names_exact: bool = False
    """A name is what the cell says: no aliases, no lists, no placeholders."""
    are_domains_own: bool = True
    """A domain is one under which the site itself sets the cookie."""


def read_tables(tables: Iterable[Table], reading: Reading, rules: Iterable[tuple[str, CookieRule]] = ()) -> Declaration:
    """Read every table about cookies; the same name several times becomes one rule.

    `rules`: those that the file holds as they are, each with its place; they come first.
    """
    return _Reader(reading, rules).read(tables)


class _Reader:
    def __init__(self, reading: Reading, rules: Iterable[tuple[str, CookieRule]]) -> None:
        self._reading = reading
        self._remarks: list[Remark] = []
        self._found = list(rules)
        self._words: dict[tuple[str, Category], int] = {}

    def read(self, tables: Iterable[Table]) -> Declaration:
        for table in tables:
            for record in records_of(table, self._remarks):
                self._record(record)
        rules = merged(self._found, self._remarks)
        return Declaration(tuple(rules), (*self._remarks, *self._category_notes()))

    def _record(self, record: Record) -> None:
        if not record.text(Column.NAME):  # the cell is empty, or the row ends before it
            self._miss(record, "row", "no cookie name in it; add one")
            return
        names = self._names(record)
        for word, why in names.unread:
            self._miss(record, quoted(word), why)
        for name, note in names.notes:
            self._remarks.append(Remark(record.place, quoted(name), note, is_understood=True))
        storage = _storage(record)
        if storage:
            self._note(record, ", ".join(names.names), f"{storage}, no cookie: no Set-Cookie line sets it; left out")
            return
        lifetimes = self._lifetime_texts(record, len(names.names))
        for number, name in enumerate(names.names):
            category = self._category(record, name)
            if category is not None:
                self._rule(record, name, category, lifetimes[number % len(lifetimes)])

    def _names(self, record: Record) -> NamesRead:
        cell = record.cells[Column.NAME]
        names = read_names(
            cell.text,
            cell.codes,
            is_number_sign_any=self._reading.is_number_sign_any,
            is_exact=self._reading.are_names_exact,
        )
        if record.text(Column.WILDCARD).lower() in _YES:
            return replace(names, names=tuple(name if "*" in name else f"{name}*" for name in names.names))
        return names

    def _category(self, record: Record, name: str) -> Category | None:
        """Find the category: in its column, else in the type column, else in the headings above; else remark on it."""
        known = self._reading.categories
        said = record.text(Column.CATEGORY)
        kind = record.text(Column.KIND)
        if not said and self._known(kind) is not None:
            said = kind
        words = [said] if said else list(record.sections)
        for word in words:
            found = self._known(word)
            if found is not None:
                self._words[word, found] = self._words.get((word, found), 0) + 1
                return found
        if ANY_OTHER in known:
            return known[ANY_OTHER]
        above = f"; the headings above are {', '.join(map(quoted, record.sections[:3]))}" if words and not said else ""
        what = f"category {quoted(said)} is not known" if said else f"no category{above}"
        example = key_of(said or next(iter(record.sections), ""))
        if not 0 < len(example.split()) <= _FEW_WORDS:
            example = ANY_OTHER
        self._miss(record, quoted(name), f"{what}; say --map '{example}=...' with one of {', '.join(Category)}")
        return None

    def _known(self, word: str) -> Category | None:
        return self._reading.categories.get(key_of(word)) or category_of(word)

    def _lifetime_texts(self, record: Record, count: int) -> list[str]:
        """Return the lifetime's text for each of the names in a cell: one for all, or as many as names."""
        cell = record.cells.get(Column.LIFETIME, EMPTY)
        value = exact_value(cell)
        text = value if isinstance(value, str) else cell.text
        parts = [part.strip() for part in text.replace("\n", ",").split(",")]
        if count > 1 and len(parts) == count and lifetime_of(text) is None:
            return parts
        return [text]

    def _rule(self, record: Record, name: str, category: Category, lifetime_text: str) -> None:
        lifetime = None
        if lifetime_text.lower() not in SAYS_NOTHING:
            lifetime = lifetime_of(lifetime_text)
            if lifetime is None:
                self._miss(
                    record, quoted(name),
                    f"lifetime {quoted(lifetime_text)} is not understood and left out; "
                    "add one like '7 days' or 'session'",
                )  # fmt: skip
        rule = CookieRule(
            name=name,
            category=category,
            lifetime=lifetime,
            purpose=self._text(record, Column.PURPOSE),
            provider=self._provider(record),
            source=self._source(record),
        )
        attributes = Attributes.read(record, with_domains=self._reading.are_domains_own)
        for problem in attributes.problems:
            self._miss(record, quoted(name), problem)
        rule = self._checked(record, rule, attributes.fields)
        self._found.append((record.place, rule))

    def _checked(self, record: Record, rule: CookieRule, fields: Mapping[str, Any]) -> CookieRule:
        """Add the attributes that such a rule can have; the others are remarked on."""
        whole = replace(rule, **fields)
        if not check_rule(whole, ""):
            return whole
        for key, value in fields.items():
            added = replace(rule, **{key: value})
            complaints = check_rule(added, "")
            if complaints:
                self._miss(record, quoted(rule.name), f"{key} is left out: {complaints[0].removeprefix(': ')}")
            else:
                rule = added
        return rule

    def _text(self, record: Record, column: Column) -> str:
        cell = record.cells.get(column, EMPTY)
        value = exact_value(cell)
        if isinstance(value, str):
            return value
        if cell.exact is not None:
            self._miss(record, column.name.lower(), "the page shows another text than it carries; what it shows counts")
        return "" if cell.text.lower() in SAYS_NOTHING else cell.text

    def _provider(self, record: Record) -> str:
        text = self._text(record, Column.PROVIDER)
        is_exact = exact_value(record.cells.get(Column.PROVIDER, EMPTY)) is not None
        return text if is_exact else text.replace("\n", ", ")

    def _source(self, record: Record) -> str:
        text = self._text(record, Column.SOURCE)
        is_exact = exact_value(record.cells.get(Column.SOURCE, EMPTY)) is not None
        return text if is_exact or text.startswith(("https://", "http://")) else ""

    def _miss(self, record: Record, subject: str, text: str) -> None:
        self._remarks.append(Remark(record.place, subject, text))

    def _note(self, record: Record, subject: str, text: str) -> None:
        self._remarks.append(Remark(record.place, subject, text, is_understood=True))

    def _category_notes(self) -> list[Remark]:
        """Say once for each word that is not the category's own which category it was read as."""
        return [
            Remark(
                "", f"category {quoted(word)}",
                f"read as {category} ({count} {'row' if count == 1 else 'rows'}); "
                f"--map '{key_of(word)}=...' changes it",
                is_understood=True,
            )
            for (word, category), count in self._words.items()
            if category.value not in words_of(word) and key_of(word) not in self._reading.own_words
        ]  # fmt: skip


def _storage(record: Record) -> str:
    """Return which storage that is no cookie the row is about; empty for a cookie."""
    text = " ".join(
        words for column in (Column.KIND, Column.LIFETIME) if (words := " ".join(words_of(record.text(column))))
    )
    if not text or "cookie" in text.split():
        return ""
    return next((name for name, words in _STORAGES.items() if any(word in text for word in words.split("|"))), "")
