"""The commands under `cookiegate registry`."""

import typer

from cookiegate.cli.registry.import_command import import_declaration
from cookiegate.cli.registry.lint_command import lint_registry
from cookiegate.cli.registry.render_command import render_registry
from cookiegate.cli.registry.schema_command import print_schema

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def registry() -> None:
    """Declare the cookies that the site sets: from a published policy to the registry, and back."""


app.command("import")(import_declaration)
app.command("render")(render_registry)
app.command("lint")(lint_registry)
app.command("schema")(print_schema)
