"""`cookiegate receipts export`: write all receipts, or those of some days, as JSON Lines or CSV."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from cookiegate.cli.receipts.open_store import StoreOption, fail, open_store, parse_day, with_progress
from cookiegate.cli.text import shown
from cookiegate.receipts.export import csv_lines, json_lines

__all__ = ["export"]

_STANDARD_OUTPUT = Path("-")


def export(
    store: StoreOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file; - is standard output, the default."),
    ] = None,
    form: Annotated[
        Literal["jsonl", "csv"] | None,
        typer.Option("--format", "-f", help="JSON Lines or CSV; the default is the output file's suffix, else jsonl."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="From this day on, UTC.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Before this day, UTC.")] = None,
) -> None:
    """Export receipts, oldest first. The export is streamed.

    The `hash` of a JSON line is the SHA-256 of the line without `hash`, in canonical form (RFC 8785). In CSV, a cell
    that spreadsheets would read as a formula starts with an apostrophe.

    Exit code: 0, or 2 if the store can't be read or the file can't be written.
    """
    output = None if output == _STANDARD_OUTPUT else output
    first, end = parse_day("--since", since), parse_day("--until", until)
    is_csv = form == "csv" or (form is None and output is not None and output.suffix.lower() == ".csv")
    with open_store(store) as found, found.receipts(first, end) as links:
        total = found.count()
        counted = with_progress(links, total, "exporting")
        count = -1 if is_csv else 0  # the header is not a receipt
        with _destination(output) as write:
            for line in csv_lines(counted) if is_csv else json_lines(counted):
                write(line)
                count += 1
    if output is not None:
        typer.echo(f"{count} {'receipt' if count == 1 else 'receipts'} in {shown(str(output))}", err=True)


class _Writer:
    """Write text as UTF-8; for a terminal, with characters escaped that could move the cursor."""

    def __init__(self, file: BinaryIO, *, is_terminal: bool) -> None:
        self._file = file
        self._is_terminal = is_terminal

    def __call__(self, line: str) -> None:
        text = shown(line.rstrip("\r\n")) + "\n" if self._is_terminal else line
        self._file.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def _destination(output: Path | None) -> Iterator[_Writer]:
    """Open the output. A file gets its name only when it is complete."""
    if output is None:
        try:
            yield _Writer(sys.stdout.buffer, is_terminal=sys.stdout.isatty())
            sys.stdout.buffer.flush()
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the rest of the buffer
            if isinstance(error, BrokenPipeError):  # the reader stopped, as `head` does
                raise typer.Exit from error
            raise fail(f"receipts: standard output: {error.strerror}; use --output") from error
        return
    if output.is_dir():
        raise fail(f"receipts: {output}: it is a directory; name another file")
    part = output.with_name(f"{output.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield _Writer(file, is_terminal=False)
        part.replace(output)
    except OSError as error:
        raise fail(f"receipts: {output}: {error.strerror}; name another file") from error
    finally:
        part.unlink(missing_ok=True)
