"""`cookiegate registry render`: the policy's tables out of a cookies.toml."""

from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.registry.output import fail, write
from cookiegate.errors import ConfigError
from cookiegate.registry import Registry
from cookiegate.registry.formats import Rendering, render

__all__ = ["render_registry"]


def render_registry(
    file: Annotated[Path, typer.Argument(help="The cookies.toml.")],
    rendering: Annotated[
        Rendering, typer.Option("--format", "-f", help="Markdown, an HTML fragment for a policy page, or JSON.")
    ] = Rendering.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, which must be new.")
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite the output file.")] = False,
) -> None:
    """Render a cookies.toml as the tables of a policy page; importing them gives the same registry.

    Exit code: 0, or 2 for a file that can't be read or has mistakes.
    """  # fmt: skip
    try:
        registry = Registry.from_toml(file)
    except ConfigError as error:
        raise fail(*error.problems) from error
    write(render(registry, rendering), output, is_forced=is_forced)
