"""`cookiegate explain`: print the decision about one Set-Cookie line, its rule and its reason.

Unlike the logs, it shows the cookie's value: it is for a developer's own lines.
"""

import json
import os
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.checking import list_mistakes
from cookiegate.cli.fitting import echo_pair
from cookiegate.cli.options import GrantedOption, granted_of
from cookiegate.cli.progress import show_progress
from cookiegate.cli.text import RULES, decision_record, explain_reason, leaves, printable, shown
from cookiegate.decision import Decision
from cookiegate.documentation import url_of_code
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate, compiled
from cookiegate.model import Action, Consent, CookieRule, Reason, RequestHead
from cookiegate.registry import proposal_for
from cookiegate.registry.toml_text import fields_of

__all__ = ["explain"]

_FIELD_NAME = re.compile(rb"\A\s*set-cookie:[ \t]*", re.IGNORECASE)


def explain(
    line: Annotated[str, typer.Argument(help="The line, with or without 'Set-Cookie:' before it.")],
    registry: Annotated[
        Path | None, typer.Option("--registry", "-r", help="A cookies.toml; the default is cookiegate's own registry.")
    ] = None,
    granted: GrantedOption = None,
    is_https: Annotated[bool, typer.Option("--https", help="The request arrived by https.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Explain the decision about a Set-Cookie line: its rule and reason, the line before and after.

    Exit code: 0 if the line leaves, 1 if it does not (in report-only: if it would not), 2 for an invalid configuration.
    """  # fmt: skip
    chosen = granted_of(granted)
    try:
        with nullcontext() if registry is None else show_progress(registry):
            gate = CookieGate() if registry is None else CookieGate.from_toml(registry)
    except ConfigError as error:
        problems = error.problems if registry is None else list_mistakes(registry, error)
        typer.echo("\n".join(f"cookiegate: {shown(problem)}" for problem in problems), err=True)
        raise typer.Exit(2) from error
    octets = _FIELD_NAME.sub(b"", os.fsencode(line))
    now = gate.clock()
    choice = None if chosen is None else Consent(chosen, source="--granted", revision=gate.revision)
    consent = compiled(gate).terms.apply(choice, RequestHead(scheme="https" if is_https else "http"), now)
    decision = compiled(gate).policy.decide(octets, consent, is_https=is_https, now=now)
    if as_json:
        more: dict[str, object] = {
            "leaves": leaves(decision) or gate.mode == "report-only",
            "mode": gate.mode,
            "rule_text": RULES[decision.policy_rule],
            "reason_text": explain_reason(decision),
            "help": url_of_code("reason", decision.reason),
        }
        if (proposal := _proposal(decision)) is not None:
            more["proposal"] = fields_of(proposal)
        typer.echo(json.dumps({**decision_record(decision), **more}, indent=2))
    else:
        _print(decision, gate)
    raise typer.Exit(0 if leaves(decision) else 1)


def _print(decision: Decision, gate: CookieGate) -> None:
    """Print a decision for people, in two columns."""
    is_enforced = gate.mode == "enforce"
    proposal = _proposal(decision)
    would = "" if is_enforced or decision.action is Action.KEEP else "would "
    rows = [
        ("cookie", printable(decision.name.encode("utf-8")) or "(no name)"),
        ("decision", f"{would}{decision.action}: {decision.reason}"),
        (f"rule {decision.policy_rule}", RULES[decision.policy_rule]),
        ("why", explain_reason(decision)),
        ("registry", _registered(decision)),
        *([] if proposal is None else [("proposed", f"{_in_words(proposal)} ({shown(proposal.provider)})")]),
        ("before", printable(decision.before)),
        (
            "after",
            f"(nothing {'leaves' if is_enforced else 'would leave'})"
            if decision.after is None
            else printable(decision.after),
        ),
        ("changes", ", ".join(decision.changes) or "none"),
    ]
    if gate.mode == "report-only":
        rows.append(("mode", "report-only: the decision is not enforced, the line leaves unchanged"))
    for word, text in rows:
        echo_pair(word, text, 9)
    typer.echo(f"{'help':<9} {url_of_code('reason', decision.reason)}")


def _proposal(decision: Decision) -> CookieRule | None:
    """Return the rule that cookiegate knows for a cookie that no rule names."""
    return proposal_for(decision.name) if decision.reason is Reason.UNREGISTERED else None


def _registered(decision: Decision) -> str:
    """Return a line about the cookie's rule."""
    rule = decision.registry_rule
    if rule is None:
        return "no rule"
    return _in_words(rule)


def _in_words(rule: CookieRule) -> str:
    lifetime = f", lifetime {rule.lifetime}" if rule.lifetime is not None else ""
    return shown(f"{rule.name}: {rule.category}{lifetime}. {rule.purpose}".rstrip())
