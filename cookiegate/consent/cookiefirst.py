"""CookieFirst's `cookiefirst-consent`: JSON of categories and booleans.

Source: https://support.cookiefirst.com/ (the consent cookie).
"""

from cookiegate.consent.decoding import json_object, revision_text, time_from_epoch, time_from_iso
from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import Category, Consent

__all__ = ["CookieFirst"]

_PLATFORM = "CookieFirst"
_CATEGORIES = {
    "functional": Category.PREFERENCES,
    "performance": Category.STATISTICS,
    "advertising": Category.MARKETING,
}


class CookieFirst(OneCookieSource):
    """Reads CookieFirst's consent: `functional` is preferences, `performance` statistics, `advertising` marketing.

    `cookie_name`: where a site renamed the cookie. The value is raw or percent-encoded.

    Explicit always: the cookie is written by an answer. `timestamp` (seconds, or ISO 8601) is the time, `version` the
    revision.

    JSON: a value that is cut is unreadable, and no octet makes `false` true.

    Raises: `ConfigError`.
    """

    __slots__ = ("_values", "cookie_names")

    def __init__(self, *, cookie_name: str = "cookiefirst-consent") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, _parse, source=_PLATFORM)


def _parse(value: bytes) -> Consent:
    found = json_object(value)
    answers = {category: found[name] for name, category in _CATEGORIES.items() if name in found}
    if not answers or not all(isinstance(answer, bool) for answer in answers.values()):
        raise ValueError("no categories")
    return Consent(
        (category for category, is_granted in answers.items() if is_granted),
        source=_PLATFORM,
        given_at=time_from_epoch(found.get("timestamp")) or time_from_iso(found.get("timestamp")),
        revision=revision_text(found.get("version")),
    )
