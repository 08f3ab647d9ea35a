"""Piwik PRO's `ppms_privacy_<app id>`: JSON with a status for each consent type.

Source: PiwikPRO/PPMS-PublicDocs, consent_manager/js_api/commands.rst (consent types, status).
"""

import re
from collections.abc import Iterable

from cookiegate.consent.decoding import json_object, time_from_iso
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest_answer
from cookiegate.model import Consent

__all__ = ["PiwikPro"]

USUAL_CONSENTS: IdMapping = {
    "analytics": "statistics",
    "conversion_tracking": "marketing",
    "marketing_automation": "marketing",
    "remarketing": "marketing",
    "ab_testing_and_personalization": "preferences",
    "user_feedback": "preferences",
}

_PLATFORM = "Piwik PRO"
_PREFIX = "ppms_privacy_"
_APP = re.compile(r"[0-9A-Fa-f-]{36}")
_GRANTED, _REFUSED, _UNDECIDED = 1, 0, -1


class PiwikPro(CookieGroupSource):
    """Reads Piwik PRO's consent by its types.

    `consents`: what the site uses the types for (`custom_consent` grants nothing by default). `app_id`, one or
    several: only these apps' cookies count, and the gate always keeps only those; without it those of all apps in
    the request, the stricter.

    Explicit: a type was granted (status 1) or refused (0). A type that is undecided (-1) counts as refused; if all of
    them are, there is no signal. `updatedAt` is the time where a type carries it, the oldest; the cookie has no
    revision.

    JSON: a truncated value is unreadable. Not noticed: a status `0` changed to `1`, a `-1` that lost its
    sign, a changed octet in the name of a refused type beside a granted one.

    Raises: `ConfigError`.
    """

    __slots__ = ("_consents",)

    def __init__(self, *, consents: IdMapping | None = None, app_id: str | Iterable[str] | None = None) -> None:
        arguments = ReaderArguments("PiwikPro")
        self._consents = arguments.categories("consents", consents, USUAL_CONSENTS)
        apps = arguments.texts(app_id, "app_id")
        if not all(map(_APP.fullmatch, apps)):
            arguments.add(f"app_id {app_id!r}: no app id; give the 36 characters in the name of the cookie")
        arguments.check()
        names = tuple(f"{_PREFIX}{app}" for app in dict.fromkeys(apps or ("*",)))
        super().__init__(names, self._parse, _PLATFORM)

    def is_cookie_name(self, name: str) -> bool:
        """Return whether a name that begins as Piwik PRO's ends with an app id."""
        return _APP.fullmatch(name.removeprefix(_PREFIX)) is not None

    def _parse(self, pairs: Pairs) -> Consent | None:
        return strictest_answer(
            self._read(value) for name, value in pairs if _APP.fullmatch(name.removeprefix(_PREFIX))
        )

    def _read(self, value: bytes) -> Consent | None:
        consents = json_object(value).get("consents")
        if not isinstance(consents, dict):
            raise ValueError("no consents")
        statuses: dict[str, int] = {}
        times = []
        for type_, consent in consents.items():
            status = consent.get("status") if isinstance(consent, dict) else None
            if status not in (_GRANTED, _REFUSED, _UNDECIDED) or not isinstance(status, int):
                raise ValueError("no status")
            statuses[type_] = status
            times.append(time_from_iso(consent.get("updatedAt")))
        if all(status == _UNDECIDED for status in statuses.values()):
            return None
        return Consent(
            self._consents.granted({type_: status == _GRANTED for type_, status in statuses.items()}),
            source=_PLATFORM,
            given_at=min((time for time in times if time is not None), default=None),
        )
