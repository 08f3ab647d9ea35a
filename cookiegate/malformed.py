"""Malformed Set-Cookie lines: those that browsers refuse, or about whose name or value parsers disagree.

Rules 1 and 8 of `policy.py`. Law: the judgement about a malformed line depends on its octets alone.
"""

import re

from cookiegate.judgement import Judgement
from cookiegate.model import Action, Reason, SetCookie
from cookiegate.wire.set_cookie import MAX_PAIR_OCTETS, split_pair
from cookiegate.wire.token import is_token

__all__ = ["MALFORMED", "MAX_LINE_OCTETS", "is_strict_value", "malformed_reason", "unreadable_reason"]

MAX_LINE_OCTETS = 16384
"""A longer line is dropped: name and value have at most 4096 octets, an attribute 1024; the rest would be padding."""

_TAB = 0x09  # a number: to look for `b"\t"` in octets takes ten times as long
# A single quote is not allowed: lenient parsers would read on to the next quote, in a later cookie.
_COOKIE_OCTETS = re.compile(rb'("?)[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*\1')


def is_strict_value(value: bytes) -> bool:
    """Return whether a value has only cookie-octets, optionally in double quotes. Source: RFC 6265bis §4.1.1."""
    return _COOKIE_OCTETS.fullmatch(value) is not None


def malformed_reason(cookie: SetCookie) -> Reason | None:
    """Rule 1, without the conditions on attributes."""
    if not cookie.name:
        return Reason.NAMELESS
    if _TAB in cookie.name or _TAB in cookie.value or any(_TAB in n or _TAB in v for n, v in cookie.attributes):
        return Reason.CONTROL_OCTET  # Chromium refuses an inner HTAB, Firefox stores it
    if not is_token(cookie.name) or cookie.name.startswith(b"$"):  # RFC 2965 parsers skip "$Version"
        return Reason.AMBIGUOUS_NAME
    return None


def unreadable_reason(line: bytes) -> Reason:
    """Return the reason why browsers ignore a line that can't be parsed."""
    raw_name, _, raw_value, _ = split_pair(line)
    is_large = (
        len(line) > MAX_LINE_OCTETS or len(raw_name.strip(b" \t")) + len(raw_value.strip(b" \t")) > MAX_PAIR_OCTETS
    )
    return Reason.TOO_LARGE if is_large else Reason.CONTROL_OCTET


MALFORMED = {
    reason: Judgement(Action.DROP, 8 if reason is Reason.VALUE_NOT_STRICT else 1, reason)
    for reason in Reason
    if reason.is_malformed
}
"""The judgements about malformed lines, by reason."""
