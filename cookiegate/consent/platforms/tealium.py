"""Tealium iQ's `CONSENTMGR`: `c1:1|c2:0|...|ts:<ms>|consent:true`.

Source: https://docs.tealium.com/iq-tag-management/consent-management/
"""

from cookiegate.consent.decoding import decoded, fields_of, time_from_epoch, tokens
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["Tealium"]

USUAL_CATEGORIES: IdMapping = {
    "c1": "statistics",  # analytics
    "c3": "marketing",  # display ads
    "c6": "preferences",  # personalisation
}

_PLATFORM = "Tealium"
_CATEGORY_IDS = frozenset(f"c{number}" for number in range(1, 16))
_ALL_OR_NOTHING = frozenset({"consent", "ts"})
_CONSENTS = {"true": OPTIONAL, "false": frozenset[str]()}


class Tealium(OneCookieSource, reads_one_cookie=True):
    """Reads Tealium's consent by its categories `c1` to `c15`, or `consent` where a site asks for all or nothing.

    `categories`: what the site uses them for. `cookie_name`: where a site renamed the cookie.

    Where a category is present, `consent:true` grants nothing more; `consent:false` always refuses. Without any
    category the value has to be `consent` and `ts`, nothing else. Explicit: `ts` is present, which is the time
    (milliseconds). The cookie has no revision.

    A flat list: complete tokens count, a broken one grants nothing, a key with two values is unreadable. Not noticed:
    a `0` changed to `1`; a changed octet in a category's number; a cut that leaves `consent:false` off,
    or that leaves `ts` and `consent:true` where the categories came after both.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "CONSENTMGR") -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent:
        fields = fields_of(tokens(decoded(value), "|"))
        if _CATEGORY_IDS.isdisjoint(fields):
            if fields.keys() != _ALL_OR_NOTHING or fields["consent"] not in _CONSENTS:
                raise ValueError("no categories")
            granted = frozenset[str](_CONSENTS[fields["consent"]])
        elif fields.get("consent") == "false":
            granted = frozenset()
        else:
            granted = frozenset(self._categories.granted({key: content == "1" for key, content in fields.items()}))
        given_at = time_from_epoch(fields.get("ts"), 0.001)
        return Consent(granted, source=_PLATFORM, given_at=given_at, explicit=given_at is not None)
