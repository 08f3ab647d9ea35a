"""The report for a terminal of 60 to 80 columns, in colour where rich is installed.

What was measured is above its rivals; each rival has a line with its figure, and below it how the two differ.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from shutil import get_terminal_size
from textwrap import fill

from benchmarks.result import Row

__all__ = ["figure_text", "number", "print_report", "quartiles_text", "report_width", "summary", "target_text"]

_HEADINGS = ("measured, against", "median", "quartiles", "target")
_NARROWEST, _WIDEST = 60, 80
_FIGURES = 42
"""What the three columns of figures take."""
_STYLES = {"group": "bold reverse", "what": "bold", "note": "dim"}


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    """group, what, figure or note."""
    cells: tuple[str, ...]
    is_met: bool | None = None


def print_report(facts: Mapping[str, str], found: Mapping[str, list[Row]]) -> None:
    """Print rows, facts and how many targets were met."""
    write = _writer()
    width = report_width()
    write(_columns(_HEADINGS, width), "bold")
    for line in _lines(found, width):
        if line.kind == "figure":
            write(_columns(line.cells, width), {True: "green", False: "red", None: ""}[line.is_met])
        else:
            write(_wrapped(line.cells[0], width, "    " if line.kind == "note" else ""), _STYLES[line.kind])
    write("", "")
    write(_wrapped(", ".join(f"{name} {fact}" for name, fact in facts.items()), width), "dim")
    for line in summary(found).splitlines():
        write(_wrapped(line, width, "", "        "), "bold")


def report_width() -> int:
    """Return the terminal's width, within what the report is made for."""
    return min(max(get_terminal_size((_WIDEST, 24)).columns, _NARROWEST), _WIDEST)


def _writer() -> Callable[[str, str], None]:
    """Return what prints text in a style: through rich where it is installed, and plainly otherwise."""
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        return lambda text, style: print(text)
    console = Console(soft_wrap=True, highlight=False)
    return lambda text, style: console.print(Text(text, style=style))


def figure_text(row: Row) -> str:
    """Write the median with its unit, like `43x faster` or `1.41x`."""
    if row.figure is None:
        return "-"
    return number(row.figure.median) + (row.unit if row.unit.startswith("x") else f" {row.unit}")


def quartiles_text(row: Row) -> str:
    """Write the quartiles; nothing where there was one measurement."""
    if row.figure is None or row.figure.rounds == 1:
        return ""
    return f"{number(row.figure.low)}..{number(row.figure.high)}"


def target_text(row: Row) -> str:
    """Write the target, and whether it is met."""
    if row.target is None:
        return ""
    met = {True: " met", False: " missed", None: ""}[row.is_met]
    return f"{row.target.kind}{row.target.bound:g}{met}"


def number(figure: float) -> str:
    """Write three digits; a power of ten where there are more than five before the point."""
    if abs(figure) >= 99_999.5:
        return f"{figure:.2e}"
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def summary(found: Mapping[str, list[Row]]) -> str:
    """Say how many targets were met, and which were not."""
    judged = [row for rows in found.values() for row in rows if row.is_met is not None]
    missed = [row for row in judged if not row.is_met]
    result = f"{len(judged) - len(missed)} of {len(judged)} targets met" if judged else "no target was measured"
    return "\n".join([result, *(f"missed: {row.what}, against {row.against}: {figure_text(row)}" for row in missed)])


def _lines(found: Mapping[str, list[Row]], width: int) -> Iterator[_Line]:
    """Yield what is printed: what is measured once for all of its rivals, a note once as long as it stays the same."""
    for group, rows in found.items():
        yield _Line("group", (f" {group} ".center(width, "-"),))
        what = note = ""
        for row in rows:
            if row.what != what:
                what, note = row.what, ""
                yield _Line("what", (what,))
            if row.figure is None:
                yield _Line("figure", (f"  {row.against}", "-", "", ""))
            else:
                cells = (f"  {row.against}", figure_text(row), quartiles_text(row), target_text(row))
                yield _Line("figure", cells, row.is_met)
            if row.note and row.note != note:
                note = row.note
                yield _Line("note", (f"({note})",))


def _columns(cells: tuple[str, ...], width: int) -> str:
    """Set a row; what does not fit beside the rest (a rival's name, figures of a noisy run) gets lines of its own."""
    first, median, quartiles, target = cells
    figures = f"{median:>12}  {quartiles:>12}  {target}".rstrip()
    if len(figures) > _FIGURES:
        return f"{fill(first, width)}\n{fill('  '.join((median, quartiles, target)), width, initial_indent='    ')}"
    if len(first) > width - _FIGURES:
        return f"{fill(first, width)}\n{'':<{width - _FIGURES}}{figures}"
    return f"{first:<{width - _FIGURES}}{figures}".rstrip()


def _wrapped(text: str, width: int, first: str = "", later: str | None = None) -> str:
    return fill(text, width, initial_indent=first, subsequent_indent=first if later is None else later)
