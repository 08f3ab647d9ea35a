"""Klaro's `klaro`: JSON of services and booleans.

Source: https://klaro.org/docs and kiprotect/klaro, src/consent-manager.js.
"""

from cookiegate.consent.decoding import json_object
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Klaro"]

_PLATFORM = "Klaro"


class Klaro(OneCookieSource, reads_one_cookie=True):
    """Reads Klaro's consent, which is given to services: the site says what each of them is for.

    `services`: `{"matomo": "statistics", "fbpixel": "marketing"}`; a category is granted if all of its services are
    accepted. Without it nothing is granted. `cookie_name`: Klaro's `storageName`. With `storageMethod:
    'localStorage'` the choice never reaches the server.

    Always explicit: nothing is stored before a choice. The cookie has no time and no revision.

    JSON: a truncated value is unreadable, and no octet makes `false` true. Not noticed: a changed octet that
    makes one service's name another's.

    Raises: `ConfigError`.
    """

    __slots__ = ("_services",)

    def __init__(self, *, services: IdMapping | None = None, cookie_name: str = "klaro") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._services = arguments.categories("services", services, {})
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        answers: dict[str, bool] = {}
        for service, is_accepted in json_object(value).items():
            if not isinstance(is_accepted, bool):
                raise ValueError("no boolean")
            answers[service] = is_accepted
        if not answers:
            raise ValueError("no service")
        return Consent(self._services.granted(answers), source=_PLATFORM)
