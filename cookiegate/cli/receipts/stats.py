"""`cookiegate receipts stats`: how many choices granted each category over time, as a table and as a plot."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from cookiegate.cli.receipts.opened import StoreOption, day, opened, refuse
from cookiegate.cli.words import shown
from cookiegate.receipts.acceptance import Acceptance, acceptance
from cookiegate.receipts.receipt import How

__all__ = ["stats"]

_SHORT = {How.ACCEPT_ALL: "all", How.REJECT_ALL: "none", How.OWN_CHOICE: "own"}
_KINDS = (".svg", ".png", ".pdf")


def stats(  # noqa: PLR0917  # typer reads options from the signature
    store: StoreOption = None,
    period: Annotated[Literal["day", "week", "month"], typer.Option("--by", help="The length of a period.")] = "month",
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="From this day on, UTC.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Before this day, UTC.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw it too: a .svg, .png or .pdf file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Count which part of the choices granted each category, over time. Choices are counted, not visitors.

    Exit code: 0, or 2 if the store can't be read or the plot can't be drawn.
    """
    if plot is not None and plot.suffix.lower() not in _KINDS:
        raise refuse(f"receipts: --plot {plot.name}: name a file that ends with {', '.join(_KINDS)}")
    first, end = day("--since", since), day("--until", until)
    with opened(store) as found:
        counts = [each for each in found.counts() if str(each[0]) >= first and (not end or str(each[0]) < end)]
    periods, unread = acceptance(counts, period)
    if as_json:
        typer.echo(
            json.dumps({"by": period, "periods": [_plain(each) for each in periods], "unread": unread}, indent=2)
        )
    elif periods:
        _print_table(periods, period)
    else:
        typer.echo("no receipts are in the store for this time")
    if unread and not as_json:
        typer.echo(f"{unread} receipts can't be read and are left out; see cookiegate receipts verify")
    if plot is not None:
        _draw(periods, period, plot)


def _plain(each: Acceptance) -> dict[str, object]:
    granted = {category.value: count for category, count in each.granted.items()}
    return {
        "period": each.period,
        "choices": each.choices,
        "granted": granted,
        "share": {category.value: round(each.share(category), 4) for category in each.granted},
        "how": {how.value: count for how, count in each.how.items()},
    }


def _print_table(periods: list[Acceptance], period: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    table.add_column(period, no_wrap=True)
    table.add_column("choices", justify="right")
    for category in periods[0].granted:
        table.add_column(category.value, justify="right")
    for how in How:
        table.add_column(_SHORT.get(how, how.value), justify="right")
    for each in periods:
        shares = [f"{each.share(category):.0%}" if each.choices else "-" for category in each.granted]
        table.add_row(each.period, str(each.choices), *shares, *(str(count) for count in each.how.values()))
    console.print(table)


def _draw(periods: list[Acceptance], period: str, plot: Path) -> None:
    try:
        from cookiegate.cli.receipts.plot import draw
    except ModuleNotFoundError as error:
        raise refuse(f"receipts: the plot needs {error.name}; pip install 'cookiegate[plot]'") from error
    try:
        draw(periods, period, plot)
    except OSError as error:
        raise refuse(f"receipts: {plot}: {error.strerror}; name another file") from error
    typer.echo(f"plot in {shown(str(plot))}", err=True)
