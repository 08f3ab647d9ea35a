"""An audit for a terminal, readable at 80 columns: the sentence, the picture, the findings and what to do."""

import os
import sys
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.judgement import Mark
from cookiegate.audit.result import Audit, AuditedCookie
from cookiegate.audit.words import counted, duration, shown
from cookiegate.model import Category

__all__ = ["print_audit", "written_table"]

_PIPED_COLUMNS = 80
_MAX_ROWS = 200
_MAX_NAMES = 24
_MAX_CASES = 12
_LONGEST_NAME = 40
_LONGEST_LIFETIME = 18
_SIGNS = {
    Mark.BROKEN: ("X", "bold red"),
    Mark.UNKNOWN: ("?", "bold magenta"),
    Mark.CARRIED: ("!", "yellow"),
    Mark.LONGER: (">", "red"),
    Mark.WEAK: ("~", "yellow"),
    Mark.KEPT: ("ok", "green"),
    Mark.HELD_BACK: ("held", "cyan"),
    Mark.DELETED: ("del", "cyan"),
}
_WORDS = {
    Mark.BROKEN: "set without consent",
    Mark.UNKNOWN: "not in the policy",
    Mark.CARRIED: "in the browser without consent",
    Mark.LONGER: "kept too long",
    Mark.WEAK: "weak",
    Mark.KEPT: "as promised",
    Mark.HELD_BACK: "held back by the gate",
    Mark.DELETED: "deleted",
}
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_HEADS = {
    "No choice yet": "no choice",
    "All refused": "refused",
    "Only preferences": "prefs",
    "Only statistics": "stats",
    "Only marketing": "mktg",
    "Everything allowed": "all",
}


def print_audit(audit: Audit, written: list[Path], *, is_brief: bool) -> None:
    """Print an audit, or its sentence and counts alone where it went to files."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if is_told else _PIPED_COLUMNS)
    if not is_brief:
        _print(console, audit)
        return
    console.print(Text(audit.summary, style="bold"))
    console.print(Text(_counts(audit)))
    for path in written:
        console.print(Text(f"Written: {shown(str(path))}"), soft_wrap=True)


def written_table(audit: Audit) -> str:
    """Return the table as text without colours."""
    file = StringIO()
    _print(Console(file=file, highlight=False, width=100), audit)
    return file.getvalue()


def _print(console: Console, audit: Audit) -> None:
    console.print(Text(audit.summary, style="bold"))
    hosts = f" ({audit.source.hosts})" if audit.source.hosts else ""
    console.print(Text(f"{audit.source.name}{hosts}: {audit.source.looked_at}"))
    if audit.cookies:
        console.print()
        console.print(_picture(audit, console.width))
        used = {mark for cookie in audit.cookies for mark in cookie.marks.values()}
        legend = [f"{sign} {_WORDS[mark]}" for mark, (sign, _) in _SIGNS.items() if mark in used]
        console.print(Text(", ".join(legend), style="dim"))
        if len(audit.cookies) > _MAX_ROWS:
            console.print(Text(f"... and {len(audit.cookies) - _MAX_ROWS:,} more; all are in --format json and html"))
    for code in Code:
        found = [finding for finding in audit.open if finding.code is code]
        if found:
            console.print()
            _print_code(console, code, found)
    for note in audit.notes:
        console.print()
        console.print(Text(note, style="dim"))
    console.print()
    console.print(Text(_counts(audit), style="bold"))


def _picture(audit: Audit, width: int) -> Table:
    """Lay out a row for each cookie and a column for each moment.

    The names have the first claim to the width: what a cookie is called is of no use in pieces. Then come the words
    over the columns, in full or in short.
    """
    rows = audit.cookies[:_MAX_ROWS]
    longest = min(_LONGEST_NAME, max(len(cookie.name) for cookie in rows)) + 1
    lifetimes = [min(_LONGEST_LIFETIME, max(8, *(len(text(cookie)) for cookie in rows))) for text in (_kept, _promised)]
    long = [moment.label for moment in audit.moments]
    short = [_HEADS.get(head, head) for head in long]
    for heads, gap in ((long, 2), (short, 2), (short, 1)):
        room = width - sum(max(len(head), 4) for head in heads) - sum(lifetimes) - gap * (len(heads) + 2)
        if room >= longest:
            break
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    table.add_column("cookie", overflow="fold", width=max(12, min(longest, room)))
    for head in heads:
        table.add_column(head, overflow="fold")
    table.add_column("kept", overflow="fold")
    table.add_column("promised", overflow="fold")
    last: Category | str | None = ""
    for cookie in rows:
        if cookie.category != last:
            last = cookie.category
            table.add_row(Text(last or "not in the policy", style="bold"))
        cells = (_cell(cookie.marks.get(moment)) for moment in audit.moments)
        is_over = not {Code.KEPT_LONGER, Code.KEPT_TOO_LONG}.isdisjoint(cookie.codes)
        kept = Text(_kept(cookie), style="red" if is_over else "")
        table.add_row(Text(f" {cookie.name}"), *cells, kept, Text(_promised(cookie)))
    return table


def _cell(mark: Mark | None) -> Text:
    return Text("-", style="dim") if mark is None else Text(*_SIGNS[mark])


def _kept(cookie: AuditedCookie) -> str:
    return duration(cookie.longest_s) if cookie.is_set else ""


def _promised(cookie: AuditedCookie) -> str:
    if cookie.rule is None:
        return "nothing"
    return "" if cookie.rule.lifetime is None else str(cookie.rule.lifetime)


def _print_code(console: Console, code: Code, found: list[Finding]) -> None:
    noun = "host" if code is Code.OTHER_PARTY else "cookie"
    style = _STYLES[code.severity]
    console.print(
        Text.assemble((f"{code.severity} ", style), (code.headline, "bold"), f" [{code}]: {counted(len(found), noun)}")
    )
    cases: dict[str, list[str]] = {}
    for finding in found:
        place = f"; at {finding.places[0]}" if finding.places else ""
        detail = "" if code is Code.NEVER_SEEN else f"{finding.detail}{place}"
        cases.setdefault(detail, []).append(finding.cookie)
    for detail, names in [*cases.items()][:_MAX_CASES]:
        more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
        told = Text(", ".join(names[:_MAX_NAMES]) + more)
        console.print(Padding(told.append(f": {detail}", style="dim") if detail else told, (0, 0, 0, 2)))
    if len(cases) > _MAX_CASES:
        console.print(Text(f"  ... and {len(cases) - _MAX_CASES:,} more of the kind"))
    console.print(Padding(Text(f"What to do: {code.remedy}"), (0, 0, 0, 2)))


def _counts(audit: Audit) -> str:
    """Count the findings in words."""
    counts = [
        counted(len(audit.of(severity)), severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    ]
    accepted = len(audit.findings) - len(audit.open)
    return ", ".join(counts) + (f"; {accepted:,} accepted by the baseline" if accepted else "")
