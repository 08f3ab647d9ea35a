"""Place the cells of a table's rows in columns; some span several columns or rows.

The algorithm for rows of the HTML standard, on cells that `html.py` has read; no library returns tables as a grid.
Source: https://html.spec.whatwg.org/multipage/tables.html#algorithm-for-processing-rows; a row has 100 columns at most.
"""

from collections.abc import Iterable

from cookiegate.registry.documents.table import EMPTY, Cell

__all__ = ["MAX_COLUMNS", "Spans"]

MAX_COLUMNS = 100
_MAX_ROWS = 65534


class Spans:
    """Places one row after the other."""

    __slots__ = ("_below",)

    def __init__(self) -> None:
        self._below: dict[int, tuple[int, Cell]] = {}

    def row(self, cells: Iterable[tuple[Cell, int, int]]) -> tuple[Cell, ...]:
        """Place a row's cells, each with its columns and rows, beside cells that span down from rows above."""
        above, self._below = self._below, {}
        placed: list[Cell] = []
        for cell, columns, rows in cells:
            self._place_from_above(placed, above)
            for _ in range(min(max(1, columns), MAX_COLUMNS - len(placed))):
                self._place(placed, cell, min(rows, _MAX_ROWS))
        while above and len(placed) < MAX_COLUMNS:
            if len(placed) in above:
                self._place_from_above(placed, above)
            else:
                placed.append(EMPTY)
        return tuple(placed)

    def _place_from_above(self, placed: list[Cell], above: dict[int, tuple[int, Cell]]) -> None:
        while len(placed) in above:
            rows, cell = above.pop(len(placed))
            self._place(placed, cell, rows)

    def _place(self, placed: list[Cell], cell: Cell, rows: int) -> None:
        if rows > 1:
            self._below[len(placed)] = (rows - 1, cell)
        placed.append(cell)
