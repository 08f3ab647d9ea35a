"""`cookiegate inventory`: which cookies were seen, from the files that `cookiegate.report.Inventory` writes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.words import shown

__all__ = ["Format", "inventory"]


class Format(StrEnum):
    """What is printed."""

    TABLE = "table"
    JSON = "json"
    TOML = "toml"


def inventory(
    paths: Annotated[
        list[Path], typer.Argument(help="The directory that the app records to; or single files of it.", metavar="PATH")
    ],
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="A table for people; everything as JSON; or, as TOML, the rules that are missing in cookies.toml.",
        ),
    ] = Format.TABLE,
) -> None:
    """Show every cookie that was seen: how often, what was decided, who set it. All processes are added up.

    Exit code: 0, 1 if a file had to be skipped, 2 if nothing could be read.
    """
    from cookiegate.cli.inventory_table import print_inventory
    from cookiegate.cli.inventory_toml import write_skeleton
    from cookiegate.report.inventory_json import write_inventory
    from cookiegate.report.reading import read_inventory

    reading = read_inventory(paths)
    for problem in reading.problems:
        typer.echo(f"cookiegate: {shown(problem)}", err=True)
    if not reading.files:
        raise typer.Exit(2)
    if format is Format.JSON:
        for piece in write_inventory(reading.report):
            typer.echo(piece, nl=False)
    elif format is Format.TOML:
        typer.echo(write_skeleton(reading.report), nl=False)
    else:
        print_inventory(reading)
    raise typer.Exit(1 if reading.problems else 0)
