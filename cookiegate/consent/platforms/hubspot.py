"""HubSpot's `__hs_cookie_cat_pref`: `1:true_2:false_3:true`, with commas in older values.

Source: https://knowledge.hubspot.com/privacy-and-consent/what-cookies-does-hubspot-set-in-a-visitor-s-browser
"""

from cookiegate.consent.decoding import decoded, fields_of, tokens
from cookiegate.consent.mapping import checked_cookie_name
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["HubSpot"]

_PLATFORM = "HubSpot"
_CATEGORIES = {"1": Category.STATISTICS, "2": Category.MARKETING, "3": Category.PREFERENCES}


class HubSpot(OneCookieSource, reads_one_cookie=True):
    """Reads HubSpot's consent: 1 is statistics, 2 marketing (advertisement), 3 preferences (functionality).

    `cookie_name`: where a site renamed the cookie. Always explicit: the banner writes the cookie by an answer. The
    cookie has no time and no revision.

    A flat list: complete tokens count, a broken one grants nothing, a number with two values is unreadable. A cut or
    a changed octet never grants what was refused: no octet makes `false` true.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "__hs_cookie_cat_pref") -> None:
        super().__init__(checked_cookie_name(_PLATFORM, cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent:
    answers = fields_of(tokens(decoded(value).replace("_", ","), ","))
    if {"true", "false"}.isdisjoint(answers.get(number) for number in _CATEGORIES):
        raise ValueError("no category that is known")
    return Consent(
        (category for number, category in _CATEGORIES.items() if answers.get(number) == "true"), source=_PLATFORM
    )
