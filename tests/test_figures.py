"""No figure in the documents that the benchmark's JSON does not hold: each ratio in a table is one of its medians."""

import json
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
RESULTS = CHECKOUT / "benchmarks" / "last.json"
RATIO = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)x(?!\w)")
HEADINGS = {"README.md": "## What it does, and what it does not", "benchmarks/README.md": "### Conditions"}

pytestmark = pytest.mark.skipif(not RESULTS.is_file(), reason="benchmarks/ is not in the wheel")


def medians() -> list[float]:
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    return [row[5] for row in rows if row[3] in ("x", "x faster")]


def is_held(figure: str, known: list[float]) -> bool:
    """Whether a median, rounded as the figure is, says the same."""
    digits = len(figure.partition(".")[2])
    return any(f"{median:.{digits}f}" == figure or f"{1 / median:.{digits}f}" == figure for median in known)


@pytest.mark.parametrize("name", HEADINGS)
def test_figures_in_the_tables_are_medians_of_the_last_results(name: str) -> None:
    document = CHECKOUT / name
    if not document.is_file():
        pytest.skip("the documents are not in the wheel")
    section = document.read_text(encoding="utf-8").partition(f"{HEADINGS[name]}\n")[2].partition("\n## ")[0]
    section = section.partition("\n### ")[0]
    figures = [figure for line in section.splitlines() if line.startswith("| ") for figure in RATIO.findall(line)]
    assert figures
    known = medians()
    assert [figure for figure in figures if not is_held(figure, known)] == []


def test_figure_that_nothing_holds_is_found() -> None:
    assert is_held("16", [15.55])
    assert is_held("2.0", [0.5])
    assert not is_held("16.9", [15.55, 0.5])
