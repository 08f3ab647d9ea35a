"""The commands in README print the output that README shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
TRANSCRIPT = re.compile(r"^```console\n\$ (cookiegate [^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not README.is_file(), reason="README.md is not in the wheel")


def transcripts() -> list[tuple[str, str]]:
    return TRANSCRIPT.findall(README.read_text(encoding="utf-8")) if README.is_file() else []


def test_readme_shows_a_command_and_what_it_prints():
    assert transcripts()


@pytest.mark.parametrize(("command", "printed"), transcripts())
def test_readme_command_prints_what_is_shown(command, printed, tmp_path):
    text = README.read_text(encoding="utf-8")
    (tmp_path / "cookies.toml").write_text(TOML.search(text)[1], encoding="utf-8")
    words = [sys.executable, "-m", *shlex.split(command)]
    found = subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "120"},
        timeout=300,
        check=False,
    )
    assert [line.rstrip() for line in found.stdout.splitlines()] == printed.splitlines()


def test_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120
