"""`cookiegate receipts export`: all receipts, or those of some days, as JSON Lines or CSV."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from cookiegate.cli.receipts.opened import StoreOption, day, opened, refuse, with_progress
from cookiegate.cli.words import shown
from cookiegate.receipts.export import csv_lines, json_lines

__all__ = ["export"]


def export(
    store: StoreOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write; else standard output.")
    ] = None,
    form: Annotated[
        Literal["jsonl", "csv"] | None,
        typer.Option("--format", "-f", help="JSON Lines or CSV; without it, as the file is named, else jsonl."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="From this day on, UTC.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Before this day, UTC.")] = None,
) -> None:
    """Export receipts, oldest first. The export is streamed, however large it is.

    A line of JSON without its `hash`, in canonical form (RFC 8785), is what that `hash` is the SHA-256 of. In CSV, a
    cell that a spreadsheet would take for a formula begins with an apostrophe.

    Exit code: 0, or 2 if the store can't be read or the file can't be written.
    """
    first, end = day("--since", since), day("--until", until)
    is_csv = form == "csv" or (form is None and output is not None and output.suffix.lower() == ".csv")
    with opened(store) as found, found.receipts(first, end) as links:
        total = found.count()
        counted = with_progress(links, total, "exporting")
        count = -1 if is_csv else 0  # the header is no receipt
        with _destination(output) as write:
            for line in csv_lines(counted) if is_csv else json_lines(counted):
                write(line)
                count += 1
    if output is not None:
        typer.echo(f"{count} {'receipt' if count == 1 else 'receipts'} in {shown(str(output))}", err=True)


class _Writer:
    """Writes text as UTF-8; on a terminal nothing in it can move the cursor."""

    def __init__(self, file: BinaryIO, *, is_terminal: bool) -> None:
        self._file = file
        self._is_terminal = is_terminal

    def __call__(self, line: str) -> None:
        text = shown(line.rstrip("\r\n")) + "\n" if self._is_terminal else line
        self._file.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def _destination(output: Path | None) -> Iterator[_Writer]:
    """Open what is written to; a file takes its name only when it is complete."""
    if output is None:
        try:
            yield _Writer(sys.stdout.buffer, is_terminal=sys.stdout.isatty())
            sys.stdout.buffer.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in its buffer goes there
            if isinstance(error, BrokenPipeError):  # whoever reads has enough
                raise typer.Exit from error
            raise refuse(f"receipts: standard output: {error.strerror}; use --output") from error
        return
    if output.is_dir():
        raise refuse(f"receipts: {output}: it is a directory; name another file")
    part = output.with_name(f"{output.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield _Writer(file, is_terminal=False)
        part.replace(output)
    except OSError as error:
        raise refuse(f"receipts: {output}: {error.strerror}; name another file") from error
    finally:
        part.unlink(missing_ok=True)
