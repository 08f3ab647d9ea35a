"""Texts of the audit: text of others made safe and short, lifetimes in people's units, lists.

Law: text of a site, a file or a server reaches people only through these functions.
"""

from urllib.parse import urlsplit

from cookiegate.escaping import escaped
from cookiegate.plural import counted

__all__ = ["counted", "duration", "listed", "shown", "shown_octets", "shown_url"]

_MAX_CHARACTERS = 120
_DAY_S = 86400
_YEAR_DAYS = 365.25
_UNITS = (("day", _DAY_S), ("hour", 3600), ("minute", 60), ("second", 1))
_WRITTEN_EARLIER_S = 61  # the minute for which a written date is used again, and the second that dates leave out


def shown(text: str, limit: int = _MAX_CHARACTERS) -> str:
    """Return a text of others that can't move a cursor or break an encoding or XML.

    A text of more than `limit` characters is cut, and its length is added.
    """
    head = text[:limit]
    return escaped(head) if len(text) <= limit else f"{escaped(head)}... ({len(text)} characters)"


def shown_octets(octets: bytes, limit: int = _MAX_CHARACTERS) -> str:
    """Show octets as `shown` shows a text; what is no UTF-8 is written as escapes."""
    head = octets[:limit].decode("utf-8", "backslashreplace")
    return shown(head, 4 * limit) if len(octets) <= limit else f"{shown(head, 4 * limit)}... ({len(octets)} octets)"


def shown_url(url: str) -> str:
    """Show a URL without user, query and fragment: those may hold what is personal."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return "(a URL that can't be read)"
    return shown(f"{parts.scheme}://{host}{port}{parts.path or '/'}", 200)


def duration(seconds: float | None) -> str:
    """Write a lifetime in its largest fitting unit, rounded down; `None` ends with the browser session.

    An Expires date is up to a minute older than the moment when it is read: a lifetime that is this much short of a
    whole unit (for short lifetimes, a fiftieth) counts as whole. Days are counted as years where they are whole ones.
    """
    if seconds is None:
        return "session"
    seconds += min(_WRITTEN_EARLIER_S, seconds / 50)
    days = int(seconds // _DAY_S)
    years = round(days / _YEAR_DAYS)
    if years and (days == 365 * years or abs(days - years * _YEAR_DAYS) < 1):
        return counted(years, "year")
    for word, size in _UNITS:
        if seconds >= size:
            return counted(int(seconds // size), word)
    return "0 seconds"


def listed(texts: list[str]) -> str:
    """Join texts as in a sentence: a, b and c."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
