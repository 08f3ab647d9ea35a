"""Borlabs Cookie's `borlabs-cookie`: JSON with a list of accepted services for each group.

Source: https://borlabs.io/borlabs-cookie/ (the WordPress plugin, versions 2 and 3).
"""

from cookiegate.consent.decoding import json_object, revision_text
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Borlabs"]

USUAL_GROUPS: IdMapping = {
    "essential": "necessary",
    "statistics": "statistics",
    "marketing": "marketing",
    "external-media": "preferences",  # by convention: what a visitor asks to be shown
    "preferences": "preferences",
    "functional": "preferences",
}

_PLATFORM = "Borlabs Cookie"


class Borlabs(OneCookieSource, reads_one_cookie=True):
    """Reads Borlabs Cookie's consent: a group is accepted if it lists at least one service.

    `groups`: the site's own service groups. `cookie_name`: where a site renamed the cookie.

    Always explicit: an answer writes the cookie. `version` is the revision, which the site raises to ask again.
    The cookie has the time of expiry, and not that of the choice.

    JSON: a truncated value is unreadable, and a refused group is not in it. Not noticed: a changed
    octet that makes the name of one accepted group another's.

    Raises: `ConfigError`.
    """

    __slots__ = ("_groups",)

    def __init__(self, *, groups: IdMapping | None = None, cookie_name: str = "borlabs-cookie") -> None:
        arguments = ReaderArguments("Borlabs")
        name = arguments.cookie_name(cookie_name)
        self._groups = arguments.categories("groups", groups, USUAL_GROUPS)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        found = json_object(value)
        consents = found.get("consents")
        if not isinstance(consents, dict) or not all(isinstance(services, list) for services in consents.values()):
            raise ValueError("no groups")
        return Consent(
            self._groups.granted({group: bool(services) for group, services in consents.items()}),
            source=_PLATFORM,
            revision=revision_text(found.get("version")),
        )
