"""Wix' `consent-policy`: JSON of categories and 0 or 1.

Source: https://dev.wix.com/docs/ (consent policy); the short names as they are found on sites.
"""

from cookiegate.consent.decoding import json_object, time_from_epoch
from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["Wix"]

_PLATFORM = "Wix"
_CATEGORIES = {"func": Category.PREFERENCES, "anl": Category.STATISTICS, "adv": Category.MARKETING}


class Wix(OneCookieSource):
    """Reads Wix' consent: `func` is preferences, `anl` statistics, `adv` marketing.

    `cookie_name`: where a site renamed the cookie. `dt3` (data to third parties) and `ess` grant nothing. Explicit
    always: the cookie is written by an answer. `ts` (minutes) is the time; no revision is carried.

    JSON: a value that is cut is unreadable. What can't be told: a `0` that became a `1`.

    Raises: `ConfigError`.
    """

    __slots__ = ("_values", "cookie_names")

    def __init__(self, *, cookie_name: str = "consent-policy") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, _parse, source=_PLATFORM)


def _parse(value: bytes) -> Consent:
    found = json_object(value)
    answers = {category: found[name] for name, category in _CATEGORIES.items() if name in found}
    if not answers or not all(isinstance(answer, int) and answer in {0, 1} for answer in answers.values()):
        raise ValueError("no categories")
    return Consent(
        (category for category, is_granted in answers.items() if is_granted),
        source=_PLATFORM,
        given_at=time_from_epoch(found.get("ts"), 60),
    )
