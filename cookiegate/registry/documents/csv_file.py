"""A table in a CSV file; the delimiter is the one of comma, semicolon, tab and bar that gives known headings.

Law: an unclosed quote is an error with its line. Source: RFC 4180.
"""

import csv
import io
from collections.abc import Iterator

from cookiegate.errors import ConfigError
from cookiegate.registry.cookie_names import looks_like_cookie
from cookiegate.registry.documents.table import Cell, Row, Table, settled
from cookiegate.registry.words.headings import columns_among

__all__ = ["csv_columns", "csv_tables"]

_DELIMITERS = ",;\t|"
_SEARCHED = 20
_SEARCHED_CHARACTERS = 65536


def csv_tables(text: str) -> list[Table]:
    """Return the file's one table.

    Raises: `ConfigError` if the file has no known headings, or is no CSV, with the line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter, columns = _delimiter(text)
    if not columns:
        delimiter, columns = _by_contents(text)
    if not columns:
        raise ConfigError(["line 1: no headings of a table of cookies; head the columns like 'name,category,purpose'"])
    return [Table("line 1", list(_rows(text, delimiter)))]


def _by_contents(text: str) -> tuple[str, int]:
    """Return the delimiter with which most cells look like cookie names, and their number."""
    lines = text[:_SEARCHED_CHARACTERS].split("\n")[:_SEARCHED]
    counts = [
        (sum(looks_like_cookie(cell) for row in csv.reader(lines, delimiter=each) for cell in row if len(row) > 1), -at)
        for at, each in enumerate(_DELIMITERS)
    ]
    count, at = max(counts)
    return _DELIMITERS[-at], count


def csv_columns(text: str) -> int:
    """Return the number of known columns in the first lines; 0 if this is no table of cookies."""
    return _delimiter(text)[1]


def _delimiter(text: str) -> tuple[str, int]:
    """Return the delimiter that gives the most known columns, and their number."""
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
        raise ConfigError([f"line {line}: no CSV from here on: {error}; fix the quotes there"]) from error
