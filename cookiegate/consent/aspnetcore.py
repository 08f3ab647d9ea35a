"""ASP.NET Core's `.AspNet.Consent`: one word.

Source: https://learn.microsoft.com/aspnet/core/security/gdpr and `CookiePolicyOptions.ConsentCookieValue`.
"""

from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["AspNetCore"]

_PLATFORM = "ASP.NET Core"


class AspNetCore(OneCookieSource):
    """Reads ASP.NET Core's consent cookie: its one value grants everything; a withdrawal deletes the cookie.

    `value`: the site's `ConsentCookieValue`. `cookie_name`: the site's `ConsentCookie.Name`. Any other value is
    unreadable.

    Explicit always: the cookie is written by `GrantConsent()`. No time and no revision are carried.

    One word: a cut or a changed octet makes it unreadable.

    Raises: `ConfigError`.
    """

    __slots__ = ("_value", "_values", "cookie_names")

    def __init__(self, *, cookie_name: str = ".AspNet.Consent", value: str = "yes") -> None:
        arguments = ReaderArguments("AspNetCore")
        name = arguments.cookie_name(cookie_name)
        self._value = (arguments.text(value, "value") or "").encode()
        if not self._value and not arguments.problems:
            arguments.note("value: None grants nothing; give the site's ConsentCookieValue")
        arguments.check()
        self.cookie_names = (name,)
        self._values = CookieValues(name, self._parse, source=_PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        if value != self._value:
            raise ValueError("no consent value")
        return Consent(OPTIONAL, source=_PLATFORM)
