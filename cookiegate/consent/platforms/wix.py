"""Wix' `consent-policy`: JSON of categories and 0 or 1.

Source: https://dev.wix.com/docs/ (consent policy); the short names as they are found on sites.
"""

from cookiegate.consent.decoding import json_object, time_from_epoch
from cookiegate.consent.mapping import checked_cookie_name, granted_among
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["Wix"]

_PLATFORM = "Wix"
_CATEGORIES = {"func": Category.PREFERENCES, "anl": Category.STATISTICS, "adv": Category.MARKETING}


class Wix(OneCookieSource, reads_one_cookie=True):
    """Reads Wix' consent: `func` is preferences, `anl` statistics, `adv` marketing.

    `cookie_name`: where a site renamed the cookie. `dt3` (data to third parties) and `ess` grant nothing. Always
    explicit: an answer writes the cookie. `ts` (minutes) is the time; the cookie has no revision.

    JSON: a truncated value is unreadable. Not noticed: a `0` changed to `1`.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "consent-policy") -> None:
        super().__init__(checked_cookie_name(_PLATFORM, cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent:
    found = json_object(value)
    return Consent(
        granted_among(found, _CATEGORIES, int),
        source=_PLATFORM,
        given_at=time_from_epoch(found.get("ts"), 60),
    )
