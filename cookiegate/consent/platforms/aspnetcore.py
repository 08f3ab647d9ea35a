"""ASP.NET Core's `.AspNet.Consent`: one word.

Source: https://learn.microsoft.com/aspnet/core/security/gdpr and `CookiePolicyOptions.ConsentCookieValue`.
"""

from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["AspNetCore"]

_PLATFORM = "ASP.NET Core"
_REFUSAL = b"no"


class AspNetCore(OneCookieSource, reads_one_cookie=True):
    """Reads ASP.NET Core's consent cookie: its one value grants everything, `no` refuses; a withdrawal deletes it.

    `value`: the site's `ConsentCookieValue`. `cookie_name`: the site's `ConsentCookie.Name`. Any other value is
    unreadable.

    Always explicit: the cookie is written by `GrantConsent()`, and `no` by a site's own code, for a visitor who
    refused. The cookie has no time and no revision.

    One word: a cut or a changed octet makes it unreadable.

    Raises: `ConfigError`.
    """

    __slots__ = ("_value",)

    def __init__(self, *, cookie_name: str = ".AspNet.Consent", value: str = "yes") -> None:
        arguments = ReaderArguments("AspNetCore")
        name = arguments.cookie_name(cookie_name)
        self._value = (arguments.text(value, "value") or "").encode()
        if not self._value and not arguments.problems:
            arguments.add("value: None grants nothing; give the site's ConsentCookieValue")
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        if value == self._value:
            return Consent(OPTIONAL, source=_PLATFORM)
        if value != _REFUSAL:
            raise ValueError("no consent value")
        return Consent((), source=_PLATFORM)
