"""The lifetime of a cookie that browsers read differently: the shortest that any of them reads.

Law: the answer is written in a form that every browser reads alike, and no browser keeps the cookie longer than it
would have kept the line as it came. A browser session counts as shorter than any date.
Source: RFC 6265bis §5.6; Chromium's `ParseExpiration`; Firefox's `CookieCommons::ParseMaxAge` (both look at the last
Max-Age and the last Expires alone, valid or not).
"""

import re
from dataclasses import replace

from cookiegate.model import SetCookie
from cookiegate.wire.browser_dates import parse_chromium_date, parse_firefox_date
from cookiegate.wire.set_cookie import MAX_ATTRIBUTE_OCTETS, parse_age

__all__ = ["with_shortest_lifetime"]

_CHROMIUM_AGE = re.compile(rb"[+-]?[0-9]+")  # base::StringToInt64 takes a plus sign
_DELETED = -1

_Reading = tuple[int | None, int | None]
"""Seconds of a Max-Age, which wins where there is one, and seconds since 1970 of an Expires."""


def with_shortest_lifetime(cookie: SetCookie, now: float) -> SetCookie:
    """Return the cookie with the shortest lifetime that any browser reads.

    A cookie that any of them takes as expired comes back with `max_age_s` of zero. Costs nothing where all agree.
    """
    if cookie.is_unambiguous:
        return cookie
    ages = [text for key, text in cookie.attributes if key == b"max-age" and len(text) <= MAX_ATTRIBUTE_OCTETS]
    dates = [text for key, text in cookie.attributes if key == b"expires" and len(text) <= MAX_ATTRIBUTE_OCTETS]
    readings = {(cookie.max_age_s, cookie.expires_s), _chromium(ages, dates), _firefox(ages, dates)}
    if len(readings) == 1:
        return cookie
    left = {_seconds_left(reading, now): reading for reading in readings}
    if min((seconds for seconds in left if seconds is not None), default=1) <= 0:
        return replace(cookie, max_age_s=0, expires_s=None)
    if None in left:
        return replace(cookie, max_age_s=None, expires_s=None)
    age, date = left[min(seconds for seconds in left if seconds is not None)]
    return replace(cookie, max_age_s=age, expires_s=date if age is None else None)


def _seconds_left(reading: _Reading, now: float) -> float | None:
    age, date = reading
    if age is not None:
        return age
    return None if date is None else date - now


def _chromium(ages: list[bytes], dates: list[bytes]) -> _Reading:
    age = parse_age(ages[-1].removeprefix(b"+")) if ages and _CHROMIUM_AGE.fullmatch(ages[-1]) else None
    return age, parse_chromium_date(dates[-1]) if dates else None


def _firefox(ages: list[bytes], dates: list[bytes]) -> _Reading:
    last = ages[-1] if ages else b""
    if last.startswith(b"-"):
        return _DELETED, None
    age = parse_age(last) if last.isdigit() else None
    return age, parse_firefox_date(dates[-1]) if dates else None
