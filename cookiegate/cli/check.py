"""`cookiegate check`: read a configuration as the gate would, and list every mistake with its place."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.progress import reading
from cookiegate.cli.words import shown
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import Category

__all__ = ["check"]


def check(
    file: Annotated[
        Path, typer.Argument(help="The configuration: rules under \\[\\[cookie]], settings under \\[gate].")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check a cookies.toml, and print every mistake with its place.

    Exit code: 0 without mistakes, 1 with some, 2 if the file can't be read.
    """
    problems: tuple[str, ...] = ()
    try:
        with reading(file):
            gate = CookieGate.from_toml(file, known=False)  # its registry holds the file's rules alone
    except ConfigError as error:
        problems = error.problems
        if isinstance(error.__cause__, OSError):
            typer.echo(f"cookiegate: {problems[0]}", err=True)
            raise typer.Exit(2) from error
    if problems:
        if as_json:
            typer.echo(json.dumps({"ok": False, "problems": problems}, indent=2))
        else:
            typer.echo("\n".join(problems))
            typer.echo(f"{len(problems)} {'mistake' if len(problems) == 1 else 'mistakes'} in {file.name}")
        raise typer.Exit(1)
    rules = gate.registry
    found = Counter(rule.category for rule in rules)
    counts = {category.value: found[category] for category in Category}
    if as_json:
        summary = {"ok": True, "rules": len(rules), "categories": counts, "revision": gate.revision, "mode": gate.mode}
        typer.echo(json.dumps(summary, indent=2))
        return
    typer.echo(f"{file.name}: no mistakes")
    typer.echo(f"{len(rules)} rules: {', '.join(f'{count} {category}' for category, count in counts.items())}")
    typer.echo(f"revision: {shown(gate.revision or 'none')}; mode: {gate.mode}; unregistered: {gate.unregistered}")
