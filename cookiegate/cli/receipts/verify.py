"""`cookiegate receipts verify`: check the chain from its first record to its head, and list all mismatches."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from cookiegate.cli.fitting import echo
from cookiegate.cli.receipts.open_store import StoreOption, fail, open_store, with_progress
from cookiegate.cli.text import shown
from cookiegate.receipts.canonical import digest_of
from cookiegate.receipts.chain import ChainCheck, Head

if TYPE_CHECKING:
    from cookiegate.receipts.store import Store

__all__ = ["verify"]

_MAX_SHOWN = 100
_MAX_PURGES = 10


def verify(
    store: StoreOption = None,
    noted: Annotated[
        str | None,
        typer.Option("--head", metavar="HEAD", help="A head that was printed before and noted elsewhere."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Verify that no receipt was changed, removed, inserted or moved since it was written.

    Note the printed head in a place that people with write access to the store can't reach. Later, --head proves that
    nothing up to there was replaced or cut off. Purges are listed, because only you know which are yours.

    Exit code: 0 if everything is as it was written, 1 if not, 2 if the store can't be read.
    """
    try:
        anchor = None if noted is None else Head.parse(noted)
    except ValueError as error:
        raise fail(f"receipts: --head: {error}") from error
    with open_store(store) as found:
        total = found.count()
        with found.chain() as (head, purges, links):
            check = ChainCheck(purges, head, anchor)
            findings = [
                str(finding) for finding in islice(check.findings(with_progress(links, total, "verifying")), _MAX_SHOWN)
            ]
        findings += islice(_registry_findings(found), _MAX_SHOWN)
    if as_json:
        result = {
            "ok": not findings, "receipts": check.count, "purged": check.purged, "head": str(head),
            "findings": findings, "purges": [claim.record() for claim in check.claims.all],
        }  # fmt: skip
        typer.echo(json.dumps(result, indent=2))
    else:
        typer.echo(f"store     {shown(found.name)}")
        typer.echo(f"receipts  {check.count}" + (f", and {check.purged} purged" if check.purged else ""))
        typer.echo(f"head      {shown(str(head))}")
        for line in _purge_lines(check):
            typer.echo(shown(line))
        for line in findings:
            typer.echo(shown(line))
        echo(_summary(len(findings), check))
    raise typer.Exit(1 if findings else 0)


def _registry_findings(store: "Store") -> Iterator[str]:
    """Yield a finding for each registry that does not match its digest, and for each missing one."""
    kept = set()
    for digest, snapshot in store.registries():
        kept.add(digest)
        if digest_of(snapshot) != digest:
            yield f"registry {digest}: it was changed after it was written"
    for digest in sorted(store.digests() - kept):
        yield f"registry {digest}: it is missing, and receipts refer to it"


def _purge_lines(check: ChainCheck) -> Iterator[str]:
    """Yield the newest purges. Only people can recognise a forged one that contradicts no record."""
    earlier = len(check.claims.all) - _MAX_PURGES
    if earlier > 0:
        yield f"purges    {earlier} before these; --json lists all"
    for claim in check.claims.all[-_MAX_PURGES:]:
        yield f"purge     {claim}"


def _summary(count: int, check: ChainCheck) -> str:
    if count:
        most = f"; no more than {_MAX_SHOWN} are listed" if count >= _MAX_SHOWN else ""
        return f"NOT as written: {count} {'finding' if count == 1 else 'findings'}{most}"
    if check.noted_at is None:
        return f"every record is as it was written{_if_yours(len(check.claims.all))}; note the head to prove it later"
    since = sum(claim.sequence > check.noted_at for claim in check.claims.all)
    return f"every record is as it was written, and the noted head is in the chain{_if_yours(since, ' since then')}"


def _if_yours(purges: int, since: str = "") -> str:
    """Return the condition that only people can check."""
    if not purges:
        return ""
    return (
        f", if {'the purge' if purges == 1 else f'the {purges} purges'}{since} {'is' if purges == 1 else 'are'} yours"
    )
