"""Make rules from the rows of published tables, whatever the file's format; remark on what is not understood.

`columns.py` yields the rows, `row_category.py` finds their categories, `merging.py` joins rules of one name.
Law: a cookie with an unreadable lifetime or attribute still becomes a rule, without that field.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cookiegate.cookie_rule import is_stored_name, place_of
from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule, Lifetime
from cookiegate.registry.cookie_names import NamesRead, read_names
from cookiegate.registry.declaration import Declaration, Remark, quoted
from cookiegate.registry.documents.exact import exact_value
from cookiegate.registry.documents.table import EMPTY, Table
from cookiegate.registry.importing.attributes import Attributes
from cookiegate.registry.importing.columns import Record, records_of
from cookiegate.registry.importing.merging import merged
from cookiegate.registry.importing.options import Reading
from cookiegate.registry.importing.row_category import RowCategories
from cookiegate.registry.knowledge import known_as_necessary
from cookiegate.registry.proposals import PROPOSED
from cookiegate.registry.rule import rule_problems
from cookiegate.registry.words.headings import Column, words_of
from cookiegate.registry.words.lifetimes import EMPTY_CELLS, lifetime_of, lifetime_parts
from cookiegate.registry.words.vocabulary import phrases

__all__ = ["read_tables"]

_LISTED = re.compile(r"[,;/|\n]")
_YES = frozenset({"1", "true", "yes", "y", "ja", "oui", "sí", "si", "x", "✓", "✔", "on"})
_STORAGES = {
    "local storage": (
        "localstorage|local storage|lokaler speicher|stockage local|almacenamiento local|lokale opslag|web storage"
        "|archiviazione locale|armazenamento local|mistni uloziste|lokalni uloziste|lokalt lager|lokal lagring"
        "|lokala lagring|pamiec lokalna|helyi tarolo|depolama|ローカルストレージ|本地存储|로컬 저장소|local store"
    ),
    "session storage": "sessionstorage|session storage",
    "IndexedDB": "indexeddb|indexed db",
    "a pixel": "pixel|pixels|beacon|web beacon|zahlpixel|tracking pixel|pixel tracker",
    "a cache": "cache storage|cachestorage|cache api",
}
_GUARDED = {"local storage": "local", "session storage": "session", "IndexedDB": "indexeddb"}


def read_tables(tables: Iterable[Table], reading: Reading, rules: Iterable[tuple[str, CookieRule]] = ()) -> Declaration:
    """Read every table about cookies; rows with the same name become one rule.

    `rules`: rules that the file has in full, each with its place; they come first.
    """
    return _Reader(reading, rules).read(tables)


class _Reader:
    def __init__(self, reading: Reading, rules: Iterable[tuple[str, CookieRule]]) -> None:
        self._reading = reading
        self._remarks: list[Remark] = []
        self._found = list(rules)
        self._comments: dict[str, list[str]] = {}
        exact = frozenset(rule.category.value for _, rule in self._found)
        self._categories = RowCategories(reading, self._remarks, self._comments, exact)

    def read(self, tables: Iterable[Table]) -> Declaration:
        for table in tables:
            for record in records_of(table, self._remarks, self._reading.own_words):
                self._record(record)
        rules = [self._completed(rule) for rule in merged(self._found, self._remarks)]
        whole = merged((("", rule) for rule in rules), self._remarks)
        comments = {name: tuple(texts) for name, texts in self._comments.items()}
        return Declaration(tuple(whole), (*self._remarks, *self._categories.remarks()), comments)

    def _completed(self, rule: CookieRule) -> CookieRule:
        origins = self._comments.pop(rule.name, [])
        completed, comments = self._reading.gaps.complete(
            rule, is_proposed=bool(origins), is_exact=self._reading.are_names_exact
        )
        origins += comments
        if origins:
            self._comments.setdefault(completed.name, []).extend(origins)
            for text in origins:
                self._remarks.append(Remark("", quoted(rule.name), text, not text.startswith(PROPOSED)))
        return completed

    def _record(self, record: Record) -> None:
        self._categories.see(record)
        if not record.text(Column.NAME):  # the cell is empty, or the row ends before it
            self._miss(record, "row", "no cookie name in it; add one")
            return
        names = self._names(record)
        for word, why in names.unread:
            self._miss(record, quoted(word), why)
        if names.unread and not names.names:
            self._other_mistakes(record, names.unread[0][0])
        for name, note in names.notes:
            self._remarks.append(Remark(record.place, quoted(name), note, is_understood=True))
        storage = _storage_of(record)
        if storage:
            text = f"{storage}, no cookie: no Set-Cookie line sets it; left out"
            if storage in _GUARDED:
                text += f'; for the guard, write a rule with storage = "{_GUARDED[storage]}"'
            self._note(record, ", ".join(names.names), text)
            return
        if words_of(record.name_heading) == ["key"] and not _mentions_cookies(record):
            for name in names.names:
                self._miss(
                    record, quoted(name), "a key, of local storage perhaps; call the column 'Cookie' if it is one"
                )
            return
        beside = dict(names.lifetimes)
        lifetimes = [
            beside.get(name, text)
            for name, text in zip(names.names, self._lifetime_texts(record, names.names), strict=True)
        ]
        for number, name in enumerate(names.names):
            category = self._categories.find(record, name)
            known = known_as_necessary(name) if self._reading.is_known_left_out else None
            if category is not None and known is not None:
                self._note(record, quoted(name), f"cookiegate knows it as necessary ({known.provider}); left out")
            elif category is not None:
                self._rule(record, name, category, lifetimes[number])

    def _names(self, record: Record) -> NamesRead:
        cell = record.cells[Column.NAME]
        exact = exact_value(cell)
        if isinstance(exact, str):
            is_key = "storage" in self._attributes(record).fields and is_stored_name(exact)
            return NamesRead((exact,)) if is_key else read_names(exact, is_exact=True)
        written = cell.text if cell.source is None else cell.source
        if cell.source is not None:
            note = f"read as {quoted(written)}: in a name a single '_' or '*' is no markup, and a tag means any text"
            self._note(record, quoted(cell.text), note)
        names = read_names(
            written,
            cell.codes,
            is_number_sign_any=self._reading.is_number_sign_any,
            is_exact=self._reading.are_names_exact,
        )
        if record.text(Column.WILDCARD).lower() in _YES:
            return replace(names, names=tuple(name if "*" in name else f"{name}*" for name in names.names))
        return names

    def _lifetime_texts(self, record: Record, names: tuple[str, ...]) -> list[str]:
        """Return the lifetime's text for each of the names in a cell: one for all, or one for each.

        If their number differs from that of the names, they are joined into a text that is no lifetime.
        """
        cell = record.cells.get(Column.LIFETIME, EMPTY)
        value = exact_value(cell)
        text = value if isinstance(value, str) else cell.text
        count = len(names)
        if count < 2:
            return [text] * count
        parts = lifetime_parts(text, count)
        labelled = [part.partition(":") for part in parts]
        by_name = {label.strip(): lifetime.strip() for label, _, lifetime in labelled if lifetime}
        if set(by_name) == set(names):
            return [by_name[name] for name in names]
        if any(lifetime_of(part, record.languages) is not None for part in parts):
            return parts
        several = [part for part in _LISTED.split(text) if lifetime_of(part, record.languages) is not None]
        return ["; ".join(several) if len(several) > 1 else text] * count

    def _other_mistakes(self, record: Record, word: str) -> None:
        """Remark on what else is not understood in a row whose name can't be read, so that all is corrected at once."""
        if _storage_of(record):
            return
        self._categories.check(record, word)
        [lifetime_text] = self._lifetime_texts(record, (word,))
        self._lifetime(record, word, lifetime_text)
        for problem in self._attributes(record).problems:
            self._miss(record, quoted(word), problem)

    def _lifetime(self, record: Record, name: str, text: str) -> Lifetime | None:
        if text.lower() in EMPTY_CELLS:
            return None
        lifetime = lifetime_of(text, record.languages)
        if lifetime is None:
            self._miss(
                record, quoted(name),
                f"lifetime {quoted(text)} is not understood and left out; add one like '7 days' or 'session'",
            )  # fmt: skip
        return lifetime

    def _attributes(self, record: Record) -> Attributes:
        return Attributes.read(record, with_domains=self._reading.are_domains_own)

    def _rule(self, record: Record, name: str, category: Category, lifetime_text: str) -> None:
        attributes = self._attributes(record)
        rule = CookieRule(
            name=name,
            category=category,
            lifetime=self._lifetime(record, name, lifetime_text),
            purpose=self._text(record, Column.PURPOSE),
            provider=self._provider(record),
            source=self._source(record),
            storage=attributes.fields.get("storage"),
        )
        for problem in attributes.problems:
            self._miss(record, quoted(name), problem)
        rule = self._checked(record, rule, attributes.fields)
        self._found.append((record.place, rule))

    def _checked(self, record: Record, rule: CookieRule, fields: Mapping[str, Any]) -> CookieRule:
        """Add the attributes that such a rule can have; others get a remark."""
        whole, problems = _with(rule, fields)
        if not problems:
            return whole
        for key, value in fields.items():
            added, problems = _with(rule, {key: value})
            if problems:
                self._miss(record, quoted(rule.name), f"{key} is left out: {problems[0]}")
            else:
                rule = added
        return rule

    def _text(self, record: Record, column: Column) -> str:
        cell = record.cells.get(column, EMPTY)
        value = exact_value(cell)
        if isinstance(value, str):
            return value
        if cell.exact is not None:
            self._miss(
                record, column.name.lower(), "the page shows another text than its exact value; the shown text is used"
            )
        return "" if cell.text.lower() in EMPTY_CELLS else cell.text

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


def _with(rule: CookieRule, fields: Mapping[str, Any]) -> tuple[CookieRule, list[str]]:
    """Add fields to a rule; return the problems too if that rule can't be used."""
    try:
        whole = replace(rule, **fields)
    except ConfigError as error:
        return rule, [problem.removeprefix(f"{place_of(rule.name)}: ") for problem in error.problems]
    return whole, rule_problems(whole)


def _storage_of(record: Record) -> str:
    """Return the storage that a row is about, by its cells or headings; empty for a cookie."""
    cells = (record.text(column) for column in (Column.KIND, Column.LIFETIME))
    for text in (" ".join(cells), *(section.text for section in record.sections)):
        words = words_of(text)
        if any(word.startswith("cookie") for word in words):
            return ""
        spaced = " ".join(words)
        found = next(
            (name for name, listed in _STORAGES.items() if any(word in spaced for word in listed.split("|"))), ""
        )
        if found:
            return found
    return ""


def _mentions_cookies(record: Record) -> bool:
    """Return whether the headings above mention cookies."""
    return any(phrases("cookie").find(word) for section in record.sections for word in words_of(section.text))
