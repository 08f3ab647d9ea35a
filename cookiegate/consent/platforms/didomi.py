"""Didomi's `didomi_token`, base64 of JSON, and `didomi_dcs`, the Didomi Consent String that replaces it.

Source: https://developers.didomi.io/ (cookies, Didomi Consent String); its TCF part is in `euconsent-v2`.
"""

from collections.abc import Mapping

from cookiegate.consent.decoding import decoded, json_base64, time_from_iso
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.platforms.didomi_consent_string import decode_didomi_consent_string
from cookiegate.consent.source import strictest, strictest_answer
from cookiegate.model import Consent

__all__ = ["Didomi"]

USUAL_PURPOSES: IdMapping = {
    "statistics": ["cookies", "measure_content_performance", "market_research"],
    "preferences": ["cookies", "create_content_profile", "select_personalized_content"],
    "marketing": ["cookies", "create_ads_profile", "select_personalized_ads"],
}
"""Didomi's names of the TCF purposes; all of a category's must be enabled."""

_PLATFORM = "Didomi"


class Didomi(CookieGroupSource):
    """Reads Didomi's consent by its purposes; vendors grant nothing.

    `purposes`: the site's own, `{"analytics-abc": "statistics"}`; a category is granted if all of its purposes are
    enabled and none is disabled. `purpose_numbers`: the same for `didomi_dcs`, which holds numbers that Didomi gave to
    the site's purposes: `{"statistics": [16816]}`; `Didomi.getPurposeNumericId(id)` in the page's console says which.
    Without it `didomi_dcs` is unreadable. `cookie_name`, `dcs_cookie_name`: where a site renamed the cookies. Where
    both are present, the stricter counts.

    Explicit: purposes were enabled or disabled; a cookie without them was written before any choice, and is no
    signal. `updated` (else `created`) is the time. `version` is the format's: no revision.

    A truncated value is unreadable (padding aside). Not noticed: an octet that turns the name of an enabled
    purpose into another, and in `didomi_dcs` one that flips a bit of a purpose's status or number. Its signature is not
    checked: its algorithm is not published.

    Raises: `ConfigError`.
    """

    __slots__ = ("_dcs_name", "_numbers", "_purposes")

    def __init__(
        self,
        *,
        purposes: IdMapping | None = None,
        purpose_numbers: Mapping[int | str, object] | None = None,
        cookie_name: str = "didomi_token",
        dcs_cookie_name: str = "didomi_dcs",
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._dcs_name = arguments.cookie_name(dcs_cookie_name, "dcs_cookie_name")
        self._purposes = arguments.categories("purposes", USUAL_PURPOSES if purposes is None else purposes, {})
        numbers = _as_text(purpose_numbers)
        self._numbers = None if numbers is None else arguments.categories("purpose_numbers", numbers, {})
        arguments.check()
        super().__init__((name, self._dcs_name), self._parse, _PLATFORM)

    def _parse(self, pairs: Pairs) -> Consent | None:
        return strictest(
            (
                strictest_answer(self._parse_token(value) for name, value in pairs if name != self._dcs_name),
                strictest_answer(self._parse_dcs(value) for name, value in pairs if name == self._dcs_name),
            )
        )

    def _parse_token(self, value: bytes) -> Consent | None:
        found = json_base64(decoded(value))
        purposes = found.get("purposes")
        if purposes is None:
            return None
        if not isinstance(purposes, dict):
            raise ValueError("no purposes")
        enabled, disabled = _names(purposes.get("enabled")), _names(purposes.get("disabled"))
        if not enabled and not disabled:
            return None
        return Consent(
            self._purposes.granted({purpose: purpose not in disabled for purpose in enabled | disabled}),
            source=_PLATFORM,
            given_at=time_from_iso(found.get("updated")) or time_from_iso(found.get("created")),
        )

    def _parse_dcs(self, value: bytes) -> Consent | None:
        string = decode_didomi_consent_string(value)
        if not string.enabled and not string.disabled:
            return None
        if self._numbers is None:
            raise ValueError("it holds numbers of purposes; give their categories: Didomi(purpose_numbers=...)")
        answers = dict.fromkeys(map(str, string.disabled), False) | dict.fromkeys(map(str, string.enabled), True)
        return Consent(self._numbers.granted(answers), source=_PLATFORM, given_at=string.updated)


def _as_text(numbers: object) -> object:
    """Return a mapping of numbers with its numbers as text; anything else unchanged, for the check that follows."""
    if not isinstance(numbers, Mapping):
        return numbers
    return {_text(key): [_text(one) for one in of] if isinstance(of, list | tuple | set | frozenset) else _text(of)
            for key, of in numbers.items()}  # fmt: skip


def _text(number: object) -> object:
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else number


def _names(value: object) -> frozenset[str]:
    """Return the names in a list, which may be missing."""
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("no list of names")
    return frozenset(value)
