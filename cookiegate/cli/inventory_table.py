"""The tables of `cookiegate inventory`: one for each mode of the gate, with a row for each cookie, by category."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from rich.console import Console, RenderableType
from rich.text import Text

from cookiegate.cli.fitting import console_of, fitted
from cookiegate.cli.inventory_toml import readable_lifetime
from cookiegate.cli.text import shown
from cookiegate.model import OPTIONAL, Action, Category
from cookiegate.plural import counted
from cookiegate.registry.offer import uses_line
from cookiegate.report.reading import Reading, without_modes
from cookiegate.report.seen import MALFORMED, Mode, Origin, Outcome, SeenCookie

__all__ = ["print_inventory"]

_PIPED_COLUMNS = 120
_SHOWN_SETTERS = 3
_SHOWN_DOMAINS = 2
_UNREGISTERED = "not in the registry"
_DELETED = "only deleted"
_REFUSED = "unusable lines"
_GROUPS = (*(category.value for category in Category), _UNREGISTERED, _DELETED, _REFUSED)
_MODES = {
    Mode.REPORT_ONLY: "Report-only: every line left as the app sent it; 'would' is what enforcing would have done",
    Mode.ENFORCE: "Enforced: what was decided was done",
    None: "Recorded before the mode was kept: enforced or not is not known",
}
_HEADS = ("cookie", "seen (UTC)", "decided", "set by", "the app's lines")
_STYLES = {"keep": "green", "rewrite": "yellow", "drop": "red", "expire": "magenta"}


def print_inventory(reading: Reading) -> None:
    """Print the inventory: a table and the time span for each mode of the gate."""
    console = console_of(_PIPED_COLUMNS)
    report = reading.report
    for phase in report.phases:
        cookies = [cookie for cookie in report.cookies if cookie.mode is phase.mode]
        if len(report.phases) > 1 or phase.mode is not None:
            number = counted(phase.responses, "response") if phase.responses else "single rules alone"
            total = f"{number}, {_span(phase.first_at, phase.last_at)}"
            console.print(Text(f"{_MODES[phase.mode]} ({total})", style="bold"))
        if cookies:
            console.print(_table(console, cookies))
        console.print()
    names = len({(cookie.name, cookie.origin, cookie.is_family) for cookie in report.cookies})
    seen = f"{counted(report.responses_with_cookies, 'response')} of {report.responses:,}"
    span = _span(report.first_at, report.last_at)
    console.print(Text(f"{counted(names, 'cookie')} in {seen}, {span}; {counted(len(reading.files), 'file')}"))
    if report.unnamed:
        decisions = counted(report.unnamed, "decision")
        console.print(Text(f"Not in the table: {decisions} about further names, beyond the limit"))
    of_both = without_modes(report).cookies
    if missing := sum(cookie.is_unregistered for cookie in of_both):
        what = f"{counted(missing, 'cookie')} not in the registry"
        console.print(Text(f"{what}: --format toml prints {_rules(missing)} to fill in"))
    if undeclared := [cookie for cookie in of_both if cookie.is_undeclared]:
        for category in sorted({cookie.category for cookie in undeclared if cookie.category in OPTIONAL}):
            console.print(Text(f"No visitor can allow {category} cookies unless your file lists one of them"))
        line = uses_line((), *(shown(cookie.rule or cookie.name) for cookie in undeclared))
        console.print(Text(f"To list what cookiegate knows: [gate] {line}"))
        what = f"{counted(len(undeclared), 'cookie')} known to cookiegate and not in your file"
        console.print(Text(f"{what}: --format toml prints {_rules(len(undeclared))}"))


def _rules(number: int) -> str:
    return "the rule" if number == 1 else "the rules"


def _table(console: Console, cookies: list[SeenCookie]) -> RenderableType:
    rows: list[Text | list[Text]] = []
    in_order = sorted(cookies, key=lambda cookie: _GROUPS.index(_group(cookie)))
    for heading, group in groupby(in_order, key=_group):
        rows.append(Text(heading, style="bold"))
        rows += [
            [_name(cookie), _times(cookie), _decided(cookie), Text(_set_by(cookie)), Text(_sent(cookie))]
            for cookie in group
        ]
    return fitted(console, _HEADS, rows)


def _group(cookie: SeenCookie) -> str:
    if cookie.category is not None:
        return cookie.category.value
    if cookie.is_unregistered:
        return _UNREGISTERED
    return _REFUSED if any(outcome.reason in MALFORMED for outcome in cookie.outcomes) else _DELETED


def _name(cookie: SeenCookie) -> Text:
    name = shown(cookie.name) or "(no name)"
    notes = []
    if cookie.is_family:
        notes.append("(many more)")
    if cookie.origin is Origin.REQUEST:
        notes.append("(sent by browsers)")
    elif cookie.rule is not None and cookie.rule != cookie.name:
        notes.append(f"rule {shown(cookie.rule)}")
    if cookie.is_undeclared:
        notes.append("(not in your file)")
    if cookie.rewritten_beside is not None:
        notes.append(f'(rewritten beside {shown(cookie.rewritten_beside)}: its rule needs attributes = "as-sent")')
    return Text("\n".join([name, *notes]))


def _times(cookie: SeenCookie) -> Text:
    first, last = (at.strftime("%Y-%m-%d %H:%M") for at in (cookie.first_at, cookie.last_at))
    return Text("\n".join([counted(cookie.count, "time"), first, *([last] if last != first else [])]))


def _decided(cookie: SeenCookie) -> Text:
    return Text("\n").join([line for outcome in cookie.outcomes for line in _outcome(outcome, cookie.mode)])


def _outcome(outcome: Outcome, mode: Mode | None) -> Iterator[Text]:
    """Yield the actions, with `would` where they were not enforced.

    A file without modes still shows that a line left although the decision was to drop it.
    """
    is_left_alone = mode is Mode.REPORT_ONLY and outcome.action is not Action.KEEP
    is_old = mode is None and outcome.action in (Action.DROP, Action.EXPIRE)
    would = outcome.count if is_left_alone else outcome.left if is_old else 0
    for word, count in (("", outcome.count - would), ("would ", would)):
        if count:
            style = _STYLES[outcome.action]
            yield Text.assemble((f"{word}{outcome.action}", style), f" {outcome.reason}: {count:,}")


def _set_by(cookie: SeenCookie) -> str:
    found = Counter[str]()
    for by in cookie.set_by:
        found[f"{by.method} {shown(by.route)} {by.status or '?'}"] += by.count
    lines = [f"{setter}: {count}" for setter, count in found.most_common(_SHOWN_SETTERS)]
    others = sum(found.values()) + cookie.set_by_others - sum(n for _, n in found.most_common(_SHOWN_SETTERS))
    return "\n".join([*lines, *([f"others: {others}"] if others else [])])


def _sent(cookie: SeenCookie) -> str:
    sent = cookie.sent
    if not sent.lines:
        return ""
    label = "asked for" if cookie.mode is Mode.ENFORCE else "kept"
    lines = [f"{label}: {readable_lifetime(sent.longest_s)}"]
    for count, of, what in (
        (sent.without_secure, sent.https_lines, "Secure (https)"),
        (sent.without_http_only, sent.lines, "HttpOnly"),
        (sent.without_same_site, sent.lines, "SameSite"),
    ):
        if count:
            lines.append(f"no {what}: {'all' if count == of else f'{count} of {of}'}")
    lines += [f"domain {shown(domain)}" for domain, _ in sent.domains[:_SHOWN_DOMAINS] if domain]
    return "\n".join(lines)


def _span(first_at: datetime | None, last_at: datetime | None) -> str:
    if first_at is None or last_at is None:
        return "none so far"
    return f"from {first_at:%Y-%m-%d %H:%M:%S} to {last_at:%Y-%m-%d %H:%M:%S} UTC"
