"""What the audit's tests share: HAR files made of few words, a registry, and audits of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.audit.auditing import Promise, audit_har, platform
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
def told() -> Callable[[Audit], list[tuple[str, str, str]]]:
    """List the findings that can fail a run."""

    def tell(audit: Audit) -> list[tuple[str, str, str]]:
        return [
            (finding.code.value, finding.cookie, finding.detail)
            for finding in audit.findings
            if finding.severity != "note"
        ]

    return tell
