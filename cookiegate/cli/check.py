"""`cookiegate check`: list all problems of a configuration at once, each with its line and a fix.

The checks are in `checking.py`; `registry lint` lists the same findings with their codes.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.checking import CheckResult, check_file, finding_record, format_finding, is_mistake
from cookiegate.cli.fitting import echo, echo_codes
from cookiegate.cli.options import RegistryOption, chosen_file
from cookiegate.cli.progress import show_progress
from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import Category
from cookiegate.plural import counted
from cookiegate.registry.finding import Severity

__all__ = ["check"]


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The registry, with the settings under \\[gate]; cookies.toml if not given."
        ),
    ] = None,
    registry: RegistryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    is_strict: Annotated[
        bool,
        typer.Option("--strict", help="Fail for every error. Rules stricter than cookiegate's own are errors too."),
    ] = False,
) -> None:
    """Check a cookies.toml: list mistakes and doubtful rules and settings, each with its line and a fix.

    Exit code: 0 if the gate accepts the file, 1 if it does not (with --strict: for every error), 2 if the file can't be
    read. `cookiegate registry lint` lists the same, and fails for warnings too.
    """
    file = chosen_file(file, registry)
    try:
        with show_progress(file):
            found = check_file(file, is_strict=is_strict)
    except ConfigError as error:
        typer.echo(f"cookiegate: {shown(error.problems[0])}", err=True)
        raise typer.Exit(2) from error
    is_failing = found.gate is None or (is_strict and bool(found.of(Severity.ERROR)))
    if as_json:
        typer.echo(json.dumps(_as_json(found, file.name, is_failing=is_failing), indent=2))
    else:
        _print(found, file.name)
    raise typer.Exit(1 if is_failing else 0)


def _print(found: CheckResult, file_name: str) -> None:
    if found.gate is not None:
        _print_gate(found.gate, file_name)
    for each in found.findings:
        echo(shown(format_finding(each, file_name)))
    mistakes = sum(map(is_mistake, found.findings))
    others = Counter(each.severity for each in found.findings)
    others[Severity.ERROR] -= mistakes
    totals = [counted(others[severity], severity) for severity in Severity if others[severity]]
    if found.gate is None:
        totals.insert(0, f"{counted(mistakes, 'mistake')} in {file_name}")
    if found.proposals:
        totals.append(f"{counted(found.proposals, 'proposal')} to confirm: see '# proposed:' in the file")
    if totals:
        echo(shown(", ".join(totals)))
    if others.total():  # those that are shown with a code
        echo_codes()


def _print_gate(gate: CookieGate, file_name: str) -> None:
    echo(shown(f"{file_name}: no mistakes"))
    of_each = ", ".join(f"{count:,} {category}" for category, count in _counts(gate).items())
    echo(f"{counted(len(gate.registry), 'rule')}: {of_each}")
    echo(f"revision: {shown(gate.revision or 'none')}; mode: {gate.mode}; unregistered: {gate.unregistered}")


def _as_json(found: CheckResult, file_name: str, *, is_failing: bool) -> dict[str, object]:
    findings = [finding_record(each) for each in found.findings]
    if found.gate is None:
        problems = [format_finding(each, file_name) for each in found.findings if is_mistake(each)]
        return {"ok": False, "problems": problems, "findings": findings}
    gate = found.gate
    return {
        "ok": not is_failing, "rules": len(gate.registry), "categories": _counts(gate), "revision": gate.revision,
        "mode": gate.mode, "findings": findings, "proposals": found.proposals,
    }  # fmt: skip


def _counts(gate: CookieGate) -> dict[str, int]:
    found = Counter(rule.category for rule in gate.registry)
    return {category.value: found[category] for category in Category}
