"""Lifetimes as text, and durations."""

from datetime import date

import pytest

from cookiegate import Lifetime, parse_lifetime
from cookiegate.lifetime import days_of_months, format_duration

DAY = 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 second", 1),
        ("90 seconds", 90),
        ("30 minutes", 1800),
        ("1 hour", 3600),
        ("1 day", DAY),
        ("7 days", 7 * DAY),
        ("2 weeks", 14 * DAY),
        ("1 month", 31 * DAY),
        ("6 months", 184 * DAY),
        ("12 months", 366 * DAY),
        ("13 months", 397 * DAY),
        ("24 months", 731 * DAY),
        ("1 year", 366 * DAY),
        ("2 years", 731 * DAY),
        ("4 years", 1461 * DAY),
        ("7days", 7 * DAY),
        ("  7   DAYS ", 7 * DAY),
        ("1 hour 30 minutes", 5400),
        ("1 year, 1 month and 1 day", 398 * DAY),
        ("0 days 1 hour", 3600),
        ("400 days", 34560000),
    ],
)
def test_lifetime_amount(text, seconds):
    assert parse_lifetime(text) == Lifetime(text, max_age_s=seconds)


@pytest.mark.parametrize("text", ["session", "Session", " browser  session ", "session based", "session-based"])
def test_lifetime_session(text):
    assert parse_lifetime(text) == Lifetime(text, is_session=True)


@pytest.mark.parametrize("text", ["persistent", "varies", "Varies"])
def test_lifetime_without_a_number(text):
    assert parse_lifetime(text) == Lifetime(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "7", "days", "0 days", "-7 days", "1.5 hours", "a week", "7 fortnights", "7 days ago", "1 dayx",
        "\u0667 days", "1234567890 days", "seven days", "7 days/8 days", "forever", "sessions",
    ],
)  # fmt: skip
def test_lifetime_that_is_not_understood(text):
    with pytest.raises(ValueError, match="is not understood; write a number and a unit like '7 days' or '6 months'"):
        parse_lifetime(text)


def test_lifetime_reads_as_it_was_written():
    assert str(parse_lifetime("6 Months")) == "6 Months"


@pytest.mark.parametrize("text", ["7 days", "session", "varies"])
def test_lifetime_reads_its_text_where_it_is_written(text):
    assert Lifetime(text) == parse_lifetime(text)


@pytest.mark.parametrize("text", ["soon", "", "0 days"])
def test_lifetime_complains_where_it_is_written(text):
    with pytest.raises(ValueError, match="is not understood; write a number and a unit"):
        Lifetime(text)


@pytest.mark.parametrize("text", [7, None, b"7 days", ["7 days"]])
def test_lifetime_is_text(text):
    with pytest.raises(ValueError, match="write it as text in quotes"):
        Lifetime(text)


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": "7 days", "max_age_s": 1},
        {"text": "7 days", "max_age_s": "604800"},
        {"text": "7 days", "max_age_s": 604800, "is_session": True},
        {"text": "7 days", "is_session": True},
        {"text": "session", "max_age_s": 60},
        {"text": "varies", "max_age_s": 60},
    ],
)
def test_lifetime_that_contradicts_its_text_is_refused(arguments):
    with pytest.raises(ValueError, match="contradicts max_age_s"):
        Lifetime(**arguments)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (1800, "30 minutes"),
        (5400, "1 hour 30 minutes"),
        (34_560_000, "400 days"),
        (34_560_001, "400 days 1 second"),
        (315_360_000, "3,650 days"),
        (90_061, "1 day 1 hour 1 minute 1 second"),
    ],
)
def test_duration_is_written_in_units_that_people_use(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize("text", ["7 days", "1 hour 30 minutes", "45 seconds"])
def test_duration_is_the_text_of_its_lifetime(text):
    assert format_duration(parse_lifetime(text).max_age_s) == text


@pytest.mark.parametrize("text", ["364 days, 364 days", "1 hour 1 year", "1 year 1 month 1 month"])
def test_several_lifetimes_are_not_added_up(text):
    with pytest.raises(ValueError, match="names several lifetimes; write one, the longer unit first"):
        parse_lifetime(text)


@pytest.mark.parametrize("months", range(1, 60))
def test_months_are_the_longest_so_many_of_the_calendar(months):
    def first_of(month):
        return date(2023 + month // 12, month % 12 + 1, 1)

    longest = max((first_of(start + months) - first_of(start)).days for start in range(48))
    assert days_of_months(months) == longest
