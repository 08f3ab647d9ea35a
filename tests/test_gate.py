"""The arguments of `CookieGate`: each says which site needs it, in its docstring and in the documents."""

import ast
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

import cookiegate.gate
from cookiegate import CookieGate

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "registry.md"
ARGUMENTS = [field.name for field in fields(CookieGate) if field.init]


def docstrings() -> dict[str, str]:
    """Return the docstring of each field, from the source."""
    module = ast.parse(Path(cookiegate.gate.__file__).read_text(encoding="utf-8"))
    (body,) = [node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "CookieGate"]
    return {
        field.target.id: ast.literal_eval(text.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr)
    }


@pytest.mark.parametrize("name", ARGUMENTS)
def test_argument_says_which_site_needs_it(name):
    *_, last = docstrings()[name].split("\n")
    assert re.fullmatch(r" {4}For .+\.", last)


@pytest.mark.skipif(not GUIDE.exists(), reason="docs/ is not in the wheel")
def test_guide_says_the_same_of_each_argument():
    text = GUIDE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text.partition("## The arguments of the gate")[2], re.MULTILINE))
    lines = {name: docstrings()[name].split("\n")[-1].strip().removeprefix("For ") for name in ARGUMENTS}
    assert rows == {name: line[0].upper() + line[1:] for name, line in lines.items()}
