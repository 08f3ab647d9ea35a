"""`cookiegate receipts stats`: how many choices granted each category over time, as a table and as a plot."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from cookiegate.cli.fitting import console_of, fitted
from cookiegate.cli.receipts.open_store import StoreOption, fail, open_store, parse_day
from cookiegate.cli.text import shown
from cookiegate.plural import counted
from cookiegate.receipts.acceptance import Acceptance, acceptance
from cookiegate.receipts.receipt import How

__all__ = ["stats"]

_SHORT = {How.ACCEPT_ALL: "all", How.REJECT_ALL: "none", How.OWN_CHOICE: "own"}
_PIPED_COLUMNS = 80
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

    Exit code: 0, 1 if receipts can't be read and are not counted, 2 if the store can't be read or the plot not drawn.
    """
    if plot is not None and plot.suffix.lower() not in _KINDS:
        raise fail(f"receipts: --plot {plot.name}: name a file that ends with {', '.join(_KINDS)}")
    first, end = parse_day("--since", since), parse_day("--until", until)
    with open_store(store) as found:
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
        are = "is" if unread == 1 else "are"
        typer.echo(f"{counted(unread, 'receipt')} can't be read and {are} left out; see cookiegate receipts verify")
    if plot is not None:
        _draw(periods, period, plot)
    raise typer.Exit(1 if unread else 0)


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
    from rich.text import Text

    console = console_of(_PIPED_COLUMNS)
    granted = [category.value for category in periods[0].granted]
    heads = [period, "choices", *granted, *(_SHORT.get(how, how.value) for how in How)]
    rows = []
    for each in periods:
        shares = [f"{each.share(category):.0%}" if each.choices else "-" for category in each.granted]
        numbers = [f"{each.choices:,}", *shares, *(f"{count:,}" for count in each.how.values())]
        rows.append([Text(each.period), *(Text(number, justify="right") for number in numbers)])
    console.print(fitted(console, heads, rows, gap=1))


def _draw(periods: list[Acceptance], period: str, plot: Path) -> None:
    try:
        from cookiegate.cli.receipts.plot import draw
    except ModuleNotFoundError as error:
        raise fail(f"receipts: the plot needs {error.name}; pip install 'cookiegate[plot]'") from error
    try:
        draw(periods, period, plot)
    except OSError as error:
        raise fail(f"receipts: {plot}: {error.strerror}; name another file") from error
    typer.echo(f"plot in {shown(str(plot))}", err=True)
