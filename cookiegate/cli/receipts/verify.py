"""`cookiegate receipts verify`: walk the chain from its first record to its head, and say what does not fit."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from cookiegate.cli.receipts.opened import StoreOption, opened, refuse, with_progress
from cookiegate.cli.words import shown
from cookiegate.receipts.canonical import digest_of
from cookiegate.receipts.chain import ChainCheck, Head

if TYPE_CHECKING:
    from cookiegate.receipts.store import Store

__all__ = ["verify"]

_MOST = 100


def verify(
    store: StoreOption = None,
    noted: Annotated[
        str | None,
        typer.Option("--head", metavar="HEAD", help="A head that was printed before and noted elsewhere."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Verify that no receipt was changed, taken out, put in or moved since it was written.

    Note the head that is printed where nobody who can write to the store can reach it: with --head it proves later
    that nothing up to there was replaced or cut off.

    Exit code: 0 if all is as it was written, 1 if not, 2 if the store can't be read.
    """
    try:
        anchor = None if noted is None else Head.parse(noted)
    except ValueError as error:
        raise refuse(f"receipts: --head: {error}") from error
    with opened(store) as found:
        total = found.count()
        with found.chain() as (head, ranges, links):
            check = ChainCheck(ranges, head, anchor)
            told = [str(finding) for finding in islice(check.findings(with_progress(links, total, "verifying")), _MOST)]
        told += islice(_registry_findings(found), _MOST)
    if as_json:
        result = {"ok": not told, "receipts": check.count, "purged": check.purged, "head": str(head), "findings": told}
        typer.echo(json.dumps(result, indent=2))
    else:
        typer.echo(f"store     {shown(found.name)}")
        typer.echo(f"receipts  {check.count}" + (f", and {check.purged} purged" if check.purged else ""))
        typer.echo(f"head      {shown(str(head))}")
        for line in told:
            typer.echo(shown(line))
        typer.echo(_summary(len(told), is_anchored=anchor is not None))
    raise typer.Exit(1 if told else 0)


def _registry_findings(store: "Store") -> Iterator[str]:
    """Say which registries are not what their digest says, and which are gone."""
    kept = set()
    for digest, snapshot in store.registries():
        kept.add(digest)
        if digest_of(snapshot) != digest:
            yield f"registry {digest}: it was changed after it was written"
    for digest in sorted(store.digests() - kept):
        yield f"registry {digest}: it is missing, and receipts speak of it"


def _summary(count: int, *, is_anchored: bool) -> str:
    if count:
        most = f"; no more than {_MOST} are listed" if count >= _MOST else ""
        return f"NOT as written: {count} {'finding' if count == 1 else 'findings'}{most}"
    since = ", and the noted head is in the chain" if is_anchored else "; note the head to prove it later"
    return f"every record is as it was written{since}"
