"""A JSON stream without its long strings: what a parser would hold whole, a page's body of 100 MB, never gets there.

A number that a parser would collect piece by piece is an error.

Law: the result is JSON where the source was; no string of it is longer than one read, and what is longer keeps its
first `MAX_STRING_OCTETS`, cut where no escape and no UTF-8 sequence is torn. Memory stays within a few reads.
"""

import re
from typing import BinaryIO

from cookiegate.bounded import MAX_NUMBER, OutOfBounds

__all__ = ["MAX_STRING_OCTETS", "LongStrings"]

MAX_STRING_OCTETS = 65536
"""Longer than any Set-Cookie line that the policy looks at, and than any Cookie header."""
_READ_OCTETS = 1 << 18
# Atomic groups, not possessive ones: before CPython 3.11.5, `(?:...)*+` misses what it should match.
# One match for all strings of a chunk: one match for each takes twenty times as long.
_COMPLETE = re.compile(rb'(?>(?:[^"]*+"[^"\\]*+(?>(?:\\.[^"\\]*+)*)")*)[^"]*+', re.DOTALL)
_CONTENT = re.compile(rb'[^"\\]*+(?>(?:\\.[^"\\]*+)*)', re.DOTALL)
_DIGITS = re.compile(rb"(?<![0-9.eE+\-])[0-9.eE+\-]{%d}" % MAX_NUMBER)
_SHORT_NUMBERS = re.compile(
    rb'(?>(?:[^"0-9]++|"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"|[0-9][0-9.eE+\-]{0,%d}+(?![0-9.eE+\-]))*)"?' % (MAX_NUMBER - 1),
    re.DOTALL,
)
_WHOLE = re.compile(
    rb'(?>(?:[^"\\\x80-\xff]|\\u[0-9a-fA-F]{4}|\\[^u]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}'
    rb"|[\xf0-\xf4][\x80-\xbf]{3})*)",
    re.DOTALL,
)


class LongStrings:
    """Reads as a file does; `octets` counts what was read of the file underneath."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_inside: bool = False
        """A string is open."""
        self._held = b""
        """The beginning of a string that may yet become too long."""
        self._is_cut = False
        self._torn = b""
        """A backslash whose second half is still to come."""
        self.octets: int = 0
        self.is_at_end: bool = False
        self.start: bytes = b""
        """The first octets, for telling an encoding."""

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, of any length; empty at the end alone.

        Raises: `OutOfBounds` for a number that no program writes.
        """
        if size == 0:
            return b""
        while True:
            chunk = self._file.read(_READ_OCTETS)
            if not chunk:
                self.is_at_end = True
                rest, self._held, self._torn = self._held + self._torn, b"", b""
                return rest
            is_first = not self.octets
            self.octets += len(chunk)
            if is_first:
                self.start = chunk[:3]
                chunk = chunk.removeprefix(b"\xef\xbb\xbf")
            piece = self._shorten(self._torn + chunk)
            if piece:
                return piece

    def _shorten(self, chunk: bytes) -> bytes:
        self._torn = b""
        at, end, parts = 0, len(chunk), []
        has_digits = _DIGITS.search(chunk) is not None
        while at < end:
            if not self.is_inside:
                stop = _COMPLETE.match(chunk, at).end()  # type: ignore[union-attr]  # it matches the empty text too
                self.is_inside = stop < end
                stop += self.is_inside  # the quote that opens a string which this read does not close
                if has_digits and _SHORT_NUMBERS.match(chunk, at, stop).end() < stop:  # type: ignore[union-attr]  # likewise
                    raise OutOfBounds(f"it has a number of more than {MAX_NUMBER} characters")
                parts.append(chunk[at:stop])
                at = stop
                continue
            stop = _CONTENT.match(chunk, at).end()  # type: ignore[union-attr]  # it matches the empty text too
            self._hold(chunk[at:stop])
            if stop < end and chunk[stop] == 0x22:
                parts += (self._held, b'"')
                self._held, self.is_inside, self._is_cut = b"", False, False
                at = stop + 1
                continue
            self._torn = chunk[stop:]  # nothing, or one backslash
            break
        return b"".join(parts)

    def _hold(self, content: bytes) -> None:
        """Keep what a string begins with."""
        if self._is_cut:
            return
        self._held += content
        if len(self._held) > MAX_STRING_OCTETS:
            self._held = self._held[: _WHOLE.match(self._held, 0, MAX_STRING_OCTETS).end()]  # type: ignore[union-attr]  # likewise
            self._is_cut = True
