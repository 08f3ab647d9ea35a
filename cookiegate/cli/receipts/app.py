"""The commands under `cookiegate receipts`."""

import typer

from cookiegate.cli.receipts.export import export
from cookiegate.cli.receipts.purge import purge
from cookiegate.cli.receipts.show import show
from cookiegate.cli.receipts.stats import stats
from cookiegate.cli.receipts.verify import verify

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def receipts() -> None:
    """Prove what visitors chose: verify the record, show one visitor's, export, count and purge."""


app.command()(verify)
app.command(context_settings={"ignore_unknown_options": True})(show)  # one id in 64 begins with a hyphen
app.command()(export)
app.command()(stats)
app.command()(purge)
