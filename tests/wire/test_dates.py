"""The cookie-date: the historic examples, single facts, and what holds for any octets."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.dates import format_cookie_date, is_now, is_plain_cookie_date, parse_cookie_date

FIRST_S, LAST_S = -11644473600, 253402300799  # 1601-01-01 00:00:00 and 9999-12-31 23:59:59

CHROMIUM_READS = {
    "Thu, 12-Aug-31841 20:49:07 GMT",  # Chromium takes five digits for a year; the algorithm takes four at most
}
"""The examples that Chromium's own date reader understands otherwise."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.fixture(scope="module")
def examples(shared_json):
    return shared_json("cookie-dates.json")


def test_examples_are_all_there(examples):
    assert len({example["date"] for example in examples}) == len(examples) == 68


def test_examples_of_2009_still_hold(examples):
    assert [example["date"] for example in examples if example["expected_unix"] != example["model_unix"]] == []


def test_examples_are_read_as_expected(examples):
    found = {example["date"]: parse_cookie_date(example["date"].encode("latin-1")) for example in examples}
    assert found == {example["date"]: example["model_unix"] for example in examples}


def test_examples_are_written_as_expected(examples):
    dates = [example["expected"] for example in examples if example["expected"] is not None]
    assert [format_cookie_date(parse_cookie_date(date.encode())).decode() for date in dates] == dates


def test_examples_that_chromium_reads_otherwise_are_known(examples):
    other = {example["date"] for example in examples if example["chrome_model_unix"] != example["model_unix"]}
    assert other == CHROMIUM_READS


def test_examples_that_chromium_reads_otherwise_are_not_plain(examples):
    assert not any(is_plain_cookie_date(date.encode()) for date in CHROMIUM_READS)


def test_parse_reads_the_http_date():
    assert parse_cookie_date(b"Sun, 06 Nov 1994 08:49:37 GMT") == 784111777


def test_parse_reads_the_rfc_850_date():
    assert parse_cookie_date(b"Sunday, 06-Nov-94 08:49:37 GMT") == 784111777


def test_parse_reads_the_asctime_date():
    assert parse_cookie_date(b"Sun Nov  6 08:49:37 1994") == 784111777


def test_parse_ignores_a_zone():
    assert parse_cookie_date(b"Sun, 06 Nov 1994 08:49:37 +0900") == 784111777


@pytest.mark.parametrize(
    ("text", "year"),
    [(b"69", 2069), (b"70", 1970), (b"99", 1999), (b"00", 2000), (b"0070", 1970), (b"1601", 1601), (b"9999", 9999)],
)
def test_parse_reads_the_year(text, year):
    assert parse_cookie_date(b"1 Jan %b 0:0:0" % text) == datetime(year, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", [b"1600", b"100", b"31841", b"7"])
def test_parse_refuses_the_year(text):
    assert parse_cookie_date(b"Mon, 01 Jan %b 00:00:00 GMT" % text) is None


@pytest.mark.parametrize(
    "text", [b"24:00:00", b"00:60:00", b"00:00:60", b"00:00", b"00: 00:00", b"000:00:00", b"0:0:000"]
)
def test_parse_refuses_the_time(text):
    assert parse_cookie_date(b"Thu, 01 Jan 1970 %b GMT" % text) is None


@pytest.mark.parametrize("text", [b"0", b"32", b"001", b""])
def test_parse_refuses_the_day(text):
    assert parse_cookie_date(b"Thu, %b Jan 1970 00:00:00 GMT" % text) is None


@pytest.mark.parametrize("text", [b"30 Feb 2024", b"29 Feb 2023", b"29 Feb 1900", b"31 Apr 2026"])
def test_parse_refuses_a_day_that_does_not_exist(text):
    assert parse_cookie_date(text + b" 00:00:00 GMT") is None


def test_parse_reads_a_leap_day():
    assert parse_cookie_date(b"29 Feb 2000 00:00:00") == 951782400


def test_parse_refuses_a_month_that_is_none():
    assert parse_cookie_date(b"Thu, 01 Foo 1970 00:00:00 GMT") is None


def test_parse_reads_a_month_by_its_first_three_letters():
    assert parse_cookie_date(b"1 janissary 1970 00:00:00") == 0


@pytest.mark.parametrize("text", [b"0", b"-1", b"", b"Thu, 01 Jan 1970", b"1970-01-01T00:00:00Z", b"session"])
def test_parse_refuses_what_is_no_date(text):
    assert parse_cookie_date(text) is None


def test_parse_reads_an_ordinal_day():
    assert parse_cookie_date(b"Thu, 1st Jan 1970 00:00:00 GMT") == 0


def test_parse_takes_the_first_token_of_each_kind():
    assert parse_cookie_date(b"1 Jan 1970 00:00:00 2 Feb 1971 11:11:11") == 0


def test_parse_takes_digits_of_other_alphabets_for_no_digits():
    assert parse_cookie_date("1 Jan ١٩٧٠ 00:00:00".encode()) is None


def test_parse_takes_superscripts_for_no_digits():
    assert parse_cookie_date(b"Thu, \xb2 Jan 1970 00:00:00 GMT") is None


def test_parse_takes_a_no_break_space_for_no_delimiter():
    assert parse_cookie_date(b"Thu, 01\xa0Jan\xa01970\xa000:00:00") is None


@pytest.mark.parametrize(
    "text",
    [
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Thu, 01-Jan-1970 00:00:00 GMT",
        b"Thursday, 01-Jan-1970 00:00:00 GMT",
        b"Mon, 01 Jan 1970 00:00:00 GMT",  # the weekday is nobody's concern
    ],
)
def test_plain_is(text):
    assert is_plain_cookie_date(text)


@pytest.mark.parametrize(
    "text",
    [
        b"Thu, 1st Jan 1970 00:00:00 GMT",  # Chromium reads no date
        b"Thu, 1 Jan 1970 00:00:00 GMT",
        b"Thu, 01 Jan 1970 00:00:00 +0900",  # Firefox honours the zone
        b"Thu, 01 Jan 1970 00:00:00 UTC",
        b"Thu, 01 Jan 1970 00:00:00",
        b"Thu, 01-Jan-70 00:00:00 GMT",
        b"Thu, 01 Jan 0070 00:00:00 GMT",  # the algorithm reads 1970
        b"Thu, 01 Jan 31841 00:00:00 GMT",  # Chromium reads a date
        b"Thu, 01-Jan 1970 00:00:00 GMT",
        b"thu, 01 jan 1970 00:00:00 gmt",
        b"Thu Jan  1 00:00:00 1970",
        b'"Thu, 01 Jan 1970 00:00:00 GMT"',
        b"Thu, 01 Jan 1970 00:00:00 GMT\n",
        b" Thu, 01 Jan 1970 00:00:00 GMT",
        b"0",
        b"",
    ],
)
def test_plain_is_not(text):
    assert not is_plain_cookie_date(text)


def test_format_writes_the_http_date():
    assert format_cookie_date(784111777) == b"Sun, 06 Nov 1994 08:49:37 GMT"


def test_format_writes_the_epoch():
    assert format_cookie_date(0) == b"Thu, 01 Jan 1970 00:00:00 GMT"


def test_format_writes_a_second_before_the_epoch():
    assert format_cookie_date(-1) == b"Wed, 31 Dec 1969 23:59:59 GMT"


def test_format_cuts_to_the_year_1601():
    assert format_cookie_date(FIRST_S - 1) == b"Mon, 01 Jan 1601 00:00:00 GMT"


def test_format_cuts_to_the_year_9999():
    assert format_cookie_date(10**18) == b"Fri, 31 Dec 9999 23:59:59 GMT"


@given(st.integers(FIRST_S, LAST_S))
def test_format_reads_back_as_the_same_second(seconds):
    assert parse_cookie_date(format_cookie_date(seconds)) == seconds


@given(st.integers())
def test_format_writes_a_plain_date(seconds):
    assert is_plain_cookie_date(format_cookie_date(seconds))


@given(st.datetimes(datetime(1601, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001  # hypothesis wants naive bounds
def test_parse_agrees_with_datetime(moment):
    text = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year} {moment:%H:%M:%S}"
    assert parse_cookie_date(text.encode()) == int(moment.replace(microsecond=0, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (b"Mon, 12 Jan 2026 08:00:00 GMT", True),
        (b"Mon, 12 Jan 2026 08:01:00 GMT", True),
        (b"Mon, 12 Jan 2026 07:59:00 GMT", True),
        (b"Mon, 12 Jan 2026 08:01:01 GMT", False),
        (b"Mon, 12 Jan 2026 07:58:59 GMT", False),
        (b"Mon, 12 Jan 2026 08:00:00 +0000", False),
        (b"", False),
    ],
)
def test_now_is_a_plain_date_within_a_minute(text, answer):
    assert is_now(text, 1768204800.0) is answer


TOKENS = st.sampled_from(
    [b"Thu,", b"1", b"31st", b"Feb", b"2026", b"69", b"12:00:00", b"12:0:0x", b"60:1:1", b"-", b"\xff"]
)


@given(st.binary() | st.lists(TOKENS).map(b" ".join))
def test_parse_answers_a_second_in_range_or_nothing_for_any_octets(text):
    seconds = parse_cookie_date(text)
    assert seconds is None or FIRST_S <= seconds <= LAST_S


@given(st.from_regex(rb"Thu, [0-3][0-9] (?:Jan|Feb|Jun) [0-9]{4} [0-2][0-9]:[0-6][0-9]:[0-6][0-9] GMT", fullmatch=True))
def test_plain_that_is_read_has_the_written_day_month_year_and_time(text):
    seconds = parse_cookie_date(text)
    assert seconds is None or not is_plain_cookie_date(text) or format_cookie_date(seconds)[4:] == text[4:]


@given(st.binary())
def test_plain_answers_for_any_octets(text):
    assert is_plain_cookie_date(text) in (True, False)
