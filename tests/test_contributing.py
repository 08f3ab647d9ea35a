"""CONTRIBUTING.md, the Makefile and the pre-commit hooks say what the project really does."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
DEVELOPERS_TOOLS = {"lint-imports", "mypy", "ruff", "vulture"}
"""The commands of `.ci/requirements.txt`: whoever only runs the tests has none of them."""

pytestmark = pytest.mark.skipif(not (CHECKOUT / ".ci").is_dir(), reason="CI's own files are not in the source archive")


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def test_map_is_the_import_contract() -> None:
    contract = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    layers = [re.findall(r"\w+", layer) for layer in contract["layers"]]
    block = re.search(r"## The map.*?```\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)
    assert block is not None
    lines = [line.partition("#") for line in block[1].splitlines()]
    assert [names.split() for names, _, _ in lines] == layers
    assert all(what.strip() for _, _, what in lines)


def test_each_file_that_is_named_is_there() -> None:
    named = {path for path in re.findall(r"`([\w./-]+\.\w+)`", text_of("CONTRIBUTING.md")) if "/" in path}
    missing = [
        path for path in sorted(named) if not any((CHECKOUT / base / path).exists() for base in ("", "cookiegate"))
    ]
    assert not missing
    assert len(named) > 8


def test_each_target_that_is_named_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make (\w+)`", text_of("CONTRIBUTING.md"))) == targets
    assert set(re.findall(r"^\.PHONY: (.*)$", text_of("Makefile"), re.MULTILINE)[0].split()) == targets


@pytest.mark.parametrize("target", ["lint", "types", "bench"])
def test_makefile_calls_what_ci_calls(target: str) -> None:
    recipe = re.search(rf"^{target}:\n((?:\t.*\n)+)", text_of("Makefile"), re.MULTILINE)
    assert recipe is not None
    calls = [line.strip() for line in text_of(".ci/run").splitlines()]
    missing = [
        line for line in recipe[1].split("\n") if line and not any(call.startswith(line.strip()) for call in calls)
    ]
    assert not missing


def test_hooks_have_the_version_of_ci() -> None:
    found = re.search(r"ruff==([\d.]+)", text_of(".ci/requirements.txt"))
    assert found is not None
    assert f"rev: v{found[1]}\n" in text_of(".pre-commit-config.yaml")


def first_commands() -> list[str]:
    block = re.search(r"```console\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)
    assert block is not None
    return block[1].splitlines()


def test_first_commands_run(tmp_path: Path) -> None:
    """From a clone to a run of tests: the environment is made, the packages are found, the tests are collected."""
    make, install, test = first_commands()
    assert install.startswith("pip install ")
    assert test.startswith("pytest ")
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTEST_ADDOPTS")}

    def run(command: str) -> str:
        words = ["bash", "-ec", command]
        done = subprocess.run(words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Python 3." in run(f"{make.replace('.venv', str(tmp_path / 'venv'))} && python --version")
    run(f"{sys.executable} -m {install.replace('install', 'install --dry-run --quiet --no-deps')}")
    assert "tests collected" in run(f"{sys.executable} -m {test} --collect-only -p no:cacheprovider")


@pytest.mark.parametrize("target", ["lint", "types", "test", "docs", "bench", "api"])
def test_make_knows_each_command(target: str, missing: Callable[[str], NoReturn]) -> None:
    if shutil.which("make") is None:
        missing("make")
    done = subprocess.run(["make", "-n", target], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        word = line.split()[0]
        if word in DEVELOPERS_TOOLS and shutil.which(word) is None:
            missing(f"{word} of .ci/requirements.txt")
        assert word == "python" or shutil.which(word) or (CHECKOUT / word).is_file(), word
