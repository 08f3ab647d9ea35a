"""`cookiegate receipts purge`: delete receipts that are old enough; the chain stays verifiable."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cookiegate.cli.receipts.opened import StoreOption, opened, refuse
from cookiegate.lifetime import parse_lifetime

__all__ = ["purge"]


def purge(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="'3 years', '18 months', '90 days'; a month is 30 days.")
    ],
    store: StoreOption = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only say how many would be deleted.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Delete receipts that are older than an age, for good.

    The chain keeps a record of it: how many, when, and the hashes that join the chain over the gap.

    Exit code: 0, or 2 if the store can't be written, or nobody says yes.
    """
    now = datetime.now(UTC)
    try:
        age_s = parse_lifetime(older_than).max_age_s
        if age_s is None:
            raise ValueError(f"{older_than!r} names no number; write one like '3 years'")
        cutoff = now - timedelta(seconds=age_s)
    except (ValueError, OverflowError) as error:
        raise refuse(f"receipts: --older-than: {error}") from error
    with opened(store) as found:
        count = found.count_older(cutoff)
        what = f"{count} {'receipt' if count == 1 else 'receipts'} from before {cutoff:%Y-%m-%d %H:%M} UTC"
        if is_dry or not count:
            typer.echo(f"{what} would be deleted" if is_dry else f"{what}: nothing to delete")
            return
        if not is_sure:
            if not sys.stdin.isatty():
                raise refuse(f"receipts: {what} would be deleted; say so with --yes")
            typer.confirm(f"Delete {what} for good?", abort=True)
        done = found.purge(cutoff, now)
        head = found.head()
    count = 0 if done is None else done.count
    typer.echo(f"{count} {'receipt' if count == 1 else 'receipts'} deleted; the chain goes on over them")
    typer.echo(f"head {head}; note it in place of older ones")
