"""The threat model has every attack of the list, and only existing tests."""

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MODEL = CHECKOUT / "docs" / "threat-model.md"
ATTACKS = 55

pytestmark = pytest.mark.skipif(not MODEL.is_file(), reason="docs/ is not in the wheel")


def rows() -> list[list[str]]:
    """Return the cells of every table row."""
    lines = MODEL.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]


def named_tests() -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", MODEL.read_text(encoding="utf-8"))


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_named_test_exists() -> None:
    named = named_tests()
    files = {file for file, _ in named}
    known = {file: functions_of(CHECKOUT / file) if (CHECKOUT / file).is_file() else set() for file in files}
    assert len(named) > ATTACKS
    assert [name for file, name in named if name not in known[file]] == []


def test_every_attack_has_its_line_once() -> None:
    numbers = [cells[0] for cells in rows() if re.fullmatch(r"\d+(, \d+)*", cells[0])]
    assert sorted(int(number) for cell in numbers for number in cell.split(", ")) == list(range(1, ATTACKS + 1))


def test_every_attack_has_a_test_but_the_one_out_of_reach() -> None:
    without = [cells[0] for cells in rows() if re.match(r"\d", cells[0]) and "::test_" not in cells[-1]]
    assert without == ["32"]


def test_security_policy_links_to_the_model() -> None:
    text = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/threat-model.md)" in text
    assert all(word in text for word in ("document.cookie", "service workers", "Safari", "don't pass the gate"))
