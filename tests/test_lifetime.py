"""Lifetimes as people write them."""

import pytest

from cookiegate import Lifetime, parse_lifetime

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
        ("6 months", 180 * DAY),
        ("1 year", 365 * DAY),
        ("7days", 7 * DAY),
        ("  7   DAYS ", 7 * DAY),
        ("1 hour 30 minutes", 5400),
        ("1 year, 1 month and 1 day", 396 * DAY),
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
