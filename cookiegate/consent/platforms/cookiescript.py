"""CookieScript's `CookieScriptConsent`: JSON, with the categories as JSON inside one of its strings.

Source: https://cookie-script.com/ (help: the consent cookie).
"""

from cookiegate.consent.decoding import json_object, json_text, time_from_epoch
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["CookieScript"]

USUAL_CATEGORIES: IdMapping = {
    "strict": "necessary",
    "functionality": "preferences",
    "performance": "statistics",
    "targeting": "marketing",
}

_PLATFORM = "CookieScript"


class CookieScript(OneCookieSource, reads_one_cookie=True):
    """Reads CookieScript's consent: the list of accepted categories.

    `categories`: what a site uses its categories for (`unclassified` grants nothing by default). `cookie_name`: where
    a site renamed the cookie.

    Explicit: `action` is `accept` or `reject`; a value without it is from a banner that was only shown, and is no
    signal. `reject` refuses all, whatever is listed. `consenttime` (seconds) is the time; the cookie has no revision.
    `googleconsentmap` names categories whatever was chosen, and grants nothing.

    JSON: a truncated value is unreadable, and a refused category is not in the list. Not noticed: a
    changed octet that makes one accepted name another.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "CookieScriptConsent") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
        found = json_object(value)
        action = found.get("action")
        if action is None and "bannershown" in found:
            return None
        if action != "accept" and action != "reject":  # noqa: PLR1714  # may be unhashable
            raise ValueError("no action that is known")
        names = found.get("categories", [] if action == "reject" else None)
        if isinstance(names, str):
            names = json_text(names)
        if not isinstance(names, list):
            raise ValueError("no list of categories")
        accepted = [name for name in names if isinstance(name, str)] if action == "accept" else []
        return Consent(
            self._categories.granted(dict.fromkeys(accepted, True)),
            source=_PLATFORM,
            given_at=time_from_epoch(found.get("consenttime")),
        )
