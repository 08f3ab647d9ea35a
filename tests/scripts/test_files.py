"""The scripts as they are served and built: their octets, names, header fields, sizes."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.scripts import find_file, guard_of, script_url
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

PACKAGE = Path(__file__).parents[2] / "cookiegate" / "scripts"
BUILT = PACKAGE / "built"
MOST_OCTETS = 3000
SIZES = """const {brotliCompressSync} = await import("node:zlib"); const {readFileSync} = await import("node:fs");
return given.map(path => brotliCompressSync(readFileSync(path)).length);"""
A = CookieRule(name="a", category="statistics", purpose="A test.")


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def nothing_wsgi(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b""]


@pytest.fixture(params=["asgi", "wsgi"])
def ask(request: pytest.FixtureRequest) -> Any:
    """Return a function that sends a request to a site of this gate: status, header fields, body."""

    def send(gate: CookieGate, path: str, method: str = "GET") -> Any:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(AsgiGate(nothing, gate=gate))
            async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
                return await client.request(method, path)

        if request.param == "asgi":
            return asyncio.run(once())
        transport = httpx.WSGITransport(WsgiGate(nothing_wsgi, gate=gate))
        with httpx.Client(transport=transport, base_url="http://a.example") as client:
            return client.request(method, path)

    return send


def test_built_files_are_what_the_build_gives(tmp_path, missing):
    npm = shutil.which("npm") or missing("npm")
    source = shutil.copytree(PACKAGE / "source", tmp_path / "source")
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run(command, cwd=source, capture_output=True, timeout=600, check=False).returncode:
        missing("esbuild and terser from npm's registry")
    target = tmp_path / "made"
    target.mkdir()
    subprocess.run(["node", "build.mjs", str(target)], cwd=source, check=True, timeout=300)
    assert sorted(path.name for path in target.iterdir()) == [
        "companion.js", "databases.js", "guard.js", "waiting.js"
    ]  # fmt: skip
    for path in target.iterdir():
        assert path.read_bytes() == (BUILT / path.name).read_bytes(), f"{path.name}: run npm ci && npm run build"


def test_guard_has_three_kilobytes_with_brotli(node):
    assert node(SIZES, [str(BUILT / "guard.js")])[0] <= MOST_OCTETS


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_scripts_are_kept_for_a_year(ask, method):
    gate = CookieGate(settings_url="/choices")
    companion, waiting = re.findall(rb"/(?:companion|waiting)-[0-9a-f]{16}\.js", guard_of(gate).body)
    for path in (script_url(gate), f"/choices{companion.decode()}", f"/choices{waiting.decode()}"):
        answer = ask(gate, path, method)
        assert answer.status_code == 200
        assert {key: value for key, value in answer.headers.items() if key not in ("content-length", "date")} == {
            "content-type": "text/javascript; charset=utf-8",
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
        }
        found = find_file(gate, path.removeprefix("/choices"))
        assert found is not None
        assert int(answer.headers["content-length"]) == len(found[0].body)
        assert answer.content == (b"" if method == "HEAD" else found[0].body)


def test_other_digest_gets_the_present_script_which_nobody_keeps(ask):
    gate = CookieGate(settings_url="/choices")
    answer = ask(gate, "/choices/guard-0123456789abcdef.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == guard_of(gate).body


@pytest.mark.parametrize(
    "path", ["/guard.js", "/guard-0123.js", "/guard-0123456789ABCDEF.js", "/other-0123456789abcdef.js"]
)
def test_other_names_are_not_found(ask, path):
    assert ask(CookieGate(settings_url="/choices"), f"/choices{path}").status_code == 404


def test_scripts_are_only_read(ask):
    gate = CookieGate(settings_url="/choices")
    answer = ask(gate, script_url(gate), "POST")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_digest_changes_with_the_registry_and_the_settings():
    def digest(**settings: Any) -> str:
        return guard_of(CookieGate(**settings)).digest

    gates = [
        {},
        {"registry": Registry([A])},
        {"mode": "report-only"},
        {"unregistered_scripts": "drop"},
        {"revision": "2"},
    ]
    assert len({digest(**settings) for settings in gates}) == len(gates)
    assert digest() == digest()


def test_guard_of_a_gate_is_made_once_and_forgotten_with_it():
    from cookiegate.scripts import files

    gate = CookieGate(default_consent={"statistics"})  # such a gate has no hash
    assert guard_of(gate) is guard_of(gate)
    key = id(gate)
    assert key in files._made
    del gate
    assert key not in files._made


def test_guard_is_one_classic_script_without_html_in_it():
    rule = CookieRule(name="a", category="statistics", purpose="</script><script>alert(1)</script>")
    body = guard_of(CookieGate(registry=Registry([rule]))).body
    assert b"</" not in body
    assert b"@rules@" not in body
    assert b"alert" not in body  # what rules say to people is not sent


def test_names_of_http_only_cookies_are_not_in_the_file():
    hidden = CookieRule(name="secret_tool", category="necessary", purpose="A test.", http_only=True)
    body = guard_of(CookieGate(registry=Registry([hidden, A]))).body
    assert b"secret_tool" not in body
