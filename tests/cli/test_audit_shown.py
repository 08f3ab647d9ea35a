"""README.md and docs/audit.md show the real output of audits of the demo's site, without and with the gate."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cookiegate.cli.demo.servers import listen, serve_asgi, serve_wsgi

CHECKOUT = Path(__file__).resolve().parents[2]
SHOWN = "http://127.0.0.1:48000/"
COMMAND = f"$ cookiegate audit {SHOWN} --registry cookies.toml\n"

pytestmark = pytest.mark.skipif(not (CHECKOUT / "README.md").is_file(), reason="documents are not in the wheel")


@pytest.fixture(scope="module", params=[serve_asgi, serve_wsgi], ids=["asgi", "wsgi"])
def audits(request, cookies_toml, tmp_path_factory):
    """Audit the demo's site without and with the gate, as the documents do; return the output."""
    directory = tmp_path_factory.mktemp("audit")
    shutil.copy(cookies_toml, directory / "cookies.toml")
    printed = []
    for is_gated in (False, True):
        with listen_on_five_digits() as listener, request.param(listener, is_gated=is_gated) as server:
            result = subprocess.run(
                [sys.executable, "-m", "cookiegate", "audit", server.url, "--registry", "cookies.toml"],
                cwd=directory, env={**os.environ, "COLUMNS": "100", "NO_PROXY": "127.0.0.1"},
                capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
            )  # fmt: skip
        assert (result.returncode, result.stderr) == (0 if is_gated else 1, "")
        lines = result.stdout.replace(server.url, SHOWN).splitlines()
        printed.append("\n".join(line.rstrip() for line in lines) + "\n")
    return printed


def listen_on_five_digits():
    """Listen on a port with as many digits as the shown one, so that lines break at the same places."""
    while True:
        listener = listen()
        if listener.getsockname()[1] >= 10000:
            return listener
        listener.close()


def shown(document):
    """Return the audits that a document shows: without and with the gate."""
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    blocks = "".join(block for block in blocks if COMMAND in block)
    assert blocks.count(COMMAND) == 2, f"{document} shows {blocks.count(COMMAND)} audits of two: {COMMAND}"
    before, after = blocks.split(COMMAND)[1:]
    return before.partition("\n# ")[0].rstrip() + "\n", after


@pytest.mark.parametrize("audits", [serve_asgi], indirect=True, ids=["asgi"])  # Flask leaves SameSite out
def test_guide_shows_the_whole_of_both_audits(audits):
    for printed, block in zip(audits, shown("docs/audit.md"), strict=True):
        assert printed.splitlines() == block.splitlines()


def test_readme_shows_the_sentence_of_both_audits(audits, promise):
    """README has only the first sentence, with its own line breaks."""
    promise("Audit", "the demo's site, without its gate", "finding", "18 of 25 cookies break the policy's promise")
    promise("Audit", "the demo's site, behind its gate", "finding", "none: all 24 cookies keep the promise")
    before, after = shown("README.md")
    assert before.split() == audits[0].partition("\nhttp")[0].split()
    assert after.strip() == audits[1].partition("\n")[0]
