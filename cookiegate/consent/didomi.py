"""Didomi's `didomi_token`: base64 of JSON.

Source: https://developers.didomi.io/ (consent cookies); its TCF part is in `euconsent-v2`.
"""

from cookiegate.consent.decoding import decoded, json_base64, time_from_iso
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import Consent

__all__ = ["Didomi"]

USUAL_PURPOSES: IdMapping = {
    "statistics": ["cookies", "measure_content_performance", "market_research"],
    "preferences": ["cookies", "create_content_profile", "select_personalized_content"],
    "marketing": ["cookies", "create_ads_profile", "select_personalized_ads"],
}
"""Didomi's names of the TCF purposes; all of a category's must be enabled."""

_PLATFORM = "Didomi"


class Didomi(OneCookieSource):
    """Reads Didomi's consent by its purposes; vendors grant nothing.

    `purposes`: the site's own, `{"analytics-abc": "statistics"}`; a category is granted if all of its purposes are
    enabled and none is disabled. `cookie_name`: where a site renamed the cookie.

    Explicit: purposes were enabled or disabled; a token without them was written before any choice, and is no signal.
    `updated` (else `created`) is the time. `version` is the format's: no revision.

    Base64 of JSON: a value that is cut is unreadable (padding aside), and no octet enables a purpose, other than by
    making the name of one that is enabled another's, which can't be told.

    Raises: `ConfigError`.
    """

    __slots__ = ("_purposes", "_values", "cookie_names")

    def __init__(self, *, purposes: IdMapping | None = None, cookie_name: str = "didomi_token") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._purposes = arguments.categories("purposes", USUAL_PURPOSES if purposes is None else purposes, {})
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, self._parse, source=_PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
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


def _names(value: object) -> frozenset[str]:
    """Return the names in a list, which may be missing."""
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("no list of names")
    return frozenset(value)
