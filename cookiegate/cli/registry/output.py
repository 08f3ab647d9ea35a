"""Where the registry's commands write: standard output, or a file that is not overwritten unasked."""

from pathlib import Path

import typer

from cookiegate.cli.words import shown

__all__ = ["fail", "write"]


def fail(*messages: str) -> typer.Exit:
    """Say on standard error what can't be done, and return the exit with code 2."""
    typer.echo("\n".join(f"cookiegate: {shown(message)}" for message in messages), err=True)
    return typer.Exit(2)


def write(text: str, output: Path | None, *, is_forced: bool) -> None:
    """Write a text as UTF-8. Raises: `typer.Exit(2)` where the file is there already, or can't be written."""
    octets = text.encode("utf-8")
    if output is None:
        typer.echo(octets, nl=False)
        return
    try:
        with output.open("wb" if is_forced else "xb") as file:
            file.write(octets)
    except FileExistsError as error:
        raise fail(f"{output}: is there already; choose another name, or --force to overwrite it") from error
    except OSError as error:
        raise fail(f"{output}: can't be written: {error.strerror}; check the path") from error
