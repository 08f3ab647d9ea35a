"""IAB Europe's Transparency and Consent Framework: consent read from a TC string.

Law: a legitimate interest never counts: storing and reading needs consent (ePrivacy 5(3)), purpose 1 in this framework.
Source: https://iabeurope.eu/tcf-for-cmps/ (policies, TCF 2.3); `tc_string.py` names that of the string itself.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from cookiegate.category import read_category
from cookiegate.consent.iab.opt_out import StringSource, check_names, name_tuple
from cookiegate.consent.iab.tc_string import TcString, decode_tc_string
from cookiegate.consent.iab.tc_string_canada import CanadianString, decode_canadian_string
from cookiegate.model import OPTIONAL, Category, Consent, Reason
from cookiegate.problems import Problems

__all__ = ["Tcf"]

_DISCLOSED_SINCE = datetime(2026, 3, 1, tzinfo=UTC)
"""From this day on, TCF 2.3 demands that strings list the disclosed vendors."""
_CONSENT, _IMPLIED = 1, 2
"""The grounds, as publisher restrictions number them."""
_STORAGE = 1
"""Purpose 1, "Store and/or access information on a device": without it nothing is granted."""
_PURPOSES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"preferences": (5, 6), "statistics": (8, 9), "marketing": (3, 4)}
)


class Tcf(StringSource):
    """Reads consent from a TC string. `None` where the request carries none of the cookies.

    `cookie_names`: where the site's platform keeps the string; the framework leaves that to the platform. Several that
    differ: only what all of them grant. `purposes`: which purposes a category needs, all of them, and purpose 1 always;
    by default preferences 5 and 6 (personalised content), statistics 8 and 9 (measured content, audiences), marketing
    3 and 4 (personalised advertising). A category that is left out is never granted. `vendor`: the id on the global
    vendor list that must have consent too, be disclosed where the string lists the disclosed ones, and not be kept
    from a needed purpose by a publisher restriction. `min_policy_version`: 2 by default, every policy of TCF 2; the
    framework itself holds strings below 4 to be invalid since 30 September 2023. `require_disclosed_vendors`: whether a
    string must list the vendors that were disclosed; by default those that were made or updated on 1 March 2026 or
    later must, as TCF 2.3 says.

    A string with a bit missing or too many, for several services (`isServiceSpecific` 0, abolished in 2021) or of an
    older policy is no consent. Each string counts as explicit: platforms must not set a consent bit before the
    visitor acts, and a refusal needs no proof. `given_at` is its `lastUpdated`, a whole day since 2021. The framework
    asks for a reminder after 13 months; that is the gate's `max_age`.

    The format carries no check sum: a flipped bit inside a bit field reads as another choice. A truncated
    string is noticed, except where only padding or whole segments after the core are missing: the core, which has all
    consents, is then complete.

    Raises: `ConfigError`.
    """

    __slots__ = ("_min_policy_version", "_purposes", "_require_disclosed_vendors", "_vendor")

    def __init__(
        self,
        *,
        cookie_names: str | Iterable[str] = ("euconsent-v2", "eupubconsent-v2", "pl_euconsent-v2"),
        purposes: Mapping[str, int | Iterable[int]] = _PURPOSES,
        vendor: int | None = None,
        min_policy_version: int = 2,
        require_disclosed_vendors: bool | None = None,
    ) -> None:
        names = name_tuple(cookie_names)
        problems = Problems("Tcf")
        check_names(names, problems)
        if not isinstance(purposes, Mapping):
            problems.add(f"purposes {purposes!r}: no mapping; give a dict like {{'statistics': [8, 9]}}")
            purposes = {}
        purposes_of = {
            category: frozenset(numbers if isinstance(numbers, Iterable) else {numbers})
            for category, numbers in purposes.items()
        }
        _check_purposes(purposes_of, problems)
        if vendor is not None and vendor not in range(1, 0x10000):
            problems.add(f"vendor {vendor!r}: not an id of the global vendor list; use 1 to 65535")
        if min_policy_version not in range(2, 64):
            problems.add(f"min_policy_version {min_policy_version!r}: no policy of TCF 2; use 2 to 63")
        if not isinstance(require_disclosed_vendors, bool | None):
            problems.add(
                f"require_disclosed_vendors {require_disclosed_vendors!r}: no answer; use True, False, or None"
            )
        problems.check()
        self._require_disclosed_vendors = require_disclosed_vendors
        self._purposes = [(Category(category), numbers | {_STORAGE}) for category, numbers in purposes_of.items()]
        self._vendor = vendor
        self._min_policy_version = min_policy_version
        super().__init__(names, self.parse)

    def parse(self, value: bytes, source: str = "") -> Consent:
        """Read one TC string; what is broken in any way grants nothing. Raises nothing."""
        source = source or self.cookie_names[0]
        try:
            string = decode_tc_string(value)
        except ValueError:
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        if (
            not string.is_service_specific
            or string.policy_version < self._min_policy_version
            or (string.vendors_disclosed is None and self._needs_disclosed_vendors(string))
        ):
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        purposes = self._allowed(string.purposes_consent, string.vendor_consents, string, _CONSENT)
        return Consent(self._categories(purposes), source=source, given_at=string.last_updated)

    def parse_canadian(self, value: bytes, source: str = "") -> Consent:
        """Read one string of TCF Canada, by the same purposes and vendor; implied consent counts, but is not explicit.

        Raises nothing.
        """
        source = source or self.cookie_names[0]
        try:
            string = decode_canadian_string(value)
        except ValueError:
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        express = self._allowed(string.purposes_express, string.vendors_express, string, _CONSENT)
        implied = self._allowed(string.purposes_implied, string.vendors_implied, string, _IMPLIED)
        granted = self._categories(express | implied)
        is_explicit = granted == self._categories(express)
        return Consent(granted, source=source, given_at=string.last_updated, explicit=is_explicit)

    def _needs_disclosed_vendors(self, string: TcString) -> bool:
        if self._require_disclosed_vendors is None:
            return max(string.created, string.last_updated) >= _DISCLOSED_SINCE
        return self._require_disclosed_vendors

    def _categories(self, consented: frozenset[int]) -> frozenset[Category]:
        """Return the categories whose purposes are all consented to."""
        return frozenset(category for category, needed in self._purposes if needed <= consented)

    def _allowed(
        self, purposes: frozenset[int], vendors: frozenset[int], string: TcString | CanadianString, ground: int
    ) -> frozenset[int]:
        """Return what is left of purposes for the vendor, if one is named."""
        vendor = self._vendor
        if vendor is None:
            return purposes
        is_disclosed = string.vendors_disclosed is None or vendor in string.vendors_disclosed
        if vendor not in vendors or not is_disclosed:
            return frozenset()
        return purposes - {each.purpose for each in string.publisher_restrictions if each.forbids(vendor, ground)}


def _check_purposes(purposes: dict[str, frozenset[int]], problems: Problems) -> None:
    """Check a mapping from categories to purposes."""
    for category, numbers in purposes.items():
        try:
            read_category(category, OPTIONAL)
        except ValueError as error:
            problems.add(f"purposes {category!r}: {error}")
        wrong = sorted(numbers - set(range(1, 25)), key=str)
        if wrong:
            problems.add(f"purposes {category!r}: no purposes of TCF: {wrong}; use 1 to 24")
