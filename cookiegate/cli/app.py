"""The command line's root: its commands and `--version`."""

from typing import Annotated

import typer

import cookiegate
from cookiegate.cli.audit import audit
from cookiegate.cli.check import check
from cookiegate.cli.consent import consent
from cookiegate.cli.demo.command import demo
from cookiegate.cli.explain import explain
from cookiegate.cli.inventory import inventory
from cookiegate.cli.receipts.app import app as receipts
from cookiegate.cli.registry.app import app as registry

__all__ = ["app"]

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"cookiegate {cookiegate.__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Make the published cookie policy true: see it done, ask why, check a configuration, read consent cookies."""


app.command()(demo)
app.command()(explain)
app.command()(check)
app.command()(consent)
app.command()(inventory)
app.command()(audit)
app.add_typer(registry, name="registry")
app.add_typer(receipts, name="receipts")
