"""`cookiegate registry import`: from a published policy to a cookies.toml; what was not understood is listed.

The file's words go to the terminal escaped, and to the cookies.toml inside of quotes or comments.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cookiegate import __version__ as version
from cookiegate.cli.audit_browser import BrowserPath, Launch, NoSandbox, launch_of, read_rendered_page
from cookiegate.cli.registry.output import ForceOption, NewFileOption, fail, write
from cookiegate.cli.site_address import with_scheme
from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError
from cookiegate.model import Category
from cookiegate.plural import counted, plural
from cookiegate.registry.declaration import Declaration, Remark, quoted
from cookiegate.registry.formats import MAX_OCTETS, Format, parse_declaration, read_declaration, read_filling
from cookiegate.registry.knowledge import known_as_necessary
from cookiegate.registry.proposals import Gaps, count_proposals
from cookiegate.registry.toml_text import write_toml

__all__ = ["import_declaration", "is_url", "read_page"]


_Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="WORD=CATEGORY",
        help="What the file's own word for a category means, like 'Functional=necessary'; several with commas, or "
        "by repeating it. "
        "'*=marketing': every word that is not understood, and none at all.",
    ),
]
_Fill = Annotated[
    Path | None,
    typer.Option(
        "--fill",
        metavar="FILE",
        help="Fill in categories, purposes, providers and wildcards by the cookies' names, from a list like "
        "the Open Cookie Database.",
    ),
]


def import_declaration(  # noqa: PLR0917  # typer reads options from the signature
    file: Annotated[
        str,
        typer.Argument(help="A policy page or its URL, a scanner's list, an export; - for standard input."),
    ],
    output: NewFileOption = None,
    source: Annotated[Format | None, typer.Option("--from", help="The file's format, where it can't be told.")] = None,
    categories: _Categories = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of a file that is not Unicode, like windows-1252.")
    ] = None,
    fill: _Fill = None,
    accepts: Annotated[
        bool, typer.Option("--accept-proposals", help="Take what is proposed, instead of marking it for a person.")
    ] = False,
    is_strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if anything was not understood.")] = False,
    is_forced: ForceOption = False,
    is_browser: Annotated[
        bool, typer.Option("--browser", help="URL: load it with the installed Chromium, so that scripts draw tables.")
    ] = False,
    browser_path: BrowserPath = None,
    is_without_sandbox: NoSandbox = False,
) -> None:
    """Make a cookies.toml of a published policy: a page, a table, a consent platform's export or configuration.

    Where the file names no category, what cookiegate knows of a cookie is proposed, with a comment that says so.

    What was not understood, and what was read otherwise than word for word, is listed on standard error with its place.

    Exit code: 0 if cookies were found, 1 with --strict if anything was not understood, 2 if the file can't be read.
    """  # fmt: skip
    launch = launch_of(is_browser=is_browser, browser_path=browser_path, is_without_sandbox=is_without_sandbox)
    try:
        file, where = _place_of(file)
        gaps = Gaps(None if fill is None else read_filling(fill), proposes=True, accepts=accepts)
        found = _without_known(
            _read(file, where, source, categories or (), encoding=encoding, gaps=gaps, launch=launch)
        )
        if not found.rules:
            _list(where, found)
            raise fail(f"{where}: no cookie was understood; nothing is written")
        text = write_toml(found.rules, comments=_comments(where, found), of_rules=found.comments)
    except ConfigError as error:
        raise fail(*error.problems) from error
    except ModuleNotFoundError as error:
        raise fail(_missing(error)) from error
    write(text, output, is_forced=is_forced)
    if count := count_proposals(text):
        typer.echo(f"{counted(count, 'proposal')} to confirm: see '# proposed:' in the file", err=True)
    _list(where, found)
    raise typer.Exit(1 if is_strict and found.not_understood else 0)


def read_page(file: str, words: Sequence[str]) -> tuple[str, Declaration]:
    """Read a published page, a file or a URL, without proposals; returns what it is called, and what it declares.

    Raises: `ConfigError`.
    """
    file, where = _place_of(file)
    try:
        return where, _read(
            file, where, None, words, encoding=None, gaps=Gaps(None, proposes=False, accepts=False), launch=None
        )
    except ModuleNotFoundError as error:
        raise ConfigError([_missing(error)]) from error


def _place_of(file: str) -> tuple[str, str]:
    """Return a file, with the scheme if it is a URL without one, and what it is called."""
    try:
        file = with_scheme(file)
    except ValueError as error:
        raise ConfigError([str(error)]) from error
    return file, "standard input" if file == "-" else file if is_url(file) else Path(file).name


def _missing(error: ModuleNotFoundError) -> str:
    extra = "audit" if error.name == "httpx" else "import"
    return f"reading this needs {error.name}; pip install 'cookiegate[{extra}]'"


def _read(
    file: str, where: str, source: Format | None, own: Sequence[str], *, encoding: str | None, gaps: Gaps,
    launch: Launch | None,
) -> Declaration:  # fmt: skip
    """Read a file, standard input, or the page at a URL."""
    if file == "-":
        octets = sys.stdin.buffer.read(MAX_OCTETS + 1)
        return parse_declaration(octets, where=where, format=source, categories=own, encoding=encoding, gaps=gaps)
    if not is_url(file):
        return read_declaration(file, format=source, categories=own, encoding=encoding, gaps=gaps)
    from cookiegate.audit.observation import Unreadable
    from cookiegate.audit.page_text import read_page_text

    try:
        if launch is not None:
            text = read_rendered_page(file, launch)
        else:
            text = read_page_text(file, agent=f"cookiegate-import/{version}")
    except (Unreadable, ValueError) as error:
        raise ConfigError([str(error)]) from None
    return parse_declaration(text, where=where, format=source or Format.HTML, categories=own, gaps=gaps)


def is_url(file: str) -> bool:
    """Tell whether a file is named by its URL."""
    return file.startswith(("https://", "http://"))


def _without_known(found: Declaration) -> Declaration:
    """Leave out what would ask for consent to cookies that cookiegate knows as necessary: nobody could log in."""
    rules, remarks = [], list(found.remarks)
    for rule in found.rules:
        known = None if rule.category is Category.NECESSARY or rule.stricter else known_as_necessary(rule.name)
        if known is None:
            rules.append(rule)
        else:
            text = (
                f"{rule.category} in the file, but cookiegate knows it as necessary ({known.provider}); left out. If "
                'consent is meant, add a rule that says why: stricter = "..."'
            )
            remarks.append(Remark("", quoted(rule.name), text))
    return Declaration(tuple(rules), tuple(remarks), found.comments)


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
    noun = "cookie" if len(found.rules) == 1 else plural("cookie")
    parts = ", ".join(f"{count[category]} {category}" for category in Category)
    typer.echo(f"{shown(where)}: {len(found.rules)} {noun}: {parts}", err=True)


def _remarks(where: str, title: str, remarks: Sequence[Remark]) -> None:
    if remarks:
        typer.echo(f"{title} ({len(remarks)}):", err=True)
        typer.echo("\n".join(f"  {shown(where)}: {shown(str(remark))}" for remark in remarks), err=True)
