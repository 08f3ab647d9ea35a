"""Tables and definition lists of an HTML page, with the headings above them.

By hand over the standard library's parser, because each remark needs the line of its row: nodes of selectolax 1.0 and
html5lib 1.1 have none. html5lib also needs 9 s for 10,000 nested `<div>`, selectolax 0.07 s, this module 0.04 s.
Law: one pass, no recursion; the time is linear in the page's length.
"""

import re
from html.parser import HTMLParser

from cookiegate.registry.documents.elements import ELEMENTS
from cookiegate.registry.documents.flow import Flow
from cookiegate.registry.documents.html_parts import Heading, OpenCell, OpenTable
from cookiegate.registry.documents.outline import BELOW_ALL, Outline, Section
from cookiegate.registry.documents.spans import MAX_COLUMNS
from cookiegate.registry.documents.table import Cell, Row, Table, settled

__all__ = ["HtmlTables", "html_tables"]

_BLOCK_TAGS = (
    "address article aside blockquote br div dd dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main "
    "nav ol p pre section ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_CODE = frozenset({"code", "kbd", "samp", "tt", "var"})
_BOLD = frozenset({"b", "strong"})
_SILENT = frozenset({"script", "style", "template"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CLOSED_BY_BLOCKS = frozenset({"p", *_HEADINGS})
_HEADING_LIKE = frozenset({"summary", "legend", "figcaption"})
_MAY_BE_HEADING = frozenset({"p", "div", "span", "button", "a", "label"})
_HEADING_CLASS = re.compile(r"head(?:er|ing|line)|title|policy-group\b", re.IGNORECASE)
_TAG_BEGINS = re.compile(r"<[A-Za-z/!?]")
_MAX_OPEN_TABLES = 50
_MAX_OPEN_HEADINGS = 50
_MAX_HEADING = 500


class HtmlTables(HTMLParser):
    """Collects the tables of a page; it may be fed several pieces of HTML, each with its line in the file."""

    def __init__(self, outline: Outline | None = None) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.outline: Outline = outline or Outline()
        self.flow: Flow = Flow(self.outline)
        self._line: list[str] = []
        self._line_place = ""
        self._line_codes: list[str] = []
        self._items = 0
        self._first_line = 1
        self._open: list[OpenTable] = []
        self._headings: list[Heading] = []
        self._silent = self._bold = self._code = 0

    def feed_at(self, text: str, line: int) -> None:
        """Read a piece of HTML that begins at this line; its open tables stay open."""
        self._first_line = line
        self.feed(_without_unclosed_markup(text))
        super().close()
        self.reset()

    def finish(self) -> list[Table]:
        """Close open tables, and return all tables in the order in which they end."""
        while self._open:
            self._end_table()
        self._end_line()
        self.flow.end()
        return self.tables + self.flow.tables

    def _end_line(self, tag: str = "") -> None:
        """Pass a line of text outside tables to `flow`, which finds lists."""
        cell = Cell(settled("".join(self._line)), tuple(filter(None, map(settled, self._line_codes))))
        self._line, self._line_codes = [], []
        if cell.text:
            self.flow.add(self._line_place, cell, is_item=self._items > 0, is_heading=tag in _HEADINGS)

    def _place(self) -> str:
        return f"line {self.getpos()[0] + self._first_line - 1}"

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip `<![...>` as a comment, like browsers; the standard library's method raises for some."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        if tag in _SILENT:
            self._silent += 1
            return
        table = self._open[-1] if self._open else None
        if tag in ("table", "dl"):
            self._start_table(tag)
        elif (
            table is not None and not table.is_list and tag in ("tr", "td", "th", "thead", "tbody", "tfoot", "caption")
        ):
            self._start_part(table, tag, dict(attrs))
        elif table is not None and table.is_list and tag in ("dt", "dd"):
            self._start_item(table, tag, dict(attrs))
        else:
            self._start_text(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        table = self._open[-1] if self._open else None
        if table is not None and tag == ("dl" if table.is_list else "table"):
            self._end_table()
        elif table is not None and tag in ("td", "th", "dt", "dd"):
            self._end_cell(table)
        elif table is not None and tag == "tr":
            self._end_row(table)
        elif table is not None and tag == "caption" and table.caption is not None:
            table.captions.append(settled("".join(table.caption)))
            table.caption = None
        else:
            self._end_text(tag)

    def handle_data(self, data: str) -> None:
        """Add text to the open cell or caption, else to the open headings."""
        if self._silent:
            return
        text = data.replace("\n", " ")
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            table.cell.parts.append(text)
            if self._code and table.cell.codes:
                table.cell.codes[-1] += text
        elif table is not None and table.caption is not None:
            table.caption.append(text)
        elif table is None:
            self._line_place = self._line_place if self._line else self._place()
            self._line.append(text)
            if self._code and self._line_codes:
                self._line_codes[-1] += text
        for heading in self._headings if table is None or table.cell is None or table.is_list else ():
            if len(heading.text) < _MAX_HEADING:
                heading.text += text
            heading.has_plain = heading.has_plain or (not self._bold and text.strip() != "")

    def _start_table(self, tag: str) -> None:
        self._end_line()
        self.flow.end()
        self._end_headings(_CLOSED_BY_BLOCKS)
        if len(self._open) < _MAX_OPEN_TABLES:
            self._open.append(OpenTable(self._place(), self.outline.sections(), is_list=tag == "dl"))

    def _start_part(self, table: OpenTable, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_cell(table)
        if tag not in ("td", "th"):
            self._end_row(table)
        if tag == "caption":
            table.caption = []
        elif tag in ("tr", "td", "th") and table.row is None:
            table.row, table.row_place = [], self._place()
        if tag in ("td", "th"):
            columns, rows = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
            table.cell = OpenCell(columns, rows, attributes.get("data-cookiegate"))

    def _start_item(self, table: OpenTable, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_cell(table)
        if tag == "dt" or table.row is None:
            self._end_row(table)
            table.row, table.row_place = [], self._place()
        if len(table.row) > 1:  # another description of the same term becomes another line
            table.cell = table.row.pop()
            table.cell.parts.append("\n")
        else:
            table.cell = OpenCell(1, 1, attributes.get("data-cookiegate"))
        if tag == "dt":
            self._headings = [Heading("dt", BELOW_ALL)]

    def _end_cell(self, table: OpenTable) -> None:
        if table.cell is not None and table.row is not None:
            if len(table.row) < MAX_COLUMNS:
                table.row.append(table.cell)
            table.cell = None
        self._code = 0
        if table.is_list:
            self._end_text("dt")

    def _end_row(self, table: OpenTable) -> None:
        self._end_cell(table)
        if table.row is None:
            return
        cells = table.spans.row((cell.closed(), cell.columns, cell.rows) for cell in table.row)
        if cells:
            table.rows.append(Row(table.row_place, cells))
        table.row = None

    def _end_table(self) -> None:
        table = self._open.pop()
        self._end_row(table)
        if table.caption:
            table.captions.append(settled("".join(table.caption)))
        if table.rows:
            sections = (*map(Section, table.captions), *table.sections)
            self.outline.add_table()
            self.tables.append(Table(table.place, table.rows, sections, is_list=table.is_list))

    def _start_text(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Enter an element outside the structure of tables."""
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            if tag in _BLOCKS:
                table.cell.parts.append("\n")
            if tag in _CODE:
                self._code += 1
                table.cell.codes.append("")
            if not attributes and tag.isalnum() and tag not in ELEMENTS and len(table.cell.tags) < MAX_COLUMNS:
                table.cell.tags.append((len(table.cell.parts), tag))
            return
        self._start_line(tag)
        if tag in _BOLD:
            self._bold += 1
        for heading in self._headings:
            heading.depth += heading.tag == tag
        level = _level(tag, attributes)
        if level is not None or tag == "p":
            self._end_headings(_CLOSED_BY_BLOCKS)
            if len(self._headings) < _MAX_OPEN_HEADINGS:
                self._headings.append(Heading(tag, level))

    def _start_line(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag == "li":
            self._items += 1
        elif tag in _CODE:
            self._code += 1
            self._line_codes.append("")

    def _end_text(self, tag: str) -> None:
        """Leave an element outside the structure of tables."""
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            if tag in _BLOCKS:
                table.cell.parts.append("\n")
            if tag in _CODE:
                self._code = max(0, self._code - 1)
            return
        if tag in _BLOCKS:
            self._end_line(tag)
            self._items -= tag == "li" and self._items > 0
        self._code = max(0, self._code - (tag in _CODE))
        if tag in _BOLD:
            self._bold = max(0, self._bold - 1)
        for heading in self._headings:
            heading.depth -= heading.tag == tag
        self._end_headings(frozenset())

    def _end_headings(self, tags: frozenset[str]) -> None:
        """Enter the sections of headings that have ended or have one of these tags."""
        open_ones = []
        for heading in self._headings:
            if heading.depth > 0 and heading.tag not in tags:
                open_ones.append(heading)
            elif heading.level is not None or not heading.has_plain:
                self.outline.add(heading.level or BELOW_ALL, heading.text)
        self._headings = open_ones


def _level(tag: str, attributes: dict[str, str | None]) -> int | None:
    """Return the level of an element that is a heading, else `None`."""
    if tag in _HEADINGS:
        return _HEADINGS[tag]
    is_like = tag in _HEADING_LIKE or attributes.get("role") == "heading"
    return (
        BELOW_ALL
        if is_like or (tag in _MAY_BE_HEADING and _HEADING_CLASS.search(attributes.get("class") or ""))
        else None
    )


def _span(text: str | None) -> int:
    """Read a colspan or rowspan; 1 if it is no number."""
    digits = (text or "").strip()[:8]
    return int(digits) if digits.isascii() and digits.isdecimal() else 1


def _without_unclosed_markup(text: str) -> str:
    """Remove a comment or tag without an end, as browsers do; the parser would search for its end repeatedly."""
    comment = text.find("<!--", text.rfind("-->") + 1)
    text = text if comment < 0 else text[:comment]
    last = text.rfind(">") + 1
    unclosed = _TAG_BEGINS.search(text, last)
    return text[:last] + text[last : unclosed.start() if unclosed else None].replace("<", "&lt;")


def html_tables(text: str) -> list[Table]:
    """Return the tables and definition lists of a page or fragment. Raises: nothing, for any input."""
    page = HtmlTables()
    page.feed_at(text, 1)
    return page.finish()
