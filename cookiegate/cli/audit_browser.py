"""`cookiegate audit --browser`: its options, its progress bar, and its PDF."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cookiegate.cli.options import amount_option

if TYPE_CHECKING:
    from cookiegate.audit.auditing import Promise
    from cookiegate.audit.result import Audit

__all__ = [
    "AcceptSelector", "AllowPrivate", "Browser", "BrowserPath", "ClickByName", "Delay", "IgnoreRobots", "Launch",
    "Megabytes", "Minutes", "NoSandbox", "PolicyPage", "RejectSelector", "Resume", "StorageState", "Wait",
    "WithdrawSelector", "launch_of", "look_with_browser", "print_pdf", "read_rendered_page",
]  # fmt: skip

_NEEDED = ("playwright", "protego")

Browser = Annotated[
    bool, typer.Option("--browser", help="URL: look with the installed Chromium, before and after each choice.")
]
BrowserPath = Annotated[
    str | None, typer.Option("--browser-path", metavar="PROGRAM", help="--browser: a Chromium, Chrome or Edge.")
]
AcceptSelector = Annotated[
    str | None, typer.Option("--accept-selector", metavar="CSS", help="--browser: the banner's button to accept.")
]
RejectSelector = Annotated[
    str | None, typer.Option("--reject-selector", metavar="CSS", help="--browser: the banner's button to reject.")
]
WithdrawSelector = Annotated[
    str | None, typer.Option("--withdraw-selector", metavar="CSS", help="--browser: what opens the choice again.")
]
ClickByName = Annotated[
    bool, typer.Option("--click-by-name", help="--browser: find buttons of unknown banners by their names.")
]
Wait = Annotated[float, amount_option("--wait", "second", 0, "--browser: how many seconds a loaded page is watched.")]
Delay = Annotated[float, amount_option("--delay", "second", 0, "--browser: the pause between pages, in seconds.")]
Minutes = Annotated[
    float, amount_option("--minutes", "minute", 0.01, "--browser: how long all of it may take: 30, or '1 hour'.")
]
Megabytes = Annotated[int, typer.Option("--megabytes", min=1, help="--browser: how much may be loaded in all.")]
IgnoreRobots = Annotated[bool, typer.Option("--ignore-robots", help="--browser: look at what robots.txt excludes.")]
PolicyPage = Annotated[
    str | None,
    typer.Option("--policy-page", metavar="URL", help="--browser: the policy page; else by a link."),
]
StorageState = Annotated[
    Path | None, typer.Option("--storage-state", metavar="FILE", help="--browser: a login, as Playwright saves it.")
]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="FILE", help="--browser: keep what was seen, and go on from it."),
]
AllowPrivate = Annotated[
    list[str] | None,
    typer.Option("--allow-private", metavar="HOST[:PORT]", help="--browser: a private address that pages may use."),
]
NoSandbox = Annotated[bool, typer.Option("--no-sandbox", help="--browser: where its sandbox can't run.")]


class Launch(NamedTuple):
    """How the browser is started."""

    path: str | None
    has_sandbox: bool


def launch_of(*, is_browser: bool, browser_path: str | None, is_without_sandbox: bool) -> Launch | None:
    """Return how the browser is started; `None` without `--browser`.

    Raises: `typer.BadParameter` for an option that means nothing then.
    """
    if is_browser:
        return Launch(browser_path, not is_without_sandbox)
    for option, is_given in (("--browser-path", browser_path is not None), ("--no-sandbox", is_without_sandbox)):
        if is_given:
            raise typer.BadParameter(f"{option}: means something with --browser only; add that, or leave it out")
    return None


def look_with_browser(
    source: str, promise: "Promise", hosts: list[str], registry: Path | None, options: Mapping[str, object]
) -> "Audit":
    """Audit a site by the browser. Raises: `ValueError` where that can't be, `Unreadable`."""
    from cookiegate.audit.auditing import is_url

    require_browser()
    if not is_url(source):
        raise ValueError("--browser: only a site's address can be looked at; give one with http:// or https://")
    from cookiegate.audit.browser.auditing import audit_browser
    from cookiegate.audit.browser.settings import BrowserSettings

    settings = BrowserSettings(hosts=tuple(hosts), **options)  # type: ignore[arg-type]
    with _progress() as on_page:
        return audit_browser(source, promise, settings, registry=registry, on_page=on_page)


def read_rendered_page(url: str, launch: Launch) -> str:
    """Return a page as scripts have drawn it. Raises: `Unreadable`, and `ValueError` where packages are missing."""
    require_browser()
    from cookiegate.audit.browser.rendering import read_rendered
    from cookiegate.audit.browser.settings import BrowserSettings

    return read_rendered(url, BrowserSettings(browser_path=launch.path, has_sandbox=launch.has_sandbox))


def require_browser() -> None:
    """Raise `ValueError` where the packages of the extra are missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ValueError(f"--browser needs {' and '.join(missing)}; pip install 'cookiegate[browser]'")


def print_pdf(html: str, browser_path: str | None, *, has_sandbox: bool) -> bytes:
    """Print a report as PDF. Raises: `ValueError` where packages are missing, `Unreadable` without a browser."""
    require_browser()
    from cookiegate.audit.browser.pdf import write_pdf

    return write_pdf(html, browser_path=browser_path, has_sandbox=has_sandbox)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], object]]:
    """Show a progress bar on a terminal while pages are looked at."""
    if not sys.stderr.isatty():
        yield lambda _done, _expected: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}: page {task.completed} of about {task.total}", markup=False), BarColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("looking at the site", total=None)
        yield lambda done, expected: progress.update(task, completed=done, total=max(done, expected))
