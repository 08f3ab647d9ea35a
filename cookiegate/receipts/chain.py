"""The whole chain checked: every record as it was written, none missing, none inserted, and each purge possible.

Law: it reads no clock and no store; records come in by rising numbers, one at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import InitVar, dataclass, field

from cookiegate.receipts.links import START, Finding, Head, Link, Purge, PurgedRange, hash_of
from cookiegate.receipts.purges import PurgeClaims

__all__ = ["START", "ChainCheck", "Finding", "Head", "Link", "Purge", "PurgedRange", "hash_of"]


@dataclass(slots=True)
class ChainCheck:
    """Walks a chain and says what is wrong; memory grows with the number of purges, not with the length.

    `purges`: all of the store. `head`: as the store keeps it. `noted`: a head that was noted elsewhere.
    """

    purges: InitVar[Iterable[Link]]
    head: Head
    noted: Head | None = None
    count: int = 0
    """Receipts seen."""
    purged: int = 0
    """Receipts that purges deleted."""
    noted_at: int | None = None
    """The number of the record that the noted head is of, if it is in the chain."""
    claims: PurgeClaims = field(init=False)
    """What the purges say that they deleted."""
    _last: Head = START

    def __post_init__(self, purges: Iterable[Link]) -> None:
        self.claims = PurgeClaims(purges)

    def findings(self, links: Iterable[Link]) -> Iterator[Finding]:
        """Yield what the purges claim and can't be; then walk all records by rising numbers and yield each finding."""
        yield from self.claims.contradictions()
        for link in links:
            yield from self._gap(link.sequence)
            yield from self.claims.left(link)
            if link.sequence <= self._last.sequence:
                yield Finding(link.sequence, "the number is there twice")
            elif self._last.hash not in {"", link.previous_hash}:  # empty: after a gap that was reported
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
            purged = self.claims.range_from(first)
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
            self.noted_at = head.sequence

    def _end(self) -> Iterator[Finding]:
        if self._last.sequence > self.head.sequence:
            yield Finding(self.head.sequence + 1, "the store's head does not know of it: it was inserted")
        elif self._last.hash != self.head.hash:
            yield Finding(self._last.sequence, "the store's head has another hash: one of them was replaced")
        if self.noted is not None and self.noted_at is None:
            within = self.claims.holds(self.noted.sequence)
            yield Finding(
                self.noted.sequence or self.head.sequence,
                "the noted head was purged; note a new one after each purge"
                if within
                else "the noted head is not in the chain: records were replaced or cut off since it was noted",
            )
