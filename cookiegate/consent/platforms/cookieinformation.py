"""Cookie Information's `CookieInformationConsent`: JSON with two lists.

Source: https://support.cookieinformation.com/ (cookie categories).
"""

from cookiegate.consent.decoding import json_object, time_from_iso
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["CookieInformation"]

USUAL_CATEGORIES: IdMapping = {
    "cookie_cat_necessary": "necessary",
    "cookie_cat_functional": "preferences",
    "cookie_cat_statistic": "statistics",
    "cookie_cat_marketing": "marketing",
}

_PLATFORM = "Cookie Information"


class CookieInformation(OneCookieSource, reads_one_cookie=True):
    """Reads Cookie Information's consent: the categories in `consents_approved`.

    `categories`: what a site uses its categories for (`cookie_cat_unclassified` grants nothing by default).
    `cookie_name`: where a site renamed the cookie. A category that is in `consents_denied` too is refused.

    Always explicit: an answer writes the cookie. `timestamp` is the time; the cookie has no revision.

    JSON: a truncated value is unreadable, and a refused category is in the other list. Not noticed: a changed
    octet that makes one approved name another.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "CookieInformationConsent") -> None:
        arguments = ReaderArguments("CookieInformation")
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        found = json_object(value)
        approved, denied = found.get("consents_approved"), found.get("consents_denied", [])
        if not isinstance(approved, list) or not isinstance(denied, list):
            raise ValueError("no list of consents")
        answers = {name: True for name in approved if isinstance(name, str)}
        answers |= {name: False for name in denied if isinstance(name, str)}
        return Consent(
            self._categories.granted(answers), source=_PLATFORM, given_at=time_from_iso(found.get("timestamp"))
        )
