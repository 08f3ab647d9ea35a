"""Civic Cookie Control's `CookieControl`: raw JSON with a state for each of the site's categories.

Source: https://www.civicuk.com/cookie-control/ (documentation: the CookieControl cookie).
"""

from cookiegate.consent.decoding import json_object, time_from_epoch
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Civic"]

USUAL_CATEGORIES: IdMapping = {
    "statistics": ["analytics", "analytical", "performance", "statistics"],
    "marketing": ["marketing", "advertising", "targeting", "social"],
    "preferences": ["functionality", "functional", "preferences"],
}

_PLATFORM = "Civic Cookie Control"
_ACCEPTED = "accepted"


class Civic(OneCookieSource, reads_one_cookie=True):
    """Reads the consent of Civic Cookie Control: the categories in `optionalCookies` that were accepted.

    `categories`: the site's own names; upper and lower case are the same. `cookie_name`: where a site renamed the
    cookie. Only `accepted` is consent: `revoked` is not, and `legitimate interest` is not either.

    Explicit is `interactedWith:true`. `consentDate` (milliseconds) is the time; the cookie has no revision.

    JSON: a truncated value is unreadable, and no octet makes another state `accepted`. Not noticed: a changed
    octet that makes one accepted name another; with the usual names, one in a refused name beside an accepted one.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "CookieControl") -> None:
        arguments = ReaderArguments("Civic")
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES, key=str.lower)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        found = json_object(value)
        states = found.get("optionalCookies")
        if not isinstance(states, dict):
            raise ValueError("no categories")
        answers: dict[str, bool] = {}
        for name, state in states.items():
            answers[name.lower()] = state == _ACCEPTED and answers.get(name.lower(), True)
        return Consent(
            self._categories.granted(answers),
            source=_PLATFORM,
            given_at=time_from_epoch(found.get("consentDate"), 0.001),
            explicit=found.get("interactedWith") is True,
        )
