"""The string of TCF Canada, section 5 of the Global Privacy Platform: express and implied consent, side by side.

As a TC string, with other fields. Vendors are written in one of two ways: in Fibonacci coding, as the specification
says, or as numbers of 16 bits, as the IAB's encoders did before version 3.2. Nothing in a string says which.
Law: every field is present and nothing follows the last one, or nothing is decoded; where both ways of writing vendors
fit, a vendor needs both.
Source: https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform, "Sections/Canada"; @iabgpp/cmpapi 3.2.
"""

from dataclasses import dataclass
from datetime import datetime

from cookiegate.consent.iab.bits import BitReader, IdBudget, Ranges, unescaped
from cookiegate.consent.iab.tc_string import DISCLOSED, PublisherRestriction, core_dates, segments_of

__all__ = ["CanadianString", "decode_canadian_string"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanadianString:
    """The parts of a string of TCF Canada that concern consent."""

    last_updated: datetime
    purposes_express: frozenset[int]
    purposes_implied: frozenset[int]
    vendors_express: frozenset[int]
    vendors_implied: frozenset[int]
    publisher_restrictions: tuple[PublisherRestriction, ...]
    vendors_disclosed: frozenset[int] | None = None
    """`None`: the string has no such segment."""


@dataclass(frozen=True, slots=True)
class _Vendors:
    """The vendors of one segment, read in one of the two ways."""

    express: frozenset[int]
    implied: frozenset[int] = frozenset()
    restrictions: tuple[PublisherRestriction, ...] = ()


def decode_canadian_string(text: bytes) -> CanadianString:
    """Decode a string of TCF Canada.

    Raises: `ValueError` that says what is wrong, for everything else, as `decode_tc_string` does.
    """
    core, *others = unescaped(text).split(b".")
    reader = BitReader(core)
    _, last_updated = core_dates(reader, 1)
    reader.take(31)  # the vendor list, the policy, stacks that are not standard, special features
    express, implied = reader.ids(24), reader.ids(24)
    vendors = _vendors(reader)
    disclosed = None
    for kind, segment in segments_of(others):
        if kind == DISCLOSED:
            disclosed = _vendors(segment, is_core=False).express
    return CanadianString(
        last_updated=last_updated,
        purposes_express=express,
        purposes_implied=implied,
        vendors_express=vendors.express,
        vendors_implied=vendors.implied,
        publisher_restrictions=vendors.restrictions,
        vendors_disclosed=disclosed,
    )


def _vendors(segment: BitReader, *, is_core: bool = True) -> _Vendors:
    """Read the vendors of a segment in each of the two ways, and return what all ways that fit have in common."""
    readings = []
    problems = []
    for is_fibonacci in (True, False):
        try:
            readings.append(_reading(segment.copy(), is_core=is_core, is_fibonacci=is_fibonacci))
        except ValueError as problem:
            problems.append(problem)
    if not readings:
        raise problems[0]
    return _Vendors(
        frozenset.intersection(*(reading.express for reading in readings)),
        frozenset.intersection(*(reading.implied for reading in readings)),
        tuple(restriction for reading in readings for restriction in reading.restrictions),
    )


def _reading(reader: BitReader, *, is_core: bool, is_fibonacci: bool) -> _Vendors:
    budget = IdBudget()
    express = budget.expand(_ids(reader, is_fibonacci=is_fibonacci))
    if not is_core:
        reader.end()
        return _Vendors(express)
    implied = budget.expand(_ids(reader, is_fibonacci=is_fibonacci))
    restrictions = []
    for _ in range(reader.integer(12)):
        purpose, kind = reader.integer(6), reader.integer(2)
        ids = _ids(reader, is_fibonacci=True) if is_fibonacci else reader.ranges()
        restrictions.append(PublisherRestriction(purpose, kind, ids))
    reader.end()
    return _Vendors(express, implied, tuple(restrictions))


def _ids(reader: BitReader, *, is_fibonacci: bool) -> Ranges:
    """Read ids: the largest one, then a bit field of that length or ranges."""
    largest = reader.integer(16)
    if not reader.flag():
        return tuple((number, number) for number in sorted(reader.ids(largest)))
    return reader.fibonacci_ranges(largest) if is_fibonacci else reader.ranges(largest)
