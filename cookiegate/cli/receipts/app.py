"""The commands under `cookiegate receipts`."""

from collections.abc import Callable
from typing import Any

from cookiegate.cli.receipts.export import export
from cookiegate.cli.receipts.purge import purge
from cookiegate.cli.receipts.show import show
from cookiegate.cli.receipts.stats import stats
from cookiegate.cli.receipts.verify import verify

__all__ = ["COMMANDS", "receipts"]

COMMANDS: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "verify": (verify, {}),
    "show": (show, {"context_settings": {"ignore_unknown_options": True}}),  # one id in 64 starts with a hyphen
    "export": (export, {}),
    "stats": (stats, {}),
    "purge": (purge, {}),
}
"""Each command's name, its function, and what typer is to know of it."""


def receipts() -> None:
    """Prove what visitors chose: verify the receipts, show those of a visitor, export, count and purge them."""
