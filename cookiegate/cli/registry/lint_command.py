"""`cookiegate registry lint`: the findings of `cookiegate check`, for builds that fail for warnings."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.checking import check_file, finding_record
from cookiegate.cli.fitting import echo, echo_codes
from cookiegate.cli.options import RegistryOption, chosen_file
from cookiegate.cli.progress import show_progress
from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError
from cookiegate.given_values import nearest, read_list
from cookiegate.plural import counted
from cookiegate.registry.finding import Code, Finding, Severity

__all__ = ["lint_registry"]


def lint_registry(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="The registry, or several; cookies.toml if none is given."),
    ] = None,
    registry: RegistryOption = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            "-i",
            metavar="CODE",
            help="Leave this code out; several with commas, or by repeating the option. See docs/lint.md.",
        ),
    ] = None,
    is_strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Rules stricter than cookiegate's own are errors. Otherwise they don't fail, because the next version "
            "may know more cookies.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """List the findings of `cookiegate check` with their codes, for builds that fail for warnings.

    Exit code: 0 if there are only notes, 1 for warnings or errors, 2 if the file can't be read. The warning
    stricter-than-known fails only with --strict.
    """  # fmt: skip
    codes = _codes(ignore or ())
    single = chosen_file(files[0] if files else None, registry)  # refuses two that contradict
    found = [(file, _findings(file, codes, is_strict=is_strict)) for file in files or [single]]
    if as_json:
        records = [
            {"file": file.name, "findings": [finding_record(each) for each in findings]} for file, findings in found
        ]
        typer.echo(json.dumps(records[0] if len(records) == 1 else {"files": records}, indent=2))
    else:
        for file, findings in found:
            _print(file if len(found) > 1 else Path(file.name), findings)
        if any(findings for _, findings in found):
            echo_codes()
    raise typer.Exit(1 if any(each.fails for _, findings in found for each in findings) else 0)


def _codes(texts: Sequence[str]) -> list[Code]:
    """Read `--ignore`. Raises: `typer.BadParameter` for what is no code."""
    names = [str(name) for text in texts for name in read_list(text)]
    known = tuple(code.value for code in Code)
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"--ignore: no code {name!r}; {nearest(name, known)}")
    return [Code(name) for name in names]


def _findings(file: Path, codes: list[Code], *, is_strict: bool) -> tuple[Finding, ...]:
    try:
        with show_progress(file):
            return check_file(file, codes, is_strict=is_strict).findings
    except ConfigError as error:
        typer.echo(f"cookiegate: {shown(error.problems[0])}", err=True)
        raise typer.Exit(2) from error


def _print(file: Path, findings: tuple[Finding, ...]) -> None:
    counts = Counter(found.severity for found in findings)
    for found in findings:
        place = file if found.line is None else f"{file}:{found.line}"
        echo(shown(f"{place}: {found}"))
    totals = [counted(counts[severity], severity) for severity in Severity]
    echo(shown(f"{file}: {', '.join(totals) if findings else 'no findings'}"))
