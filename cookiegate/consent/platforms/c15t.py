"""c15t's `c15t`: a flat list of `key:value`, `c.` before what was consented to, `i.` before what is known of it.

Source: the npm package c15t 1.8 and 2.2 (saveConsentToStorage, setCookie), which writes the value.
"""

from cookiegate.consent.decoding import decoded, fields_of, revision_text, time_from_epoch, tokens
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["C15t"]

USUAL_CATEGORIES: IdMapping = {
    "necessary": "necessary",
    "functionality": "preferences",  # `experience` is embedded content, for which there is no category here
    "measurement": "statistics",
    "marketing": "marketing",
}

_PLATFORM = "c15t"
_CONSENTS = "c."
_TIME, _POLICY = "i.t", "i.mpf"
_ANSWERS = {"1": True, "0": False}


class C15t(OneCookieSource, reads_one_cookie=True):
    """Reads c15t's consent by its categories.

    `categories`: where a site uses them otherwise. `cookie_name`: the site's `storageKey`.

    A refused category is left out of the value. Always explicit: nothing is stored before a choice; a value without
    any category, as it comes of `identifyUser()`, is no signal. `i.t` is the time, `i.mpf`, the fingerprint of the
    policy, the revision.

    A flat list: only `1` grants, and a key with two values is unreadable. A value without its time, which follows
    the categories, is unreadable. Not noticed: a changed octet that turns the name of an accepted
    category into another.

    Raises: `ConfigError`.
    """

    __slots__ = ("_categories",)

    def __init__(self, *, categories: IdMapping | None = None, cookie_name: str = "c15t") -> None:
        arguments = ReaderArguments("C15t")
        name = arguments.cookie_name(cookie_name)
        self._categories = arguments.categories("categories", categories, USUAL_CATEGORIES)
        arguments.check()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
        fields = fields_of(tokens(decoded(value), ","))
        given_at = time_from_epoch(fields.get(_TIME), 0.001)
        if given_at is None:
            raise ValueError("no time of the choice")
        answers = {
            key.removeprefix(_CONSENTS): _ANSWERS.get(content, False)
            for key, content in fields.items()
            if key.startswith(_CONSENTS)
        }
        if not answers:
            return None
        return Consent(
            self._categories.granted(answers),
            source=_PLATFORM,
            given_at=given_at,
            revision=revision_text(fields.get(_POLICY)),
        )
