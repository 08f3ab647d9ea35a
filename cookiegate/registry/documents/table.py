"""A table of a document: rows of text with their places, whatever the columns mean.

Every format's file in this folder makes them; `cookiegate.registry.importing` reads them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cookiegate.registry.documents.outline import Section

__all__ = ["EMPTY", "Cell", "Row", "Table", "settled"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, with normalized white space, a line for each line of the page."""

    text: str = ""
    codes: tuple[str, ...] = ()
    """The parts of the text that are marked as code."""
    exact: str | None = None
    """JSON of the value, if the text can't show it (see `exact.py`)."""
    source: str | None = None
    """The text in the source, if markup or an unknown tag may be part of a name: `_ga_*`, `wp-<user>`."""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; a cell that spans columns is in each of them."""

    place: str
    cells: tuple[Cell, ...]

    def is_one_cell(self) -> bool:
        """Return whether the row has one cell, or one that spans all columns, or one and empty cells."""
        return len({cell.text for cell in self.cells if cell.text}) == 1 and (
            not any(cell.text for cell in self.cells[1:]) or all(cell.text for cell in self.cells)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, including the headings, and the headings of the page above the table."""

    place: str
    rows: Sequence[Row]
    sections: tuple[Section, ...] = ()
    """The table's caption and the headings above it, nearest first."""
    is_list: bool = False
    """Whether it is a list, which may well be about something else."""


def settled(text: str) -> str:
    """Normalize white space: one space between words, one line break between lines, none at the ends."""
    if "\n" not in text:
        return " ".join(text.split())
    lines: Iterable[str] = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
