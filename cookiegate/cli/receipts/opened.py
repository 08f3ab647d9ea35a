"""The store that a command works on, days as people give them, and a progress bar for long walks."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cookiegate.cli.words import shown
from cookiegate.errors import ConfigError, ReceiptStoreError

if TYPE_CHECKING:
    from cookiegate.receipts.store import Store

__all__ = ["StoreOption", "day", "opened", "refuse", "with_progress"]

T = TypeVar("T")
_STEP = 500

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        "-s",
        envvar="COOKIEGATE_RECEIPTS",
        show_envvar=True,
        metavar="URL|FILE",
        help="Where the receipts are: a SQLite file, or a URL like postgresql://user@host/site.",
    ),
]


def refuse(problem: object) -> typer.Exit:
    """Tell on standard error why a command can't be done; raise what this returns."""
    typer.echo(f"cookiegate: {shown(str(problem))}", err=True)
    return typer.Exit(2)


@contextmanager
def opened(store: str | None) -> Iterator["Store"]:
    """Open a store that is there already; what is wrong with it ends the command with exit code 2."""
    if not store:
        raise refuse("receipts: --store is missing; give a SQLite file or a URL, or set COOKIEGATE_RECEIPTS")
    try:
        from cookiegate.receipts.engine import read_url

        read_url(store)  # says which package is missing, before the store's module needs it
        from cookiegate.receipts.store import Store

        found = Store(store, must_exist=True)
        try:
            found.open()
            yield found
        finally:
            found.close()
    except ConfigError as error:
        raise refuse(error.problems[0]) from error
    except ReceiptStoreError as error:
        raise refuse(error) from error


def day(option: str, text: str | None) -> str:
    """Read a day like `2026-01-12`; nothing stays nothing."""
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise refuse(f"receipts: {option} {text!r} is no day; write it like 2026-01-12") from error


def with_progress(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Hand items on, with a progress bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        for number, item in enumerate(items, start=1):
            if not number % _STEP:
                progress.update(task, completed=number)
            yield item
