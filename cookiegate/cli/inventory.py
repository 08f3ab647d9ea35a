"""`cookiegate inventory`: list the cookies in the files that `cookiegate.report.Inventory` writes."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError

if TYPE_CHECKING:
    from cookiegate.registry.proposals import Filling
    from cookiegate.report.reading import Reading
    from cookiegate.report.seen import SeenCookie

__all__ = ["Format", "inventory"]


class Format(StrEnum):
    """The output formats."""

    TABLE = "table"
    JSON = "json"
    TOML = "toml"


def inventory(
    paths: Annotated[
        list[Path], typer.Argument(help="The directory that the app records to, or single files of it.", metavar="PATH")
    ],
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="A table for people; everything as JSON; or the rules that are missing in cookies.toml, as TOML.",
        ),
    ] = Format.TABLE,
    registry: Annotated[
        Path | None,
        typer.Option("--registry", "-r", help="The site's current cookies.toml: its cookies are not missing."),
    ] = None,
    fill: Annotated[
        Path | None,
        typer.Option(
            "--fill",
            metavar="FILE",
            help="TOML: a list to fill gaps from, like the Open Cookie Database.",
        ),
    ] = None,
) -> None:
    """Show every cookie that was seen: how often, which decisions, which routes set it, over all processes.

    Report-only and enforced decisions are listed separately.

    Exit code: 0; 1 if a file could not be read; 2 if none could.
    """  # fmt: skip
    from cookiegate.cli.inventory_table import print_inventory
    from cookiegate.cli.inventory_toml import write_skeleton
    from cookiegate.report.inventory_json import write_inventory
    from cookiegate.report.reading import read_inventory, without_modes

    reading = read_inventory(paths)
    for problem in reading.problems:
        typer.echo(f"cookiegate: {shown(problem)}", err=True)
    if not reading.files:
        raise typer.Exit(2)
    if registry is not None:
        reading = _with_current_rules(reading, registry)
    if format is Format.JSON:
        for piece in write_inventory(reading.report):
            typer.echo(piece, nl=False)
    elif format is Format.TOML:
        typer.echo(write_skeleton(without_modes(reading.report), _filling(fill)), nl=False)
    else:
        print_inventory(reading)
    raise typer.Exit(1 if reading.problems else 0)


def _filling(file: Path | None) -> "Filling | None":
    """Read the list to fill gaps from, if there is one."""
    from cookiegate.registry.formats import read_filling

    if file is None:
        return None
    try:
        return read_filling(file)
    except ConfigError as error:
        typer.echo("\n".join(f"cookiegate: {shown(each)}" for each in error.problems), err=True)
        raise typer.Exit(2) from error


def _with_current_rules(reading: "Reading", file: Path) -> "Reading":
    """Return the inventory with the current rules of a file, not those of the time when it was recorded."""
    from cookiegate.gate import CookieGate, compiled
    from cookiegate.gate_registry import no_warnings
    from cookiegate.registry import proposal_for

    try:
        with no_warnings():
            gate = CookieGate.from_toml(file)
    except ConfigError as error:
        from cookiegate.cli.checking import list_mistakes

        typer.echo("\n".join(f"cookiegate: {shown(each)}" for each in list_mistakes(file, error)), err=True)
        raise typer.Exit(2) from error
    unlisted = compiled(gate).offering.offer.unlisted

    def with_rule(cookie: "SeenCookie") -> "SeenCookie":
        rule = gate.registry.find(cookie.name)
        if rule is not None and rule.name not in unlisted:
            return replace(cookie, rule=rule.name, category=rule.category, is_known=False)
        if rule is not None and cookie.rule is not None:
            return replace(cookie, rule=rule.name, is_known=True)
        found = None if cookie.rule is None else proposal_for(cookie.name)
        if found is not None:
            return replace(cookie, rule=found.name, is_known=True)
        return cookie

    return replace(reading, report=replace(reading.report, cookies=tuple(map(with_rule, reading.report.cookies))))
