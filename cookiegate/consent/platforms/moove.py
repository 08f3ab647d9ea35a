"""Moove's GDPR Cookie Compliance, `moove_gdpr_popup`: JSON of tabs and "0" or "1".

Source: https://wordpress.org/plugins/gdpr-cookie-compliance/
"""

from cookiegate.consent.decoding import json_object
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Moove"]

USUAL_CATEGORIES: IdMapping = {
    "strict": "necessary",
    "thirdparty": "statistics",
    "performance": "statistics",
    "advanced": "marketing",
    "preference": "preferences",
}
"""By convention: the site writes the text of each tab."""

_PLATFORM = "Moove GDPR"
_ANSWERS: dict[object, bool] = {"1": True, "0": False}


class Moove(OneCookieSource, reads_one_cookie=True):
    """Reads the consent of Moove's plugin by its tabs.

    `categories`: what the site's tabs are for, `{"thirdparty": "statistics", "advanced": "marketing"}`.
    `cookie_name`: where a site renamed the cookie.

    Always explicit: an answer writes the cookie. The cookie has no time and no revision.

    JSON: a truncated value is unreadable. Not noticed: a `0` changed to `1`; with the usual names, a
    changed octet in the name of a refused tab beside an accepted one of the same category.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "moove_gdpr_popup") -> None:
        arguments = ReaderArguments("Moove")
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        answers: dict[str, bool] = {}
        for tab, answer in json_object(value).items():
            if tab in self._categories:
                if not isinstance(answer, str) or answer not in _ANSWERS:
                    raise ValueError("no answer")
                answers[tab] = _ANSWERS[answer]
        if not answers:
            raise ValueError("no category that is known")
        return Consent(self._categories.granted(answers), source=_PLATFORM)
