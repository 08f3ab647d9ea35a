"""The root of the command line: its commands in groups, with examples; `--version`, and the shells' completion."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

import cookiegate
from cookiegate.cli.alike import alike
from cookiegate.cli.audit import audit
from cookiegate.cli.check import check
from cookiegate.cli.consent import consent
from cookiegate.cli.demo.command import demo
from cookiegate.cli.doctor.command import doctor
from cookiegate.cli.examples import epilog
from cookiegate.cli.explain import explain
from cookiegate.cli.help import Command
from cookiegate.cli.init.command import init
from cookiegate.cli.inventory import inventory
from cookiegate.cli.near_miss import Group
from cookiegate.cli.receipts.app import COMMANDS as RECEIPTS
from cookiegate.cli.receipts.app import receipts
from cookiegate.cli.registry.app import COMMANDS as REGISTRY
from cookiegate.cli.registry.app import registry

__all__ = ["app"]

START = "Start"
CHECK = "Look at the configuration and at decisions"
SITE = "Look at a site"
RECORDS = "Policy and proof"

app: typer.Typer = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=epilog(""),
    context_settings={"help_option_names": ["--help", "-h"]},
)


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
    """Make the published cookie policy true: try the demo, explain decisions, check a configuration, audit a site."""


def _help_of(command: Callable[..., None]) -> str:
    """Return the docstring with each paragraph on one line, since the terminal's width wraps it; brackets are text."""
    paragraphs = (inspect.getdoc(command) or "").replace("[", "\\[").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _add(to: typer.Typer, group: str, name: str, command: Callable[..., None], **settings: Any) -> None:
    path = f"{group} {name}".strip()
    to.command(name, cls=Command, help=_help_of(command), epilog=epilog(path), **settings)(alike(command))


_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    START: {"demo": demo, "init": init},
    CHECK: {"check": check, "explain": explain, "doctor": doctor},
    SITE: {"audit": audit, "inventory": inventory, "consent": consent},
}
for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        _add(app, "", _name, _command, rich_help_panel=_panel)
for _group, _callback, _members in (("registry", registry, REGISTRY), ("receipts", receipts, RECEIPTS)):
    _below = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode="rich", epilog=epilog(_group))
    _below.callback()(_callback)
    for _name, (_command, _settings) in _members.items():
        _add(_below, _group, _name, _command, **_settings)
    app.add_typer(_below, name=_group, rich_help_panel=RECORDS)
