"""iubenda's `_iub_cs-<site id>`: JSON of numbered purposes.

Source: https://www.iubenda.com/en/help/ (Privacy Controls and Cookie Solution: purposes).
"""

import re
from collections.abc import Iterable

from cookiegate.consent.decoding import json_object, time_from_iso
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest_answer
from cookiegate.model import OPTIONAL, Consent

__all__ = ["Iubenda"]

USUAL_PURPOSES: IdMapping = {
    "1": "necessary",
    "2": "preferences",  # functionality; 3 is experience: embedded content, for which there is no category here
    "4": "statistics",  # measurement
    "5": "marketing",
}

_PLATFORM = "iubenda"
_PREFIX = "_iub_cs-"
_SITE = re.compile(r"s?[0-9]+")
_COOKIE = re.compile(r"_iub_cs-s?[0-9]+(?:-granular|-uspr)?")


class Iubenda(CookieGroupSource):
    """Reads iubenda's consent by its purposes, or `consent:true` where a site does not ask for them one by one.

    `purposes`: where a site numbers or uses them otherwise. `site_id`, one or several: only these sites' cookies count
    (`_iub_cs-123`, or `_iub_cs-s123`), and the gate always keeps only those; without it those of all sites in the
    request, the stricter. Siblings with a suffix (`-granular`, `-uspr`) are not read.

    A purpose that is missing is not consented to. A cookie with neither purposes nor consent is no signal. Always
    explicit: the cookie gets its purposes by an answer. `timestamp` is the time; `version` is the script's: no
    revision.

    JSON: a truncated value is unreadable, and no octet makes `false` true. Not noticed: a changed octet that
    makes the number of an accepted purpose that of one which is not asked for.

    Raises: `ConfigError`.
    """

    __slots__ = ("_purposes",)

    def __init__(
        self, *, purposes: IdMapping | None = None, site_id: str | int | Iterable[str | int] | None = None
    ) -> None:
        arguments = ReaderArguments("Iubenda")
        self._purposes = arguments.categories("purposes", purposes, USUAL_PURPOSES)
        sites = [site.removeprefix("s") for site in arguments.texts(site_id, "site_id")]
        if not all(map(_SITE.fullmatch, sites)):
            arguments.add(f"site_id {site_id!r}: no site id; give the digits in the name of the cookie")
        arguments.check()
        names = tuple(f"{_PREFIX}{kind}{site}" for site in dict.fromkeys(sites) for kind in ("", "s"))
        super().__init__(names or (f"{_PREFIX}*",), self._parse, _PLATFORM)

    def is_cookie_name(self, name: str) -> bool:
        """Return whether a name that begins as iubenda's ends as they do."""
        return _COOKIE.fullmatch(name) is not None

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
