"""The chain: each record carries the hash of the one before, so what is changed later no longer fits.

A record's hash is the SHA-256 of its canonical JSON with `sequence` and `previous_hash` in it. A purge is a record of
the chain as well, and names what it deleted: ranges with the hashes at both ends, over which the chain goes on.

Law: no clock, no store; entries come in by their sequence numbers, one at a time.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from cookiegate.receipts.canonical import JSON, canonical_json, digest_of
from cookiegate.receipts.receipt import Receipt

__all__ = ["START", "ChainCheck", "Finding", "Head", "Link", "Purge", "PurgedRange", "hash_of"]

_HEAD = re.compile(r"(?:([0-9]{1,18}):)?([0-9a-f]{64})")


class Head(NamedTuple):
    """The newest record: its number and hash. Noted elsewhere, it proves later that nothing before it changed."""

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
        try:
            read = tuple(PurgedRange(int(a), int(b), str(c), str(d)) for a, b, c, d in json.loads(ranges))
        except (ValueError, TypeError, RecursionError):
            read = ()
        return cls(purged_at=purged_at, older_than=older_than, count=count, ranges=read)


@dataclass(frozen=True, slots=True)
class Link:
    """A record in its place in the chain."""

    sequence: int
    previous_hash: str
    hash: str
    body: Receipt | Purge | None
    """`None`: what is stored there can't be a record."""

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
        """Tell whether the record is what its hash says."""
        return self.body is not None and hash_of(self.body.record(), self.sequence, self.previous_hash) == self.hash


def hash_of(record: Mapping[str, JSON], sequence: int, previous_hash: str) -> str:
    """Return the hash of a record at its place: SHA-256 of the canonical JSON, as hexadecimal digits."""
    return digest_of(canonical_json({**record, "sequence": sequence, "previous_hash": previous_hash}))


class Finding(NamedTuple):
    """Something that should not be so, at a record's number."""

    sequence: int
    what: str

    def __str__(self) -> str:
        return f"record {self.sequence}: {self.what}"


@dataclass(slots=True)
class ChainCheck:
    """Walks a chain and says what does not fit; memory does not grow with its length.

    `ranges`: of all purges in the store. `head`: as the store keeps it. `noted`: a head that was noted elsewhere.
    """

    ranges: Iterable[PurgedRange]
    head: Head
    noted: Head | None = None
    count: int = 0
    """Receipts seen."""
    purged: int = 0
    """Receipts that purges deleted."""
    _last: Head = START
    _has_noted: bool = False
    _by_first: dict[int, PurgedRange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_first = {each.first: each for each in self.ranges}

    def findings(self, links: Iterable[Link]) -> Iterator[Finding]:
        """Walk all records, by rising numbers, and yield each finding where it is found."""
        for link in links:
            yield from self._gap(link.sequence)
            if link.sequence <= self._last.sequence:
                yield Finding(link.sequence, "the number is there twice, or a purge says that it was deleted")
            elif self._last.hash not in {"", link.previous_hash}:  # empty: after a gap that was told
                yield Finding(link.sequence, "it does not follow the record before it: one of them was replaced")
            if not link.is_intact():
                yield Finding(link.sequence, "it was changed after it was written")
            if isinstance(link.body, Purge):
                self.purged += link.body.count
            else:
                self.count += 1
            self._reach(Head(link.sequence, link.hash))
        yield from self._gap(self.head.sequence + 1, is_end=True)
        yield from self._end()

    def _gap(self, until: int, *, is_end: bool = False) -> Iterator[Finding]:
        """Go over the numbers that are not there, as far as purges explain them."""
        while self._last.sequence + 1 < until:
            first = self._last.sequence + 1
            purged = self._by_first.get(first)
            if purged is None or not first <= purged.last < until:
                end = "; the newest are gone" if is_end else ""
                which = "it is missing" if until - first == 1 else f"it and those up to {until - 1} are missing"
                yield Finding(first, f"{which}, and no purge says so{end}")
                self._last = Head(until - 1, self.head.hash if is_end else "")
                return
            if purged.hash_before != self._last.hash and self._last.hash:
                yield Finding(first, "what a purge deleted does not follow the record before it")
            self._reach(Head(purged.last, purged.hash_last))

    def _reach(self, head: Head) -> None:
        self._last = head
        if self.noted is not None and self.noted.hash == head.hash and self.noted.sequence in (0, head.sequence):
            self._has_noted = True

    def _end(self) -> Iterator[Finding]:
        if self._last.sequence > self.head.sequence:
            yield Finding(self.head.sequence + 1, "the store's head does not know of it: it was inserted")
        elif self._last.hash != self.head.hash:
            yield Finding(self._last.sequence, "the store's head has another hash: one of them was replaced")
        if self.noted is not None and not self._has_noted:
            within = any(each.first <= self.noted.sequence < each.last for each in self._by_first.values())
            yield Finding(
                self.noted.sequence or self.head.sequence,
                "the noted head was purged; note a new one after each purge"
                if within
                else "the noted head is not in the chain: records were replaced or cut off since it was noted",
            )
