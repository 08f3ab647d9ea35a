"""The tables of `cookiegate consent`, for 80 columns or more."""

from typing import TypedDict

from rich.console import Console, RenderableType
from rich.text import Text

from cookiegate.cli.fitting import console_of, fitted
from cookiegate.plural import counted

__all__ = ["ConsentResult", "PlatformResult", "print_results"]

_PIPED_COLUMNS = 80


class PlatformResult(TypedDict):
    """The choice for one platform, as JSON."""

    platform: str
    reader: str
    cookies: list[str]
    says: str
    granted: list[str] | None
    explicit: bool | None
    given_at: str | None
    revision: str | None
    problem: str | None


class ConsentResult(TypedDict):
    """The consent for a group of requests, as JSON."""

    requests: int
    hosts: list[str]
    platforms: list[PlatformResult]
    granted: list[str]
    why: dict[str, str]


def print_results(results: list[ConsentResult], total: int) -> None:
    """Print two tables for each group of requests: the platforms, and what is granted."""
    console = console_of(_PIPED_COLUMNS)
    if not results:
        console.print(f"No consent cookie of a known platform in {counted(total, 'request')}.")
        return
    for number, result in enumerate(results):
        if number:
            console.print()
        if total > 1:
            hosts = ", ".join(result["hosts"][:3]) + (", ..." if len(result["hosts"]) > 3 else "")
            console.print(
                Text(f"{hosts or 'requests'}: {counted(result['requests'], 'request')} of {total:,}", style="bold")
            )
        console.print(_platforms(console, result["platforms"]))
        console.print(_categories(console, result))


def _platforms(console: Console, results: list[PlatformResult]) -> RenderableType:
    rows: list[list[Text]] = []
    for result in results:
        explicit = {True: "yes", False: "no", None: ""}[result["explicit"]]
        given_at = (result["given_at"] or "").replace("T", " ").replace("+00:00", " UTC")
        title = Text("\n".join((result["platform"], *result["cookies"])))
        title.stylize("bold", 0, len(result["platform"]))
        rows.append([title, Text(_choice(result)), Text(explicit), Text(given_at), Text(result["revision"] or "")])
    return fitted(console, ("platform", "says", "explicit", "given at", "revision"), rows)


def _choice(result: PlatformResult) -> str:
    """Return a platform's choice as a short text."""
    granted = result["granted"]
    if granted is None:
        return result["says"] + (f": {result['problem']}" if result["problem"] else "")
    if result["reader"] in {"Gpp", "UsPrivacy"} and result["given_at"] is None:  # an objection, or none
        return "marketing not refused" if granted else "marketing refused"
    return ", ".join(granted) or "nothing granted" + (f": {result['problem']}" if result["problem"] else "")


def _categories(console: Console, result: ConsentResult) -> RenderableType:
    rows: list[list[Text]] = []
    for category, why in result["why"].items():
        is_granted = category in result["granted"]
        rows.append([Text(category), Text("yes", "green") if is_granted else Text("no", "red"), Text(why)])
    return fitted(console, ("Detect() grants", "", "why"), rows)
