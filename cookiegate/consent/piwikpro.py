"""Piwik PRO's `ppms_privacy_<app id>`: JSON with a status for each consent type.

Source: PiwikPRO/PPMS-PublicDocs, consent_manager/js_api/commands.rst (consent types, status).
"""

import re

from cookiegate.consent.decoding import json_object, time_from_iso
from cookiegate.consent.group import CookieGroup, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest_answer
from cookiegate.model import Consent, RequestHead

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


class PiwikPro:
    """Reads Piwik PRO's consent by its types.

    `consents`: what the site uses the types for (`custom_consent` grants nothing by default). `app_id`: only this
    app's cookie counts; without it those of all apps in the request, the stricter.

    Explicit: a type was granted (status 1) or refused (0). A type that is undecided (-1) counts as refused; if all of
    them are, there is no signal. `updatedAt` is the time where a type carries it, the oldest; no revision is carried.

    JSON: a value that is cut is unreadable. What can't be told: a status `0` that became a `1`, a `-1` that lost its
    sign, a changed octet in the name of a refused type beside a granted one.

    Raises: `ConfigError`.
    """

    __slots__ = ("_consents", "_values", "cookie_names")

    def __init__(self, *, consents: IdMapping | None = None, app_id: str | None = None) -> None:
        arguments = ReaderArguments("PiwikPro")
        self._consents = arguments.categories("consents", consents, USUAL_CONSENTS)
        app = arguments.text(app_id, "app_id")
        if app is not None and not _APP.fullmatch(app):
            arguments.note(f"app_id {app_id!r}: no app id; give the 36 characters in the name of the cookie")
        arguments.check()
        self.cookie_names = (f"{_PREFIX}{app or '*'}",)
        self._values = CookieGroup(self.cookie_names, self._parse, source=_PLATFORM)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the cookie is not there, or nothing was decided."""
        return self._values(head)

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
