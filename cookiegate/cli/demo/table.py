"""The demo's tables: the decision about each cookie for each visitor, and the rewritten attributes."""

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cookiegate.cli.demo.visits import Visit
from cookiegate.cli.fitting import console_of, fitted
from cookiegate.cli.text import RULES, DecisionRecord

__all__ = ["make_console", "print_visits"]

_WIDE_COLUMNS = 90
_PIPED_COLUMNS = 100
_SIGNS = {"keep": "=", "rewrite": "~", "drop": "x", "expire": "-"}
_STYLES = {"keep": "green", "rewrite": "yellow", "drop": "red", "expire": "magenta"}


def make_console() -> Console:
    """Make a console with the width of the terminal, or of `COLUMNS`."""
    return console_of(_PIPED_COLUMNS)


def print_visits(console: Console, visits: Sequence[Visit]) -> None:
    """Print both tables, with a legend."""
    is_wide = console.width >= _WIDE_COLUMNS
    by_visit = [{decision["cookie"]: decision for decision in visit.decisions} for visit in visits]
    names = list(dict.fromkeys(name for decisions in by_visit for name in decisions))
    console.print(_outcomes(console, visits, by_visit, names, is_wide=is_wide))
    signs = "" if is_wide else f" ({', '.join(f'{sign} {action}' for action, sign in _SIGNS.items())})"
    console.print(f"\nEach cell: the action{signs}, the number of the rule that decided, the reason.")
    rules = Table.grid(padding=(0, 2))
    for number in sorted({decision["rule"] for decisions in by_visit for decision in decisions.values()}):
        rules.add_row(Text(str(number), style="bold"), RULES[number])
    console.print(rules)
    if (rewritten := _rewritten(by_visit, names)).row_count:
        console.print("\nRewritten in the lines that leave:")
        console.print(rewritten)


def _outcomes(
    console: Console,
    visits: Sequence[Visit],
    by_visit: Sequence[dict[str, DecisionRecord]],
    names: Sequence[str],
    *,
    is_wide: bool,
) -> RenderableType:
    """Make the table with a row for each cookie, by category, and a column for each visitor."""
    rows: list[Text | list[Text]] = []
    of_category: dict[str, list[str]] = {}
    for name in names:
        known = next(decisions[name] for decisions in by_visit if name in decisions)
        of_category.setdefault(known["category"] or "not in the registry", []).append(name)
    for category, members in of_category.items():
        rows.append(Text(category, style="bold"))
        rows += [
            [Text(name), *(_cell(decisions.get(name), is_wide=is_wide) for decisions in by_visit)] for name in members
        ]
    rows.append(Text(""))
    leaving = (f"{len(visit.lines)} of {len(visit.decisions)}" for visit in visits)
    rows.append([*map(Text, ("lines that leave", *leaving))])
    rows.append([*map(Text, ("Cache-Control", *(visit.cache_control or "none" for visit in visits)))])
    return fitted(console, ("cookie", *(visit.visitor for visit in visits)), rows, gap=2 if is_wide else 1)


def _cell(decision: DecisionRecord | None, *, is_wide: bool) -> Text:
    if decision is None:
        return Text("not set")
    action = decision["action"]
    word = action if is_wide else _SIGNS[action]
    return Text.assemble((word, _STYLES[action]), f" {decision['rule']} {decision['reason']}")


def _rewritten(by_visit: Sequence[dict[str, DecisionRecord]], names: Sequence[str]) -> Table:
    """Make the table of changes for each cookie, with one row for visitors with the same changes."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    for name in names:
        changes = dict.fromkeys(
            ", ".join(decisions[name]["changes"])
            for decisions in by_visit
            if name in decisions and decisions[name]["action"] == "rewrite"
        )
        for text in changes:
            table.add_row(Text(name), Text(text))
    return table
