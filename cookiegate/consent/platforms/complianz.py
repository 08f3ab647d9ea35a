"""Complianz: one cookie for each category, `cmplz_<category>=allow|deny`.

Source: https://complianz.io/docs/ and the WordPress plugin complianz-gdpr (cookiebanner/js/complianz.js).
"""

from collections.abc import Iterable

from cookiegate.consent.decoding import revision_text
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import ReaderArguments
from cookiegate.consent.source import strictest
from cookiegate.model import OPTIONAL, Category, Consent

__all__ = ["Complianz"]

_PLATFORM = "Complianz"
_MULTISITE = "rt_"
_NAMES = (
    "functional",
    "preferences",
    "statistics",
    "statistics-anonymous",
    "marketing",
    "banner-status",
    "policy_id",
    "consented_services",
    "consent_status",
    "consent_mode",
)
"""What the plugin writes, behind its prefix; its other data are no cookies."""
_CATEGORIES = {**{category.value: category for category in OPTIONAL}, "functional": Category.NECESSARY}


class Complianz(CookieGroupSource):
    """Reads Complianz' consent: `preferences`, `statistics` and `marketing` have the same names here.

    `policy_id`: the site's current cookie policy; a choice for any other, or for none, is unreadable. `prefix`: of
    the cookies' names; the main site of a WordPress multisite puts `rt_` after it, and where both are present, the
    stricter counts. `more_cookie_names`: others that the site's version or add-ons of the plugin write, which the gate
    must keep, in full: `("cmplz_saved_categories",)`. `cmplz_statistics-anonymous` and the list of consented
    services grant nothing.

    Explicit is `cmplz_banner-status=dismissed`. `cmplz_policy_id` is the revision; the cookie has no time.

    Each cookie counts alone: a truncated one grants nothing, and no octet turns `deny` into `allow`.

    Raises: `ConfigError`.
    """

    __slots__ = ("_policy_id", "_prefix")

    def __init__(
        self,
        *,
        policy_id: str | int | None = None,
        prefix: str = "cmplz_",
        more_cookie_names: Iterable[str] = (),
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        self._prefix = arguments.cookie_name(prefix, "prefix")
        self._policy_id = arguments.text(policy_id, "policy_id")
        more = arguments.cookie_names(more_cookie_names, "more_cookie_names")
        arguments.check()
        sites = (self._prefix, self._prefix + _MULTISITE)
        names = (*dict.fromkeys([*(site + name for site in sites for name in _NAMES), *more]),)
        super().__init__((f"{self._prefix}*",), self._parse, _PLATFORM, cookie_names=names)

    def _parse(self, pairs: Pairs) -> Consent | None:
        sites: dict[bool, dict[str, set[bytes]]] = {}
        for full_name, value in pairs:
            name = full_name.removeprefix(self._prefix)
            own_name = name.removeprefix(_MULTISITE)
            sites.setdefault(own_name != name, {}).setdefault(own_name, set()).add(value)
        return strictest(self._read(site) for site in sites.values())

    def _read(self, site: dict[str, set[bytes]]) -> Consent | None:
        if site.keys().isdisjoint(_CATEGORIES):
            return None
        policy_id = _only(site.get("policy_id", ()))
        if self._policy_id is not None and policy_id != self._policy_id:
            raise ValueError("given to another policy")
        return Consent(
            (category for name, category in _CATEGORIES.items() if site.get(name) == {b"allow"}),
            source=_PLATFORM,
            revision=revision_text(policy_id),
            explicit=site.get("banner-status") == {b"dismissed"},
        )


def _only(values: Iterable[bytes]) -> str | None:
    """Return the one value of a cookie as text; `None` where there is none. Raises: `ValueError` for several."""
    texts = [value.decode("utf-8") for value in values]
    if len(texts) > 1:
        raise ValueError("several policies")
    return texts[0] if texts else None
