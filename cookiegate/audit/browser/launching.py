"""The installed browser: where it is, and the switches that keep all of its traffic inside the audit's proxy.

Law: the browser resolves no name and opens no connection but the one to the proxy.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookiegate.audit.browser.watchdog import Watchdog
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.text import shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["NAMES", "Launcher", "find_browser", "needs_no_sandbox", "running"]

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "brave-browser",
)  # fmt: skip
_FIREFOXES = ("firefox", "firefox-esr")
_SWITCHES = (
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic", "--dns-prefetch-disable", "--no-pings", "--disable-domain-reliability",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-features=DnsOverHttps,AsyncDns,WebTransport,MediaRouter,OptimizationHints,Translate",
)  # fmt: skip
_NO_FIREFOX = (
    "Playwright does not start an installed Firefox, only one that it has built; name a Chromium, Chrome or Edge with "
    "--browser-path"
)


def find_browser(path: str | None) -> str:
    """Return the program of the browser. Raises: `Unreadable` where there is none that Playwright starts."""
    if path is not None:
        found = shutil.which(path)
        if found is None:
            raise Unreadable(
                f"--browser-path {shown(path)}: no program is there; give the path of a Chromium or Chrome"
            )
        if any("firefox" in each.name.lower() for each in (Path(path), Path(found).resolve())):
            raise Unreadable(f"--browser-path {shown(path)}: {_NO_FIREFOX}")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    firefox = next((name for name in _FIREFOXES if shutil.which(name)), None)
    only = f"only {firefox}: {_NO_FIREFOX}" if firefox else "install Chromium, or name a browser with --browser-path"
    raise Unreadable(f"no Chromium is on the search path (looked for {', '.join(NAMES)}); {only}")


def needs_no_sandbox() -> bool:
    """Return whether Chromium can't run its sandbox: it refuses to as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def running(path: str, proxy: str, *, has_sandbox: bool, patience_s: float = 120.0) -> Iterator["Launcher"]:
    """Run Playwright while the block lasts; the launcher starts the browser, again where it has crashed.

    `patience_s`: how long the browser may not answer before it is ended.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launcher = Launcher(
            playwright, path, proxy, has_sandbox=has_sandbox and not needs_no_sandbox(), patience_s=patience_s
        )
        try:
            yield launcher
        finally:
            launcher.close()


class Launcher:
    """Starts the browser when it is needed."""

    def __init__(self, playwright: Any, path: str, proxy: str, *, has_sandbox: bool, patience_s: float) -> None:
        self._playwright = playwright
        self._path = path
        self._proxy = proxy
        self._has_sandbox = has_sandbox
        self._patience_s = patience_s
        self._browser: Browser | None = None
        self._watchdog: Watchdog | None = None

    def browser(self) -> "Browser":
        """Return the running browser. Raises: `Unreadable` where it does not start."""
        from playwright.sync_api import Error

        if self._browser is None or not self._browser.is_connected():
            try:
                self._browser = self._playwright.chromium.launch(
                    executable_path=self._path, args=list(_SWITCHES), chromium_sandbox=self._has_sandbox,
                    ignore_default_args=["--disable-popup-blocking"],
                    proxy={"server": self._proxy, "bypass": "<-loopback>"}, handle_sigint=False,
                )  # fmt: skip
            except Error as error:
                what = shown(str(error).partition("\n")[0], 200)
                hint = "" if not self._has_sandbox else "; where its sandbox can't run (a container), add --no-sandbox"
                raise Unreadable(f"{shown(self._path)} does not start: {what}{hint}") from None
            self._watch(self._browser)
        return self._browser

    def _watch(self, browser: "Browser") -> None:
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        pid = next(each["id"] for each in processes if each["type"] == "browser")
        if self._watchdog is not None:
            self._watchdog.end()
        self._watchdog = Watchdog(pid, self._patience_s)

    def touch(self) -> None:
        """Say that the browser still answers."""
        if self._watchdog is not None:
            self._watchdog.touch()

    def close(self) -> None:
        """End the browser, if it runs."""
        if self._browser is not None:
            self._browser.close()
        if self._watchdog is not None:
            self._watchdog.end()
