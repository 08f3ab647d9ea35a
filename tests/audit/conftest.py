"""What the audit's tests share: HAR files made of few words, a registry, and audits of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cookiegate.audit.auditing import Promise, audit_har, audit_site, platform
from cookiegate.audit.result import Audit

COOKIES_TOML = """
[gate]
revision = "1"
[[cookie]]
name = "sid"
category = "necessary"
purpose = "Keeps you logged in."
lifetime = "session"
http_only = true
host_only = true
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
name = "keep"
category = "necessary"
lifetime = "persistent"
[[cookie]]
name = "track"
category = "marketing"
lifetime = "persistent"
"""
CHOICE = "cookiegate_consent=v=1&c={}&t=1768204800&r=1"
SAFE = "; Path=/; Secure; HttpOnly; SameSite=Lax"


def entry(
    url: str = "https://www.shop.example/?q=secret", *lines: str, cookie: str = "", headers: Any = (), **more: Any
) -> dict[str, Any]:
    """One entry as browsers write it; `lines` are the Set-Cookie lines."""
    request = [{"name": name, "value": value} for name, value in headers]
    request += [{"name": "Cookie", "value": cookie}] if cookie else []
    return {
        "startedDateTime": "2026-01-12T08:00:10.000Z",
        "request": {"method": "GET", "url": url, "headers": request, "cookies": []},
        "response": {
            "status": 200,
            "headers": [{"name": "set-cookie", "value": line} for line in lines],
            "cookies": [],
            "content": {"text": "<p>"},
        },
    } | more


@pytest.fixture(scope="session")
def make() -> Callable[..., dict[str, Any]]:
    return entry


@pytest.fixture(scope="session")
def choice() -> Callable[[str], str]:
    return CHOICE.format


@pytest.fixture(scope="session")
def safe() -> str:
    return SAFE


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "cookies.toml"
    path.write_text(COOKIES_TOML, encoding="utf-8")
    return path


@pytest.fixture
def promise(toml: Path) -> Promise:
    return Promise.of(toml, platform(None))


@pytest.fixture
def har(tmp_path: Path) -> Callable[..., Path]:
    """Write a HAR file."""

    def write(*entries: dict[str, Any], **log: Any) -> Path:
        path = tmp_path / "shop.har"
        log = {"creator": {"name": "WebInspector", "version": "1"}, **log, "entries": entries}
        path.write_text(json.dumps({"log": log}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def audited(har: Callable[..., Path], promise: Promise) -> Callable[..., Audit]:
    """Audit entries."""

    def audit(*entries: dict[str, Any], hosts: tuple[str, ...] = ()) -> Audit:
        return audit_har(har(*entries), promise, hosts, lambda _: None)

    return audit


@pytest.fixture(scope="session")
def failures() -> Callable[[Audit], list[tuple[str, str, str]]]:
    """List the findings that can fail a run."""

    def tell(audit: Audit) -> list[tuple[str, str, str]]:
        return [
            (finding.code.value, finding.cookie, finding.detail)
            for finding in audit.findings
            if finding.severity != "note"
        ]

    return tell


Answer = tuple[int, dict[str, str], str]
_SENT_BY_EVERY_CLIENT = {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Serve status, header fields and body of each path, or what a function of the request's cookies says.

    The second value lists the paths that were asked for; `received` takes the fields that not every client sends.
    """
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")

    @contextmanager
    def serving(
        pages: dict[str, Answer | Callable[[str], Answer]], received: list[dict[str, str]] | None = None
    ) -> Iterator[tuple[str, list[str]]]:
        asked: list[str] = []

        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                asked.append(path)
                if received is not None:
                    fields = {name.lower(): value for name, value in self.headers.items()}
                    received.append({name: fields[name] for name in fields.keys() - _SENT_BY_EVERY_CLIENT})
                page = pages.get(path, (404, {}, ""))
                status, headers, body = page(self.headers.get("Cookie", "")) if callable(page) else page
                with suppress(OSError):
                    self.send_response(status)
                    for name, value in {"Content-Type": "text/html", **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/", asked
            server.shutdown()
            thread.join()

    return serving


@pytest.fixture
def look(promise: Promise) -> Callable[..., Audit]:
    """Audit a running site."""

    def audit(url: str, *, hosts: tuple[str, ...] = (), **given: Any) -> Audit:
        granted = ("none", "preferences", "statistics", "marketing", "everything")
        options = {"granted": granted, "consent_cookies": (), "pages": 5, "seconds": 20.0, "version": "0", **given}
        return audit_site(url, promise, hosts, on_request=lambda: None, **options)

    return audit
