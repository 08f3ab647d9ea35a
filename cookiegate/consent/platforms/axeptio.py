"""Axeptio's `axeptio_cookies`: JSON of vendors and booleans; and `axeptio_authorized_vendors`, a list of the accepted.

Source: https://developers.axeptio.eu/ (cookies of the widget).
"""

from cookiegate.consent.decoding import decoded, json_object, revision_text, time_from_iso
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest_answer
from cookiegate.model import Consent

__all__ = ["Axeptio"]

_PLATFORM = "Axeptio"


class Axeptio(CookieGroupSource):
    """Reads Axeptio's consent, which is given to vendors: the site says what each of them is for.

    `services`: `{"google_analytics": "statistics"}`; a category is granted if all of its vendors are accepted.
    Without it nothing is granted. `cookie_name`, `vendors_cookie_name`: the site's `jsonCookieName` and
    `authorizedVendorsCookieName`. Where both cookies are present, a vendor must be accepted in each.

    Explicit is `$$completed:true`; a value without it was written before an answer, and is no signal. The list of
    vendors alone is not explicit. `$$date` is the time, `$$cookiesVersion` the revision where it is one text.

    JSON, and a list that begins and ends with a comma: a truncated value is unreadable, and no octet makes `false`
    true. Not noticed: a changed octet that makes one accepted vendor's name another's.

    Raises: `ConfigError`.
    """

    __slots__ = ("_name", "_services")

    def __init__(
        self,
        *,
        services: IdMapping | None = None,
        cookie_name: str = "axeptio_cookies",
        vendors_cookie_name: str = "axeptio_authorized_vendors",
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        self._name = arguments.cookie_name(cookie_name)
        vendors_name = arguments.cookie_name(vendors_cookie_name, "vendors_cookie_name")
        self._services = arguments.categories("services", services, {})
        arguments.check()
        super().__init__((self._name, vendors_name), self._parse, _PLATFORM)

    def _parse(self, pairs: Pairs) -> Consent | None:
        lists = [_vendors(value) for name, value in pairs if name != self._name]
        values = [value for name, value in pairs if name == self._name]
        if values:
            return strictest_answer(self._read(value, lists) for value in values)
        listed = frozenset.intersection(*lists)
        if not listed:
            return None
        return Consent(self._services.granted(dict.fromkeys(listed, True)), source=_PLATFORM, explicit=False)

    def _read(self, value: bytes, lists: list[frozenset[str]]) -> Consent | None:
        found = json_object(value)
        if found.get("$$completed") is not True:
            return None
        answers = {
            vendor: is_accepted is True and all(vendor in listed for listed in lists)
            for vendor, is_accepted in found.items()
            if not vendor.startswith("$$")
        }
        version = found.get("$$cookiesVersion")
        return Consent(
            self._services.granted(answers),
            source=_PLATFORM,
            given_at=time_from_iso(found.get("$$date")),
            revision=None if isinstance(version, dict) else revision_text(version),
        )


def _vendors(value: bytes) -> frozenset[str]:
    """Return the vendors in a list like `,a,b,`; one without vendors may be a single comma, or nothing."""
    text = decoded(value)
    if not text.startswith(",") or not text.endswith(","):
        if text:
            raise ValueError("no list of vendors")
        return frozenset()
    return frozenset(text[1:-1].split(",")) - {""}
