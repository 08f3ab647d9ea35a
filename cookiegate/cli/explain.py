"""`cookiegate explain`: what the gate would make of one Set-Cookie line, by which rule, and why.

A tool for a developer's own lines: unlike the logs, it shows the cookie's value.
"""

import json
import os
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.progress import reading
from cookiegate.cli.words import RULES, leaves, printable, reason_in_words, record, shown
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import Category, Consent, Decision, RequestHead

__all__ = ["explain"]

_FIELD_NAME = re.compile(rb"\A\s*set-cookie:[ \t]*", re.IGNORECASE)


def explain(
    line: Annotated[str, typer.Argument(help="The line; a 'Set-Cookie:' before it is left out.")],
    registry: Annotated[
        Path | None, typer.Option("--registry", "-r", help="A cookies.toml; without it, the cookies known anyway.")
    ] = None,
    granted: Annotated[
        list[Category] | None,
        typer.Option(
            "--granted",
            "-g",
            help="A category the visitor granted; repeat it for several. 'necessary' alone: the visitor refused the "
            "others. Without it, the visitor has not chosen yet.",
        ),
    ] = None,
    is_https: Annotated[bool, typer.Option("--https", help="The request arrived by https.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Explain what becomes of a Set-Cookie line: the decision, its rule, the line before and after.

    Exit code: 0 if the line leaves, 1 if it does not, 2 for a configuration that can't be used.
    """  # fmt: skip
    try:
        with nullcontext() if registry is None else reading(registry):
            gate = CookieGate() if registry is None else CookieGate.from_toml(registry)
    except ConfigError as error:
        typer.echo("\n".join(f"cookiegate: {problem}" for problem in error.problems), err=True)
        raise typer.Exit(2) from error
    octets = _FIELD_NAME.sub(b"", os.fsencode(line))
    now = gate.clock()
    choice = Consent(granted, source="--granted", revision=gate.revision) if granted else None
    consent = gate.terms.apply(choice, RequestHead(scheme="https" if is_https else "http"), now)
    decision = gate.policy.decide(octets, consent, is_https=is_https, now=now)
    if as_json:
        words = {"leaves": leaves(decision), "mode": gate.mode, "rule_text": RULES[decision.number]}
        typer.echo(json.dumps({**record(decision), **words, "reason_text": reason_in_words(decision)}, indent=2))
    else:
        _print(decision, gate)
    raise typer.Exit(0 if leaves(decision) else 1)


def _print(decision: Decision, gate: CookieGate) -> None:
    """Print a decision for people: a word, then what it says, in two columns."""
    rows = [
        ("cookie", printable(decision.name.encode("utf-8")) or "(no name)"),
        ("decision", f"{decision.action}: {decision.reason}"),
        (f"rule {decision.number}", RULES[decision.number]),
        ("why", reason_in_words(decision)),
        ("registry", _registered(decision)),
        ("before", printable(decision.before)),
        ("after", "(nothing leaves)" if decision.after is None else printable(decision.after)),
        ("changes", ", ".join(decision.changes) or "none"),
    ]
    if gate.mode == "report-only":
        rows.append(("mode", "report-only: this would happen if it were enforced; now the line leaves as it is"))
    for word, text in rows:
        typer.echo(f"{word:<9} {text}")


def _registered(decision: Decision) -> str:
    """Say what the registry knows of the cookie."""
    rule = decision.rule
    if rule is None:
        return "no rule"
    lifetime = f", lifetime {rule.lifetime}" if rule.lifetime is not None else ""
    return shown(f"{rule.name}: {rule.category}{lifetime}. {rule.purpose}".rstrip())
