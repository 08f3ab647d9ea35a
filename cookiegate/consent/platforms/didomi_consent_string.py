"""The Didomi Consent String (DCS): base64url of bit fields, the purposes by numbers that Didomi gives to them.

`CGazIAyn...AAA.<device>.<organisation's user>~<signature>`: what follows the first `.` or `~` says nothing of consent.
Law: every field is present and nothing follows the last one, or nothing is decoded.
Source: https://developers.didomi.io/cmp/didomi-consent-string (structure of version 2, an example of version 1); how
wide a field is, and what precedes ranges, was read from that example and from strings of version 2 on sites.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from cookiegate.consent.iab.bits import BitReader, IdBudget, Ranges, unescaped

__all__ = ["DidomiConsentString", "decode_didomi_consent_string"]

_BIT_FIELD, _RANGES, _FIBONACCI_RANGES = 0, 1, 2
_ENABLED = 0
"""How the enabled ids are called where ranges are announced: two names of two bits, the same twice for one list."""
_END = re.compile(rb"[.~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DidomiConsentString:
    """The purposes that the string enables and disables."""

    updated: datetime
    enabled: frozenset[int]
    disabled: frozenset[int]


def decode_didomi_consent_string(text: bytes) -> DidomiConsentString:
    """Decode a Didomi Consent String of version 1 or 2. Raises: `ValueError` that says what is wrong."""
    reader, budget = BitReader(_END.split(unescaped(text), maxsplit=1)[0]), IdBudget()
    version = reader.integer(6)
    if version not in (1, 2):
        raise ValueError(f"version {version}; only versions 1 and 2 are read")
    reader.take(128)  # the visitor's id
    reader.moment()  # when it was created
    updated = reader.moment()
    if version == 2:
        reader.take(16)  # the regulation
        if reader.flag():
            reader.moment()  # when it was last synchronised
    enabled, disabled = _purposes(reader, budget)
    for _ in range(3):  # purposes by the other ground, vendors by both: they say nothing of consent to a purpose
        _skip(reader)
    reader.end()
    return DidomiConsentString(updated=updated, enabled=enabled, disabled=disabled)


def _purposes(reader: BitReader, budget: IdBudget) -> tuple[frozenset[int], frozenset[int]]:
    """Read which ids are enabled, and which disabled.

    Raises: `ValueError` too for what no source explains: ranges of other ids than the enabled ones, and where the
    second range in Fibonacci coding starts.
    """
    kind = reader.integer(2)
    if kind == _BIT_FIELD:
        first, statuses = _bit_field(reader)
        if "11" in statuses:
            raise ValueError("an id that is enabled and disabled")
        return (
            frozenset(number for number, status in enumerate(statuses, first) if status == "10"),
            frozenset(number for number, status in enumerate(statuses, first) if status == "01"),
        )
    ranges, *others = _lists(reader, kind)
    if others or ranges[0] != _ENABLED or (kind == _FIBONACCI_RANGES and len(ranges[1]) > 1):
        raise ValueError("purposes in ranges of which no source says what they mean")
    return budget.expand(ranges[1]), frozenset()


def _skip(reader: BitReader) -> None:
    """Read over one list of statuses."""
    kind = reader.integer(2)
    if kind == _BIT_FIELD:
        _bit_field(reader)
    else:
        _lists(reader, kind)


def _bit_field(reader: BitReader) -> tuple[int, list[str]]:
    """Read the first id, and the status of each from there on: 10 is enabled, 01 disabled."""
    first = 1 if reader.flag() else reader.integer(16)
    return first, [reader.take(2) for _ in range(reader.integer(16))]


def _lists(reader: BitReader, kind: int) -> list[tuple[int, Ranges]]:
    """Read one or two lists of ranges, each with the name of its status."""
    if kind not in (_RANGES, _FIBONACCI_RANGES):
        raise ValueError(f"statuses written in a way that is not known: {kind}")
    names = dict.fromkeys((reader.integer(2), reader.integer(2)))
    return [(name, tuple(_range(reader, kind) for _ in range(reader.integer(16)))) for name in names]


def _range(reader: BitReader, kind: int) -> tuple[int, int]:
    """Read the first and the last id of a run."""
    if kind == _RANGES:
        is_single = reader.flag()
        start = reader.integer(16)
        end = start if is_single else reader.integer(16)
    else:
        start = reader.fibonacci()
        end = start + reader.fibonacci() - 1
    if not 1 <= start <= end <= 0xFFFF:
        raise ValueError(f"a range of ids from {start} to {end}, where 1 to 65535 are allowed")
    return start, end
