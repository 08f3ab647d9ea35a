"""Tables of an AsciiDoc page, with the headings above them.

By hand, because no maintained Python library reads AsciiDoc: only `|===` blocks, whose cells begin at bars.
Law: one pass. Source: https://docs.asciidoctor.org/asciidoc/latest/tables/build-a-basic-table/.
"""

import re

from cookiegate.registry.documents.outline import Outline
from cookiegate.registry.documents.spans import MAX_COLUMNS
from cookiegate.registry.documents.table import Cell, Row, Table, settled

__all__ = ["asciidoc_tables"]

_HEADING = re.compile(r"(={1,6}) (.{1,500})")
_FENCE = re.compile(r"\|={3,}\s*")
_COLUMNS = re.compile(r"\bcols\s{0,9}=\s{0,9}\"?([^\"\]]{1,500})")
_TIMES = re.compile(r"([0-9]{1,2})\*")
_BAR = re.compile(r"(?<!\\)(?:[0-9.]{0,9}[+*])?[<^>.]{0,3}[adehlmsv]?\|")
_CODE = re.compile(r"`+([^`]+)`+")


def asciidoc_tables(text: str) -> list[Table]:
    """Return the tables of a page. Raises: nothing, for any input."""
    outline = Outline()
    tables: list[Table] = []
    cells: list[tuple[str, str]] = []
    start, columns, options = "", 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        heading = None if start else _HEADING.fullmatch(line.rstrip())
        if heading is not None:
            outline.add(len(heading[1]), heading[2])
        elif _FENCE.fullmatch(line):
            if start:
                tables.append(Table(start, _rows(cells, columns), outline.sections()))
                outline.add_table()
            start, cells = ("" if start else f"line {number}"), []
            columns, options = (_count(options), "") if start else (0, "")
        elif start:
            columns = _take(line, f"line {number}", cells, columns)
        elif line.startswith("["):
            options = line
        elif line.strip() and not line.startswith("."):
            outline.add_sentence(line)
    return tables


def _count(options: str) -> int:
    """Return the number of columns in an attribute list; 0 if it has none."""
    found = _COLUMNS.search(options)
    if found is None:
        return 0
    return sum(int(times[1]) if (times := _TIMES.match(part.strip())) else 1 for part in found[1].split(","))


def _take(line: str, place: str, cells: list[tuple[str, str]], columns: int) -> int:
    """Add the cells of a line; return the number of columns, by default that of the first line with cells."""
    first, *parts = _BAR.split(line)
    if first.strip() and cells:
        cells[-1] = (cells[-1][0], f"{cells[-1][1]}\n{first}")
    cells += [(place, part) for part in parts]
    return columns or min(len(parts), MAX_COLUMNS)


def _rows(cells: list[tuple[str, str]], columns: int) -> list[Row]:
    step = max(1, min(columns, MAX_COLUMNS))
    return [
        Row(cells[at][0], tuple(_cell(text) for _, text in cells[at : at + step])) for at in range(0, len(cells), step)
    ]


def _cell(text: str) -> Cell:
    codes = tuple(filter(None, map(settled, _CODE.findall(text))))
    return Cell(settled(_CODE.sub(r"\1", text).replace("\\|", "|")), codes)
