"""The result that the engine leaves for one response: its entries, and what else there is to report.

`cookiegate.engine` fills it, `cookiegate.response` reads it.
"""

from typing import Any

from cookiegate.judgement import Entry

__all__ = ["Outcome"]


class Outcome:
    """The result for the header fields of one response. Rare attributes have their defaults on the class."""

    fields: list[Any] = []  # noqa: RUF012  # replaced, never changed
    """The app's fields, as pairs of octets."""
    entries: list[Entry] = []  # noqa: RUF012
    """One for each Set-Cookie line among the fields, in order."""
    cache_fields: tuple[tuple[bytes, bytes], ...] = ()
    """The fields that control caches, in order."""
    carries_optional = False
    """A line leaves that depends on the visitor's consent."""
    date: bytes | None = None
    """The value of a Date field."""
    policies: tuple[int, ...] = ()
    """Where each Content-Security-Policy is among the fields that leave, if the engine heeds them."""
    dropped: list[bytes] = []  # noqa: RUF012
    """The raw names of dropped and expired lines, for the log; the reason follows if it is not the consent."""
    has_padded = False
    """A line starts with blanks."""
    has_unusual = False
    """One of the attributes below is set."""
    session_field: bytes | None = None
    """The name of a Secure-Session-* field that leaves: browsers compare the attributes of such a session's cookie."""
    cut: tuple[bytes, ...] = ()
    """The names of fields with a line break in their value, where browsers would start a new field."""
    left_out: tuple[bytes, ...] = ()
    """The names of fields that were left out, because a new field could start within the name."""
