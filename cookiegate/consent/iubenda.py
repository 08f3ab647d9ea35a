"""iubenda's `_iub_cs-<site id>`: JSON of numbered purposes.

Source: https://www.iubenda.com/en/help/ (Privacy Controls and Cookie Solution: purposes).
"""

import re

from cookiegate.consent.decoding import json_object, time_from_iso
from cookiegate.consent.group import CookieGroup, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest_answer
from cookiegate.model import OPTIONAL, Consent, RequestHead

__all__ = ["Iubenda"]

USUAL_PURPOSES: IdMapping = {
    "1": "necessary",
    "2": "preferences",  # functionality; 3 is experience: embedded content, which no category here stands for
    "4": "statistics",  # measurement
    "5": "marketing",
}

_PLATFORM = "iubenda"
_PREFIX = "_iub_cs-"
_SITE = re.compile(r"s?[0-9]+")


class Iubenda:
    """Reads iubenda's consent by its purposes, or `consent:true` where a site does not ask for them one by one.

    `purposes`: where a site numbers or uses them otherwise. `site_id`: only this site's cookie counts (`_iub_cs-123`,
    or `_iub_cs-s123`); without it those of all sites in the request, the stricter. Siblings with a suffix
    (`-granular`, `-uspr`) are not read.

    A purpose that is missing is not consented to. A cookie with neither purposes nor consent is no signal. Explicit
    always: the cookie gets its purposes by an answer. `timestamp` is the time; `version` is the script's: no revision.

    JSON: a value that is cut is unreadable, and no octet makes `false` true. What can't be told: a changed octet that
    makes the number of an accepted purpose that of one which is not asked for.

    Raises: `ConfigError`.
    """

    __slots__ = ("_purposes", "_values", "cookie_names")

    def __init__(self, *, purposes: IdMapping | None = None, site_id: str | int | None = None) -> None:
        arguments = ReaderArguments("Iubenda")
        self._purposes = arguments.categories("purposes", purposes, USUAL_PURPOSES)
        site = (arguments.text(site_id, "site_id") or "*").removeprefix("s")
        if site != "*" and not _SITE.fullmatch(site):
            arguments.note(f"site_id {site_id!r}: no site id; give the digits in the name of the cookie")
        arguments.check()
        self.cookie_names = (f"{_PREFIX}*",) if site == "*" else (f"{_PREFIX}{site}", f"{_PREFIX}s{site}")
        self._values = CookieGroup(self.cookie_names, self._parse, source=_PLATFORM)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the cookie is not there, or says nothing of consent."""
        return self._values(head)

    def _parse(self, pairs: Pairs) -> Consent | None:
        return strictest_answer(
            self._read(value) for name, value in pairs if _SITE.fullmatch(name.removeprefix(_PREFIX))
        )

    def _read(self, value: bytes) -> Consent | None:
        found = json_object(value)
        purposes, is_all = found.get("purposes"), found.get("consent")
        if purposes is None and is_all is None:
            return None
        if not isinstance(is_all, bool | None):
            raise ValueError("no boolean")
        granted = OPTIONAL if is_all else frozenset()
        if purposes is not None:
            granted = self._purposes.granted(_answers(purposes)) if is_all is not False else frozenset()
        return Consent(granted, source=_PLATFORM, given_at=time_from_iso(found.get("timestamp")))


def _answers(purposes: object) -> dict[str, bool]:
    if not isinstance(purposes, dict) or not all(isinstance(answer, bool) for answer in purposes.values()):
        raise ValueError("no purposes")
    return purposes
