"""A table as a file shows it, before anybody asked what its columns mean: text with its place, no opinion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["EMPTY", "Cell", "Row", "Table", "settled"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell: white space settled, a line for each line of the page."""

    text: str = ""
    codes: tuple[str, ...] = ()
    """What of the text is set as code."""
    exact: str | None = None
    """JSON of the value, where the page carries it beside a text that can't show it (see `rendering`)."""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; a cell that spans columns stands in each of them."""

    place: str
    cells: tuple[Cell, ...]

    def is_one_cell(self) -> bool:
        """Tell whether there is one cell only, or one that spans all columns, or one and nothing but empty ones."""
        return len({cell.text for cell in self.cells if cell.text}) == 1 and (
            not any(cell.text for cell in self.cells[1:]) or all(cell.text for cell in self.cells)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, the headings among them, and the headings of the page above the table."""

    place: str
    rows: Sequence[Row]
    sections: tuple[str, ...] = ()
    """The table's caption and the headings that it stands under, nearest first."""
    is_list: bool = False
    """A definition list: it is no matter if it is about something else."""


def settled(text: str) -> str:
    """Settle white space as a page does: one space between words, one line break between lines, none at the ends."""
    if "\n" not in text:
        return " ".join(text.split())
    lines: Iterable[str] = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
