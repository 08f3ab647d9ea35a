"""IAB Europe's Transparency and Consent Framework: the TC string of version 2, and consent read from it.

`CQraFkAQraFkAEsAHBEND6FgAPIAAAAAAAYgF5wAQF5gAAAA.IH0Q...`: base64url segments joined with dots, bit fields inside.
Law: every field of the core segment is there, each segment ends where its fields end, or there is no consent at all.
A legitimate interest never counts: storing and reading needs consent (ePrivacy 5(3)), purpose 1 in this framework.
Source: IAB Tech Lab, "Consent string and vendor list formats v2",
https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/tree/master/TCFv2
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from cookiegate.consent.bits import BitReader, Ranges, expand
from cookiegate.consent.iab import StringCookies, name_problems, name_tuple
from cookiegate.errors import ConfigError
from cookiegate.model import OPTIONAL, Category, Consent, Reason, RequestHead

__all__ = ["PublisherRestriction", "TcString", "Tcf", "decode_tc_string"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_IDS = 16384
"""Vendor ids that the ranges of one string may spell out; the global vendor list has about 1,500 vendors."""
_STORAGE = 1
"""Purpose 1, "Store and/or access information on a device": without it nothing is granted."""
_PURPOSES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"preferences": (5, 6), "statistics": (8, 9), "marketing": (3, 4)}
)


@dataclass(frozen=True, slots=True)
class PublisherRestriction:
    """What a publisher does not let vendors do for one purpose."""

    purpose: int
    kind: int
    """0: not at all; 1: only with consent; 2: only by legitimate interest."""
    vendors: Ranges

    def forbids_consent(self, vendor: int) -> bool:
        """Tell whether consent to this purpose is of no use to the vendor."""
        return self.kind in {0, 2} and any(start <= vendor <= end for start, end in self.vendors)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcString:
    """The fields of a TC string. Purposes, special features and vendors are the ids whose bit is set."""

    version: int
    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    is_service_specific: bool
    use_non_standard_texts: bool
    special_feature_opt_ins: frozenset[int]
    purposes_consent: frozenset[int]
    purposes_legitimate_interest: frozenset[int]
    purpose_one_treatment: bool
    publisher_cc: str
    vendor_consents: frozenset[int]
    vendor_legitimate_interests: frozenset[int]
    publisher_restrictions: tuple[PublisherRestriction, ...]
    vendors_disclosed: frozenset[int] | None = None
    """`None`: the string has no such segment."""
    vendors_allowed: frozenset[int] | None = None
    publisher_purposes_consent: frozenset[int] | None = None
    publisher_purposes_legitimate_interest: frozenset[int] | None = None
    publisher_custom_purposes_consent: frozenset[int] | None = None
    publisher_custom_purposes_legitimate_interest: frozenset[int] | None = None


def decode_tc_string(text: bytes) -> TcString:
    """Decode a TC string.

    Raises: `ValueError` that says what is wrong, for everything else: other versions, octets that are not base64url,
    a field that is cut off, bits after the last field, a segment twice.
    """
    core, *others = text.split(b".")
    room = _Room()
    fields = _decode_core(core, room)
    seen = set()
    for segment in others:
        reader = BitReader(segment)
        kind = reader.integer(3)
        if kind == 0 or kind in seen:
            raise ValueError(f"a segment of type {kind} where it does not belong")
        seen.add(kind)
        if kind == 1:
            fields["vendors_disclosed"] = _vendors(reader, room)
        elif kind == 2:
            fields["vendors_allowed"] = _vendors(reader, room)
        elif kind == 3:
            fields["publisher_purposes_consent"] = reader.ids(24)
            fields["publisher_purposes_legitimate_interest"] = reader.ids(24)
            custom = reader.integer(6)
            fields["publisher_custom_purposes_consent"] = reader.ids(custom)
            fields["publisher_custom_purposes_legitimate_interest"] = reader.ids(custom)
        else:
            continue  # a segment that later versions may add: its layout is not known
        reader.end()
    return TcString(**fields)  # type: ignore[arg-type]  # _decode_core fills in what has no default


class _Room:
    """How many vendor ids the ranges of one string may still spell out."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MAX_IDS


def _decode_core(segment: bytes, room: _Room) -> dict[str, object]:
    """Decode the core segment into the fields of `TcString`."""
    reader = BitReader(segment)
    version = reader.integer(6)
    if version != 2:
        raise ValueError(f"version {version}; only version 2 is read")
    fields: dict[str, object] = {
        "version": version,
        "created": _moment(reader),
        "last_updated": _moment(reader),
        "cmp_id": reader.integer(12),
        "cmp_version": reader.integer(12),
        "consent_screen": reader.integer(6),
        "consent_language": reader.letters(2),
        "vendor_list_version": reader.integer(12),
        "policy_version": reader.integer(6),
        "is_service_specific": reader.flag(),
        "use_non_standard_texts": reader.flag(),
        "special_feature_opt_ins": reader.ids(12),
        "purposes_consent": reader.ids(24),
        "purposes_legitimate_interest": reader.ids(24),
        "purpose_one_treatment": reader.flag(),
        "publisher_cc": reader.letters(2),
        "vendor_consents": _vendors(reader, room),
        "vendor_legitimate_interests": _vendors(reader, room),
        "publisher_restrictions": tuple(_restriction(reader) for _ in range(reader.integer(12))),
    }
    reader.end()
    return fields


def _moment(reader: BitReader) -> datetime:
    """Read 36 bits of tenths of a second since 1970."""
    return _EPOCH + timedelta(milliseconds=100 * reader.integer(36))


def _vendors(reader: BitReader, room: _Room) -> frozenset[int]:
    """Read vendor ids: the largest one, then a bit field of that length or ranges."""
    largest = reader.integer(16)
    if not reader.flag():
        return reader.ids(largest)
    ids = expand(reader.ranges(largest), room.left)
    room.left -= len(ids)
    return ids


def _restriction(reader: BitReader) -> PublisherRestriction:
    """Read one publisher restriction."""
    return PublisherRestriction(reader.integer(6), reader.integer(2), reader.ranges())


class Tcf:
    """Reads consent from a TC string. `None` where the request carries none of the cookies.

    `cookie_names`: where the site's platform keeps the string; the framework leaves that to the platform. Several that
    differ: only what all of them grant. `purposes`: which purposes a category needs, all of them, and purpose 1 always;
    by default preferences 5 and 6 (personalised content), statistics 8 and 9 (measured content, audiences), marketing
    3 and 4 (personalised advertising). A category that is left out is never granted. `vendor`: the id on the global
    vendor list that must have consent too, be disclosed where the string lists the disclosed ones, and not be kept
    from a needed purpose by a publisher restriction. `min_policy_version`: 2 by default, every policy of TCF 2; the
    framework itself holds strings below 4 to be invalid since 30 September 2023.

    A string with a bit missing or too many, for several services (`isServiceSpecific` 0, abolished in 2021) or of an
    older policy is no consent. Each string counts as explicit: platforms must not set a consent bit before the
    visitor acts, and a refusal needs no proof. `given_at` is its `lastUpdated`, a whole day since 2021. The framework
    asks for a reminder after 13 months; that is the gate's `max_age`.

    The format carries no check sum: a flipped bit inside a bit field reads as another choice. A string that was cut
    off is told, save where only padding is lost, or whole segments from a dot on: the core, in which all consents
    are, is then complete, and `vendor` goes without the list of the disclosed ones.

    Raises: `ConfigError`.
    """

    __slots__ = ("_min_policy_version", "_purposes", "_read", "_vendor", "cookie_names")

    def __init__(
        self,
        *,
        cookie_names: str | Iterable[str] = ("euconsent-v2", "eupubconsent-v2", "pl_euconsent-v2"),
        purposes: Mapping[str, int | Iterable[int]] = _PURPOSES,
        vendor: int | None = None,
        min_policy_version: int = 2,
    ) -> None:
        self.cookie_names = name_tuple(cookie_names)
        problems = name_problems("Tcf", self.cookie_names)
        if not isinstance(purposes, Mapping):
            problems.append(f"Tcf: purposes {purposes!r}: no mapping; give a dict like {{'statistics': [8, 9]}}")
            purposes = {}
        wanted = {
            category: frozenset(numbers if isinstance(numbers, Iterable) else {numbers})
            for category, numbers in purposes.items()
        }
        problems += _purpose_problems(wanted)
        if vendor is not None and vendor not in range(1, 0x10000):
            problems.append(f"Tcf: vendor {vendor!r}: not an id of the global vendor list; use 1 to 65535")
        if min_policy_version not in range(2, 64):
            problems.append(f"Tcf: min_policy_version {min_policy_version!r}: no policy of TCF 2; use 2 to 63")
        if problems:
            raise ConfigError(problems)
        self._purposes = [(Category(category), numbers | {_STORAGE}) for category, numbers in wanted.items()]
        self._vendor = vendor
        self._min_policy_version = min_policy_version
        self._read = StringCookies(self.cookie_names, self.parse)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent from the request."""
        return self._read(head)

    def parse(self, value: bytes, source: str = "") -> Consent:
        """Read one TC string; what is broken in any way grants nothing. Raises nothing."""
        source = source or self.cookie_names[0]
        try:
            string = decode_tc_string(value)
        except ValueError:
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        if not string.is_service_specific or string.policy_version < self._min_policy_version:
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        consented = self._consented(string)
        return Consent(
            [category for category, needed in self._purposes if needed <= consented],
            source=source,
            given_at=string.last_updated,
        )

    def _consented(self, string: TcString) -> frozenset[int]:
        """Return the purposes to which there is consent, for the vendor if one is named."""
        vendor = self._vendor
        if vendor is None:
            return string.purposes_consent
        is_disclosed = string.vendors_disclosed is None or vendor in string.vendors_disclosed
        if vendor not in string.vendor_consents or not is_disclosed:
            return frozenset()
        restrictions = string.publisher_restrictions
        return string.purposes_consent - {each.purpose for each in restrictions if each.forbids_consent(vendor)}


def _purpose_problems(purposes: dict[str, frozenset[int]]) -> list[str]:
    """Say what is wrong with a mapping from categories to purposes."""
    problems = []
    for category, numbers in purposes.items():
        if category not in OPTIONAL:
            names = ", ".join(sorted(OPTIONAL))
            problems.append(f"Tcf: purposes {category!r}: not a category that needs consent; use {names}")
        wrong = sorted(numbers - set(range(1, 25)), key=str)
        if wrong:
            problems.append(f"Tcf: purposes {category!r}: no purposes of TCF: {wrong}; use 1 to 24")
    return problems
