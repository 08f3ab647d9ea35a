"""`cookiegate audit diff`: two reports in JSON, compared."""

import json
from pathlib import Path

import typer

from cookiegate.audit.difference import Change, compare, read_report
from cookiegate.audit.severity import Severity
from cookiegate.audit.text import shown
from cookiegate.plural import counted

__all__ = ["print_diff"]

_MAX_NAMES = 40


def print_diff(old: Path, new: Path, *, is_json: bool, least: Severity) -> int:
    """Print what changed, and return the exit code: 1 where a finding of `least` or worse appeared.

    Raises: `OSError`, and `Unreadable` for anything but a report.
    """
    found = compare(read_report(old), read_report(new))
    if is_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
    else:
        typer.echo(
            f"{found.old} -> {found.new}: {len(found.appeared)} new, {len(found.gone)} gone, {found.still} still there"
        )
        _list("New", found.appeared)
        _list("Gone", found.gone)
        _list("Not looked at again, since the new audit did not see the phase", found.unseen)
        for title, names in (
            ("Cookies that came", found.cookies_new), ("Cookies that went", found.cookies_gone),
            ("Cookies that are set otherwise", found.cookies_changed),
        ):  # fmt: skip
            if names:
                more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
                listed = shown(", ".join(names[:_MAX_NAMES]), 4000)
                typer.echo(f"\n{title} ({counted(len(names), 'cookie')}):\n  {listed}{more}")
        if not found.is_complete:
            typer.echo("\nOne of the audits could not see everything: what is gone may only not have been seen.")
    return 1 if found.fails(least) else 0


def _list(title: str, changes: tuple[Change, ...]) -> None:
    if changes:
        typer.echo(f"\n{title}:")
        for change in changes:
            typer.echo(
                f"  {change.severity} [{shown(change.code)}] {shown(change.subject)}: {shown(change.detail, 300)}"
            )
