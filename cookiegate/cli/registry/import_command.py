"""`cookiegate registry import`: from a published policy to a cookies.toml; what was not understood is listed.

The file's words go to the terminal escaped, and to the cookies.toml inside of quotes or comments.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.registry.output import fail, write
from cookiegate.cli.words import shown
from cookiegate.errors import ConfigError
from cookiegate.model import Category
from cookiegate.registry.declaration import Declaration, Remark
from cookiegate.registry.formats import MAX_OCTETS, Format, parse_declaration, read_declaration
from cookiegate.registry.toml_text import write_toml

__all__ = ["import_declaration"]


def import_declaration(  # noqa: PLR0917  # typer reads options from the signature
    file: Annotated[Path, typer.Argument(help="A policy page, a scanner's list, an export; - for standard input.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, which must be new.")
    ] = None,
    source: Annotated[Format | None, typer.Option("--from", help="The file's format, where it can't be told.")] = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="WORD=CATEGORY",
            help="What the file's own word for a category means, like 'Functional=necessary'; repeat it for several. "
            "'*=marketing': every word that is not understood, and none at all.",
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of a file that is not Unicode, like windows-1252.")
    ] = None,
    is_strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if anything was not understood.")] = False,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite the output file.")] = False,
) -> None:
    """Make a cookies.toml of a published policy: Markdown, HTML, CSV, JSON, or a consent platform's export.

    What was not understood, and what was read otherwise than word for word, is listed on standard error with its place.

    Exit code: 0 if cookies were found, 1 with --strict if anything was not understood, 2 if the file can't be read.
    """  # fmt: skip
    where = "standard input" if str(file) == "-" else file.name
    try:
        own = categories or ()
        if str(file) == "-":
            octets = sys.stdin.buffer.read(MAX_OCTETS + 1)
            found = parse_declaration(octets, where=where, format=source, categories=own, encoding=encoding)
        else:
            found = read_declaration(file, format=source, categories=own, encoding=encoding)
        if not found.rules:
            _list(where, found)
            raise fail(f"{where}: no cookie was understood; nothing is written")
        text = write_toml(found.rules, comments=_comments(where, found))
    except ConfigError as error:
        raise fail(*error.problems) from error
    except ModuleNotFoundError as error:
        raise fail(f"reading Markdown needs {error.name}; pip install 'cookiegate[import]'") from error
    write(text, output, is_forced=is_forced)
    _list(where, found)
    raise typer.Exit(1 if is_strict and found.not_understood else 0)


def _comments(where: str, found: Declaration) -> list[str]:
    """Say at the top of the file what it was made of, and what is missing in it."""
    comments = [
        "",
        f"Made of {where} by `cookiegate registry import`; check it with `cookiegate check`.",
        "Editors check it too, once `cookiegate registry schema -o cookies.schema.json` has been run beside it.",
    ]
    if found.not_understood:
        comments += ["", "Not understood, add by hand:", *map(str, found.not_understood)]
    return comments


def _list(where: str, found: Declaration) -> None:
    """List the remarks on standard error, then what was found."""
    _remarks(where, "Not understood", found.not_understood)
    _remarks(where, "Read as", found.notes)
    count = Counter(rule.category for rule in found.rules)
    parts = ", ".join(f"{count[category]} {category}" for category in Category)
    cookies = "cookie" if len(found.rules) == 1 else "cookies"
    typer.echo(f"{shown(where)}: {len(found.rules)} {cookies}: {parts}", err=True)


def _remarks(where: str, title: str, remarks: Sequence[Remark]) -> None:
    if remarks:
        typer.echo(f"{title} ({len(remarks)}):", err=True)
        typer.echo("\n".join(f"  {shown(where)}: {shown(str(remark))}" for remark in remarks), err=True)
