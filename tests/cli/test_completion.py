"""The Tab key, in the shells themselves: bash, zsh and fish, with the script that `--show-completion` prints."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = [
    ("cookiegate re", {"registry", "receipts"}),
    ("cookiegate registry li", {"lint"}),
    ("cookiegate check --st", {"--strict"}),
    ("cookiegate audit --format s", {"sarif"}),
    ("cookiegate explain a=1 --granted sta", {"statistics"}),
    ("cookiegate explain a=1 --granted marketing,sta", {"marketing,statistics"}),
]


@pytest.fixture
def home(tmp_path):
    """A home with the command on its path, as an installed package has it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "cookiegate"
    script.write_text(f"#!{sys.executable}\nfrom cookiegate.cli import main\nmain()\n")
    script.chmod(0o755)
    return tmp_path


def shell(name: str, home: Path, script: str) -> str:
    """Run a script in a shell, and return what it prints."""
    program = shutil.which(name)
    if program is None:
        if os.environ.get("COOKIEGATE_CI"):
            pytest.fail(f"{name} is not here; apt-get install {name}")
        pytest.skip(f"{name} is not installed")
    plain = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[name]
    checkout = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([str(home / "bin"), os.environ["PATH"]])
    python_path = os.pathsep.join(filter(None, [checkout, os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "HOME": str(home), "PATH": path, "PYTHONPATH": python_path, "TERM": "dumb"}
    found = subprocess.run(
        [program, *plain, "-c", script],
        capture_output=True, text=True, env=environment, cwd=home, timeout=120, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_bash_completes(home, line, words):
    script = f"""
        eval "$(cookiegate --show-completion)"
        COMP_WORDS=({line}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)) COMP_LINE='{line}' COMP_POINT=${{#COMP_LINE}}
        function=$(complete -p cookiegate | sed -E 's/.*-F ([^ ]+).*/\\1/')
        "$function" cookiegate
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert set(shell("bash", home, script).split()) == words


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_zsh_completes(home, line, words):
    """zsh's own completion needs a terminal; its script asks the command, and what comes is what zsh offers."""
    script = f"""
        autoload -U compinit && compinit -u
        eval "$(cookiegate --show-completion)"
        whence _cookiegate_completion >/dev/null || exit 1
        _arguments() {{ print -r -- "$1" }}
        _files() {{ : }}
        words=({line})
        CURRENT=${{#words}}
        _cookiegate_completion
    """
    assert set(re.findall(r'"([^"\n]+)":', shell("zsh", home, script))) == words or words == set(
        re.findall(r'"([^"\n]+)"', shell("zsh", home, script))
    )


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_fish_completes(home, line, words):
    script = f"cookiegate --show-completion | source; complete --do-complete '{line}'"
    found = shell("fish", home, script)
    assert {line.partition("\t")[0] for line in found.splitlines()} == words


def test_installing_adds_to_the_start_up_file(home):
    (home / ".bashrc").write_text("# mine\n")
    shell("bash", home, "cookiegate --install-completion")
    text = (home / ".bashrc").read_text()
    assert text.startswith("# mine\n")
    assert "cookiegate" in text
