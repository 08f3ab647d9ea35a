"""The demo's tables: what became of each cookie for each visitor, and what was rewritten."""

import os
import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cookiegate.cli.demo.visits import Visit
from cookiegate.cli.words import RULES, DecisionRecord

__all__ = ["make_console", "print_visits"]

_WIDE_COLUMNS = 90
_PIPED_COLUMNS = 100
_SIGNS = {"keep": "=", "rewrite": "~", "drop": "x", "expire": "-"}
_STYLES = {"keep": "green", "rewrite": "yellow", "drop": "red", "expire": "magenta"}


def make_console() -> Console:
    """Make the console to print on: as wide as the terminal, or as `COLUMNS` says."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_told else _PIPED_COLUMNS)


def print_visits(console: Console, visits: Sequence[Visit]) -> None:
    """Print both tables and what their words mean."""
    is_wide = console.width >= _WIDE_COLUMNS
    told = [{decision["cookie"]: decision for decision in visit.decisions} for visit in visits]
    names = list(dict.fromkeys(name for decisions in told for name in decisions))
    console.print(_outcomes(visits, told, names, is_wide=is_wide))
    signs = "" if is_wide else f" ({', '.join(f'{sign} {action}' for action, sign in _SIGNS.items())})"
    console.print(f"\nEach cell: the action{signs}, the number of the rule that decided, the reason.")
    rules = Table.grid(padding=(0, 2))
    for number in sorted({decision["rule"] for decisions in told for decision in decisions.values()}):
        rules.add_row(Text(str(number), style="bold"), RULES[number])
    console.print(rules)
    if (rewritten := _rewritten(told, names)).row_count:
        console.print("\nWhat was rewritten in the lines that leave:")
        console.print(rewritten)


def _outcomes(
    visits: Sequence[Visit], told: Sequence[dict[str, DecisionRecord]], names: Sequence[str], *, is_wide: bool
) -> Table:
    """Lay out one row for each cookie and one column for each visitor, by category."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1 if is_wide else 0, 0, 0))
    table.add_column("cookie", overflow="fold")
    for visit in visits:
        table.add_column(visit.visitor, overflow="fold")
    of_category: dict[str, list[str]] = {}
    for name in names:
        known = next(decisions[name] for decisions in told if name in decisions)
        of_category.setdefault(known["category"] or "not in the registry", []).append(name)
    for category, members in of_category.items():
        table.add_row(Text(category, style="bold"))
        for name in members:
            table.add_row(Text(name), *(_cell(decisions.get(name), is_wide=is_wide) for decisions in told))
    table.add_section()
    table.add_row("lines that leave", *(f"{len(visit.lines)} of {len(visit.decisions)}" for visit in visits))
    table.add_row("Cache-Control", *(visit.cache_control or "none" for visit in visits))
    return table


def _cell(decision: DecisionRecord | None, *, is_wide: bool) -> Text:
    if decision is None:
        return Text("not set")
    action = decision["action"]
    word = action if is_wide else _SIGNS[action]
    return Text.assemble((word, _STYLES[action]), f" {decision['rule']} {decision['reason']}")


def _rewritten(told: Sequence[dict[str, DecisionRecord]], names: Sequence[str]) -> Table:
    """Lay out what was changed in each cookie, once for all visitors whose line got the same changes."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    for name in names:
        changes = dict.fromkeys(
            ", ".join(decisions[name]["changes"])
            for decisions in told
            if name in decisions and decisions[name]["action"] == "rewrite"
        )
        for text in changes:
            table.add_row(Text(name), Text(text))
    return table
