"""Tables and lists of a Markdown file, as pipe tables or HTML, with the headings above them. Needs markdown-it-py.

Law: in a name a single `_` or `*` is never markup, and an unknown tag is a placeholder.
Source: https://github.github.com/gfm/#tables-extension-, and kramdown's tables, which need no line of dashes.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from cookiegate.registry.documents.elements import ELEMENTS
from cookiegate.registry.documents.html import HtmlTables
from cookiegate.registry.documents.outline import BELOW_ALL, Outline
from cookiegate.registry.documents.table import Cell, Row, Table, settled

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["markdown_tables"]

_EXACT = "<!-- cookiegate: "
_BREAKS = ("<br>", "<br/>", "<br />")
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9 _.:-]{0,40})>")
_MARKS = frozenset({"em_open", "em_close"})
_STRONG = frozenset({"strong_open", "strong_close"})
_PIPE = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`[^`\n]*`")
_RULE = re.compile(r"[\s|:+=\-]*|\{:.*\}\s*")


def markdown_tables(text: str) -> list[Table]:
    """Return the tables of a Markdown file, pipe tables first, those in HTML and lists after them.

    Raises: `ModuleNotFoundError` if markdown-it-py is not installed; nothing else, for any input.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _Reader(parser).read(parser.parse(text))


class _Reader:
    def __init__(self, parser: "MarkdownIt") -> None:
        self._parser = parser
        self._outline = Outline()
        self._page = HtmlTables(self._outline)
        self._tables: list[Table] = []
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._items = 0

    def read(self, tokens: Sequence["Token"]) -> list[Table]:
        for token, following in zip_longest(tokens, tokens[1:]):
            line = token.map[0] + 1 if token.map else 0
            if token.type == "heading_open" and following is not None:
                self._heading(int(token.tag[1:]), following, line)
            elif token.type == "paragraph_open" and following is not None:
                self._paragraph(following, line)
            elif token.type == "code_block":
                self._loose_table(token.content, line)
            elif token.type == "html_block":
                self._page.feed_at(token.content, line)
            elif token.type in ("list_item_open", "list_item_close"):
                self._items += 1 if token.nesting > 0 else -1
            else:
                self._table(token, following, line)
        return self._tables + self._page.finish()

    def _table(self, token: "Token", following: "Token | None", line: int) -> None:
        if token.type == "table_open":
            self._rows = []
            self._begin_table(line, self._rows)
        elif token.type == "tr_open":
            self._cells = []
            self._place = f"line {line}"
        elif token.type in ("th_open", "td_open") and following is not None:
            self._cells.append(_text(following))
        elif token.type == "tr_close":
            self._rows.append(Row(self._place, tuple(self._cells)))

    def _begin_table(self, line: int, rows: list[Row]) -> None:
        self._page.flow.end()
        self._tables.append(Table(f"line {line}", rows, self._outline.sections()))
        self._outline.add_table()

    def _heading(self, level: int, inline: "Token", line: int) -> None:
        cell = _text(inline)
        self._page.flow.add(f"line {line}", cell, is_heading=True)
        self._outline.add(level, cell.text)

    def _paragraph(self, inline: "Token", line: int) -> None:
        if self._loose_table(inline.content, line):
            return
        if _is_bold(inline):
            self._outline.add(BELOW_ALL, _text(inline).text)
        for number, tokens in enumerate(_lines_of(inline)):
            cell = _cell(tokens)
            self._page.flow.add(f"line {line + number}", cell, is_item=self._items > 0, is_heading=_is_bold(inline))

    def _loose_table(self, content: str, line: int) -> bool:
        """Read lines with bars that are no table for GitHub; return whether they are such lines."""
        lines = content.split("\n")
        if sum("|" in each for each in lines) < max(2, len(lines) // 2):
            return False
        rows = [
            Row(f"line {line + number}", tuple(self._inline(cell) for cell in _bars(each)))
            for number, each in enumerate(lines)
            if "|" in each and not _RULE.fullmatch(each)
        ]
        if len(rows) < 2:
            return False
        self._begin_table(line, rows)
        return True

    def _inline(self, text: str) -> Cell:
        return _text(self._parser.parseInline(text.strip())[0])


def _bars(line: str) -> list[str]:
    """Split a line at its bars, except bars in code and bars after a backslash."""
    masked = _CODE.sub(lambda code: code[0].replace("|", "\0"), line.strip())
    cells = [cell.replace("\0", "|").replace("\\|", "|") for cell in _PIPE.split(masked)]
    return cells[1 if masked.startswith("|") else 0 : -1 if masked.endswith("|") and len(cells) > 1 else None]


def _lines_of(inline: "Token") -> Iterator[list["Token"]]:
    line: list[Token] = []
    for token in inline.children or ():
        is_break = token.type in ("softbreak", "hardbreak") or token.content.lower() in _BREAKS
        if is_break:
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _is_bold(inline: "Token") -> bool:
    """Return whether a whole paragraph is bold."""
    bold = 0
    for token in inline.children or ():
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        if not bold and token.content.strip():
            return False
    return bool(inline.children)


def _text(inline: "Token") -> Cell:
    return _cell(inline.children or ())


def _cell(tokens: Sequence["Token"]) -> Cell:
    """Return the text that a reader of the page sees, the code in it, and its source if that differs."""
    parts: list[str] = []
    sources: list[str] = []
    codes: list[str] = []
    exact = None
    for token in tokens:
        part = source = token.content
        if token.type == "html_inline":
            part = source = "\n" if token.content.lower() in _BREAKS else ""
            tag = _TAG.fullmatch(token.content)
            if tag is not None and tag[1].lower() not in ELEMENTS:
                source = token.content
            if token.content.startswith(_EXACT):
                exact = token.content.removeprefix(_EXACT).removesuffix("-->").strip()
        elif token.type in ("softbreak", "hardbreak"):
            part = source = " "
        elif token.type in _MARKS or (token.type in _STRONG and token.markup == "__"):
            source = token.markup
        parts.append(part)
        sources.append(source)
        if token.type == "code_inline" and (code := settled(token.content)):
            codes.append(code)
    text, written = settled("".join(parts)), settled("".join(sources))
    return Cell(text, tuple(codes), exact, None if written == text else written)
