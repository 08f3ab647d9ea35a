"""Tables and lines that fit the terminal: no word is cut and none is lost, from 40 columns on.

Law: a table whose longest words do not fit side by side is printed as a list, one cell a line. Only a word that is
longer than a line, or than 40 columns, is folded. Where there is no terminal and no `COLUMNS`, lines are not wrapped.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from cookiegate.documentation import CODES_URL

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

__all__ = ["console_of", "echo", "echo_codes", "echo_pair", "fitted", "has_width"]

_LONGEST_WORD = 40
_INDENT = 2


def has_width() -> bool:
    """Tell whether the width of what people see is known."""
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def console_of(piped_columns: int) -> "Console":
    """Make a console with the width of the terminal, or of `COLUMNS`; else with `piped_columns`."""
    from rich.console import Console

    return Console(highlight=False, width=None if has_width() else piped_columns)


def echo(text: str, indent: int = _INDENT) -> None:
    """Print a text, wrapped at the width of the terminal; its further lines are indented."""
    if not has_width():
        typer.echo(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, width=None)
    first, *rest = _wrapped(Text(text), console, console.width, indent)
    for line in (first, *rest):
        typer.echo(line)


def echo_pair(word: str, text: str, size: int) -> None:
    """Print a word, and a text beside it that is wrapped in its column."""
    echo(f"{word:<{size}} {text}", size + 1)


def echo_codes() -> None:
    """Print where the documentation says what the codes of findings mean; an address is not wrapped."""
    typer.echo(f"codes: {CODES_URL}")


def _wrapped(text: "Text", console: "Console", width: int, indent: int) -> list[str]:
    """Wrap a text: the first line has the whole width, the others are indented."""
    from rich.cells import cell_len
    from rich.text import Text

    plain = text.plain
    if cell_len(plain) <= width or width <= indent + 1:
        return [plain]
    first = Text(plain).wrap(console, width, overflow="fold")[0].plain.rstrip()
    rest = plain[len(first) :].lstrip()
    further = Text(rest).wrap(console, width - indent, overflow="fold")
    return [first, *(" " * indent + line.plain.rstrip() for line in further)]


def fitted(
    console: "Console", heads: Sequence[str], rows: Sequence["Text | Sequence[Text]"], gap: int = 2
) -> "RenderableType":
    """Return a table, or the same as a list where its words do not fit side by side.

    `rows`: a row's cells, whose lines are kept; or a heading over the rows that follow. `gap`: blanks between columns.
    """
    cells = [row for row in rows if not hasattr(row, "plain")]
    columns = [(head, *(row[at].plain for row in cells)) for at, head in enumerate(heads)]
    headings = [_longest_line(row.plain) for row in rows if hasattr(row, "plain")]
    least = [max(map(_longest_word, texts)) for texts in columns]
    least[0] = max(least[0], *(min(_LONGEST_WORD, size) for size in headings), 0)
    most = [max(map(_longest_line, texts)) for texts in columns]
    total = console.width - gap * (len(heads) - 1)
    if sum(least) > total:
        return _as_list(console, heads, rows)
    return _as_table(heads, rows, _widths(least, most, total), gap)


def _widths(least: list[int], most: list[int], total: int) -> list[int]:
    """Shorten the widest columns until all fit, none below its longest word."""
    widths = [max(pair) for pair in zip(least, most, strict=True)]
    while sum(widths) > total:
        spare = [width if width > narrow else 0 for width, narrow in zip(widths, least, strict=True)]
        widths[spare.index(max(spare))] -= 1
    return widths


def _as_table(
    heads: Sequence[str], rows: Sequence["Text | Sequence[Text]"], widths: Sequence[int], gap: int
) -> "RenderableType":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for head, width in zip(heads, widths, strict=True):
        table.add_column(head, overflow="fold", width=width)
    for row in rows:
        table.add_row(*([row] if hasattr(row, "plain") else row))
    return table


def _as_list(console: "Console", heads: Sequence[str], rows: Sequence["Text | Sequence[Text]"]) -> "RenderableType":
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    label = max(map(_longest_line, heads[1:]))
    for row in rows:
        if isinstance(row, Text):
            parts.append(row)
            continue
        name = row[0].copy()
        name.stylize("bold", 0, len(name.plain.partition("\n")[0]))
        parts.append(name)
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True, width=label)
        grid.add_column(overflow="fold", width=max(1, console.width - _INDENT - label - 2))
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell.plain.strip():
                grid.add_row(Text(head, style="dim"), cell)
        parts.append(Padding(grid, (0, 0, 0, _INDENT)))
    return Group(*parts)


def _longest_word(text: str) -> int:
    from rich.cells import cell_len

    return min(_LONGEST_WORD, max(map(cell_len, text.split()), default=0))


def _longest_line(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, _lines(text)), default=0)


def _lines(text: str) -> Iterable[str]:
    return text.split("\n")
