"""`cookiegate registry lint`: what can be said against a registry that works, line by line."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.progress import reading
from cookiegate.cli.words import shown
from cookiegate.errors import ConfigError
from cookiegate.registry.finding import Code, Finding, Severity
from cookiegate.registry.lint import lint_toml
from cookiegate.registry.toml import read_text

__all__ = ["lint_registry"]


def lint_registry(
    file: Annotated[Path, typer.Argument(help="The registry, a cookies.toml.")],
    ignore: Annotated[
        list[Code] | None,
        typer.Option("--ignore", "-i", metavar="CODE", help="Leave this out; repeat it for several. See docs/lint.md."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is doubtful about a registry: rules that hide others, promises that are missing, too long or too wide.

    Exit code: 0 without findings or with notes alone, 1 with warnings or errors, 2 if the file can't be read.
    """  # fmt: skip
    try:
        text = read_text(file)
    except ConfigError as error:
        typer.echo(f"cookiegate: {shown(error.problems[0])}", err=True)
        raise typer.Exit(2) from error
    with reading(file):
        findings = [found for found in lint_toml(text, where=file.name) if found.code not in (ignore or ())]
    counts = Counter(found.code.severity for found in findings)
    if as_json:
        typer.echo(json.dumps({"file": file.name, "findings": [_record(found) for found in findings]}, indent=2))
    else:
        for found in findings:
            place = file.name if found.line is None else f"{file.name}:{found.line}"
            typer.echo(shown(f"{place}: {found}"))
        said = [f"{counts[severity]} {severity}{'s' * (counts[severity] != 1)}" for severity in Severity]
        typer.echo(shown(f"{file.name}: {', '.join(said) if findings else 'no findings'}"))
    raise typer.Exit(1 if counts[Severity.ERROR] or counts[Severity.WARNING] else 0)


def _record(found: Finding) -> dict[str, object]:
    return {
        "code": found.code,
        "severity": found.code.severity,
        "line": found.line,
        "subject": found.subject,
        "what": found.what,
        "mend": found.mend,
    }
