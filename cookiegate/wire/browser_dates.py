"""The cookie-date as Chromium and Firefox read it, where they leave the algorithm of RFC 6265bis §5.1.1.

Law: the answer is what the browser does (found out with Chromium 156 and Firefox 153); reading never raises, and takes
time in proportion to the text.
Source: Chromium's `cookie_util::ParseCookieExpirationTime`; NSPR's `PR_ParseTimeString`, which Firefox asks.
"""

import re
from datetime import date

from cookiegate.wire.dates import DELIMITERS, EARLIEST_S, EPOCH, LATEST_S, MONTHS, seconds_of

__all__ = ["parse_chromium_date", "parse_firefox_date"]

_MAX_DIGITS = 9  # more are too many for an int in C
_MAX_TOKENS = 1000
_LAST_YEAR = 32767  # NSPR keeps a year in 16 bits
_DIGITS = re.compile(rb"[0-9]*")
_CLOCK = re.compile(rb"([0-9]{1,2}):([0-9]{1,2})(?![0-9]):?+([0-9]{0,2})(?![0-9])")
_NOON = re.compile(rb"[ \t]*([ap])m", re.IGNORECASE)
_NUMBERS = re.compile(rb"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4,5}|[0-9]{1,2})(?![0-9A-Za-z])")
_TOKEN_REST = re.compile(rb"[^ \t,;/()\[\]+-]*[ \t,;/()\[\]]*")
_ZONES_MIN = {
    b"gmt": 0, b"pst": -480, b"pdt": -420, b"mst": -420, b"mdt": -360, b"cst": -360, b"cdt": -300, b"est": -300,
    b"edt": -240, b"ast": -240, b"nst": -210, b"bst": 60, b"met": 60, b"eet": 120, b"jst": 540,
}  # fmt: skip


def parse_chromium_date(text: bytes) -> int | None:
    """Read a cookie-date as Chromium does: numbers of digits alone, a day of two at most, years from 0 to 99999.

    Returns seconds since 1970-01-01 UTC. A year before 1601 is long past, one after 9999 never comes.
    """
    time = day = month = year = None
    for token in filter(None, DELIMITERS.split(text)):
        if not token[:1].isdigit():
            month = month or MONTHS.get(token[:3].lower())
        elif b":" in token:
            time = time or _chromium_time(token)
        elif token.isdigit() and day is None and len(token) <= 2:
            day = int(token)
        elif token.isdigit() and year is None and len(token) <= 5:
            year = int(token)
    if time is None or day is None or month is None or year is None:
        return None
    if 1601 <= (year if year > 99 else 1970) <= 9999:
        return seconds_of(year, month, day, time)
    is_possible = 1 <= day <= 31 and time[0] <= 23 and time[1] <= 59 and time[2] <= 59
    return None if not is_possible else EARLIEST_S if year < 1601 else LATEST_S


def _chromium_time(token: bytes) -> tuple[int, int, int] | None:
    parts = [part.lstrip(b"0") or part[-1:] for part in token.split(b":")]
    if len(parts) != 3 or not all(part.isdigit() and len(part) <= _MAX_DIGITS for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def parse_firefox_date(text: bytes) -> int | None:
    """Read a cookie-date as Firefox does: zones count, a time may be missing, and what is too large runs over.

    Returns seconds since 1970-01-01 UTC. A year before 1 is long past, one after 9999 never comes.
    """
    found = _FirefoxDate()
    at = tokens = 0
    while at < len(text):
        tokens += 1
        if tokens > _MAX_TOKENS:
            return None
        octet = text[at : at + 1]
        if octet.isalpha():
            found.take_word(text[at : at + 3])
        elif octet in (b"+", b"-"):
            found.take_offset(text, at)
            at += 1
        elif octet.isdigit():
            at = found.take_number(text, at)
        at = found.end_of_token(text, at)
    return found.seconds()


class _FirefoxDate:
    """What was found so far; of each kind the first counts."""

    __slots__ = ("day", "month", "offset_min", "time", "year", "zone_min")

    def __init__(self) -> None:
        self.year: int | None = None
        self.month: int | None = None
        self.day: int | None = None
        self.time: tuple[int, int, int] | None = None
        self.zone_min: int | None = None
        """By its name."""
        self.offset_min: int | None = None
        """By a number, which counts before the name."""

    def take_word(self, letters: bytes) -> None:
        """Take a month or a zone from a word's first three letters."""
        word = letters.lower()
        if self.month is None and word in MONTHS:
            self.month = MONTHS[word]
        elif self.zone_min is None and word[:2] == b"ut" and not word[2:].isalpha():
            self.zone_min = 0
        elif self.zone_min is None:
            self.zone_min = _ZONES_MIN.get(word)

    def take_offset(self, text: bytes, at: int) -> None:
        """Take an offset like `+0900`, `-5` or `+09:00` (the hours alone); none behind the name of a zone."""
        digits = _digits(text, at + 1)
        if self.offset_min is not None or self.zone_min or len(digits) not in (1, 2, 4):
            return
        minutes = int(digits[:-2]) * 60 + int(digits[-2:]) if len(digits) == 4 else int(digits) * 60
        self.zone_min = 0
        if text[at] == 0x2D:
            minutes = -minutes
        self.offset_min = None if minutes == -1 else minutes  # which means "no offset" there

    def take_number(self, text: bytes, at: int) -> int:
        """Take a time, a date in numbers, a day or a year; returns from where on the token is not understood yet."""
        digits = _digits(text, at)
        follows = text[at + len(digits) : at + len(digits) + 2]
        if follows.startswith(b":"):
            return self._take_time(text, at)
        if follows[:1] in (b"/", b"-") and follows[1:].isdigit():
            return self._take_numbers(text, at)
        if not follows[:1].isalpha():
            self._take_day_or_year(digits)
        return at

    def _take_time(self, text: bytes, at: int) -> int:
        found = _CLOCK.match(text, at)
        if self.time is not None or found is None:
            return at
        hour, minute, end = int(found[1]), int(found[2]), found.end()
        if found[3]:
            second = int(found[3])
        else:  # any octet is read as a digit
            octet = text[end] if end < len(text) else 0
            second = (octet if octet < 0x80 else octet - 0x100) - 0x30
            second = 0 if second == -1 else second
        if hour <= 12 and (noon := _NOON.match(text, end)):
            hour = hour % 12 + (12 if noon[1] in b"pP" else 0)
        self.time = hour, minute, second
        return end

    def _take_numbers(self, text: bytes, at: int) -> int:
        """Take month, day and year in numbers; day, month and year, or year, month and day, where they must be."""
        found = _NUMBERS.match(text, at)
        if self.month is not None or found is None:
            return at
        first, second, third = int(found[1]), int(found[2]), int(found[3])
        if not 1 <= first <= 31:
            if second > 12 or third > 31:
                return at
            self.year, self.month, self.day = _whole_year(first), second, third
        elif first > 12 and second <= 12:
            self.year, self.month, self.day = _whole_year(third), second, first
        elif first <= 12:
            self.year, self.month, self.day = _whole_year(third), first, second
        return found.end()

    def _take_day_or_year(self, digits: bytes) -> None:
        if len(digits) in (4, 5):
            self.year = int(digits) if self.year is None else self.year
        elif len(digits) <= 2:
            number = int(digits)
            if self.day is None and number < 32:
                self.day = number
            elif self.year is None and len(digits) == 2:
                self.year = _whole_year(number)

    def end_of_token(self, text: bytes, at: int) -> int:
        """Return where the next token begins: behind white space, and behind a hyphen that is no sign."""
        at = _end(text, at)
        while text[at : at + 1] == b"-":
            is_hyphen = self.year is None and text[max(at - 1, 0) : at].isalpha()
            if not is_hyphen and text[at + 1 : at + 2].isdigit():
                break
            at = _blank_end(text, at + 1)
        return at

    def seconds(self) -> int | None:
        """Put the date together; days and hours may be more than there are."""
        if self.month is None or self.day is None or self.year is None or self.year > _LAST_YEAR:
            return None
        year, month = (self.year, self.month) if self.month else (self.year - 1, 12)
        if not 1 <= year <= 9999:
            return EARLIEST_S if year < 1 else LATEST_S
        hour, minute, second = self.time or (0, 0, 0)
        zone_min = self.offset_min if self.offset_min is not None else self.zone_min or 0
        days = date(year, month, 1).toordinal() - EPOCH + self.day - 1
        return days * 86400 + hour * 3600 + (minute - zone_min) * 60 + second


def _whole_year(year: int) -> int:
    return year + (2000 if year < 70 else 1900 if year < 100 else 0)


def _digits(text: bytes, at: int) -> bytes:
    found = _DIGITS.match(text, at)
    return found[0] if found else b""


def _end(text: bytes, at: int) -> int:
    found = _TOKEN_REST.match(text, at)
    return found.end() if found else at


def _blank_end(text: bytes, at: int) -> int:
    while text[at : at + 1] in _BLANKS:
        at += 1
    return at


_BLANKS = tuple(bytes((octet,)) for octet in b" \t,;/()[]")
