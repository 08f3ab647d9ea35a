"""The TC string of version 2: base64url segments joined with dots, bit fields inside.

`CQraFkAQraFkAEsAHBEND6FgAPIAAAAAAAYgF5wAQF5gAAAA.IH0Q...`; each dot may be written as `%2E`.
Law: every field of the core segment is present and nothing follows the last field of a segment, or nothing is decoded.
Fields that don't concern consent are checked for their length and left out.
Source: IAB Tech Lab, "Consent string and vendor list formats v2",
https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/tree/master/TCFv2
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cookiegate.consent.iab.bits import BitReader, IdBudget, Ranges, unescaped

__all__ = [
    "ALLOWED",
    "DISCLOSED",
    "PublisherRestriction",
    "TcString",
    "core_dates",
    "decode_tc_string",
    "segments_of",
]

DISCLOSED, ALLOWED, _PUBLISHER = 1, 2, 3
"""Types of the segments after the core: disclosed vendors, allowed vendors, the publisher's own purposes."""


@dataclass(frozen=True, slots=True)
class PublisherRestriction:
    """What a publisher does not let vendors do for one purpose."""

    purpose: int
    kind: int
    """0: not at all; 1: only with consent; 2: only on the other ground (legitimate interest; in Canada implied)."""
    vendors: Ranges

    def forbids(self, vendor: int, ground: int) -> bool:
        """Return whether the vendor may not do this on a ground: 1 consent, 2 the other."""
        return self.kind != ground and any(start <= vendor <= end for start, end in self.vendors)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcString:
    """The parts of a TC string that concern consent. Purposes and vendors are the ids whose bit is set."""

    created: datetime
    last_updated: datetime
    policy_version: int
    is_service_specific: bool
    purposes_consent: frozenset[int]
    vendor_consents: frozenset[int]
    publisher_restrictions: tuple[PublisherRestriction, ...]
    vendors_disclosed: frozenset[int] | None = None
    """`None`: the string has no such segment."""


def decode_tc_string(text: bytes) -> TcString:
    """Decode a TC string.

    Raises: `ValueError` that says what is wrong, for everything else: other versions, octets that are not base64url,
    a field that is truncated, bits after the last field, a segment twice.
    """
    core, *others = unescaped(text).split(b".")
    budget = IdBudget()
    fields = _decode_core(core, budget)
    for kind, segment in segments_of(others):
        if kind == DISCLOSED:
            fields["vendors_disclosed"] = _vendors(segment, budget)
            segment.end()
        elif kind == ALLOWED:
            _vendors(segment, budget)  # vendors that a publisher allows, of the abolished global scope
            segment.end()
    return TcString(**fields)  # type: ignore[arg-type]  # _decode_core fills in what has no default


def core_dates(core: BitReader, version: int) -> tuple[datetime, datetime]:
    """Read the start of a core segment, up to its language; return when the string was created and last updated.

    Raises: `ValueError` for any other version.
    """
    found = core.integer(6)
    if found != version:
        raise ValueError(f"version {found}; only version {version} is read")
    created, last_updated = core.moment(), core.moment()
    core.take(30)  # the platform, its version, its screen
    core.letters(2)  # the language
    return created, last_updated


def segments_of(segments: Iterable[bytes]) -> Iterator[tuple[int, BitReader]]:
    """Yield the type of each segment after the core, and a reader positioned after the type.

    A publisher's own purposes are checked here. A segment of an unknown type is left out, since later versions may add
    one. Raises: `ValueError` for a type that comes twice, and a second core.
    """
    seen = set()
    for segment in segments:
        reader = BitReader(segment)
        kind = reader.integer(3)
        if kind == 0 or kind in seen:
            raise ValueError(f"a segment of type {kind} where it does not belong")
        seen.add(kind)
        if kind == _PUBLISHER:
            reader.take(48)  # consent and the other ground
            reader.take(2 * reader.integer(6))  # custom purposes
            reader.end()
        elif kind in (DISCLOSED, ALLOWED):
            yield kind, reader


def _decode_core(segment: bytes, budget: IdBudget) -> dict[str, object]:
    """Decode the core segment into the fields of `TcString`."""
    reader = BitReader(segment)
    created, last_updated = core_dates(reader, 2)
    fields: dict[str, object] = {"created": created, "last_updated": last_updated}
    reader.take(12)  # the version of the vendor list
    fields["policy_version"] = reader.integer(6)
    fields["is_service_specific"] = reader.flag()
    reader.take(13)  # texts that are not standard; special features
    fields["purposes_consent"] = reader.ids(24)
    reader.take(25)  # purposes by legitimate interest; whether purpose 1 was left out
    reader.letters(2)  # the publisher's country
    fields["vendor_consents"] = _vendors(reader, budget)
    _vendors(reader, budget)  # by legitimate interest
    fields["publisher_restrictions"] = tuple(_restriction(reader) for _ in range(reader.integer(12)))
    reader.end()
    return fields


def _vendors(reader: BitReader, budget: IdBudget) -> frozenset[int]:
    """Read vendor ids: the largest one, then a bit field of that length or ranges."""
    largest = reader.integer(16)
    return budget.expand(reader.ranges(largest)) if reader.flag() else reader.ids(largest)


def _restriction(reader: BitReader) -> PublisherRestriction:
    """Read one publisher restriction."""
    return PublisherRestriction(reader.integer(6), reader.integer(2), reader.ranges())
