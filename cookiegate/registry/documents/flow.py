"""Lists of cookies in running text: lines like "Name: ...", "Purpose: ...", and items that begin with a name.

Law: a line belongs to a list if its label is a heading of a table of cookies, or if it begins with a cookie name; any
other line is a sentence, which may end the category of a heading.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cookiegate.registry.cookie_names import is_name, looks_like_cookie
from cookiegate.registry.documents.outline import Outline, Section
from cookiegate.registry.documents.table import EMPTY, Cell, Row, Table, settled
from cookiegate.registry.words.categories import category_of
from cookiegate.registry.words.headings import Column, column_of, words_of
from cookiegate.registry.words.lifetimes import lifetime_of

__all__ = ["Flow", "item_cells"]

_LABEL = re.compile(r"([^:\uff1a\n]{1,40})[:\uff1a](?!//)\s{0,9}(.*)", re.DOTALL)
_PAIRS = re.compile(r"\s{0,9}[;|\u2022]\s{0,9}")
_NAME = re.compile(
    r"([^\s:\uff1a,;\u2013\u2014()]{1,200})\s{0,9}(?:[:\uff1a\u2013\u2014=]|-\s|(?=\())\s{0,9}(.*)", re.DOTALL
)
_BRACKETS = re.compile(r"\(([^()]{1,60})\)[.\s]*\Z")
_DASHES = re.compile(r"\s+[\u2013\u2014-]\s+|\s{0,9}[;|]\s{0,9}")
_COMMAS = re.compile(r",\s")
_FIRST = re.compile(r"\(([^()]{1,60})\)\s{0,9}(.*)", re.DOTALL)
_LONGEST_END = 80
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_COOKIE_NAME = "Cookie name"
_MIN_WORDS = 3
_MAX_LABEL_WORDS = 5
_LONGEST = 2000
_HEADINGS = {Column.NAME: "Cookie", Column.PURPOSE: "Purpose", Column.LIFETIME: "Lifetime", Column.PROVIDER: "Provider"}
_DOUBTFUL = Row("", (Cell("item"), Cell("Lifetime")))


@dataclass(frozen=True, slots=True)
class _Pair:
    place: str
    label: str
    value: Cell


class Flow:
    """Takes the lines of a page outside its tables, and makes tables from those about cookies."""

    def __init__(self, outline: Outline) -> None:
        self.tables: list[Table] = []
        self._outline = outline
        self._pairs: list[_Pair] = []
        self._sections: tuple[Section, ...] = ()
        self._label = ""
        self._is_name_alone = False

    def add(self, place: str, cell: Cell, *, is_item: bool = False, is_heading: bool = False) -> None:
        """Read a line."""
        if not cell.text or len(cell.text) > _LONGEST:
            self._end_label()
            return
        pairs = _pairs_in(place, cell)
        if pairs or is_heading or _is_label(cell.text):
            self._end_label()  # a label without a value
        for pair in pairs:
            self._add_pair(pair)
        if pairs:
            return
        if self._label:
            self._add_pair(_Pair(place, self._label, cell))
            self._label = ""
        elif _is_label(cell.text):
            self._label = cell.text.rstrip(":\uff1a ")
        elif self._pairs and self._is_name_alone:
            self._describe(place, cell)
        elif (cells := item_cells(cell)) is not None and (is_item or len(cells) == 1):
            self._end_group()
            if is_item and len(cells) > 1:
                self._add_row(place, cells)
            else:
                self._add_pair(_Pair(place, _COOKIE_NAME, cells[Column.NAME]))
                self._is_name_alone = True
        elif is_item and (doubtful := _perhaps(cell)) is not None:
            self._end_group()
            rows = [_DOUBTFUL, Row(place, doubtful)]
            self.tables.append(Table(place, rows, self._outline.sections()))
        else:
            self._add_sentence(cell, is_heading=is_heading)

    def _add_sentence(self, cell: Cell, *, is_heading: bool) -> None:
        self.end()
        if not is_heading and len(words_of(cell.text)) >= _MIN_WORDS:
            self._outline.add_sentence(cell.text)

    def _describe(self, place: str, cell: Cell) -> None:
        """Read the line below a name without a description as its description, or as the next name."""
        name = self._pairs[0].value
        if item_cells(cell) is not None:
            self._end_group()
            self.add(place, cell, is_item=True)
            return
        self._pairs = []
        self._is_name_alone = False
        text = f"{name.text}: {cell.text.lstrip(': ')}"
        cells = item_cells(Cell(text, (name.text,)))
        self._add_row(place, {Column.NAME: name, Column.PURPOSE: cell} if cells is None else cells)

    def _add_row(self, place: str, cells: dict[Column, Cell]) -> None:
        headings = tuple(Cell(_HEADINGS.get(column, column.name.lower())) for column in cells)
        rows = [Row(place, headings), Row(place, tuple(cells.values()))]
        self.tables.append(Table(place, rows, self._outline.sections(), is_list=True))
        self._outline.add_table()

    def end(self) -> None:
        """End a list: at a table or at the end of the page."""
        self._end_label()
        self._end_group()

    def _end_label(self) -> None:
        self._label = ""

    def _add_pair(self, pair: _Pair) -> None:
        if any(pair.label == other.label for other in self._pairs) or (self._pairs and _is_name(pair.label)):
            self._end_group()
        self._is_name_alone = False
        if not self._pairs:
            self._sections = self._outline.sections()
        self._pairs.append(pair)

    def _end_group(self) -> None:
        pairs, self._pairs, self._is_name_alone = self._pairs, [], False
        if len(pairs) == 1 and _is_name(pairs[0].label):
            cells = {Column.NAME: pairs[0].value, Column.PURPOSE: EMPTY}
            self._add_row(pairs[0].place, cells) if looks_like_cookie(pairs[0].value.text) or pairs[
                0
            ].value.codes else None
        elif len(pairs) > 1 and any(_is_name(pair.label) for pair in pairs):
            rows = [
                Row(pairs[0].place, tuple(Cell(pair.label) for pair in pairs)),
                Row(pairs[0].place, tuple(pair.value for pair in pairs)),
            ]
            self.tables.append(Table(pairs[0].place, rows, self._sections, is_list=True))
            self._outline.add_table()


def _is_name(label: str) -> bool:
    found = column_of(label)
    return found is not None and found[0] is Column.NAME and found[1] > 0


def _is_label(text: str) -> bool:
    """Return whether a line is a label whose value is the next line: "Name", "Expiration"."""
    words = words_of(text)
    found = column_of(text) if len(words) <= 2 and category_of(text) is None else None
    return found is not None and len(text) <= 40 and (found[0] is not Column.NAME or found[1] > 1)


def _pairs_in(place: str, cell: Cell) -> list[_Pair]:
    """Return the labels and values of a line; empty if it has none."""
    source = cell.text if cell.source is None else cell.source
    first = _labelled(cell.text, source, cell.codes)
    if first is None:
        return []
    parts = _PAIRS.split(cell.text)
    sources = _PAIRS.split(source)
    if len(parts) != len(sources):
        sources = parts
    found = [_labelled(part, raw, ()) for part, raw in zip(parts, sources, strict=True)]
    if len(found) == 1 or not all(found):
        found = [first]
    return [_Pair(place, *pair) for pair in found if pair is not None]


def _labelled(text: str, source: str, codes: tuple[str, ...]) -> tuple[str, Cell] | None:
    split, raw = _LABEL.fullmatch(text.strip()), _LABEL.fullmatch(source.strip())
    if split is None or not split[2].strip() or looks_like_cookie(split[1].strip()):
        return None
    label = split[1].strip()
    words = words_of(label)
    if len(words) > (2 if ". " in label else _MAX_LABEL_WORDS) or column_of(label) is None:
        return None
    value, written = settled(split[2]), settled((raw or split)[2])
    return label, Cell(value, codes, None, None if written == value else written)


def item_cells(cell: Cell) -> dict[Column, Cell] | None:
    """Read an item like `_ga: distinguishes visitors (2 years)`, by column; `None` for anything else.

    Further lines may have labels: `Expires: 2 years`.
    """
    source = (cell.text if cell.source is None else cell.source).strip()
    found = _NAME.fullmatch(source)
    if found is None:
        alone = looks_like_cookie(source) or source in cell.codes
        return {Column.NAME: Cell(source, cell.codes)} if alone else None
    name = found[1].strip("`\"'")
    if not (looks_like_cookie(name) or (cell.codes and cell.codes[0] == name)):
        return None
    cells: dict[Column, Cell] = {}
    texts = []
    for line in settled(found[2]).split("\n"):
        pair = _labelled(line, line, ())
        column = None if pair is None else column_of(pair[0])
        if pair is not None and column is not None and column[0] is not Column.NAME:
            cells.setdefault(column[0], pair[1])
        else:
            texts.append(line)
    purpose, lifetime = _split_lifetime("\n".join(texts))
    if lifetime:
        cells.setdefault(Column.LIFETIME, Cell(lifetime))
    cells.setdefault(Column.PURPOSE, Cell(purpose))
    return {Column.NAME: Cell(name, cell.codes[:1]), **cells}


def _perhaps(cell: Cell) -> tuple[Cell, Cell] | None:
    """Read an item that ends with a lifetime, but begins with a word rather than a name."""
    found = _NAME.fullmatch(cell.text.strip())
    if found is None or not is_name(found[1]):
        return None
    _, lifetime = _split_lifetime(settled(found[2]))
    return (Cell(found[1]), Cell(lifetime)) if lifetime else None


def _split_lifetime(text: str) -> tuple[str, str]:
    """Split a description and its lifetime, which is at its end, or in brackets at its beginning."""
    if (first := _FIRST.match(text)) and lifetime_of(first[1].strip(" .")) is not None:
        return first[2].strip(" .,:;\u2013\u2014-"), first[1].strip(" .")
    if first is not None and first[2].startswith(":"):  # `name (provider): purpose`
        rest, lifetime = _split_lifetime(first[2].lstrip(": "))
        return f"{rest} ({first[1]})".strip(), lifetime
    for rest, end in _endings(text):
        label, _, value = end.rpartition(":")
        named = column_of(label) if label else None
        lifetime = value if named is not None and named[0] is Column.LIFETIME else end
        if lifetime_of(lifetime.strip(" .")) is not None:
            return rest.strip(" .,;\u2013\u2014-"), lifetime.strip(" .")
    return ("", text.strip(" .")) if lifetime_of(text.strip(" .")) is not None else (text, "")


def _endings(text: str) -> Iterator[tuple[str, str]]:
    if brackets := _BRACKETS.search(text[-100:]):
        yield text[: len(text) - len(brackets[0])], brackets[1]
    for between in (_DASHES, _COMMAS, _SENTENCES):
        parts: Sequence[str] = between.split(text)
        if len(parts) > 1 and parts[-1] and len(parts[-1]) <= _LONGEST_END:
            yield text[: len(text) - len(parts[-1])], parts[-1]
