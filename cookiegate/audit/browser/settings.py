"""How an audit by a browser is done: the options of the command line as one frozen value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from cookiegate.audit.browser.proxy import resolve_by_system

__all__ = ["BrowserSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSettings:
    """What an audit by a browser is asked to do."""

    browser_path: str | None = None
    """The browser's program; `None`: the first that is found on the search path."""
    hosts: tuple[str, ...] = ()
    """The site's own hosts besides the one of the address."""
    allowed: tuple[str, ...] = ()
    """`HOST` or `HOST:PORT` that pages may load from although the address is private."""
    pages: int = 5
    seconds: float = 20.0
    """How long one page may take to load."""
    wait_s: float = 1.0
    """How long a page is watched once it has loaded."""
    delay_s: float = 0.5
    """The pause between two pages."""
    minutes: float = 30.0
    """How long all of it may take."""
    megabytes: int = 500
    """How much may be loaded in all."""
    accept_selector: str | None = None
    reject_selector: str | None = None
    withdraw_selector: str | None = None
    clicks_by_name: bool = False
    ignores_robots: bool = False
    policy_page: str | None = None
    storage_state: Path | None = None
    resume: Path | None = None
    has_sandbox: bool = True
    patience_s: float | None = None
    """How long the browser may not answer before it is ended; `None`: some times as long as a page may take."""
    resolve: Callable[[str, int], Awaitable[list[str]]] = resolve_by_system
    """Returns the addresses of a host; tests have their own."""
