"""Which cell of a table says what of a cookie: by the headings, above the columns or beside the rows.

Law: a table is read where one heading means the cookie's name and another one something else that the registry holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cookiegate.registry.categories import category_of
from cookiegate.registry.cookie_names import read_names
from cookiegate.registry.declaration import Remark, quoted
from cookiegate.registry.headings import Column, column_of, words_of
from cookiegate.registry.table import EMPTY, Cell, Row, Table

__all__ = ["Record", "columns_among", "records_of"]

_HEADING_ROWS = 20
_TELLING = (Column.NAME, Column.LIFETIME)
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Record:
    """What one row says, by column."""

    place: str
    cells: dict[Column, Cell]
    sections: tuple[str, ...] = ()

    def text(self, column: Column) -> str:
        """Return the text of a cell; empty where there is none."""
        return self.cells.get(column, EMPTY).text


def records_of(table: Table, remarks: list[Remark]) -> Iterator[Record]:
    """Yield what each row says; what is left out of the table is added to the remarks."""
    rows = table.rows
    for number, row in enumerate(rows[:_HEADING_ROWS]):
        columns = _columns(row.cells, rows[number + 1 :])
        if columns is not None:
            _remark_on_headings(row, columns, remarks)
            yield from _below(row, columns, rows[number + 1 :], table.sections)
            return
    records = list(_beside(rows, table.sections))
    if not records and not table.is_list:
        _remark_on_table(table, remarks)
    yield from records


def columns_among(headings: Sequence[str]) -> int:
    """Count the columns that these headings name, 0 unless the cookie's name is among them."""
    found = {known[0] for heading in headings if (known := column_of(heading))}
    return len(found) if Column.NAME in found and len(found) > 1 else 0


def _columns(headings: Sequence[Cell], body: Sequence[Row]) -> dict[Column, int] | None:
    """Say which position each column has, or `None` where these are no headings of a table of cookies."""
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
    return {column: position for column, (_, _, position) in best.items()}


def _share_of_names(body: Sequence[Row], position: int) -> float:
    cells = [row.cells[position] for row in body if position < len(row.cells) and not row.is_one_cell()]
    return sum(not read_names(cell.text, cell.codes).unread for cell in cells) / max(1, len(cells))


def _below(
    headings: Row, columns: dict[Column, int], body: Sequence[Row], sections: tuple[str, ...]
) -> Iterator[Record]:
    """Read a table whose headings stand above its columns; a row that is only a category heads those below it."""
    repeated = [cell.text for cell in headings.cells]
    for row in body:
        first = next((cell for cell in row.cells if cell.text), EMPTY)
        if row.is_one_cell() and not first.codes and category_of(first.text) is not None:
            sections = (first.text, *sections)
            continue
        if first is EMPTY or [cell.text for cell in row.cells] == repeated:
            continue
        cells = {column: row.cells[at] for column, at in columns.items() if at < len(row.cells)}
        yield Record(row.place, cells, sections)


def _beside(rows: Sequence[Row], sections: tuple[str, ...]) -> Iterator[Record]:
    """Read a table whose headings stand beside its rows: a column for each cookie, or one cookie below the other."""
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
                yield Record(group[0].place, {column: values[at] for column, at in columns.items()}, sections)


def _remark_on_headings(row: Row, columns: dict[Column, int], remarks: list[Remark]) -> None:
    read = {row.cells[at].text for at in columns.values()}
    left = dict.fromkeys(cell.text for cell in row.cells if cell.text and cell.text not in read)
    if left:
        names = ", ".join(quoted(text) for text in left)
        remarks.append(
            Remark(
                row.place,
                f"columns {names}",
                "not read: a registry holds nothing like it, or another column says it",
                True,
            )
        )


def _remark_on_table(table: Table, remarks: list[Remark]) -> None:
    headings = [cell.text for cell in table.rows[0].cells] if table.rows else []
    names = ", ".join(quoted(text) for text in headings[:8]) or "without rows"
    known = any((found := column_of(heading)) and found[0] in _TELLING for heading in headings)
    why = (
        "no column for the cookie's name and one more that a registry holds; head them like 'Cookie', 'Purpose'"
        if known
        else "no heading of a table of cookies; not read"
    )
    remarks.append(Remark(table.place, f"table {names}", why, is_understood=not known))
