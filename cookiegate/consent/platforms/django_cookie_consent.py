"""django-cookie-consent's `cookie_consent`: `"analytics=<version>|marketing=-1"`, in double quotes.

Source: https://django-cookie-consent.readthedocs.io/ and jazzband/django-cookie-consent, cookie_consent/util.py.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from cookiegate.consent.decoding import decoded, fields_of, time_from_iso
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["DjangoCookieConsent"]

USUAL_GROUPS: IdMapping = {
    "statistics": ["analytics", "statistics"],
    "marketing": ["marketing", "advertising", "social"],
    "preferences": ["preferences", "functional", "optional"],
}

_PLATFORM = "django-cookie-consent"
_DECLINED = "-1"
# What `isoformat` writes; a site with USE_TZ = False has no zone in it.
_VERSION = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


class DjangoCookieConsent(OneCookieSource, reads_one_cookie=True):
    """Reads django-cookie-consent's groups: each holds the version that was accepted, or -1.

    `groups`: the site's cookie groups by their `varname`, `{"analytics": "statistics"}`; a category is granted if all
    of its groups are accepted. `versions`: the groups' current versions, ISO 8601 times (`CookieGroup.get_version()`);
    a choice for an older one doesn't count. `cookie_name`: the site's `COOKIE_CONSENT_NAME`.

    Always explicit: an answer writes the cookie. A version is when a group was last changed, which is no time
    of consent and no one revision: neither is carried.

    A flat list: complete tokens count, a version that is no full time (UTC where it names no zone) grants nothing, a
    group with two versions is unreadable. Nothing makes a time of `-1`. Not noticed, with the usual groups only: a cut
    that leaves a whole declined group off; and a changed octet that makes an old version a new one.

    Raises: `ConfigError`.
    """

    __slots__ = ("_groups", "_versions")

    def __init__(
        self,
        *,
        groups: IdMapping | None = None,
        versions: Mapping[str, str] | None = None,
        cookie_name: str = "cookie_consent",
    ) -> None:
        arguments = ReaderArguments("DjangoCookieConsent")
        name = arguments.cookie_name(cookie_name)
        self._groups = arguments.categories("groups", groups, USUAL_GROUPS)
        self._versions = _checked(versions, arguments)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        text = decoded(value)
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        versions = fields_of(text.split("|"), equals="=")
        answers = {group: self._is_accepted(group, version) for group, version in versions.items()}
        if not any(is_accepted or versions[group] == _DECLINED for group, is_accepted in answers.items()):
            raise ValueError("no group")
        return Consent(self._groups.granted(answers), source=_PLATFORM)

    def _is_accepted(self, group: str, version: str) -> bool:
        accepted_at = _version_time(version)
        current = self._versions.get(group)
        return accepted_at is not None and (current is None or accepted_at >= current)


def _version_time(version: str) -> datetime | None:
    """Return the time that a version is: date and time of day at least, or it was cut."""
    return time_from_iso(version) if _VERSION.fullmatch(version) else None


def _checked(versions: object, arguments: ReaderArguments) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    if versions is not None and not isinstance(versions, Mapping):
        arguments.add(f"versions {versions!r}: no mapping; give a dict like {{'analytics': '<ISO 8601 time>'}}")
        return found
    for group, version in (versions or {}).items():
        time = time_from_iso(version)
        if not isinstance(group, str):
            arguments.add(f"versions: {group!r} is no group; give its varname")
        elif time is None:
            arguments.add(f"versions[{group!r}]: {version!r} is no time; write it like 2026-01-12T00:00:00+00:00")
        else:
            found[group] = time
    return found
