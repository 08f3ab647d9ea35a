"""The cookie-date as browsers read it: what Chromium 156 and Firefox 153 were seen to do, and that any octets are safe.

Every date here was set as a cookie in both browsers, and read back from their jars.
"""

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate.wire.browser_dates import parse_chromium_date, parse_firefox_date
from cookiegate.wire.dates import EARLIEST_S, LATEST_S, format_cookie_date, is_plain_cookie_date, parse_cookie_date

NOON = 1803902400  # 2027-03-01 12:00:00
HOUR = 3600
DAY = 24 * HOUR

SEEN = {  # what Chromium makes of it, and what Firefox
    "Mon, 01 Mar 2027 12:00:00 GMT": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 UTC": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 Z": (NOON, NOON),
    # zones
    "Mon, 01 Mar 2027 12:00:00 +0900": (NOON, NOON - 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 -0900": (NOON, NOON + 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 +09:00": (NOON, NOON - 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 +9": (NOON, NOON - 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 +090": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 + 9": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00+0900": (NOON, NOON - 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 GMT-0500": (NOON, NOON + 5 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 +0100 +0900": (NOON, NOON - HOUR),
    "Mon, 01 Mar 2027 12:00:00 -0001": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 PST": (NOON, NOON + 8 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 PST+0100": (NOON, NOON + 8 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 pdt": (NOON, NOON + 7 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 JST": (NOON, NOON - 9 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 NST": (NOON, NOON + 3.5 * HOUR),
    "Mon, 01 Mar 2027 12:00:00 CET": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 UT JST": (NOON, NOON),
    "Mon, 01 Mar 2027 12:00:00 UTC JST": (NOON, NOON - 9 * HOUR),
    "Mon Mar 01 2027 12:00:00 GMT+0100 (CET)": (NOON, NOON - HOUR),
    # the order of the parts, and other forms of them
    "12:00:00 01 Mar 2027": (NOON, NOON),
    "2027 Mar 01 12:00:00": (NOON, NOON),
    "Mon Mar  1 12:00:00 2027": (NOON, NOON),
    "Mon, 01 Maroon 2027 12:00:00 GMT": (NOON, NOON),
    "Monday, 01-Mar-27 12:00:00 GMT": (NOON, NOON),
    "01 Mar 2027 Apr 12:00:00": (NOON, NOON),
    "01 - Mar - 2027 12:00:00": (NOON, NOON),
    "01 xMar 2027 12:00:00": (None, None),
    "Mon, 1st Mar 2027 12:00:00 GMT": (None, None),
    "001 Mar 2027 12:00:00": (None, None),
    "01x Mar 2027 12:00:00": (None, None),
    "1x 1 Mar 2027 12:00:00": (NOON, NOON),
    "01 Mar 2027x 12:00:00": (None, None),
    "Mon, 32 Mar 2027 12:00:00 GMT": (None, None),
    "Mon, 00 Mar 2027 12:00:00 GMT": (None, NOON - DAY),
    "Mon, 31 Feb 2027 12:00:00 GMT": (None, NOON + 2 * DAY),
    "Mon,01Mar2027 12:00:00": (None, None),
    "Mar-01-2027 12:00:00": (NOON, None),
    "Mon, 01\xa0Mar 2027 12:00:00 GMT": (None, None),
    "Mon\xe9 01 Mar 2027 12:00:00 GMT": (NOON, NOON),
    # times
    "Mon, 01 Mar 2027": (None, NOON - 12 * HOUR),
    "Mon, 01 Mar 2027 12:00 GMT": (None, NOON - 16),  # the blank is read as a digit
    "Mon, 01 Mar 2027 12:00": (None, NOON - 48),
    "Mon, 01 Mar 2027 12:00/": (None, NOON),
    "Mon, 01 Mar 2027 12:00\xe9": (None, NOON - 71),
    "Mon, 01 Mar 2027 12:": (None, NOON - 12 * HOUR),
    "01 Mar 2027 1:2:3": (NOON - 11 * HOUR + 123, NOON - 11 * HOUR + 123),
    "Mon, 01 Mar 2027 24:00:00 GMT": (None, NOON + 12 * HOUR),
    "Mon, 01 Mar 2027 12:60:00 GMT": (None, NOON + HOUR),
    "Mon, 01 Mar 2027 12:00:60 GMT": (None, NOON + 60),
    "01 Mar 2027 12:00:00x": (None, NOON),
    "01 Mar 2027 12:00:000": (NOON, NOON - 12 * HOUR),
    "01 Mar 2027 012:00:00": (NOON, NOON - 12 * HOUR),
    "01 Mar 2027 123:00:00": (None, NOON - 12 * HOUR),
    "01 Mar 2027 12:00:00:00": (None, NOON),
    "01 Mar 2027 12:0:x 12:00:00": (NOON, NOON + ord("x") - 48),
    "01 Mar 2027 24:00:00 12:00:00": (None, NOON + 12 * HOUR),
    "01 Mar 2027 12:00:00.5": (NOON, NOON),
    "01 Mar 2027 01:00:00 PM": (NOON - 11 * HOUR, NOON + HOUR),
    "01 Mar 2027 12:00:00 pm": (NOON, NOON),
    "01 Mar 2027 12:00:00am": (None, NOON - 12 * HOUR),
    "01 Mar 2027 13:00:00 PM": (NOON + HOUR, NOON + HOUR),
    # years
    "01 Mar 27 12:00:00": (NOON, NOON),
    "01 Mar 02027 12:00:00": (NOON, NOON),
    "01 Mar 0027 12:00:00": (NOON, -61310001600),
    "01 Mar 027 12:00:00": (NOON, None),
    "01 Mar 1600 12:00:00": (EARLIEST_S, -11670868800),
    "01 Mar 0000 12:00:00": (951912000, EARLIEST_S),
    "01 Mar 10000 12:00:00": (LATEST_S, LATEST_S),
    "01 Mar 32767 12:00:00": (LATEST_S, LATEST_S),
    "01 Mar 32768 12:00:00": (LATEST_S, None),
    "01 Mar 99999 12:00:00": (LATEST_S, None),
    "01 Mar 100000 12:00:00": (None, None),
    "15 Dec 100 12:00:60": (None, None),
    # dates in numbers
    "3/1/2027": (None, NOON - 12 * HOUR),
    "3-1-27": (None, NOON - 12 * HOUR),
    "27/3/1": (None, 985651200),
    "13/3/2027": (None, NOON - 12 * HOUR + 12 * DAY),
    "0/3/1": (None, 951868800),
    "99/13/1": (None, None),
    "99/1/32": (None, None),
    "13/13/27": (None, None),
    "0/0/1": (None, 944006400),
    "3/1/2027x": (None, None),
    "3/1/027": (None, None),
    "1995-06-22": (None, None),
    "Mar 3/1/2027": (None, None),
    "2027-03-01T12:00:00Z": (None, None),
    # nothing
    "": (None, None),
    "0": (None, None),
    "-1": (None, None),
    "junk": (None, None),
    "01 Mar": (None, None),
    "Mar 2027 12:00:00": (None, None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "seen"), SEEN.items(), ids=SEEN)
def test_date_is_read_as_the_browsers_do(text, seen):
    octets = text.encode("latin-1")
    assert (parse_chromium_date(octets), parse_firefox_date(octets)) == seen


def test_number_of_too_many_digits_is_no_hour():
    assert parse_chromium_date(b"01 Mar 2027 99999999999:00:00 12:00:00") == NOON
    assert parse_chromium_date(b"01 Mar 2027 0000000000012:00:00") == NOON


def test_first_month_of_a_year_before_the_first_is_long_past():
    assert parse_firefox_date(b"0/0/0 JST") == 944006400 - DAY - 9 * HOUR
    assert parse_firefox_date(b"01 Mar 0001 00:00:00") is not None


@given(st.integers(EARLIEST_S, LATEST_S))
@example(EARLIEST_S)
@example(LATEST_S)
def test_date_as_the_gate_writes_it_is_read_alike(seconds):
    text = format_cookie_date(seconds)
    assert parse_chromium_date(text) == parse_firefox_date(text) == parse_cookie_date(text) == seconds


@given(
    st.from_regex(
        rb"(?:Mon|Sun)[a-z]{0,6}, [0-3]\d([ -])(?:Jan|Feb|May|Dec)\1[1-9]\d{3} [0-2]\d:[0-6]\d:[0-6]\d GMT",
        fullmatch=True,
    )
)
def test_what_counts_as_plain_is_read_alike_where_it_is_a_date(text):
    assert is_plain_cookie_date(text)
    if (seconds := parse_cookie_date(text)) is not None:
        assert parse_chromium_date(text) == parse_firefox_date(text) == seconds


@given(st.binary(max_size=200) | st.text("0123456789:/-+ ,;()[]JanMrPSTGUxpm", max_size=80).map(str.encode))
@example(b"-")
@example(b"12:")
@example(b"1-")
@example(b"+")
@example(b"99/99/99999")
@example(b"1/1/0")
def test_any_octets_are_read(text):
    for read in (parse_chromium_date, parse_firefox_date):
        found = read(text)
        assert found is None or isinstance(found, int)


@pytest.mark.parametrize(
    "unit", [b"+", b"-", b"1", b"1:", b"1-", b"1/1/", b" ", b"a", b"a-", b":", b"\xe9", b"Mar ", b"12:00 "]
)
@pytest.mark.parametrize("read", [parse_chromium_date, parse_firefox_date])
def test_time_grows_with_the_text(read, unit):
    def seconds(count):
        text = unit * count
        began = process_time()
        read(text)
        return process_time() - began

    small = min(seconds(20_000) for _ in range(3))
    assert min(seconds(40_000) for _ in range(3)) < 4 * small + 0.01


def test_text_of_too_many_tokens_is_no_date_in_firefox():
    assert parse_firefox_date(b"+" * 900 + b" 01 Mar 2027 12:00:00") == NOON
    assert parse_firefox_date(b"+" * 1000 + b" 01 Mar 2027 12:00:00") is None
