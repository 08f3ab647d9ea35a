"""orestbida/cookieconsent's `cc_cookie`, versions 2 and 3 (on npm: `vanilla-cookieconsent`).

Source: https://cookieconsent.orestbida.com/ and orestbida/cookieconsent, src/utils/cookies.js and src/core/api.js
(version 3), src/cookieconsent.js (version 2.9.2).
"""

from cookiegate.consent.decoding import json_object, revision_text, time_from_iso
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["VanillaCookieConsent"]

USUAL_CATEGORIES: IdMapping = {
    "necessary": "necessary",
    "functionality": "preferences",
    "functional": "preferences",
    "preferences": "preferences",
    "analytics": "statistics",
    "statistics": "statistics",
    "performance": "statistics",
    "ads": "marketing",
    "advertisement": "marketing",
    "targeting": "marketing",
    "marketing": "marketing",
}

_PLATFORM = "orestbida/cookieconsent"
_REQUIRED = ("consentId", "consentTimestamp", "lastConsentTimestamp")


class VanillaCookieConsent(OneCookieSource, reads_one_cookie=True):
    """Reads the consent of orestbida's cookieconsent: JSON with a list of the accepted categories.

    `categories`: the site's own names, `{"analytics": "statistics"}`. `revision`: the site's current one; a choice
    for another is unreadable. `cookie_name`: the site's `cookie.name`.

    Version 3 is as strict as the library: an id, both timestamps and a list of categories, or it would ask again.
    `services` also names categories that were refused, and grants nothing. Version 2 has `level` up to 2.7, then
    `categories`. Explicit: version 3 always, version 2 where it carries the time or the id of a choice (from 2.8 on).
    `lastConsentTimestamp` or `last_consent_update` is the time, `revision` the revision.

    JSON: a truncated value is unreadable, and a refused category is not in the list. Not noticed: a
    changed octet that makes one accepted name another; with the usual names, one in a refused name under `services`.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories", "_revision")

    def __init__(
        self,
        *,
        categories: IdMapping | None = None,
        revision: str | int | None = None,
        cookie_name: str = "cc_cookie",
    ) -> None:
        arguments = ReaderArguments("VanillaCookieConsent")
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        self._revision = arguments.text(revision, "revision")
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        found = json_object(value)
        if "level" in found or "rfc_cookie" in found:
            accepted = _names(found.get("level", found.get("categories")))
            accepted &= _names(found.get("categories", found.get("level")))
            given_at = time_from_iso(found.get("last_consent_update")) or time_from_iso(found.get("consent_date"))
            is_explicit = given_at is not None or bool(found.get("consent_uuid"))
        else:
            accepted = _names(found.get("categories"))
            if not all(isinstance(found.get(key), str) and found[key] for key in _REQUIRED):
                raise ValueError("the library would ask again")
            given_at = time_from_iso(found["lastConsentTimestamp"])
            is_explicit = True
        revision = revision_text(found.get("revision"))
        if self._revision is not None and revision != self._revision:
            raise ValueError("given to another revision")
        services = found.get("services")
        configured = services.keys() if isinstance(services, dict) else frozenset[str]()
        return Consent(
            self._categories.granted({name: name in accepted for name in accepted | configured}),
            source=_PLATFORM,
            given_at=given_at,
            revision=revision,
            explicit=is_explicit,
        )


def _names(value: object) -> frozenset[str]:
    """Return the names in a list; a text that holds them is no list."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("no list of names")
    return frozenset(value)
