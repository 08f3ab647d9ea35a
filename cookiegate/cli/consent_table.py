"""The tables of `cookiegate consent`, fit for 80 columns."""

import os
import sys
from typing import TypedDict

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["Reading", "Verdict", "print_verdicts"]

_PIPED_COLUMNS = 80


class Reading(TypedDict):
    """What one platform says, as JSON."""

    platform: str
    reader: str
    cookies: list[str]
    says: str
    granted: list[str] | None
    explicit: bool | None
    given_at: str | None
    revision: str | None
    problem: str | None


class Verdict(TypedDict):
    """What would be granted for some requests, as JSON."""

    requests: int
    hosts: list[str]
    platforms: list[Reading]
    granted: list[str]
    why: dict[str, str]


def print_verdicts(verdicts: list[Verdict], total: int) -> None:
    """Print for people: a table of platforms, then the verdict, for each different set of consent cookies."""
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if is_told else _PIPED_COLUMNS)
    if not verdicts:
        console.print(f"No consent cookie of a known platform in {_requests(total)}.")
        return
    for number, verdict in enumerate(verdicts):
        if number:
            console.print()
        if total > 1:
            hosts = ", ".join(verdict["hosts"][:3]) + (", ..." if len(verdict["hosts"]) > 3 else "")
            console.print(Text(f"{hosts or 'requests'}: {_requests(verdict['requests'])} of {total}", style="bold"))
        console.print(_platforms(verdict["platforms"]))
        console.print(_categories(verdict))


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"


def _platforms(readings: list[Reading]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("platform", "says", "explicit", "given at", "revision"):
        table.add_column(name, overflow="fold")
    for reading in readings:
        explicit = {True: "yes", False: "no", None: ""}[reading["explicit"]]
        given_at = (reading["given_at"] or "").replace("T", " ").replace("+00:00", " UTC")
        title = Text("\n".join((reading["platform"], *reading["cookies"])))
        title.stylize("bold", 0, len(reading["platform"]))
        table.add_row(title, Text(_says(reading)), explicit, given_at, Text(reading["revision"] or ""))
    return table


def _says(reading: Reading) -> str:
    """Say in a few words what a platform says."""
    granted = reading["granted"]
    if granted is None:
        return reading["says"] + (f": {reading['problem']}" if reading["problem"] else "")
    if reading["reader"] in {"Gpp", "UsPrivacy"} and reading["given_at"] is None:  # an objection, or none
        return "marketing not refused" if granted else "marketing refused"
    return ", ".join(granted) or "nothing granted" + (f": {reading['problem']}" if reading["problem"] else "")


def _categories(verdict: Verdict) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("Detect() grants", "", "why"):
        table.add_column(name, overflow="fold")
    for category, why in verdict["why"].items():
        is_granted = category in verdict["granted"]
        table.add_row(category, Text("yes", "green") if is_granted else Text("no", "red"), why)
    return table
