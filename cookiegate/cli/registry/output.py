"""The output of the registry commands: standard output, or a file that is overwritten only with `--force`."""

from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.text import shown

__all__ = ["ForceOption", "NewFileOption", "fail", "write"]

NewFileOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to this file, which must be new; - is standard output."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite the output file.")]


def fail(*messages: str) -> typer.Exit:
    """Print problems on standard error, and return the exit to raise."""
    typer.echo("\n".join(f"cookiegate: {shown(message)}" for message in messages), err=True)
    return typer.Exit(2)


def write(text: str, output: Path | None, *, is_forced: bool) -> None:
    """Write a text as UTF-8, to standard output for `None` and `-`.

    Raises: `typer.Exit(2)` if the file exists, or can't be written.
    """
    octets = text.encode("utf-8")
    if output is None or str(output) == "-":
        typer.echo(octets, nl=False)
        return
    try:
        with output.open("wb" if is_forced else "xb") as file:
            file.write(octets)
    except FileExistsError as error:
        raise fail(f"{output}: exists already; choose another name, or overwrite it with --force") from error
    except OSError as error:
        raise fail(f"{output}: can't be written: {error.strerror}; check the path") from error
