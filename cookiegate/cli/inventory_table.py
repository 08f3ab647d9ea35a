"""The table of `cookiegate inventory`: a row for each cookie, by category."""

import os
import sys
from collections import Counter
from datetime import datetime
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cookiegate.cli.inventory_toml import lifetime_in_words
from cookiegate.cli.words import shown
from cookiegate.model import Category
from cookiegate.report.reading import Reading
from cookiegate.report.seen import MALFORMED, Origin, SeenCookie

__all__ = ["print_inventory"]

_PIPED_COLUMNS = 120
_SHOWN_SETTERS = 3
_SHOWN_DOMAINS = 2
_UNREGISTERED = "not in the registry"
_DELETED = "only deleted"
_REFUSED = "unusable lines"
_GROUPS = (*(category.value for category in Category), _UNREGISTERED, _DELETED, _REFUSED)
_STYLES = {"keep": "green", "rewrite": "yellow", "drop": "red", "expire": "magenta"}


def print_inventory(reading: Reading) -> None:
    """Print what was read, and in which time it was seen."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if is_told else _PIPED_COLUMNS)
    report = reading.report
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("cookie", "seen (UTC)", "decided", "set by", "the app's lines"):
        table.add_column(heading, overflow="fold", min_width=len(_UNREGISTERED) if heading == "cookie" else None)
    in_order = sorted(report.cookies, key=lambda cookie: _GROUPS.index(_group(cookie)))
    for heading, cookies in groupby(in_order, key=_group):
        table.add_row(Text(heading, style="bold"))
        for cookie in cookies:
            table.add_row(_name(cookie), _times(cookie), _decided(cookie), Text(_set_by(cookie)), Text(_sent(cookie)))
    if report.cookies:
        console.print(table)
        console.print()
    console.print(
        Text(
            f"{_counted(len(report.cookies), 'cookie')} in {_counted(report.responses_with_cookies, 'response')} of "
            f"{report.responses}, {_span(report.first_at, report.last_at)}; {_counted(len(reading.files), 'file')}"
        )
    )
    if report.unnamed:
        console.print(
            Text(f"{_counted(report.unnamed, 'decision')} about names that found no room are not in the table")
        )
    if missing := sum(cookie.is_unregistered for cookie in report.cookies):
        console.print(
            Text(f"{_counted(missing, 'cookie')} not in the registry: --format toml prints the rules to fill in")
        )


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
    return Text("\n".join([name, *notes]))


def _times(cookie: SeenCookie) -> Text:
    first, last = (at.strftime("%Y-%m-%d %H:%M") for at in (cookie.first_at, cookie.last_at))
    return Text("\n".join([_counted(cookie.count, "time"), first, *([last] if last != first else [])]))


def _decided(cookie: SeenCookie) -> Text:
    lines = [
        Text.assemble((outcome.action.value, _STYLES[outcome.action]), f" {outcome.reason}: {outcome.count}")
        for outcome in cookie.outcomes
    ]
    return Text("\n").join(lines)


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
    lines = [f"kept: {lifetime_in_words(sent.longest_s)}"]
    for count, of, what in (
        (sent.without_secure, sent.https_lines, "Secure (https)"),
        (sent.without_http_only, sent.lines, "HttpOnly"),
        (sent.without_same_site, sent.lines, "SameSite"),
    ):
        if count:
            lines.append(f"no {what}: {'all' if count == of else f'{count} of {of}'}")
    lines += [f"domain {shown(domain)}" for domain, _ in sent.domains[:_SHOWN_DOMAINS] if domain]
    return "\n".join(lines)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else noun + 's'}"


def _span(first_at: datetime | None, last_at: datetime | None) -> str:
    if first_at is None or last_at is None:
        return "none so far"
    return f"from {first_at:%Y-%m-%d %H:%M:%S} to {last_at:%Y-%m-%d %H:%M:%S} UTC"
