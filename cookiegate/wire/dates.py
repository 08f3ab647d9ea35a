"""The cookie-date: read as browsers read it, written as HTTP writes it.

Law: reading never raises, and a date is either read exactly by the algorithm, or is `None`.
Source: RFC 6265bis §5.1.1 (reading), RFC 9110 §5.6.7 IMF-fixdate (writing).
"""

import re
from datetime import date

from cookiegate.memo import Memo

__all__ = [
    "DELIMITERS", "EARLIEST_S", "EPOCH", "LATEST_S", "MONTHS", "format_cookie_date", "is_now", "is_plain_cookie_date",
    "parse_cookie_date", "seconds_of",
]  # fmt: skip

_TOLERANCE_S = 60  # of clocks: by no more than this does a Date field make a cookie live longer

DELIMITERS = re.compile(rb"[\x09\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+")
_TIME = re.compile(rb"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?", re.DOTALL)
_DAY = re.compile(rb"(\d{1,2})(?:\D.*)?", re.DOTALL)
_YEAR = re.compile(rb"(\d{2,4})(?:\D.*)?", re.DOTALL)
MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), start=1
    )
}
EPOCH = date(1970, 1, 1).toordinal()
EARLIEST_S, LATEST_S = -11644473600, 253402300799  # the first second of 1601 and the last of 9999
_WRITTEN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WRITTEN_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# The forms that every browser's own date reader understands alike: weekday, two-digit day, English month,
# four-digit year, time, GMT. (Firefox honours other zones, Chromium refuses "1st", the algorithm reads the year 0070
# as 1970, and so on.)
_PLAIN = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}, \d\d([ -])(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\1"
    rb"[1-9]\d{3} \d\d:\d\d:\d\d GMT"
)


def parse_cookie_date(text: bytes) -> int | None:
    """Read a cookie-date.

    Returns seconds since 1970-01-01 UTC (negative before), or `None` if it is no date. A zone in the text is
    ignored, as browsers do. Raises nothing, for any input.

    Source: RFC 6265bis §5.1.1.
    """
    return _known[text]  # the cookies of a response mostly expire in the same second


def _read(text: bytes) -> int | None:
    """Read a cookie-date by the algorithm of RFC 6265bis §5.1.1; the step numbers are its."""
    time = day = month = year = None
    for token in DELIMITERS.split(text):  # step 1
        if time is None and (found := _TIME.fullmatch(token)):  # step 2.1
            time = int(found[1]), int(found[2]), int(found[3])
        elif day is None and (found := _DAY.fullmatch(token)):  # step 2.2
            day = int(found[1])
        elif month is None and (named := MONTHS.get(token[:3].lower())):  # step 2.3
            month = named
        elif year is None and (found := _YEAR.fullmatch(token)):  # step 2.4
            year = int(found[1])
    if time is None or day is None or month is None or year is None:  # step 5
        return None
    return seconds_of(year, month, day, time)


def seconds_of(year: int, month: int, day: int, time: tuple[int, int, int]) -> int | None:
    """Put a date together, steps 3 to 6."""
    if 70 <= year <= 99:  # step 3
        year += 1900
    elif year <= 69:  # step 4
        year += 2000
    hour, minute, second = time
    if year < 1601 or hour > 23 or minute > 59 or second > 59:  # step 5
        return None
    try:
        days = date(year, month, day).toordinal() - EPOCH  # steps 5 and 6: "If no such date exists, abort"
    except ValueError:
        return None
    return days * 86400 + hour * 3600 + minute * 60 + second


_known: Memo[bytes, int | None] = Memo(_read, limit=64, longest=64)


def is_plain_cookie_date(text: bytes) -> bool:
    """Return whether the text is written in a form that all browsers read alike."""
    return _PLAIN.fullmatch(text) is not None


def is_now(text: bytes, now: float) -> bool:
    """Return whether a Date field, in a form that all browsers read alike, names the present within a minute."""
    seconds = parse_cookie_date(text) if is_plain_cookie_date(text) else None
    return seconds is not None and abs(seconds - now) <= _TOLERANCE_S


def format_cookie_date(seconds: int) -> bytes:
    """Write seconds since 1970-01-01 UTC as an HTTP date, e.g. `Thu, 01 Jan 1970 00:00:00 GMT`.

    Source: RFC 9110 §5.6.7. Seconds outside the years 1601 to 9999 are cut to those.
    """
    days, second = divmod(min(max(seconds, EARLIEST_S), LATEST_S), 86400)
    at = date.fromordinal(EPOCH + days)  # not gmtime(): before 1970 it fails on Windows
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{_WRITTEN_DAYS[at.weekday()]}, {at.day:02} {_WRITTEN_MONTHS[at.month]} {at.year} {clock} GMT".encode()
