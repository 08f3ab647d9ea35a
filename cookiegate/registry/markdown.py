"""Tables of a Markdown file, in pipes or in HTML, with the headings that they stand under.

Needs markdown-it-py. Source: https://github.github.com/gfm/#tables-extension-
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from cookiegate.registry.html import HtmlTables
from cookiegate.registry.outline import BELOW_ALL, Outline
from cookiegate.registry.table import Cell, Row, Table, settled

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["markdown_tables"]

_EXACT = "<!-- cookiegate: "
_BREAKS = ("<br>", "<br/>", "<br />")


def markdown_tables(text: str) -> list[Table]:
    """Return the tables of a Markdown file, pipe tables first, those in HTML after them.

    Raises: `ModuleNotFoundError` where markdown-it-py is not installed; nothing else, for any input.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    outline = Outline()
    page = HtmlTables(outline)
    tables: list[Table] = []
    rows: list[Row] = []
    cells: list[Cell] = []
    for token, following in _pairs(parser.parse(text)):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open" and following is not None:
            outline.add(int(token.tag[1:]), _text(following).text)
        elif token.type == "paragraph_open" and following is not None and _is_bold(following):
            outline.add(BELOW_ALL, _text(following).text)
        elif token.type == "html_block":
            page.feed_at(token.content, line)
        elif token.type == "table_open":
            rows = []
            tables.append(Table(f"line {line}", rows, outline.sections()))
        elif token.type == "tr_open":
            cells = []
            place = f"line {line}"
        elif token.type in ("th_open", "td_open") and following is not None:
            cells.append(_text(following))
        elif token.type == "tr_close":
            rows.append(Row(place, tuple(cells)))
    return tables + page.finish()


def _pairs(tokens: Sequence["Token"]) -> list[tuple["Token", "Token | None"]]:
    return list(zip_longest(tokens, tokens[1:]))  # of an empty file there are none


def _is_bold(inline: "Token") -> bool:
    """Tell whether all of a paragraph is set in bold."""
    bold = 0
    for token in inline.children or ():
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        if not bold and token.content.strip():
            return False
    return bool(inline.children)


def _text(inline: "Token") -> Cell:
    """Return what a reader of the page sees, and what of it is code."""
    parts: list[str] = []
    codes: list[str] = []
    exact = None
    for token in inline.children or ():
        if token.type == "html_inline":
            parts.append("\n" if token.content.lower() in _BREAKS else "")
            if token.content.startswith(_EXACT):
                exact = token.content.removeprefix(_EXACT).removesuffix("-->").strip()
        elif token.type == "image":
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        else:
            parts.append(token.content)
        if token.type == "code_inline" and (code := settled(token.content)):
            codes.append(code)
    return Cell(settled("".join(parts)), tuple(codes), exact)
