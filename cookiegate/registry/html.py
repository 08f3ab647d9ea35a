"""Tables and definition lists of an HTML page, with the headings that they stand under.

The standard library splits the page into tags. End tags that HTML lets authors leave out are implied here for tables.
Law: one pass, no recursion; the time grows with the page's length, whatever is in it.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from cookiegate.registry.outline import BELOW_ALL, Outline
from cookiegate.registry.spans import MAX_COLUMNS, Spans
from cookiegate.registry.table import Cell, Row, Table, settled

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
_MAX_HEADING = 500


@dataclass(slots=True)
class _OpenCell:
    columns: int
    rows: int
    exact: str | None
    parts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def closed(self) -> Cell:
        codes = tuple(code for text in self.codes if (code := settled(text)))
        return Cell(settled("".join(self.parts)), codes, self.exact)


@dataclass(slots=True)
class _OpenTable:
    place: str
    sections: tuple[str, ...]
    is_list: bool
    """A definition list: terms are headings beside their descriptions."""
    rows: list[Row] = field(default_factory=list)
    row: list[_OpenCell] | None = None
    row_place: str = ""
    cell: _OpenCell | None = None
    spans: Spans = field(default_factory=Spans)
    caption: list[str] | None = None
    captions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Heading:
    tag: str
    level: int | None
    """`None`: a heading only if all of it is bold."""
    text: str = ""
    has_plain: bool = False
    depth: int = 1


class HtmlTables(HTMLParser):
    """Collects the tables of a page; several pieces of HTML may be fed, each at its line of the file."""

    def __init__(self, outline: Outline | None = None) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.outline = outline or Outline()
        self._first_line = 1
        self._open: list[_OpenTable] = []
        self._headings: list[_Heading] = []
        self._silent = self._bold = self._code = 0

    def feed_at(self, text: str, line: int) -> None:
        """Read a piece of HTML that begins at this line; tables that it leaves open stay so."""
        self._first_line = line
        self.feed(_without_unclosed_markup(text))
        super().close()
        self.reset()

    def finish(self) -> list[Table]:
        """Close what is still open, and return all tables in the order in which they end."""
        while self._open:
            self._end_table()
        return self.tables

    def _place(self) -> str:
        return f"line {self.getpos()[0] + self._first_line - 1}"

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip `<![...>` as the comment that browsers make of it; the standard library's own raises at some."""
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
        """Take text: into the cell or caption that is open, else into the headings that are."""
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
        for heading in self._headings if table is None or table.cell is None or table.is_list else ():
            if len(heading.text) < _MAX_HEADING:
                heading.text += text
            heading.has_plain = heading.has_plain or (not self._bold and text.strip() != "")

    def _start_table(self, tag: str) -> None:
        self._end_headings(_CLOSED_BY_BLOCKS)
        if len(self._open) < _MAX_OPEN_TABLES:
            self._open.append(_OpenTable(self._place(), self.outline.sections(), is_list=tag == "dl"))

    def _start_part(self, table: _OpenTable, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_cell(table)
        if tag not in ("td", "th"):
            self._end_row(table)
        if tag == "caption":
            table.caption = []
        elif tag in ("tr", "td", "th") and table.row is None:
            table.row, table.row_place = [], self._place()
        if tag in ("td", "th"):
            columns, rows = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
            table.cell = _OpenCell(columns, rows, attributes.get("data-cookiegate"))

    def _start_item(self, table: _OpenTable, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_cell(table)
        if tag == "dt" or table.row is None:
            self._end_row(table)
            table.row, table.row_place = [], self._place()
        if len(table.row) > 1:  # another description of the same term: a further line of it
            table.cell = table.row.pop()
            table.cell.parts.append("\n")
        else:
            table.cell = _OpenCell(1, 1, attributes.get("data-cookiegate"))
        if tag == "dt":
            self._headings = [_Heading("dt", BELOW_ALL)]

    def _end_cell(self, table: _OpenTable) -> None:
        if table.cell is not None and table.row is not None:
            if len(table.row) < MAX_COLUMNS:
                table.row.append(table.cell)
            table.cell = None
        self._code = 0
        if table.is_list:
            self._end_text("dt")

    def _end_row(self, table: _OpenTable) -> None:
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
            sections = (*table.captions, *table.sections)
            self.tables.append(Table(table.place, table.rows, sections, is_list=table.is_list))

    def _start_text(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Enter an element that is no part of a table."""
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            if tag in _BLOCKS:
                table.cell.parts.append("\n")
            if tag in _CODE:
                self._code += 1
                table.cell.codes.append("")
            return
        if tag in _BOLD:
            self._bold += 1
        for heading in self._headings:
            heading.depth += heading.tag == tag
        level = _level(tag, attributes)
        if level is not None or tag == "p":
            self._end_headings(_CLOSED_BY_BLOCKS)
            self._headings.append(_Heading(tag, level))

    def _end_text(self, tag: str) -> None:
        """Leave an element that is no part of a table."""
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            if tag in _BLOCKS:
                table.cell.parts.append("\n")
            if tag in _CODE:
                self._code = max(0, self._code - 1)
            return
        if tag in _BOLD:
            self._bold = max(0, self._bold - 1)
        for heading in self._headings:
            heading.depth -= heading.tag == tag
        self._end_headings(frozenset())

    def _end_headings(self, tags: frozenset[str]) -> None:
        """Enter the sections of the headings that have ended, and of those of these tags."""
        open_ones = []
        for heading in self._headings:
            if heading.depth > 0 and heading.tag not in tags:
                open_ones.append(heading)
            elif heading.level is not None or not heading.has_plain:
                self.outline.add(heading.level or BELOW_ALL, heading.text)
        self._headings = open_ones


def _level(tag: str, attributes: dict[str, str | None]) -> int | None:
    """Return the level of the heading that an element is, or `None` if it is none."""
    if tag in _HEADINGS:
        return _HEADINGS[tag]
    is_like = tag in _HEADING_LIKE or attributes.get("role") == "heading"
    return (
        BELOW_ALL
        if is_like or (tag in _MAY_BE_HEADING and _HEADING_CLASS.search(attributes.get("class") or ""))
        else None
    )


def _span(text: str | None) -> int:
    """Read a colspan or rowspan; 1 for what is no number."""
    digits = (text or "").strip()[:8]
    return int(digits) if digits.isascii() and digits.isdecimal() else 1


def _without_unclosed_markup(text: str) -> str:
    """Take away a comment or tag that never ends, as browsers do; so nobody searches for its end again and again."""
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
