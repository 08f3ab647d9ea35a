"""`cookiegate receipts purge`: delete old receipts; the chain can still be verified."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cookiegate.cli.receipts.open_store import StoreOption, fail, open_store
from cookiegate.given_values import read_duration_s

__all__ = ["purge"]


def purge(
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than",
            metavar="AGE",
            help="'3 years', '18 months', or a number of days.",
        ),
    ],
    store: StoreOption = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only print how many would be deleted.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Delete receipts that are older than an age. This can't be undone.

    The chain records the purge: how many receipts, when, and the hashes on both sides of the gap.

    Exit code: 0, 1 if the question was answered with no, 2 if the store can't be written or nobody can be asked.
    """
    now = datetime.now(UTC)
    try:
        cutoff = now - timedelta(seconds=read_duration_s(older_than))
    except (ValueError, OverflowError) as error:
        raise fail(f"receipts: --older-than: {error}") from error
    with open_store(store) as found:
        count = found.count_older(cutoff)
        what = f"{count} {'receipt' if count == 1 else 'receipts'} from before {cutoff:%Y-%m-%d %H:%M} UTC"
        if is_dry or not count:
            typer.echo(f"{what} would be deleted" if is_dry else f"{what}: nothing to delete")
            return
        if not is_sure:
            if not sys.stdin.isatty():
                raise fail(f"receipts: {what} would be deleted; confirm with --yes")
            typer.confirm(f"Delete {what} permanently?", abort=True)
        done = found.purge(cutoff, now)
        head = found.head()
    count = 0 if done is None else done.count
    typer.echo(f"{count} {'receipt' if count == 1 else 'receipts'} deleted; the chain continues")
    typer.echo(f"head {head}; note it, and discard older ones")
