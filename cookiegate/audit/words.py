"""Texts of the audit: what somebody else wrote made safe and short, lifetimes and lists in words."""

from urllib.parse import urlsplit

__all__ = ["counted", "duration", "listed", "shown", "shown_octets", "shown_url"]

_MAX_CHARACTERS = 120
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def shown(text: str, limit: int = _MAX_CHARACTERS) -> str:
    """Show a text that somebody else wrote so that it can move no cursor, and break no encoding and no XML.

    What is longer than `limit` characters is cut, and its length is told.
    """
    head = text[:limit]
    safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in head)
    return safe if len(text) <= limit else f"{safe}... ({len(text)} characters)"


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
    """Say a lifetime in its largest fitting unit, rounded down; `None` ends with the browser session."""
    if seconds is None:
        return "session"
    for word, size in _UNITS:
        if seconds >= size:
            return counted(int(seconds // size), word)
    return "0 seconds"


def counted(number: int, noun: str) -> str:
    """Write a number and its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: list[str]) -> str:
    """Join words as people do: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
