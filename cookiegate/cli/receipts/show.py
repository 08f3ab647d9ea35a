"""`cookiegate receipts show`: print a visitor's choices, and the policy at the time of each."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cookiegate.cli.fitting import echo, echo_pair
from cookiegate.cli.receipts.open_store import StoreOption, open_store
from cookiegate.cli.text import shown
from cookiegate.model import Category
from cookiegate.receipts.canonical import digest_of
from cookiegate.receipts.chain import Link
from cookiegate.receipts.receipt import Receipt

if TYPE_CHECKING:
    from cookiegate.receipts.store import Store

__all__ = ["show"]


def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="The consent id from the visitor's cookie, or a record_id.")],
    store: StoreOption = None,
    is_all: Annotated[bool, typer.Option("--all", help="List the necessary cookies too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print receipts and registries as JSON.")] = False,
) -> None:
    """Show each choice of a visitor, and the cookies that the policy declared then.

    Exit code: 0, 1 if there is no receipt for this id, 2 if the store can't be read.
    """
    with open_store(store) as found:
        links = found.find(id)
        registries = {digest: _registry(found, digest) for digest in _digests(links)}
    if as_json:
        receipts = [{**link.record(), "is_intact": link.is_intact()} for link in links]
        typer.echo(json.dumps({"id": id, "receipts": receipts, "registries": registries}, indent=2))
    elif links:
        typer.echo(f"{len(links)} {'choice' if len(links) == 1 else 'choices'} on record for {shown(id)}")
        for link in links:
            _print_choice(link)
        for digest, registry in registries.items():
            _print_registry(digest, registry, links, is_all=is_all)
    else:
        typer.echo(f"no receipt for {shown(id)}")
    raise typer.Exit(0 if links else 1)


def _digests(links: list[Link]) -> list[str]:
    return list(dict.fromkeys(link.body.registry_digest for link in links if isinstance(link.body, Receipt)))


def _registry(store: "Store", digest: str) -> list[dict[str, object]] | None:
    """Return the cookies of a registry; `None` if it is missing or does not match its digest."""
    snapshot = store.registry(digest)
    if not isinstance(snapshot, str) or digest_of(snapshot) != digest:
        return None
    return list(json.loads(snapshot)["cookies"])


def _print_choice(link: Link) -> None:
    typer.echo("")
    receipt = link.body
    if not isinstance(receipt, Receipt):
        typer.echo(f"record {link.sequence} can't be read: it was changed after it was written")
        return
    for word, text in (
        ("time", f"{receipt.event_time:%Y-%m-%d %H:%M:%S} UTC"),
        ("granted", ", ".join(receipt.purposes) or "nothing optional"),
        ("how", f"{receipt.how} ({receipt.event_state})"),
        ("where", f"{receipt.where}, language {receipt.language}"),
        ("policy", f"revision {receipt.privacy_notice or 'none'}, registry {receipt.registry_digest[:12]}"),
        ("valid", receipt.validity_duration or "unknown"),
        ("record", f"{link.sequence}, {receipt.record_id}"),
        ("hash", f"{link.hash[:12]}, {'as written' if link.is_intact() else 'NOT as written'}"),
    ):
        echo_pair(word, shown(text), 8)


def _print_registry(digest: str, registry: list[dict[str, object]] | None, links: list[Link], *, is_all: bool) -> None:
    """Print the policy's cookies by category, and whether the newest choice for it grants them."""
    typer.echo(f"\nThe policy then (registry {digest[:12]})")
    if registry is None:
        typer.echo("  it is missing, or was changed after it was written")
        return
    newest = [each.body for each in links if isinstance(each.body, Receipt) and each.body.registry_digest == digest][-1]
    for category in Category:
        cookies = [cookie for cookie in registry if cookie.get("category") == category]
        is_granted = category is Category.NECESSARY or category in newest.purposes
        word = "always" if category is Category.NECESSARY else "granted" if is_granted else "not granted"
        typer.echo(f"  {category}: {word}, {len(cookies)} {'cookie' if len(cookies) == 1 else 'cookies'}")
        for cookie in cookies if is_all or category is not Category.NECESSARY else []:
            texts = [str(cookie[key]) for key in ("lifetime", "provider", "purpose") if key in cookie]
            echo(shown(f"    {cookie['name']}" + (f": {'; '.join(texts)}" if texts else "")), 6)
