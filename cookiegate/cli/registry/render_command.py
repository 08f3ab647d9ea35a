"""`cookiegate registry render`: write the tables of a cookie policy, or check a published page row by row."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.checking import list_mistakes
from cookiegate.cli.options import RegistryOption, chosen_file
from cookiegate.cli.registry.comparing import COLUMNS, differences, read_columns
from cookiegate.cli.registry.import_command import read_page
from cookiegate.cli.registry.output import ForceOption, NewFileOption, fail, write
from cookiegate.cli.registry.standalone import standalone_page
from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate, compiled
from cookiegate.gate_registry import no_warnings
from cookiegate.model import CookieRule
from cookiegate.plural import counted
from cookiegate.registry.formats import Rendering, render

__all__ = ["render_registry"]

_Page = Annotated[
    str | None,
    typer.Option(
        "--check",
        metavar="PAGE",
        help="Write nothing: compare this page, a file or a URL, with the registry, row by row; other text around "
        "the tables does not matter.",
    ),
]
_Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--columns", metavar="NAMES", help=f"With --check: which columns count, of {', '.join(COLUMNS)}; else all."
    ),
]
_Words = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="WORD=CATEGORY",
        help="With --check: what the page's own word for a category means; several with commas, or by repeating it.",
    ),
]


def render_registry(  # noqa: PLR0917  # typer reads options from the signature
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The registry; cookies.toml if not given.")
    ] = None,
    registry: RegistryOption = None,
    rendering: Annotated[
        Rendering, typer.Option("--format", "-f", help="Markdown, an HTML fragment for a policy page, or JSON.")
    ] = Rendering.MARKDOWN,
    output: NewFileOption = None,
    is_standalone: Annotated[
        bool, typer.Option("--standalone", help="A whole HTML page, with its styles, instead of a fragment.")
    ] = False,
    page: _Page = None,
    columns: _Columns = None,
    words: _Words = None,
    django: Annotated[
        str | None,
        typer.Option(
            "--django",
            metavar="MODULE",
            help="Django's settings module, like shop.settings: the known cookies that it names are listed too.",
        ),
    ] = None,
    is_forced: ForceOption = False,
) -> None:
    """Render a cookies.toml as the tables of a policy page; importing them gives the same registry.

    The known cookies that the site uses, by `uses` and `products` in [gate], are listed too.

    With --check, nothing is written: the rows in which a published page differs from the registry are shown as a diff.

    Exit code: 0; 1 if the page of --check differs; 2 for a file that can't be read or has mistakes.
    """  # fmt: skip
    file = chosen_file(file, registry)
    if page is None and (columns or words):
        raise typer.BadParameter(f"{'--columns' if columns else '--map'} goes with --check")
    if page is not None and (output is not None or is_standalone or rendering is not Rendering.MARKDOWN):
        raise typer.BadParameter("--check writes nothing: leave --output, --format and --standalone out")
    if is_standalone and rendering not in (Rendering.MARKDOWN, Rendering.HTML):
        raise typer.BadParameter(f"--standalone is a page of HTML, and --format is {rendering}; take one of them away")
    rules = _rules(file, django)
    if page is not None:
        raise typer.Exit(_check(page, rules, file, columns or (), words or ()))
    form = Rendering.HTML if is_standalone else rendering
    text = render(rules, form)
    write(standalone_page(text) if is_standalone else text, output, is_forced=is_forced)


def _rules(file: Path, django: str | None) -> tuple[CookieRule, ...]:
    """Return the rules that the site's visitors are shown."""
    try:
        with no_warnings():
            gate = CookieGate.from_toml(file)
    except ConfigError as error:
        raise fail(*list_mistakes(file, error)) from error
    if django is not None:
        gate = _with_known_names(gate, django)
    return compiled(gate).offering.offer.rules


def _check(
    page: str,
    rules: tuple[CookieRule, ...],
    file: Path,
    columns: Sequence[str],
    words: Sequence[str],
) -> int:
    """Print in what a page differs from the registry, and return the exit code."""
    try:
        counting = read_columns(columns)
        where, found = read_page(page, words)
    except ConfigError as error:
        raise fail(*error.problems) from error
    lines = differences(found.rules, rules, (where, file.name), counting)
    for line in lines:
        typer.echo(shown(line))
    for remark in found.not_understood:
        typer.echo(f"cookiegate: {shown(where)}: not understood: {shown(str(remark))}", err=True)
    if lines or found.not_understood:
        rows = {line[1:].partition(" | ")[0] for line in lines[2:] if line[:1] in "+-"}
        what = f"{counted(len(rows), 'cookie')} differ" if len(rows) != 1 else "1 cookie differs"
        left = len(found.not_understood)
        more = f", {left} not understood" if left else ""
        typer.echo(f"cookiegate: {shown(where)}: {what}{more}; - is the page, + the registry", err=True)
        return 1
    typer.echo(f"{shown(where)}: {counted(len(rules), 'cookie')}, as in {shown(file.name)}")
    return 0


def _with_known_names(gate: CookieGate, module: str) -> CookieGate:
    """Read Django's settings, and list what they name. Raises: `typer.Exit(2)` where they can't be read."""
    sys.path.insert(0, str(Path.cwd()))
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        from cookiegate.django.configuration import with_known_names

        return with_known_names(gate)
    except Exception as error:  # the site's own module, which may raise anything
        raise fail(f"--django {module}: can't be read: {error}; give the site's settings module") from error
