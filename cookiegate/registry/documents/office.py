"""Tables of Word documents and Excel workbooks, with the headings above them. Needs python-docx and openpyxl.

Law: a file that unpacks to more than 64 MiB is not read.
"""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple, TypeAlias, TypeVar

from cookiegate.errors import ConfigError
from cookiegate.registry.documents.flow import Flow
from cookiegate.registry.documents.outline import Outline, Section
from cookiegate.registry.documents.spans import MAX_COLUMNS
from cookiegate.registry.documents.table import Cell, Row, Table, settled

__all__ = ["is_office", "office_tables"]

_MAX_UNPACKED = 64 * 1024 * 1024
_MAX_ROWS = 20_000
_WORD, _EXCEL = "word/document.xml", "xl/workbook.xml"
T = TypeVar("T")


class _Paragraph(NamedTuple):
    text: str
    style: str
    is_bold: bool


_Rows: TypeAlias = list[list[str]]


def is_office(octets: bytes) -> bool:
    """Return whether a file is a zip archive, as Word and Excel write it."""
    return octets.startswith(b"PK\x03\x04")


def office_tables(octets: bytes) -> list[Table]:
    """Return the tables of a .docx or .xlsx file.

    Raises: `ConfigError` for an archive that is neither of them, is broken, or unpacks to more than 64 MiB;
    `ModuleNotFoundError` if the library is not installed.
    """
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            names = set(archive.namelist())
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ConfigError([f"a broken zip archive: {error}; save the file again"]) from error
    if size > _MAX_UNPACKED:
        raise ConfigError([f"unpacks to more than {_MAX_UNPACKED >> 20} MiB; save the table as CSV"])
    if _WORD not in names and _EXCEL not in names:
        raise ConfigError(["a zip archive, but neither Word's nor Excel's; unpack it, or save the table as CSV"])
    if _WORD in names:
        return _tables_of_word(_read(_read_word, octets))
    return _tables_of_excel(_read(_read_excel, octets))


def _read(reader: Callable[[bytes], list[T]], octets: bytes) -> list[T]:
    """Call a library. A broken document makes its code raise errors of any kind; one raised in this file is a bug."""
    try:
        return reader(octets)
    except Exception as error:
        if isinstance(error, ImportError) or _is_of_this_file(error):  # a package of the library is missing
            raise
        raise ConfigError([f"a broken document: {error}; save it again, or the table as CSV"]) from error


def _is_of_this_file(error: BaseException) -> bool:
    """Return whether an error was raised by a line of this file, and not below it."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and step.tb_frame.f_globals.get("__name__") == __name__


def _read_word(octets: bytes) -> list[_Paragraph | _Rows]:
    from docx import Document
    from docx.table import Table as WordTable

    return [
        [[cell.text for cell in row.cells[:MAX_COLUMNS]] for row in block.rows]
        if isinstance(block, WordTable)
        else _Paragraph(
            block.text,
            (block.style.name if block.style is not None else "") or "",
            bool(block.runs) and all(run.bold for run in block.runs if run.text.strip()),
        )
        for block in Document(BytesIO(octets)).iter_inner_content()
    ]


def _read_excel(octets: bytes) -> list[tuple[str, list[tuple[object, ...]]]]:
    from openpyxl import load_workbook

    return [
        (sheet.title, [*sheet.iter_rows(max_row=_MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)])
        for sheet in load_workbook(BytesIO(octets), read_only=True, data_only=True).worksheets
    ]


def _tables_of_word(blocks: list[_Paragraph | _Rows]) -> list[Table]:
    outline = Outline()
    flow = Flow(outline)
    tables: list[Table] = []
    for number, block in enumerate(blocks, start=1):
        place = f"block {number}"
        if not isinstance(block, _Paragraph):
            flow.end()
            rows = [
                Row(f"{place}, row {at}", tuple(Cell(settled(text)) for text in row))
                for at, row in enumerate(block, start=1)
            ]
            tables.append(Table(place, rows, outline.sections()))
            outline.add_table()
            continue
        level, is_title = block.style.removeprefix("Heading "), block.style == "Title"
        if level.isdecimal() or is_title or block.is_bold:
            outline.add(int(level) if level.isdecimal() else 1 if is_title else 7, block.text)
        flow.add(place, Cell(settled(block.text)), is_item="List" in block.style, is_heading=level.isdecimal())
    flow.end()
    return tables + flow.tables


def _tables_of_excel(sheets: list[tuple[str, list[tuple[object, ...]]]]) -> list[Table]:
    return [
        Table(
            title,
            [
                Row(f"{title}, row {at}", tuple(Cell("" if value is None else settled(str(value))) for value in row))
                for at, row in enumerate(rows, start=1)
            ],
            (Section(title),),
        )
        for title, rows in sheets
    ]
