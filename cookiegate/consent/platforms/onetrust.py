"""OneTrust's `OptanonConsent`: form fields, one of which is the list of groups; and `OptanonAlertBoxClosed`.

Source: https://developer.onetrust.com/ (cookie consent); the fields as they are found on sites.
"""

import re
from datetime import datetime

from cookiegate.consent.decoding import MAX_ROUNDS, decoded, decodings, time_from_iso, tokens
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest
from cookiegate.model import Consent

__all__ = ["OneTrust"]

USUAL_GROUPS: IdMapping = {
    "C0001": "necessary",
    "C0002": "statistics",  # performance
    "C0003": "preferences",  # functional
    "C0004": "marketing",  # targeting
    "C0005": "marketing",  # social media
    "1": "necessary",
    "2": "statistics",
    "3": "preferences",
    "4": "marketing",
}
"""The groups of the templates, and the numbers of older ones."""

_PLATFORM = "OneTrust"
_FIELDS = ("groups", "AwaitingReconsent", "interactionCount")
_ONE_OR_MORE = re.compile(r"0*[1-9][0-9]*")


class OneTrust(CookieGroupSource):
    """Reads OneTrust's (and CookiePro's) consent by its groups.

    `groups`: a site's own group ids, `{"C0001": "necessary", "s00": "statistics"}`; those of its IAB stack may map to
    several categories. A category is granted if one of its groups is accepted and none that the value names is
    refused; a group that is not in the value is not configured for this visitor, and not consented to.
    `cookie_name`, `closed_cookie_name`: where a site renamed the cookies.

    Explicit: `OptanonAlertBoxClosed` holds a time (which is when consent was given), or `interactionCount` is 1 or
    more. Otherwise it is the state before an answer: in opt-out regions that is "all accepted". No revision is in the
    value; `AwaitingReconsent=true` says that it is outdated, and makes it unreadable. A value without a group that is
    known is unreadable too. The value may be encoded as a whole once more, or twice.

    A flat list: whole tokens count, a broken one grants nothing. Not noticed: a `0` changed to `1`; a cut
    that leaves all of a refused group, or `AwaitingReconsent`, off; a changed octet in that name or in a group's id.

    Raises: `ConfigError`.
    """

    __slots__ = ("_groups", "_name")

    def __init__(
        self,
        *,
        groups: IdMapping | None = None,
        cookie_name: str = "OptanonConsent",
        closed_cookie_name: str = "OptanonAlertBoxClosed",
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        self._name = arguments.cookie_name(cookie_name)
        closed_name = arguments.cookie_name(closed_cookie_name, "closed_cookie_name")
        self._groups = arguments.categories("groups", groups, USUAL_GROUPS, any_of_them=True)
        arguments.check()
        super().__init__((self._name, closed_name), self._parse, _PLATFORM)

    def _parse(self, pairs: Pairs) -> Consent | None:
        closed = [_time(value) for name, value in pairs if name != self._name]
        closed_at = min((time for time in closed if time is not None), default=None)
        return strictest(self._read(value, closed_at) for name, value in pairs if name == self._name)

    def _read(self, value: bytes, closed_at: datetime | None) -> Consent:
        fields = _fields(value)
        if fields.get("AwaitingReconsent", "false").lower() != "false":
            raise ValueError("outdated")
        answers: dict[str, bool] = {}
        for token in tokens(fields.get("groups", ""), ","):
            group, _, state = token.partition(":")
            if group in self._groups and answers.setdefault(group, state == "1") != (state == "1"):
                raise ValueError("contradictory groups")
        if not answers:
            raise ValueError("no group that is known")
        return Consent(
            self._groups.granted(answers),
            source=_PLATFORM,
            given_at=closed_at,
            explicit=closed_at is not None or bool(_ONE_OR_MORE.fullmatch(fields.get("interactionCount", ""))),
        )


def _time(value: bytes) -> datetime | None:
    """Return the time at which the banner was closed; like the other cookie it may be encoded once more, or twice."""
    try:
        return time_from_iso(decoded(value))
    except ValueError:
        return None


def _fields(value: bytes) -> dict[str, str]:
    """Return the fields that matter, decoded after the split: `landingPath` holds `&` and `=` of its own, encoded.

    Where everything was encoded once more there is no `=` to see yet. Raises: `ValueError` for contradictions.
    """
    found: dict[str, str] = {}
    for done, text in enumerate(decodings(value, quotes="")):
        if "=" not in text:
            continue
        for field in text.split("&"):
            key, _, content = field.partition("=")
            if key in _FIELDS:
                content = decoded(content.encode(), rounds=MAX_ROUNDS - done)
                if found.setdefault(key, content) != content:
                    raise ValueError("contradictory duplicate fields")
        break
    return found
