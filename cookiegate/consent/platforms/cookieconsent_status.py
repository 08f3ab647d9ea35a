"""Osano's open-source Cookie Consent (version 3, formerly Insites), `cookieconsent_status`: one word.

Source: https://www.osano.com/cookieconsent/documentation/ and osano/cookieconsent. Not Osano's paid platform, whose
`osano_consentmanager` can't be read on a server.
"""

from cookiegate.consent.mapping import checked_cookie_name
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["CookieConsentStatus"]

_PLATFORM = "cookieconsent_status"


class CookieConsentStatus(OneCookieSource, reads_one_cookie=True):
    """Reads `cookieconsent_status`: `allow` grants everything, `deny` nothing.

    `dismiss` is no signal: the visitor closed a notice that asked for nothing. `cookie_name`: the site's
    `cookie.name`.

    Always explicit: the cookie is written by a click. The cookie has no time and no revision.

    One word: a cut or a changed octet never makes one of another.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "cookieconsent_status") -> None:
        super().__init__(checked_cookie_name("CookieConsentStatus", cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent | None:
    if value == b"dismiss":
        return None
    if value == b"allow":
        return Consent(OPTIONAL, source=_PLATFORM)
    if value == b"deny":
        return Consent((), source=_PLATFORM)
    raise ValueError("no status")
