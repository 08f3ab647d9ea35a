"""Shopify's `_tracking_consent`: version 3 is a compact text, version 2 JSON.

Source: https://shopify.dev/docs/api/customer-privacy (the cookie itself is written by consent-tracking-api.js).
"""

import re

from cookiegate.consent.decoding import decoded, json_object
from cookiegate.consent.mapping import checked_cookie_name
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["Shopify"]

_PLATFORM = "Shopify"
_CATEGORIES = {"a": Category.STATISTICS, "m": Category.MARKETING, "p": Category.PREFERENCES}
_SALE = "s"
_VERSION_3 = re.compile(
    r"3(?P<choice>[AMPSamps]{0,8})"  # upper case accepted, lower case declined, missing: not asked
    r"\.[AMPSamps]{0,8}"  # what the region allows without a choice
    r"_[A-Za-z0-9]{0,8}_[tf]_[tf]"  # region, banner, sale
    r"_[A-Za-z0-9*-][A-Za-z0-9_*-]{21}"  # an id: base64 of 16 octets
    r"(?:_.*)?"  # values of the shop
)
_ANSWERS = {"1": True, "0": False}


class Shopify(OneCookieSource, reads_one_cookie=True):
    """Reads Shopify's consent: analytics is statistics, marketing and preferences have the same names here.

    Only the visitor's choice counts, never what is allowed by default in a region (after the dot; `purposes` in
    version 2; the cookie `_cmp_a`). Without a choice there is no signal; so a consent is always explicit. Declining
    the sale of data refuses marketing. The cookie has no time and no revision.

    A truncated value is unreadable, unless the cut is in the shop's own values at the end. Not noticed: a
    letter in the other case, or another letter; `"0"` changed to `"1"` in version 2.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "_tracking_consent") -> None:
        super().__init__(checked_cookie_name(_PLATFORM, cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent | None:
    answers = _version_3(decoded(value)) if value.startswith(b"3") else _version_2(json_object(value))
    if not answers:
        return None
    granted = {category for letter, category in _CATEGORIES.items() if answers.get(letter)}
    return Consent(granted if answers.get(_SALE, True) else granted - {Category.MARKETING}, source=_PLATFORM)


def _version_3(text: str) -> dict[str, bool]:
    match = _VERSION_3.fullmatch(text)
    if match is None:
        raise ValueError("no value of version 3")
    answers: dict[str, bool] = {}
    for letter in match["choice"]:
        if answers.setdefault(letter.lower(), letter.isupper()) != letter.isupper():
            raise ValueError("contradictory letters")
    return answers


def _version_2(found: dict[str, object]) -> dict[str, bool]:
    consent = found.get("con")
    choice = consent.get("CMP") if isinstance(consent, dict) else None
    if not isinstance(choice, dict):
        raise ValueError("no choice")
    if not all(isinstance(answer, str) and answer in {"", "0", "1"} for answer in choice.values()):
        raise ValueError("no answer")
    return {letter: _ANSWERS[answer] for letter, answer in choice.items() if answer}
