"""The report for a terminal: a table where rich is installed, plain columns otherwise; and the same as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.result import Row

__all__ = ["print_report", "write_json"]

_HEADINGS = ("what", "against", "median", "quartiles", "target", "", "note")


def print_report(facts: dict[str, str], found: dict[str, list[Row]]) -> None:
    """Print facts and rows."""
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        _print_plain(facts, found)
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=170)
    table = Table(title="cookiegate: ratios of interleaved runs", caption=_caption(facts), row_styles=["", "dim"])
    for number, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="right" if number in (2, 3, 4) else "left", no_wrap=number in (2, 3, 4, 5))
    for group, rows in found.items():
        table.add_section()
        table.add_row(f"[bold]{group}[/bold]")
        for row in rows:
            cells = list(_cells(row))
            cells[5] = {"met": "[green]met[/green]", "missed": "[red]missed[/red]"}.get(cells[5], cells[5])
            table.add_row(*cells)
    console.print(table)
    console.print(_summary(found))


def write_json(path: Path, facts: dict[str, str], found: dict[str, list[Row]], *, is_quick: bool) -> None:
    """Write facts and rows to a file, for comparison with another run."""
    rows: list[dict[str, Any]] = [
        {"group": group, **asdict(row), "is_met": row.is_met} for group, rows in found.items() for row in rows
    ]
    document = {"format": 1, "quick": is_quick, "machine": facts, "rows": rows}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _print_plain(facts: dict[str, str], found: dict[str, list[Row]]) -> None:
    rows = [_HEADINGS, *(_cells(row) for rows in found.values() for row in rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(_caption(facts))
    print(_summary(found))


def _cells(row: Row) -> tuple[str, ...]:
    if row.figure is None:
        return row.what, row.against, "-", "-", "-", "", row.note
    low, median, high = (_number(one) for one in (row.figure.low, row.figure.median, row.figure.high))
    target = f"{row.target.kind} {row.target.bound:g}" if row.target is not None else ""
    met = {True: "met", False: "missed", None: ""}[row.is_met]
    spread = f"{low} .. {high}" if row.figure.rounds > 1 else ""
    return row.what, row.against, f"{median} {row.unit}", spread, target, met, row.note


def _number(figure: float) -> str:
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def _caption(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {fact}" for name, fact in facts.items())


def _summary(found: dict[str, list[Row]]) -> str:
    judged = [row for rows in found.values() for row in rows if row.is_met is not None]
    missed = [row for row in judged if not row.is_met]
    return f"{len(judged) - len(missed)} of {len(judged)} targets met"
