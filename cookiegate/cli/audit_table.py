"""An audit as text for a terminal of 80 columns or more: summary, table of cookies, findings with a remedy."""

import os
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cookiegate.audit.assessment import Mark
from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.result import Audit, AuditedCookie
from cookiegate.audit.text import duration, shown
from cookiegate.cli.fitting import fitted
from cookiegate.documentation import url_of_code
from cookiegate.model import Category
from cookiegate.plural import counted

__all__ = ["print_audit", "written_table"]

_PIPED_COLUMNS = 80
_MAX_ROWS = 200
_MAX_NAMES = 24
_MAX_CASES = 12
_LONGEST_NAME = 40
_LEAST_NAME = 16
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
_LABELS = {
    Mark.BROKEN: "set without consent",
    Mark.UNKNOWN: "not in the policy",
    Mark.CARRIED: "in the browser without consent",
    Mark.LONGER: "kept too long",
    Mark.WEAK: "weak",
    Mark.KEPT: "as promised",
    Mark.HELD_BACK: "held back by the gate",
    Mark.DELETED: "deleted",
}
_NOT_SEEN = "not seen"
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_SHORT_LABELS = {
    "No choice yet": "no choice",
    "All refused": "refused",
    "Only preferences": "prefs",
    "Only statistics": "stats",
    "Only marketing": "mktg",
    "Everything allowed": "all",
    "Before any choice": "before",
    "With GPC": "GPC",
    "After reject": "reject",
    "After accept": "accept",
    "After withdrawal": "withdrawn",
}


def print_audit(audit: Audit, written: list[Path], *, is_brief: bool) -> None:
    """Print an audit; if `is_brief`, only the summary and counts, and the written files."""
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if has_width else _PIPED_COLUMNS)
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
        console.print(_picture(audit, console))
        used = {mark for cookie in audit.cookies for mark in cookie.marks.values()}
        labels = _LABELS if audit.has_policy else {**_LABELS, Mark.UNKNOWN: "unknown", Mark.KEPT: "nothing wrong"}
        legend = [f"{sign} {labels[mark]}" for mark, (sign, _) in _SIGNS.items() if mark in used]
        console.print(Text(", ".join(legend), style="dim"))
        if len(audit.cookies) > _MAX_ROWS:
            console.print(Text(f"... and {len(audit.cookies) - _MAX_ROWS:,} more; all are in --format json and html"))
    for code in Code:
        found = [finding for finding in audit.open if finding.code is code]
        if found:
            console.print()
            _print_code(console, audit, code, found)
    for note in audit.notes:
        console.print()
        console.print(Text(note, style="dim"))
    console.print()
    console.print(Text(_counts(audit), style="bold"))


def _picture(audit: Audit, console: Console) -> RenderableType:
    """Make the table: a row for each cookie and a column for each moment.

    Cookie names get their width first, so that they are not broken. The headings are long or short, as fits.
    """
    width, rows = console.width, audit.cookies[:_MAX_ROWS]
    longest = min(_LONGEST_NAME, max(len(cookie.name) for cookie in rows)) + 1
    lifetimes = [min(_LONGEST_LIFETIME, max(8, *(len(text(cookie)) for cookie in rows))) for text in (_kept, _promised)]
    long = [moment.label for moment in audit.moments]
    short = [_SHORT_LABELS.get(head, head) for head in long]
    pages = [counted(audit.pages[moment], "page") if moment in audit.pages else "" for moment in audit.moments]
    cells = [
        max(len(_NOT_SEEN) if moment in audit.unseen else 4, len(of))
        for moment, of in zip(audit.moments, pages, strict=True)
    ]
    for heads, gap in ((long, 2), (short, 2), (short, 1)):
        columns = sum(max(len(head), cell) for head, cell in zip(heads, cells, strict=True))
        room = width - columns - sum(lifetimes) - gap * (len(heads) + 2)
        if room >= longest:
            break
    if room < min(longest, _LEAST_NAME):
        named = [f"{head} ({of})" if of else head for head, of in zip(short, pages, strict=True)]
        return _as_list(audit, rows, named, console)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    table.add_column("cookie", overflow="fold", width=max(12, min(longest, room)))
    for head, of in zip(heads, pages, strict=True):
        table.add_column(Text(f"{head}\n{of}" if of else head), overflow="fold")
    table.add_column("kept", overflow="fold")
    table.add_column("promised", overflow="fold")
    last: Category | str | None = ""
    for cookie in rows:
        if cookie.category != last:
            last = cookie.category
            table.add_row(Text(last or ("not in the policy" if audit.has_policy else "unknown"), style="bold"))
        marks = (_cell(cookie.marks.get(moment), is_seen=moment not in audit.unseen) for moment in audit.moments)
        is_over = not {Code.KEPT_LONGER, Code.KEPT_TOO_LONG}.isdisjoint(cookie.codes)
        kept = Text(_kept(cookie), style="red" if is_over else "")
        table.add_row(Text(f" {cookie.name}"), *marks, kept, Text(_promised(cookie)))
    return table


def _as_list(audit: Audit, cookies: Sequence[AuditedCookie], heads: list[str], console: Console) -> RenderableType:
    """List what the table would show, where it is too narrow for the names."""
    rows: list[Text | list[Text]] = []
    last: Category | str | None = ""
    for cookie in cookies:
        if cookie.category != last:
            last = cookie.category
            rows.append(Text(last or ("not in the policy" if audit.has_policy else "unknown"), style="bold"))
        seen = Text()
        for head, moment in zip(heads, audit.moments, strict=True):
            mark = _cell(cookie.marks.get(moment), is_seen=moment not in audit.unseen)
            seen += Text.assemble(", " if seen else "", f"{head} ", mark)
        rows.append([Text(cookie.name), seen, Text(_kept(cookie)), Text(_promised(cookie))])
    return fitted(console, ("cookie", "seen", "kept", "promised"), rows)


def _cell(mark: Mark | None, *, is_seen: bool) -> Text:
    if mark is None:
        return Text("-" if is_seen else _NOT_SEEN, style="dim")
    return Text(*_SIGNS[mark])


def _kept(cookie: AuditedCookie) -> str:
    return duration(cookie.longest_s) if cookie.is_set else ""


def _promised(cookie: AuditedCookie) -> str:
    if cookie.rule is None:
        return "nothing"
    return "" if cookie.rule.lifetime is None else str(cookie.rule.lifetime)


def _print_code(console: Console, audit: Audit, code: Code, found: list[Finding]) -> None:
    style = _STYLES[code.severity]
    headline, _, remedy = found[0].texts
    number = counted(len(found), code.noun)
    link = f"link {url_of_code('audit', code)}"  # on terminals that have links; it takes no space
    console.print(Text.assemble((f"{code.severity} ", style), (headline, "bold"), " [", (code, link), f"]: {number}"))
    cases: dict[str, list[str]] = {}
    for finding in found:
        place = f"; at {finding.places[0]}" if finding.places else ""
        detail = "" if code is Code.NEVER_SEEN else f"{finding.full_detail}{place}"
        if code in (Code.NOTHING_SEEN, Code.NOT_SEEN) and not audit.unseen.union(audit.moments) <= {*finding.moments}:
            detail += f" (as: {', '.join(moment.label for moment in finding.moments)})" if finding.moments else ""
        cases.setdefault(detail, []).append(finding.cookie)
    for detail, names in [*cases.items()][:_MAX_CASES]:
        more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
        cookies = Text(", ".join(names[:_MAX_NAMES]) + more)
        console.print(Padding(cookies.append(f": {detail}", style="dim") if detail else cookies, (0, 0, 0, 2)))
    if len(cases) > _MAX_CASES:
        console.print(Text(f"  ... and {len(cases) - _MAX_CASES:,} more like these"))
    console.print(Padding(Text(f"What to do: {remedy}"), (0, 0, 0, 2)))


def _counts(audit: Audit) -> str:
    """Return the number of findings of each severity, as text."""
    counts = [
        counted(len(audit.of(severity)), severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    ]
    accepted = len(audit.findings) - len(audit.open)
    return ", ".join(counts) + (f"; {accepted:,} accepted by the baseline" if accepted else "")
