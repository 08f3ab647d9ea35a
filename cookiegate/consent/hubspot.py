"""HubSpot's `__hs_cookie_cat_pref`: `1:true_2:false_3:true`, with commas in older values.

Source: https://knowledge.hubspot.com/privacy-and-consent/what-cookies-does-hubspot-set-in-a-visitor-s-browser
"""

import re

from cookiegate.consent.decoding import decoded
from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["HubSpot"]

_PLATFORM = "HubSpot"
_CATEGORIES = {"1": Category.STATISTICS, "2": Category.MARKETING, "3": Category.PREFERENCES}
_SEPARATOR = re.compile("[,_]")


class HubSpot(OneCookieSource):
    """Reads HubSpot's consent: 1 is statistics, 2 marketing (advertisement), 3 preferences (functionality).

    `cookie_name`: where a site renamed the cookie. Explicit always: the banner writes the cookie by an answer. No time
    and no revision are carried.

    A flat list: complete tokens count, a broken one grants nothing, a number with two values is unreadable. A cut or
    a changed octet never grants what was refused: no octet makes `false` true.

    Raises: `ConfigError`.
    """

    __slots__ = ("_values", "cookie_names")

    def __init__(self, *, cookie_name: str = "__hs_cookie_cat_pref") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, _parse, source=_PLATFORM)


def _parse(value: bytes) -> Consent:
    answers: dict[str, str] = {}
    for token in _SEPARATOR.split(decoded(value)):
        number, _, answer = token.strip(" \t+").partition(":")
        if answers.setdefault(number, answer) != answer:
            raise ValueError("contradictory duplicate numbers")
    if {"true", "false"}.isdisjoint(answers.get(number) for number in _CATEGORIES):
        raise ValueError("no category that is known")
    return Consent(
        (category for number, category in _CATEGORIES.items() if answers.get(number) == "true"), source=_PLATFORM
    )
