"""CookieYes' `cookieyes-consent`, and the cookies of the plugin that it grew out of (GDPR Cookie Consent 1 and 2).

Source: https://www.cookieyes.com/documentation/ and the WordPress plugin cookie-law-info.
"""

from collections.abc import Iterable

from cookiegate.consent.decoding import decoded, fields_of, json_base64, tokens
from cookiegate.consent.group import CookieGroup, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import CookieValues, strictest
from cookiegate.model import Consent, RequestHead
from cookiegate.wire.token import is_token

__all__ = ["CookieYes"]

USUAL_CATEGORIES: IdMapping = {
    "necessary": "necessary",
    "functional": "preferences",
    "analytics": "statistics",
    "performance": "statistics",  # only where there is no `analytics`
    "advertisement": "marketing",
}

_PLATFORM = "CookieYes"
_CHECKBOX = "cookielawinfo-checkbox-"
_BOXES = ("necessary", "non-necessary", "functional", "performance", "analytics", "advertisement", "others")
_CHECKBOXES = "CookieLawInfoConsent"
_VIEWED = "viewed_cookie_policy"
_CHOICES = {"yes": True, "no": False}


class CookieYes:
    """Reads CookieYes' consent: a flat list of `category:yes` and `category:no`.

    `categories`: a site's own category slugs. `cookie_name`: where a site renamed the cookie. `legacy=False` leaves
    the old plugin's cookies unread; they only count where the new one is not there. `more_cookie_names`: more cookies
    of the plugin that the gate must keep, in full: `("cookielawinfo-checkbox-maps",)`; it keeps those of `categories`
    already.

    `performance` counts as statistics only where `analytics` is absent. `consent:` is never used: under the CCPA
    template it means the opposite. Explicit is `action:yes`; an empty `action`, `action:no` and a missing one are
    defaults. There is no time, and no revision (`lastRenewedDate` is when the site last asked all visitors again).

    A flat list: complete tokens count, a broken one grants nothing; a key with two values is unreadable. Not noticed:
    a cut that leaves a whole `no` off, or a changed octet in its name, where another token of that category
    says `yes`.

    Legacy: one `cookielawinfo-checkbox-<category>=yes|no` each, or `CookieLawInfoConsent`, base64 of JSON. They are
    written with their defaults before any answer: explicit is `viewed_cookie_policy=yes`, and its `no` refuses all.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories", "_legacy", "_values", "cookie_names")

    def __init__(
        self,
        *,
        categories: IdMapping | None = None,
        cookie_name: str = "cookieyes-consent",
        legacy: bool = True,
        more_cookie_names: Iterable[str] = (),
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        more = arguments.cookie_names(more_cookie_names, "more_cookie_names")
        arguments.check()
        old_names = (_CHECKBOXES, _VIEWED, f"{_CHECKBOX}*") if legacy else ()
        boxes = [_CHECKBOX + box for box in (*_BOXES, *self._categories.ids) if is_token((_CHECKBOX + box).encode())]
        self.cookie_names: tuple[str, ...] = (
            *dict.fromkeys([name, *old_names[:-1], *(boxes if legacy else ()), *more]),
        )
        self._values = CookieValues(name, self._parse, source=_PLATFORM)
        self._legacy = CookieGroup(old_names, self._parse_legacy, source=_PLATFORM)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the request has none of the cookies."""
        consent = self._values(head)
        return self._legacy(head) if consent is None else consent

    def _parse(self, value: bytes) -> Consent:
        fields = fields_of(tokens(decoded(value), ","))
        return self._consent(
            ((key, _CHOICES.get(content, False)) for key, content in fields.items()),
            is_explicit=fields.get("action") == "yes",
        )

    def _parse_legacy(self, pairs: Pairs) -> Consent | None:
        viewed = {value for name, value in pairs if name == _VIEWED}
        is_explicit = bool(viewed) and viewed <= {b"yes", b"no"}
        if b"no" in viewed:
            return Consent((), source=_PLATFORM, explicit=is_explicit)
        boxes: dict[str, bool] = {}
        consents = []
        for name, value in pairs:
            if name.startswith(_CHECKBOX):
                box = name.removeprefix(_CHECKBOX)
                boxes[box] = boxes.get(box, True) and value == b"yes"
            elif name == _CHECKBOXES:
                found = json_base64(decoded(value))
                consents.append(self._consent(_flags(found), is_explicit=is_explicit))
        if boxes:
            consents.append(self._consent(boxes.items(), is_explicit=is_explicit))
        return strictest(consents)

    def _consent(self, choices: Iterable[tuple[str, bool]], *, is_explicit: bool) -> Consent:
        answers = {key: choice for key, choice in choices if key in self._categories}
        if not answers:
            raise ValueError("no category that is known")
        if "analytics" in answers and not self._categories.is_site:
            answers.pop("performance", None)
        return Consent(self._categories.granted(answers), source=_PLATFORM, explicit=is_explicit)


def _flags(found: dict[str, object]) -> Iterable[tuple[str, bool]]:
    """Return which of the boxes are ticked."""
    return ((key, value is True) for key, value in found.items())
