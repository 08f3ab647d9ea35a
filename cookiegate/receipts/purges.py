"""The claims of purges, compared with the records that are left: a forged purge must contradict none of them.

`purge` deletes every receipt that is older than a time, and nothing else. So of the records that were there before it,
none that is left is older than that time; each that it deleted is gone; it deleted no purge, nothing that came later,
nothing twice, and nothing that an earlier purge must have deleted. What remains possible is listed as a `Claim`, since
people know which purges they made.

Law: it reads no clock and no store; memory grows with the number of purges only.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from cookiegate.receipts.canonical import JSON
from cookiegate.receipts.links import Finding, Link, Purge, PurgedRange
from cookiegate.receipts.receipt import Receipt, time_text

__all__ = ["Claim", "PurgeClaims"]

_SKEW_S = 86400.0
"""How far apart the clocks of the machines that write receipts and purge may be."""


@dataclass(slots=True)
class Claim:
    """One purge, as its record describes it."""

    sequence: int
    purge: Purge
    older_than_s: float
    """Minus infinity where it is no time: nothing contradicts it then, which is a finding itself."""
    purged_at_s: float
    """Infinity where it is no time."""
    late_s: float = 0.0
    """By how much a receipt that it deleted was stored after it was given, at least; only the spool does that."""

    @classmethod
    def of(cls, sequence: int, purge: Purge) -> "Claim":
        """Read the times of a purge."""
        older_than_s, purged_at_s = _seconds(purge.older_than), _seconds(purge.purged_at)
        return cls(
            sequence, purge, -inf if older_than_s is None else older_than_s, inf if purged_at_s is None else purged_at_s
        )

    @property
    def has_times(self) -> bool:
        """Both are times as `purge` writes them."""
        return self.older_than_s > -inf and self.purged_at_s < inf

    @property
    def late_days(self) -> int:
        """Whole days that a receipt must have waited to be stored, if the purge is real; 0 for less than one."""
        return int(self.late_s // _SKEW_S) if self.late_s > 0 else 0

    def record(self) -> dict[str, JSON]:
        """Put the claim into JSON's types."""
        return {"sequence": self.sequence, **self.purge.record(), "late_days": self.late_days}

    def __str__(self) -> str:
        spans = [f"{each.first} to {each.last}" for each in self.purge.ranges[:3]]
        more = f" and {len(self.purge.ranges) - 3} more" if len(self.purge.ranges) > 3 else ""
        late = f", some stored {self.late_days} days late or more" if self.late_days else ""
        noun = "receipt" if self.purge.count == 1 else "receipts"
        return (
            f"record {self.sequence}, at {self.purge.purged_at[:40]}: {self.purge.count} {noun} from before "
            f"{self.purge.older_than[:40]}, numbers {', '.join(spans)}{more}{late}"
        )


class PurgeClaims:
    """All purges of a chain; records that are left are shown to `left` by rising numbers."""

    def __init__(self, purges: Iterable[Link]) -> None:
        found = [Claim.of(link.sequence, link.body) for link in purges if isinstance(link.body, Purge)]
        self.all: list[Claim] = sorted(found, key=lambda claim: claim.sequence)
        every = ((each, claim) for claim in self.all for each in claim.purge.ranges)
        self._ranges = sorted(every, key=lambda item: item[0][:2])
        self._by_first = {each.first: (each, claim) for each, claim in self._ranges}
        self._next_range = 0
        self._strictest = _strictest(self.all)
        self._next_claim = 0
        self._told: set[int] = set()
        self._newest_left_s = -inf

    def contradictions(self) -> Iterator[Finding]:
        """Describe which purges contradict themselves or one another."""
        for claim in self.all:
            yield from (Finding(claim.sequence, what) for what in _own_contradictions(claim))
        yield from self._between_purges()
        last: PurgedRange | None = None
        for each, claim in self._ranges:
            if last is not None and each.first <= last.last:
                yield Finding(claim.sequence, f"it deleted record {each.first}, and so did another purge")
            if last is None or each.last > last.last:
                last = each

    def _between_purges(self) -> Iterator[Finding]:
        """Compare each purge with those before it."""
        before_s = -inf
        earlier: list[tuple[int, float]] = []  # numbers rise, times fall: those that no later one outdoes
        for claim in self.all:
            if not claim.has_times:
                continue
            if claim.purged_at_s + _SKEW_S < before_s:
                yield Finding(claim.sequence, "its time is earlier than that of the purge before it")
            before_s = max(before_s, claim.purged_at_s)
            for each in claim.purge.ranges:
                at = bisect_right(earlier, each.first, key=lambda item: item[0])
                if at < len(earlier) and earlier[at][1] >= claim.older_than_s:
                    yield Finding(
                        claim.sequence,
                        f"it deleted record {each.first}, which the purge at record {earlier[at][0]} must have deleted",
                    )
                    break
            while earlier and earlier[-1][1] <= claim.older_than_s:
                earlier.pop()
            earlier.append((claim.sequence, claim.older_than_s))

    def range_from(self, first: int) -> PurgedRange | None:
        """Return what was deleted from a number on; the caller goes over it next."""
        found = self._by_first.get(first)
        if found is None:
            return None
        each, claim = found
        if claim.has_times:
            claim.late_s = max(claim.late_s, self._newest_left_s - claim.older_than_s)
        return each

    def holds(self, sequence: int) -> bool:
        """Return whether a record was deleted, and is not the last of its range, whose hash the chain still has."""
        return any(each.first <= sequence < each.last for each, _ in self._ranges)

    def left(self, link: Link) -> Iterator[Finding]:
        """Describe what a record that is left contradicts."""
        while self._next_range < len(self._ranges) and self._ranges[self._next_range][0].last < link.sequence:
            self._next_range += 1
        if self._next_range < len(self._ranges):
            each, claim = self._ranges[self._next_range]
            if each.first <= link.sequence:
                yield Finding(link.sequence, f"the purge at record {claim.sequence} says that it was deleted")
        while self._next_claim < len(self.all) and self.all[self._next_claim].sequence <= link.sequence:
            self._next_claim += 1
        if isinstance(link.body, Receipt):
            given_s = link.body.event_time.timestamp()
            self._newest_left_s = max(self._newest_left_s, given_s)
            if self._next_claim < len(self.all):
                yield from self._older_than_its_purge(link.sequence, given_s)

    def _older_than_its_purge(self, sequence: int, given_s: float) -> Iterator[Finding]:
        """Compare a receipt with the strictest of the purges that came after it."""
        latest, earliest = self._strictest[self._next_claim]
        if given_s < latest.older_than_s:
            is_there = f"receipts from before {latest.purge.older_than} were deleted, and record {sequence} is there"
            yield from self._tell(latest, f"it says that {is_there}")
        if given_s > earliest.purged_at_s + _SKEW_S:
            yield from self._tell(
                earliest, f"its time is earlier than that of record {sequence}, which was there before it"
            )

    def _tell(self, claim: Claim, what: str) -> Iterator[Finding]:
        """Yield one finding for each purge: a million records may contradict it."""
        if claim.sequence not in self._told:
            self._told.add(claim.sequence)
            yield Finding(claim.sequence, what)


def _own_contradictions(claim: Claim) -> Iterator[str]:
    """Describe what is wrong with one purge alone."""
    purge = claim.purge
    if not claim.has_times:
        yield "its times can't be read"
    elif claim.older_than_s > claim.purged_at_s + _SKEW_S:
        yield "it deleted receipts that were not given yet"
    if not purge.ranges:
        yield "it deleted nothing, and such a purge leaves no record"
    if purge.count != sum(each.last - each.first + 1 for each in purge.ranges):
        yield f"it says that it deleted {purge.count} receipts, and names others"
    end = -1
    for each in purge.ranges:
        if not max(end + 1, 0) < each.first <= each.last < claim.sequence:
            yield f"it says that it deleted records {each.first} to {each.last}, which can't be"
            break
        end = each.last


def _strictest(claims: list[Claim]) -> list[tuple[Claim, Claim]]:
    """From each purge on: which of it and those after it has the latest `older_than`, and which the earliest time."""
    found: list[tuple[Claim, Claim]] = []
    for claim in reversed(claims):
        latest, earliest = found[-1] if found else (claim, claim)
        latest = claim if claim.older_than_s > latest.older_than_s else latest
        found.append((latest, claim if claim.purged_at_s < earliest.purged_at_s else earliest))
    return found[::-1]


def _seconds(text: str) -> float | None:
    """Read a time as `time_text` writes it; anything else is none."""
    try:
        time = datetime.fromisoformat(text)
        is_ours = time.tzinfo is UTC and time_text(time) == text
    except (ValueError, OverflowError):
        return None
    return time.timestamp() if is_ours else None
