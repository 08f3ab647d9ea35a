"""CookieFirst's `cookiefirst-consent`: JSON of categories and booleans.

Source: https://support.cookiefirst.com/ (the consent cookie).
"""

from cookiegate.consent.decoding import json_object, revision_text, time_from_epoch, time_from_iso
from cookiegate.consent.mapping import checked_cookie_name, granted_among
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["CookieFirst"]

_PLATFORM = "CookieFirst"
_CATEGORIES = {
    "functional": Category.PREFERENCES,
    "performance": Category.STATISTICS,
    "advertising": Category.MARKETING,
}


class CookieFirst(OneCookieSource, reads_one_cookie=True):
    """Reads CookieFirst's consent: `functional` is preferences, `performance` statistics, `advertising` marketing.

    `cookie_name`: where a site renamed the cookie. The value is raw or percent-encoded.

    Always explicit: an answer writes the cookie. `timestamp` (seconds, or ISO 8601) is the time, `version` the
    revision.

    JSON: a truncated value is unreadable, and no octet makes `false` true.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "cookiefirst-consent") -> None:
        super().__init__(checked_cookie_name(_PLATFORM, cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent:
    found = json_object(value)
    return Consent(
        granted_among(found, _CATEGORIES, bool),
        source=_PLATFORM,
        given_at=time_from_epoch(found.get("timestamp")) or time_from_iso(found.get("timestamp")),
        revision=revision_text(found.get("version")),
    )
