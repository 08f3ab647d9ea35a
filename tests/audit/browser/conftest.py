"""Test sites of many hosts on one loopback port, audits of them by the real browser, and evidence made by hand."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from cookiegate.audit.auditing import Promise, platform
from cookiegate.audit.browser.evidence import (
    BrowserEvidence,
    Control,
    JarCookie,
    PhaseEvidence,
    SeenLine,
    SentCookie,
    Setter,
    Shot,
    Step,
    StoredKey,
)  # fmt: skip
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.result import Audit

Respond = Callable[[dict[str, Any], Callable[..., Any]], Any]

REGISTRY = """
[gate]
revision = "1"
[[cookie]]
name = "sid"
category = "necessary"
purpose = "Keeps you logged in."
lifetime = "session"
[[cookie]]
name = "stats"
category = "statistics"
purpose = "Counts pages."
lifetime = "30 days"
[[cookie]]
name = "ads"
category = "marketing"
purpose = "Measures advertising."
lifetime = "30 days"
[[cookie]]
name = "theme"
storage = "local"
category = "preferences"
purpose = "Remembers the colours."
"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Respond) -> Iterator[int]:
    with make_server("127.0.0.1", 0, None, _Server, _Quiet) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class Site:
    """Answers by host and path; a page is its body, or what a function of the request returns."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []

    def page(self, path: str, body: str, *lines: str, host: str = "shop.test", kind: str = "text/html") -> None:
        headers = [("Content-Type", f"{kind}; charset=utf-8"), *(("Set-Cookie", line) for line in lines)]
        self.pages[host, path] = ("200 OK", headers, body)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        host, path = environ["HTTP_HOST"].partition(":")[0], environ["PATH_INFO"]
        self.asked.append((host, path))
        self.headers.append({name: value for name, value in environ.items() if name.startswith("HTTP_")})
        found = self.pages.get((host, path), ("404 Not Found", [("Content-Type", "text/html")], "none"))
        status, headers, body = found(environ) if callable(found) else found
        octets = body.encode()
        start_response(status, [*headers, ("Content-Length", str(len(octets)))])
        return [octets]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "cookies.toml"
    path.write_text(REGISTRY, encoding="utf-8")
    return path


@pytest.fixture
def serve() -> Any:
    """Serve an app on loopback: `with serve(app) as port`."""
    return serving


@pytest.fixture
def to_loopback() -> Any:
    """Resolve every host of `.test` to 127.0.0.1, and what is given to its address."""

    def make(**addresses: list[str]) -> Any:
        async def resolve(host: str, port: int) -> list[str]:
            if host in addresses:
                return addresses[host]
            if host.endswith((".test", ".localhost")) or host == "127.0.0.1":
                return ["127.0.0.1"]
            raise OSError("no such name")

        return resolve

    return make


@pytest.fixture
def look(chromium_path: str, registry: Path, to_loopback: Any, missing: Callable[[str], Any]) -> Callable[..., Audit]:
    """Audit `shop.test` by the real browser: `look(app, path="/", **settings)`."""
    for package in ("playwright", "protego"):
        if find_spec(package) is None:
            missing(package)
    from cookiegate.audit.browser.auditing import audit_browser
    from cookiegate.audit.browser.settings import BrowserSettings

    def audit(
        app: Respond, path: str = "/", file: Path | None = registry, host: str = "shop.test", **given: Any
    ) -> Audit:  # fmt: skip
        options = {
            "browser_path": chromium_path, "wait_s": 0.05, "delay_s": 0.0, "pages": 1, "resolve": to_loopback(), **given
        }  # fmt: skip
        promise = Promise.of(file, platform(None))
        with serving(app) as port:
            url = f"http://{host}:{port}{path}"
            if "policy_page" in options:
                options["policy_page"] = url.removesuffix("/") + options["policy_page"]
            settings = BrowserSettings(**options)
            return audit_browser(url, promise, settings, registry=file)

    return audit


@pytest.fixture
def codes() -> Callable[[Audit], set[tuple[str, str]]]:
    """Code and subject of each finding that can fail a run, without those of a weak attribute."""

    def tell(audit: Audit) -> set[tuple[str, str]]:
        return {
            (finding.code.value, finding.cookie)
            for finding in audit.findings
            if finding.severity != "note" and finding.code.value not in ("weak-same-site", "no-http-only")
        }

    return tell


def a_line(text: str = "ads=x; Max-Age=60; SameSite=Lax", setter: Setter = Setter.SCRIPT, **more: Any) -> SeenLine:
    given = {"where": "http://shop.test/app.js", "host": "shop.test", "page": "http://shop.test/", **more}
    return SeenLine(line=text, setter=setter, is_https=False, at_s=1_768_204_800.0, **given)


def a_cookie(name: str = "ads", **more: Any) -> JarCookie:
    given = {
        "domain": "shop.test", "path": "/", "lifetime_s": 60.0, "secure": False, "http_only": False, "same_site": "Lax",
        "is_partitioned": False, "is_readable": True, **more,
    }  # fmt: skip
    return JarCookie(name=name, **given)


def a_phase(phase: Phase = Phase.BEFORE, **more: Any) -> PhaseEvidence:
    return PhaseEvidence(phase=phase, **{"pages": ("http://shop.test/",), **more})


def evidence(*phases: PhaseEvidence, **more: Any) -> BrowserEvidence:
    given = {
        "host": "shop.test", "browser": "Chromium 1", "started_at": "2026-01-12T08:00:00+00:00",
        "ended_at": "2026-01-12T08:01:00+00:00", **more,
    }  # fmt: skip
    return BrowserEvidence(phases=phases, **given)


def a_full_phase() -> PhaseEvidence:
    return a_phase(
        Phase.REJECT, lines=(a_line(chain=("http://shop.test/tag.js",)),), jar=(a_cookie(),),
        sent=(SentCookie("ads", "shop.test", 2),), keys=(StoredKey("local", "http://shop.test", "theme"),),
        controls=(Control("accept", "Accept", "OneTrust", 1, 10, 10, 7.0, None),), steps=(Step(0.1, "looked"),),
        shots=(Shot("loaded", "QUJD", 10, 10),), held=("ads",),
    )  # fmt: skip


@pytest.fixture
def make() -> Any:
    """Makers of evidence."""
    from types import SimpleNamespace

    return SimpleNamespace(
        line=a_line, cookie=a_cookie, phase=a_phase, evidence=evidence, full_phase=a_full_phase
    )  # fmt: skip
