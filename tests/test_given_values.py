"""Durations and lists, as people give them in a file, as an option, and in Django's settings."""

from datetime import timedelta

import pytest

from cookiegate.given_values import nearest, read_duration_s, read_list

DAY_S = 86400


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("400 days", 400 * DAY_S), ("13 months", 397 * DAY_S), ("1 hour 30 minutes", 5400), ("395", 395 * DAY_S),
        (" 7 ", 7 * DAY_S), (1, DAY_S), (36500, 36500 * DAY_S), (timedelta(hours=1), 3600), ("12 HOURS", 43200),
    ],
)  # fmt: skip
def test_duration_is_read(value, seconds):
    assert read_duration_s(value) == seconds


@pytest.mark.parametrize(
    "value", [0, "0", -1, "-1", True, 1.5, "1.5", 36501, "36501", "9" * 12, timedelta(0), None, [], b"7 days"]
)
def test_other_values_are_none(value):
    with pytest.raises(
        ValueError,
        match=r"use text like '400 days', a timedelta, or a|not understood|use a length from 1 second to",
    ):
        read_duration_s(value)


@pytest.mark.parametrize("value", ["", "soon", "9" * 13, "²", "13"[:0] + "١٣"])
def test_text_that_is_no_duration_says_how_to_write_one(value):
    with pytest.raises(ValueError, match="not understood; write a number and a unit like '7 days'"):
        read_duration_s(value)


def test_session_is_no_duration():
    with pytest.raises(ValueError, match="'session' names no number"):
        read_duration_s("session")


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a", ["a"]), ("a,b", ["a", "b"]), (" a , b ,", ["a", "b"]), (["a", "b, c"], ["a", "b, c"]), ((1, 2), [1, 2]),
        ({"a"}, ["a"]), ([], []), ((each for each in "ab"), ["a", "b"]),
    ],
)  # fmt: skip
def test_list_is_read(value, items):
    assert read_list(value) == items


@pytest.mark.parametrize("value", ["", " ", ",", b"a", {"a": 1}, None, 3])
def test_what_is_no_list(value):
    with pytest.raises(ValueError, match="write a list, or one text with commas"):
        read_list(value)


def test_nearest_word_is_named():
    assert nearest("revison", ("mode", "revision")) == "did you mean 'revision'?"
    assert nearest("x", ("mode", "revision")) == "known are mode, revision"
