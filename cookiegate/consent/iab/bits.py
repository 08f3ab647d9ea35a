"""Bit fields of base64url text, as the IAB's strings are made of them.

Law: the alphabet is checked before anything is decoded, and reading past the end is an error. A missing bit
is never true: a truncated string must not read as consent.
Source: RFC 4648 §5 without padding; IAB Global Privacy Platform, "Consent String Specification" (Fibonacci, ranges).
"""

import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_to_bytes

__all__ = ["BitReader", "IdBudget", "Ranges", "unescaped"]

Ranges = tuple[tuple[int, int], ...]
"""First and last id of each run, both included, as they are in the string."""

_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+")
_FIBONACCI = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10946, 17711,
              28657, 46368, 75025)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ROUNDS = 3
"""Rounds of percent-decoding, as for every other platform."""
_MAX_IDS = 16384
"""Ids that the ranges of one string may spell out; the global vendor list has about 1,500 vendors."""
_MAX_PADDING = 23
"""Writers fill up to 6 bits, to 8 and then 6, or to 24: never more than 23 zeros follow the last field."""


def unescaped(text: bytes) -> bytes:
    """Undo percent-encoding: these strings have no `%`, but some writers of cookies encode `.` and `~`."""
    for _ in range(_MAX_ROUNDS):
        if b"%" not in text:
            break
        text = unquote_to_bytes(text)
    return text


class BitReader:
    """Reads fields from left to right. Every method raises `ValueError` where the text does not hold what it reads."""

    __slots__ = ("_at", "_bits")

    def __init__(self, text: bytes) -> None:
        if not _BASE64URL.fullmatch(text):
            raise ValueError("empty, or an octet that is not base64url")
        octets = urlsafe_b64decode(text + b"A" * (-len(text) % 4))
        bits = f"{int.from_bytes(octets, 'big'):0{len(octets) * 8}b}"
        self._bits = bits[: len(text) * 6]
        self._at = 0

    def copy(self) -> "BitReader":
        """Return a second reader at the same place."""
        other = BitReader.__new__(BitReader)
        other._bits, other._at = self._bits, self._at
        return other

    def take(self, width: int) -> str:
        """Read so many bits, as text of 0 and 1."""
        end = self._at + width
        if end > len(self._bits):
            raise ValueError(f"cut off: {end} bits are needed, {len(self._bits)} are there")
        taken = self._bits[self._at : end]
        self._at = end
        return taken

    def integer(self, width: int) -> int:
        """Read an unsigned number of so many bits."""
        return int(self.take(width), 2)

    def flag(self) -> bool:
        """Read one bit."""
        return self.take(1) == "1"

    def moment(self) -> datetime:
        """Read 36 bits of tenths of a second since 1970."""
        return _EPOCH + timedelta(milliseconds=100 * self.integer(36))

    def letters(self, count: int) -> str:
        """Read letters of six bits each, A = 0."""
        numbers = [self.integer(6) for _ in range(count)]
        if max(numbers) > 25:
            raise ValueError("a language or country code that is no letters")
        return "".join(chr(65 + number) for number in numbers)

    def ids(self, width: int) -> frozenset[int]:
        """Read a bit field: the ids, from 1, whose bit is set."""
        return frozenset(at for at, bit in enumerate(self.take(width), 1) if bit == "1")

    def ranges(self, last: int = 0xFFFF) -> Ranges:
        """Read a range field of 16-bit ids, none of them beyond the last one that is allowed; any order."""
        found = []
        for _ in range(self.integer(12)):
            is_run = self.flag()
            start = self.integer(16)
            end = self.integer(16) if is_run else start
            if not 1 <= start <= end <= last:
                raise ValueError(f"a range of ids from {start} to {end}, where 1 to {last} are allowed")
            found.append((start, end))
        return tuple(found)

    def fibonacci(self) -> int:
        """Read a number in Fibonacci coding; none has more than 16 bits in any other."""
        total, before = 0, False
        for number in _FIBONACCI:
            bit = self.flag()
            if bit and before:
                return total
            total += number if bit else 0
            before = bit
        raise ValueError("a number in Fibonacci coding that does not end")

    def fibonacci_ranges(self, last: int = 0xFFFF) -> Ranges:
        """Read a range field in Fibonacci coding: rising ids, none of them beyond the last one that is allowed."""
        found = []
        end = 0
        for _ in range(self.integer(12)):
            is_run = self.flag()
            start = end + self.fibonacci()
            end = start + self.fibonacci() if is_run else start
            if end > last:
                raise ValueError(f"a range of ids from {start} to {end}, where 1 to {last} are allowed")
            found.append((start, end))
        return tuple(found)

    def end(self) -> None:
        """Check that only padding follows."""
        rest = self._bits[self._at :]
        if len(rest) > _MAX_PADDING or "1" in rest:
            raise ValueError(f"{len(rest)} bits after the last field that are no padding")


class IdBudget:
    """How many ids the ranges of one string may still write out."""

    __slots__ = ("left",)

    def __init__(self, limit: int = _MAX_IDS) -> None:
        self.left: int = limit

    def expand(self, ranges: Ranges) -> frozenset[int]:
        """Write out the ids of ranges.

        Raises: `ValueError` for more ids than are left, before any is written out.
        """
        if sum(end - start + 1 for start, end in ranges) > self.left:
            raise ValueError(f"more ids than the {self.left} that are left")
        ids = frozenset(number for start, end in ranges for number in range(start, end + 1))
        self.left -= len(ids)
        return ids
