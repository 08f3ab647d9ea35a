"""The common part of the receipts commands: open the store, parse days, show progress, fail with a message."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError, ReceiptStoreError
from cookiegate.redaction import redacted

if TYPE_CHECKING:
    from cookiegate.receipts.store import Store

__all__ = ["StoreOption", "fail", "open_store", "parse_day", "with_progress"]

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


def fail(problem: object) -> typer.Exit:
    """Print a problem on standard error, and return the exit to raise."""
    typer.echo(f"cookiegate: {shown(redacted(str(problem)))}", err=True)
    return typer.Exit(2)


@contextmanager
def open_store(store: str | None) -> Iterator["Store"]:
    """Open an existing store. Any problem with it ends the command with exit code 2."""
    if not store:
        raise fail("receipts: --store is missing; give a SQLite file or a URL, or set COOKIEGATE_RECEIPTS")
    try:
        from cookiegate.receipts.engine import read_url

        read_url(store)  # reports a missing package before the store's module imports it
        from cookiegate.receipts.store import Store

        found = Store(store, must_exist=True)
        try:
            found.open()
            yield found
        finally:
            found.close()
    except ConfigError as error:
        raise fail(error.problems[0]) from error
    except ReceiptStoreError as error:
        raise fail(error) from error


def parse_day(option: str, text: str | None) -> str:
    """Parse a day like `2026-01-12`. Return an empty text if there is none."""
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise fail(f"receipts: {option} {text!r} is not a day; write it like 2026-01-12") from error


def with_progress(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Yield the items, with a progress bar on standard error if that is a terminal."""
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
