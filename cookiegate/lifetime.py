"""Lifetimes as people write them in a cookie policy: `"7 days"`, `"6 months"`, `"session"`, `"persistent"`, `"varies"`.

A month counts 30 days and a year 365, the shortest that the words allow: a promise is kept, never stretched.
"""

import re

from cookiegate.model import Lifetime

__all__ = ["parse_lifetime"]

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
_SESSION = frozenset({"session", "session-based", "session based", "browser session", "end of session"})
_UNLIMITED = frozenset({"persistent", "varies"})
_AMOUNT = re.compile(r"([0-9]{1,9}) ?(second|minute|hour|day|week|month|year)s?", re.ASCII)


def parse_lifetime(text: str) -> Lifetime:
    """Read a lifetime; upper and lower case count alike.

    `"session"` ends with the browser session. `"persistent"` and `"varies"` name no number: only the gate's own
    limit holds for such a cookie. Several amounts may be added up: `"1 hour 30 minutes"`.

    Raises: `ValueError` for anything else, and for zero.
    """
    words = " ".join(text.lower().replace(",", " ").replace(" and ", " ").split())
    if words in _SESSION:
        return Lifetime(text, is_session=True)
    if words in _UNLIMITED:
        return Lifetime(text)
    amounts = _AMOUNT.findall(words)
    total = sum(int(count) * _SECONDS[unit] for count, unit in amounts)
    if not total or _AMOUNT.sub("", words).strip():
        raise ValueError(
            f"lifetime {text!r} is not understood; write a number and a unit like '7 days' or '6 months', "
            "or 'session', 'persistent' or 'varies'"
        )
    return Lifetime(text, max_age_s=total)
