"""Find the meaning of a table's columns by their cells, if the headings are not known.

Law: a table is about cookies if most cells of a column look like cookie names; it is read if another column is
understood too, because its cells are lifetimes or categories, or its heading is known.
"""

from collections.abc import Callable, Sequence

from cookiegate.registry.cookie_names import looks_like_cookie, read_names
from cookiegate.registry.documents.table import Cell, Row
from cookiegate.registry.words.categories import category_of
from cookiegate.registry.words.headings import Column, column_of
from cookiegate.registry.words.lifetimes import lifetime_of, lifetime_parts

__all__ = ["columns_by_contents", "looks_like_names"]

_SAMPLE = 50
_MOST = 0.5
_MIN_WORDS = 2

Columns = dict[Column, int]


def looks_like_names(cell: Cell) -> bool:
    """Return whether a whole cell looks like cookie names."""
    found = read_names(cell.source or cell.text, cell.codes)
    looks = [name in cell.codes or looks_like_cookie(name) for name in found.names]
    return bool(looks) and all(looks) and not found.unread


def columns_by_contents(rows: Sequence[Row]) -> tuple[Columns, Sequence[Row], bool] | None:
    """Return the columns, the rows below the headings, and whether more than the name is understood.

    `None`: no column looks like names.
    """
    width = max((len(row.cells) for row in rows), default=0)
    shares = [(_share(rows, at, looks_like_names), -at) for at in range(width)]
    share, at = max(shares, default=(0.0, 0))
    if share < _MOST:
        return None
    columns: Columns = {Column.NAME: -at}
    is_headed = not looks_like_names(rows[0].cells[-at]) if -at < len(rows[0].cells) else True
    body = rows[1:] if is_headed else rows
    for position in range(width):
        column = _column(rows, body, position, is_headed=is_headed)
        if column is not None and column not in columns and position != -at:
            columns[column] = position
    is_read = len(columns) > 1
    if is_read and Column.PURPOSE not in columns:
        free = [position for position in range(width) if position not in columns.values()]
        lengths = [(_words(body, position), -position) for position in free]
        words, position = max(lengths, default=(0.0, 0))
        if words >= _MIN_WORDS:
            columns[Column.PURPOSE] = -position
    return columns, body, is_read


def _column(rows: Sequence[Row], body: Sequence[Row], at: int, *, is_headed: bool) -> Column | None:
    if is_headed and at < len(rows[0].cells):
        known = column_of(rows[0].cells[at].text)
        if known is not None and known[0] is not Column.NAME:
            return known[0]
    if _share(body, at, lambda cell: _is_lifetime(cell.text)) > _MOST:
        return Column.LIFETIME
    return Column.CATEGORY if _share(body, at, lambda cell: category_of(cell.text) is not None) > _MOST else None


def _is_lifetime(text: str) -> bool:
    return any(lifetime_of(part) is not None for part in (text, *lifetime_parts(text, 2)))


def _share(rows: Sequence[Row], at: int, is_one: Callable[[Cell], bool]) -> float:
    cells = [row.cells[at] for row in rows[:_SAMPLE] if at < len(row.cells) and row.cells[at].text]
    return sum(map(is_one, cells)) / max(1, len(cells))


def _words(rows: Sequence[Row], at: int) -> float:
    cells = [row.cells[at].text for row in rows[:_SAMPLE] if at < len(row.cells)]
    return sum(len(text.split()) for text in cells) / max(1, len(cells))
