"""Firefox as the oracle's browser, by WebDriver BiDi, which it speaks itself: Playwright can't drive a stock Firefox.

Source: https://w3c.github.io/webdriver-bidi/ (the modules `session`, `browsingContext`, `script` and `storage`).
"""

import base64
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_S = 300
ANSWER_S = 600
PREFERENCES = {
    # Nothing leaves the machine: what is not localhost goes to a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 1,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 1,
    "network.proxy.no_proxies_on": "localhost,.localhost",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    # Nobody looks at it.
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "browser.startup.page": 0,
    "dom.security.https_first": False,
}
ASK = """(...urls) => Promise.allSettled(urls.map(
    url => fetch(url, {mode: "no-cors", credentials: "include", cache: "no-store"})
)).then(() => null)"""


class Firefox:
    """One profile. Its jar is told in octets."""

    name = "Firefox"

    def __init__(self, socket: Any, stored: type, *, takes_any_certificate: bool = False) -> None:
        self._socket = socket
        self._stored = stored
        self._number = 0
        self._url = ""
        self.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": takes_any_certificate}})
        self._context = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=ANSWER_S))
            if message.get("id") == self._number:
                break
        if message["type"] != "success":
            raise RuntimeError(f"{method}: {message.get('error')}: {message.get('message')}")
        return message["result"]

    def ask(self, page: str, urls: Sequence[str]) -> None:
        if self._url != page:
            self.call("browsingContext.navigate", context=self._context, url=page, wait="complete")
            self._url = page
        done = self.call(
            "script.callFunction",
            functionDeclaration=ASK,
            awaitPromise=True,
            target={"context": self._context},
            arguments=[{"type": "string", "value": url} for url in urls],
        )
        if done["type"] != "success":
            raise RuntimeError(f"the page's script failed: {done}")

    def jar(self) -> list[Any]:
        return [
            self._stored(
                name=cookie["name"].encode(),
                value=_octets(cookie["value"]),
                domain=cookie["domain"],
                path=cookie["path"],
                expires_s=cookie.get("expiry"),
                secure=cookie["secure"],
                http_only=cookie["httpOnly"],
                same_site=cookie["sameSite"].capitalize(),
                partitioned=None,
            )
            for cookie in self.call("storage.getCookies")["cookies"]
        ]

    def clear(self) -> None:
        self.call("storage.deleteCookies")


def _octets(value: dict[str, str]) -> bytes:
    return value["value"].encode() if value["type"] == "string" else base64.b64decode(value["value"])


@contextmanager
def running(
    executable: str, directory: Path, stored: type, *, takes_any_certificate: bool = False
) -> Iterator[Firefox]:
    """Run the browser as long as the block lasts, with a new profile in this directory."""
    from websockets.sync.client import connect

    profile = directory / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [executable, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(directory)
    ) as process:
        watchdog = threading.Timer(START_S, process.kill)
        watchdog.start()
        try:
            origin = _listening(process)
            watchdog.cancel()
            threading.Thread(target=process.stderr.read, daemon=True).start()  # it must not block on a full pipe
            with connect(f"{origin}/session", max_size=None, compression=None) as socket:
                yield Firefox(socket, stored, takes_any_certificate=takes_any_certificate)
        finally:
            watchdog.cancel()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    shutil.rmtree(profile, ignore_errors=True)


def _environment(directory: Path) -> dict[str, str]:
    """Return the environment with a home of its own: Firefox writes there too, and refuses one of somebody else."""
    return os.environ | {"HOME": str(directory), "MOZ_CRASHREPORTER_DISABLE": "1"}


def _listening(process: Any) -> str:
    """Wait until the browser says where it listens."""
    told = []
    for line in process.stderr:
        told.append(line)
        if found := re.search(rb"WebDriver BiDi listening on (ws://\S+)", line):
            return found[1].decode()
    raise RuntimeError(f"Firefox did not start: {b''.join(told)[-2000:]!r}")
