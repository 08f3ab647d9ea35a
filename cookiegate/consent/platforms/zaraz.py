"""Cloudflare Zaraz' `cf_consent`: JSON with a boolean for each purpose.

Source: https://developers.cloudflare.com/zaraz/consent-management/ (purposes, cookie name); values as found on sites.
"""

from cookiegate.consent.decoding import json_object
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Zaraz"]

_PLATFORM = "Cloudflare Zaraz"


class Zaraz(OneCookieSource, reads_one_cookie=True):
    """Reads Zaraz' consent by the site's purposes: `{"jnaU": "statistics", "rvqG": "marketing"}`.

    `purposes`: what the site's purposes are for, by the ids that the dashboard shows. Zaraz makes the ids up: without
    this mapping, a value that accepts any is unreadable. A category is granted if all of its purposes are accepted.
    `cookie_name`: the name that the dashboard shows ("zaraz-consent" on some sites).

    Always explicit: an answer writes the cookie. The cookie has no time and no revision.

    JSON: a truncated value is unreadable, and no octet makes `false` true. Not noticed: a changed octet that
    makes the id of an accepted purpose another's.

    Raises: `ConfigError`.
    """

    __slots__ = ("_has_purposes", "_purposes")

    def __init__(self, *, purposes: IdMapping | None = None, cookie_name: str = "cf_consent") -> None:
        arguments = ReaderArguments("Zaraz")
        name = arguments.cookie_name(cookie_name)
        self._purposes = arguments.categories("purposes", purposes, {})
        self._has_purposes = purposes is not None
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
        answers: dict[str, bool] = {}
        for purpose, answer in json_object(value).items():
            if not isinstance(answer, bool):
                raise ValueError("no boolean for a purpose")
            answers[purpose] = answer
        if not answers:
            return None
        if not self._has_purposes and any(answers.values()):
            raise ValueError("only the site knows its purposes; give their categories: Zaraz(purposes=...)")
        return Consent(self._purposes.granted(answers), source=_PLATFORM)
