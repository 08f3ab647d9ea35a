"""Counting choices by period."""

import pytest

from cookiegate.model import Category
from cookiegate.receipts.acceptance import acceptance


def test_choices_are_summed_up_by_period():
    counts = [
        ("2026-01-12", "own-choice", "statistics", 3),
        ("2026-01-31", "reject-all", "", 1),
        ("2026-02-01", "accept-all", "statistics marketing", 2),
    ]
    [january, february], unread = acceptance(counts, "month")
    assert (january.period, january.choices, january.share(Category.STATISTICS)) == ("2026-01", 4, 0.75)
    assert (february.period, february.granted[Category.MARKETING], february.how["accept-all"]) == ("2026-02", 2, 2)
    assert unread == 0


@pytest.mark.parametrize(
    ("period", "names"),
    [("day", ["2025-12-31", "2026-01-01", "2026-01-02"]), ("week", ["2026-W01"]), ("month", ["2025-12", "2026-01"])],
)
def test_periods_without_a_choice_stand_between(period, names):
    counts = [("2025-12-31", "gpc", "", 1), ("2026-01-02", "gpc", "", 1)]
    assert [each.period for each in acceptance(counts, period)[0]] == names


def test_period_without_a_choice_has_no_share():
    empty = acceptance([("2026-01-01", "gpc", "", 1), ("2026-03-01", "gpc", "", 1)], "month")[0][1]
    assert (empty.choices, empty.share(Category.MARKETING)) == (0, 0.0)


@pytest.mark.parametrize(
    "count", [("x", "gpc", "", 7), (None, "gpc", "", 7), (b"", "gpc", "", 7), ("2026-01-12", "x", "", 7),
              ("2026-01-12", "gpc", "stats", 7), ("2026-01-12", "gpc", None, 7)]
)  # fmt: skip
def test_what_no_receipt_has_is_counted_apart(count):
    assert acceptance([count], "month") == ([], 7)


def test_a_day_in_another_age_does_not_fill_the_table():
    counts = [("0001-01-01", "gpc", "", 1), ("2026-01-12", "gpc", "", 1)]
    assert [each.period for each in acceptance(counts, "day")[0]] == ["0001-01-01", "2026-01-12"]
