"""The comparison with other banners: our own column says what is in the files."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

_spec = spec_from_file_location("cookiegate_comparison", Path(__file__).with_name("comparison.py"))
comparison = module_from_spec(_spec)
_spec.loader.exec_module(comparison)

pytestmark = pytest.mark.skipif(not comparison.GUIDE.is_file(), reason="docs/ is not in the wheel")
REGENERATE = "run `python -m tests.settings_page.comparison`"


@pytest.fixture
def guide():
    return comparison.GUIDE.read_text(encoding="utf-8")


def size_kb(cell):
    return float(re.fullmatch(r"([\d.]+) kB", cell)[1])


@pytest.mark.parametrize("name", comparison.cells())
def test_our_own_column_says_what_is_in_the_files(guide, name):
    ours, actual = comparison.rows(guide)[name], comparison.cells()[name]
    if "gzip" in name:  # other builds of zlib compress a little more or less
        assert size_kb(ours) == pytest.approx(size_kb(actual), abs=0.1), REGENERATE
    else:
        assert ours == actual, REGENERATE


def test_figures_can_be_written_anew(guide):
    spoilt = guide.replace(comparison.rows(guide)["languages"], "9999", 1)
    assert comparison.rows(comparison.written(spoilt)) == comparison.rows(comparison.written(guide))


def test_no_row_is_no_for_us_without_a_reason(guide):
    refused = [cell for cell in comparison.rows(guide).values() if re.match(r"no\b", cell, re.IGNORECASE)]
    assert refused
    assert [cell for cell in refused if not re.match(r"no: \w", cell)] == []


def test_every_row_says_something_of_everyone(guide):
    table = [line for line in guide.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert {len(row) for row in cells} == {6}
    assert [row for row in cells[1:] if not all(row)] == []
