"""`cookiegate registry schema`: the JSON Schema by which editors complete and check a cookies.toml."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.registry.output import write

__all__ = ["print_schema"]


def print_schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, which must be new.")
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Print the JSON Schema of a cookies.toml; its first line '#:schema ./cookies.schema.json' tells editors of it.

    Exit code: 0, or 2 if the file can't be written.
    """
    schema = files("cookiegate.registry").joinpath("cookies.schema.json").read_text(encoding="utf-8")
    write(schema, output, is_forced=is_forced)
