"""Find the meaning of a table's cells by its headings, above the columns or beside the rows.

`contents.py` reads tables whose headings are not known. Law: a table is read if one heading means the cookie's name and
another one something else that a registry has.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from cookiegate.registry.cookie_names import read_names
from cookiegate.registry.declaration import Remark, quoted
from cookiegate.registry.documents.flow import item_cells
from cookiegate.registry.documents.outline import Section
from cookiegate.registry.documents.table import EMPTY, Cell, Row, Table
from cookiegate.registry.importing.contents import columns_by_contents, looks_like_names
from cookiegate.registry.words.categories import category_of, key_of
from cookiegate.registry.words.headings import Column, column_of, columns_among, parts_of, words_of
from cookiegate.registry.words.vocabulary import languages_of

__all__ = ["Record", "records_of"]

_HEADING_ROWS = 20
_TYPICAL = (Column.NAME, Column.LIFETIME)
_SAMPLE = 50
_SEARCHED = 20
"""The maximum of headings and sentences above a row, so that the time is linear in the rows."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row, by column."""

    place: str
    cells: dict[Column, Cell]
    sections: tuple[Section, ...] = ()
    languages: frozenset[str] = frozenset()
    """The languages of the headings, for words that several languages have."""
    name_heading: str = ""

    def text(self, column: Column) -> str:
        """Return the text of a cell; empty if there is none."""
        return self.cells.get(column, EMPTY).text


def records_of(table: Table, remarks: list[Remark], own: Container[str] = frozenset()) -> Iterator[Record]:
    """Yield the rows as records; what is not read gets a remark. `own`: the keys of the site's words for categories."""
    rows = table.rows
    for number, row in enumerate(rows[:_HEADING_ROWS]):
        columns = _columns(row.cells, rows[number + 1 :])
        if columns is not None:
            _remark_on_headings(row, columns, remarks)
            yield from _below(row, columns, rows[number + 1 :], table, remarks, own=own)
            return
    records = list(_beside(rows, table.sections))
    if not records:
        records = list(_items(table, remarks) if table.is_list else _by_contents(table, remarks))
    yield from records


def _items(table: Table, remarks: list[Remark]) -> Iterator[Record]:
    """Read a definition list whose terms are cookie names."""
    for row in table.rows:
        name = row.cells[0]
        if not looks_like_names(name):
            continue
        rest = "\n".join(cell.text for cell in row.cells[1:])
        cells = item_cells(Cell(f"{name.text}: {rest}", (name.text,)))
        described = {Column.PURPOSE: Cell(rest)} if cells is None else cells
        remarks.append(Remark(row.place, quoted(name.text), "a term of a list, read as a cookie's name", True))
        yield Record(row.place, {**described, Column.NAME: name}, table.sections)


def _by_contents(table: Table, remarks: list[Remark]) -> Iterator[Record]:
    """Read a table with unknown headings by its cells; if only names are recognized, they get remarks."""
    found = columns_by_contents(table.rows)
    if found is None:
        _remark_on_table(table, remarks)
        return
    columns, body, is_read = found
    if not is_read:
        _remark_on_table(table, remarks)
        why = "looks like a cookie's name, in a table whose headings are not known; head it 'Cookie', 'Purpose'"
        for row in body:
            at = columns[Column.NAME]
            cell = row.cells[at] if at < len(row.cells) else EMPTY
            read = read_names(cell.source or cell.text, cell.codes)
            names = read.names if len(read.names) > 1 else [cell.source or cell.text] * len(read.names)
            words = (*names, *(word for word, _ in read.unread))
            remarks += [Remark(row.place, quoted(word), why) for word in words]
        return
    headings = table.rows[0] if body[0] is not table.rows[0] else Row(table.place, ())
    shown = ", ".join(
        f"column {position + 1} as {column.name.lower()}"
        + (f" (headed {quoted(headings.cells[position].text)})" if position < len(headings.cells) else "")
        for column, position in sorted(columns.items(), key=lambda pair: pair[1])
    )
    remarks.append(Remark(table.place, "table", f"its headings are not known; read by its contents: {shown}", True))
    yield from _below(headings, columns, body, table, remarks)


def _columns(headings: Sequence[Cell], body: Sequence[Row]) -> dict[Column, int] | None:
    """Return the position of each column, or `None` if these are no headings of a table of cookies."""
    if not columns_among([cell.text for cell in headings]):
        return None
    best: dict[Column, tuple[float, int, int]] = {}
    for position, cell in enumerate(headings):
        known = column_of(cell.text)
        if known is None:
            continue
        column, rank = known
        share = _share_of_names(body[:_SAMPLE], position) if column is Column.NAME else 0.0
        if column not in best or (share, rank) > best[column][:2]:
            best[column] = (share, rank, position)
    columns = {column: position for column, (_, _, position) in best.items()}
    if Column.CATEGORY not in columns:
        return _with_category(columns, headings, body[:_SAMPLE])
    return columns


def _with_category(columns: dict[Column, int], headings: Sequence[Cell], body: Sequence[Row]) -> dict[Column, int]:
    """Use a column "Purpose" whose cells are categories as the category, if another column has the purpose."""
    purposes = [
        at for at, cell in enumerate(headings) if (known := column_of(cell.text)) and known[0] is Column.PURPOSE
    ]
    for at in purposes if len(purposes) > 1 else ():
        cells = [row.cells[at].text for row in body if at < len(row.cells) and row.cells[at].text]
        if cells and all(category_of(text) is not None for text in cells):
            other = next(position for position in purposes if position != at)
            return columns | {Column.CATEGORY: at, Column.PURPOSE: other}
    return columns


def _share_of_names(body: Sequence[Row], position: int) -> float:
    cells = [row.cells[position] for row in body if position < len(row.cells) and not row.is_one_cell()]
    return sum(not read_names(cell.source or cell.text, cell.codes).unread for cell in cells) / max(1, len(cells))


def _below(
    headings: Row,
    columns: dict[Column, int],
    body: Sequence[Row],
    table: Table,
    remarks: list[Remark],
    *,
    own: Container[str] = frozenset(),
) -> Iterator[Record]:
    """Read a table with headings above its columns; a row with only a category is a heading for the rows below."""
    repeated = [cell.text for cell in headings.cells]
    sections = table.sections
    languages = languages_of((*repeated, *(section.text for section in sections)))
    at_name = columns[Column.NAME]
    heading = repeated[at_name] if at_name < len(repeated) else ""
    for row in body:
        first = next((cell for cell in row.cells if cell.text), EMPTY)
        is_category = not first.codes and (category_of(first.text) is not None or key_of(first.text) in own)
        if is_category and row.is_one_cell():
            sections = (Section(first.text), *sections[:_SEARCHED])
            continue
        is_bare = not first.codes and first.exact is None
        if row.is_one_cell() and len(row.cells) > 1 and is_bare and not read_names(first.text).names:
            remarks.append(Remark(row.place, quoted(first.text), "a row of its own over others; no cookie", True))
            sections = tuple(Section(each.text, (*each.sentences[-_SEARCHED:], first.text)) for each in sections)
            continue
        if first is EMPTY or [cell.text for cell in row.cells] == repeated:
            continue
        cells = {column: row.cells[at] for column, at in columns.items() if at < len(row.cells)}
        yield Record(row.place, _of_two_things(heading, cells), sections, languages, heading)


def _of_two_things(heading: str, cells: dict[Column, Cell]) -> dict[Column, Cell]:
    """Split a cell under a heading like `Service / Cookie name`, if it has a part for each."""
    parts = parts_of(heading)
    name = cells.get(Column.NAME, EMPTY)
    if len(parts) < 2 or "\n" not in name.text.replace(" / ", "\n"):
        return cells
    values = name.text.replace(" / ", "\n").split("\n")
    if len(values) != len(parts):
        return cells
    found = dict(cells)
    for part, value in zip(parts, values, strict=True):
        column = column_of(part)
        if column is not None and (column[0] is Column.NAME or column[0] not in cells):
            found[column[0]] = Cell(value.strip(), tuple(code for code in name.codes if code in value))
    return found


def _beside(rows: Sequence[Row], sections: tuple[Section, ...]) -> Iterator[Record]:
    """Read a table with headings beside its rows: a column for each cookie, or one cookie below the other."""
    wide = [row for row in rows if len(row.cells) > 1]
    groups: list[list[Row]] = []
    seen: set[tuple[str, ...]] = set()
    for row in wide:
        heading = tuple(words_of(row.cells[0].text))
        if not groups or heading in seen:
            groups.append([])
            seen.clear()
        seen.add(heading)
        groups[-1].append(row)
    for group in groups:
        headings = [row.cells[0] for row in group]
        for position in range(1, max(len(row.cells) for row in group)):
            values = tuple(row.cells[position] if position < len(row.cells) else EMPTY for row in group)
            columns = _columns(headings, [Row(group[0].place, values)])
            if columns is not None:
                languages = languages_of(cell.text for cell in headings)
                cells = {column: values[at] for column, at in columns.items()}
                yield Record(group[0].place, cells, sections, languages, headings[columns[Column.NAME]].text)


def _remark_on_headings(row: Row, columns: dict[Column, int], remarks: list[Remark]) -> None:
    read = {row.cells[at].text for at in columns.values()}
    left = dict.fromkeys(cell.text for cell in row.cells if cell.text and cell.text not in read)
    doubled = [text for text in left if column_of(text) is not None]
    other = [text for text in left if column_of(text) is None]
    for names, why in ((doubled, "another column has the same meaning"), (other, "a registry has no such field")):
        if names:
            shown = ", ".join(map(quoted, names))
            remarks.append(Remark(row.place, f"columns {shown}", f"not read: {why}", True))


def _remark_on_table(table: Table, remarks: list[Remark]) -> None:
    headings = [cell.text for cell in table.rows[0].cells] if table.rows else []
    names = ", ".join(quoted(text) for text in headings[:8]) or "without rows"
    known = any((found := column_of(heading)) and found[0] in _TYPICAL for heading in headings)
    why = (
        "no column for the cookie's name and one more that a registry holds; head them like 'Cookie', 'Purpose'"
        if known
        else "no heading of a table of cookies; not read"
    )
    remarks.append(Remark(table.place, f"table {names}", why, is_understood=not known))
    rows = [row for row in table.rows[1:] if known and row.cells]
    remarks += [Remark(row.place, quoted(row.cells[0].text), "a row of the table that is not read") for row in rows]
