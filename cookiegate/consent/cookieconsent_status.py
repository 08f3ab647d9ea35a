"""Osano's open-source Cookie Consent (version 3, formerly Insites), `cookieconsent_status`: one word.

Source: https://www.osano.com/cookieconsent/documentation/ and osano/cookieconsent. Not Osano's paid platform, whose
`osano_consentmanager` can't be read on a server.
"""

from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["CookieConsentStatus"]

_PLATFORM = "cookieconsent_status"


class CookieConsentStatus(OneCookieSource):
    """Reads `cookieconsent_status`: `allow` grants everything, `deny` nothing.

    `dismiss` is no signal: the visitor closed a notice that asked for nothing. `cookie_name`: the site's
    `cookie.name`.

    Explicit always: the cookie is written by a click. No time and no revision are carried.

    One word: a cut or a changed octet never makes one of another.

    Raises: `ConfigError`.
    """

    __slots__ = ("_values", "cookie_names")

    def __init__(self, *, cookie_name: str = "cookieconsent_status") -> None:
        arguments = ReaderArguments("CookieConsentStatus")
        name = arguments.cookie_name(cookie_name)
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, _parse, source=_PLATFORM)


def _parse(value: bytes) -> Consent | None:
    if value == b"dismiss":
        return None
    if value == b"allow":
        return Consent(OPTIONAL, source=_PLATFORM)
    if value == b"deny":
        return Consent((), source=_PLATFORM)
    raise ValueError("no status")
