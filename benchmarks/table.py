"""The report for a terminal of 80 columns, in colour where rich is installed.

What was measured stands above its rivals, each rival on a line with its figure; what the two do differently below it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import fill

from benchmarks.result import Row

__all__ = ["figure_text", "number", "print_report", "quartiles_text", "summary", "target_text"]

_HEADINGS = ("measured, against", "median", "quartiles", "target")
_WIDTH = 80
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
    write(_columns(_HEADINGS), "bold")
    for line in _lines(found):
        if line.kind == "figure":
            write(_columns(line.cells), {True: "green", False: "red", None: ""}[line.is_met])
        else:
            write(_wrapped(line.cells[0], "    " if line.kind == "note" else ""), _STYLES[line.kind])
    write("", "")
    write(_wrapped(", ".join(f"{name} {fact}" for name, fact in facts.items()), ""), "dim")
    for told in summary(found).splitlines():
        write(_wrapped(told, "", "        "), "bold")


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
    """Write three digits."""
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def summary(found: Mapping[str, list[Row]]) -> str:
    """Say how many targets were met, and which were not."""
    judged = [row for rows in found.values() for row in rows if row.is_met is not None]
    missed = [row for row in judged if not row.is_met]
    told = f"{len(judged) - len(missed)} of {len(judged)} targets met" if judged else "no target was measured"
    return "\n".join([told, *(f"missed: {row.what}, against {row.against}: {figure_text(row)}" for row in missed)])


def _lines(found: Mapping[str, list[Row]]) -> Iterator[_Line]:
    """Yield what is printed: what is measured once for all of its rivals, a note once as long as it stays the same."""
    for group, rows in found.items():
        yield _Line("group", (f" {group} ".center(_WIDTH, "-"),))
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


def _columns(cells: tuple[str, ...]) -> str:
    """Set a row; a rival's name that is too long gets a line of its own."""
    first, median, quartiles, target = cells
    figures = f"{median:>12}  {quartiles:>12}  {target}"
    if len(first) > _WIDTH - _FIGURES:
        return f"{first}\n{'':<{_WIDTH - _FIGURES}}{figures}".rstrip()
    return f"{first:<{_WIDTH - _FIGURES}}{figures}".rstrip()


def _wrapped(text: str, first: str, later: str | None = None) -> str:
    return fill(text, _WIDTH, initial_indent=first, subsequent_indent=first if later is None else later)
