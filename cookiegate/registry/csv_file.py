"""A table in a CSV file: commas, semicolons, tabs or bars, told by which of them gives headings that are known.

Source: RFC 4180, read strictly: a quote that is never closed is an error with its line, not the rest of the file.
"""

import csv
import io
from collections.abc import Iterator

from cookiegate.errors import ConfigError
from cookiegate.registry.columns import columns_among
from cookiegate.registry.table import Cell, Row, Table, settled

__all__ = ["csv_columns", "csv_tables"]

_DELIMITERS = ",;\t|"
_SEARCHED = 20
_SEARCHED_CHARACTERS = 65536


def csv_tables(text: str) -> list[Table]:
    """Return the file's one table.

    Raises: `ConfigError` where the file has no known headings, or is no CSV: with the line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter, columns = _delimiter(text)
    if not columns:
        raise ConfigError(["line 1: no headings of a table of cookies; head the columns like 'name,category,purpose'"])
    return [Table("line 1", list(_rows(text, delimiter)))]


def csv_columns(text: str) -> int:
    """Count the known columns that a file begins with, 0 if it is no table of cookies."""
    return _delimiter(text)[1]


def _delimiter(text: str) -> tuple[str, int]:
    """Return the delimiter that gives the most known columns, and how many."""
    lines = text[:_SEARCHED_CHARACTERS].split("\n")[:_SEARCHED]
    counts = [
        (max((columns_among(row) for row in csv.reader(lines, delimiter=each)), default=0), -number)
        for number, each in enumerate(_DELIMITERS)
    ]
    count, number = max(counts)
    return _DELIMITERS[-number], count


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells and not (line == 1 and cells[0].startswith("sep=")):
                yield Row(f"line {line}", tuple(Cell(settled(cell)) for cell in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError([f"line {line}: no CSV from here on: {error}; mend the quotes there"]) from error
