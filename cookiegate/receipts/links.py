"""The chain: each record has the hash of the one before it, so a later change is noticed.

A record's hash is the SHA-256 of its canonical JSON with `sequence` and `previous_hash` in it. A purge is a record of
the chain as well, and names what it deleted: ranges with the hashes at both ends, over which the chain goes on.

Law: it reads no clock and no store.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from cookiegate.receipts.canonical import JSON, canonical_json, digest_of
from cookiegate.receipts.receipt import Receipt

__all__ = ["START", "Finding", "Head", "Link", "Purge", "PurgedRange", "hash_of"]

_HEAD = re.compile(r"(?:([0-9]{1,18}):)?([0-9a-f]{64})")


class Head(NamedTuple):
    """The newest record: its number and hash. Kept elsewhere, it later proves that nothing before it changed."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `number:hash`, or a hash alone (then the number is 0).

        Raises: `ValueError`.
        """
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise ValueError("it is no head; give it as `receipts verify` printed it: a number, ':', 64 hex digits")
        return cls(int(found[1] or 0), found[2])


START = Head(0, "0" * 64)
"""The head of a chain without records: what the first record carries as the hash of the one before."""


class PurgedRange(NamedTuple):
    """Consecutive records that a purge deleted, and what joins the chain over them."""

    first: int
    last: int
    hash_before: str
    """What the first of them carried as `previous_hash`."""
    hash_last: str
    """The hash of the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """The record of a purge."""

    purged_at: str
    """When, UTC, as `event_time` is written."""
    older_than: str
    """Receipts with an earlier `event_time` were deleted."""
    count: int
    ranges: tuple[PurgedRange, ...]

    def record(self) -> dict[str, JSON]:
        """Put the purge into JSON's types."""
        return {
            "purged_at": self.purged_at,
            "older_than": self.older_than,
            "count": self.count,
            "ranges": [list(each) for each in self.ranges],
        }

    @classmethod
    def of_columns(cls, purged_at: str, older_than: str, count: int, ranges: str) -> Self:
        """Read what the store keeps; ranges that can't be read are none, and then the hash does not fit."""
        return cls(purged_at=purged_at, older_than=older_than, count=count, ranges=_ranges(ranges))


def _ranges(text: object) -> tuple[PurgedRange, ...]:
    """Read ranges from JSON; none for anything else, since SQLite stores any type in any column."""
    try:
        read = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return ()
    ranges = [_range(each) for each in read] if isinstance(read, list) else [None]
    return () if None in ranges else tuple(each for each in ranges if each is not None)


def _range(of: object) -> PurgedRange | None:
    """Check the types of one range; nothing is converted, because the hash is that of the text as it was written."""
    if not isinstance(of, list) or [type(each) for each in of] != [int, int, str, str]:
        return None
    return PurgedRange(*of) if of[2].isascii() and of[3].isascii() else None


@dataclass(frozen=True, slots=True)
class Link:
    """A record in its place in the chain."""

    sequence: int
    previous_hash: str
    hash: str
    body: Receipt | Purge | None
    """`None`: the stored row is no valid record."""

    @classmethod
    def after(cls, head: Head, body: Receipt | Purge) -> Self:
        """Chain a new record to the newest one."""
        sequence = head.sequence + 1
        return cls(sequence, head.hash, hash_of(body.record(), sequence, head.hash), body)

    def record(self) -> dict[str, JSON]:
        """Put the record with its place and its hash into JSON's types; without `hash` it is what was hashed."""
        body = {} if self.body is None else self.body.record()
        return {"sequence": self.sequence, **body, "previous_hash": self.previous_hash, "hash": self.hash}

    def is_intact(self) -> bool:
        """Return whether the record is what its hash says."""
        return self.body is not None and hash_of(self.body.record(), self.sequence, self.previous_hash) == self.hash


def hash_of(record: Mapping[str, JSON], sequence: int, previous_hash: str) -> str:
    """Return the hash of a record at its place: SHA-256 of the canonical JSON, as hexadecimal digits."""
    return digest_of(canonical_json({**record, "sequence": sequence, "previous_hash": previous_hash}))


class Finding(NamedTuple):
    """Something that is wrong, at a record's number."""

    sequence: int
    what: str

    def __str__(self) -> str:
        return f"record {self.sequence}: {self.what}"
