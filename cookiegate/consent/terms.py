"""When a consent counts (age, revision, explicit or not), and the signals of a request that narrow it.

Law: a remembered consent is always the one that source and terms would return.
Source: W3C Global Privacy Control ("exactly 1", anything else is ignored); the lifetime and revision rules follow
what regulators ask (see the guide).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from cookiegate.consent.source import CookieValues
from cookiegate.memo import Memo
from cookiegate.model import NO_CONSENT, OPTIONAL, Category, Consent, Reason, RequestHead
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS

__all__ = ["ConsentCache", "ConsentTerms", "ConsentValidity"]

# By their own names, since a look-up in an enum costs as much as all else that is done for a consent that counts.
_MARKETING, _PREFERENCES = Category.MARKETING, Category.PREFERENCES
_FUTURE_TOLERANCE_S = 86400  # a visitor's clock may be wrong by a time zone, not by a year
_REMEMBERED_VALUES = 1024
_REMEMBERED_HEADERS = 256
_COMMA = 0x2C  # a number: to look for `b","` in octets takes ten times as long
_WITH_PRIVACY_CONTROL = RequestHead(headers=((b"sec-gpc", b"1"),))
_REMEMBERED_OCTETS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """The conditions under which a consent counts, and what is granted where there is none."""

    max_age_s: int | None = None
    """Older consents don't count. A consent without a time can't be aged: it counts."""
    revision: str | None = None
    """Consents given to another policy revision don't count. One without a revision counts."""
    require_explicit: bool = False
    """Implied consents and defaults don't count."""
    global_privacy_control: bool = True
    """`Sec-GPC: 1` refuses marketing, whatever else was granted."""
    do_not_track: bool = False
    """`DNT: 1` refuses statistics and marketing."""
    default: Callable[[RequestHead], frozenset[Category]] | None = None
    """What is granted where there is no signal; `None`: nothing."""

    def apply(self, consent: Consent | None, head: RequestHead, now: float) -> Consent:
        """Return what counts of a consent (`None`: no signal) for this request at this time (seconds, UTC)."""
        if consent is None:
            granted = self.default(head) if self.default is not None else None
            return self.narrow(Consent(granted, source="default", explicit=False), head) if granted else NO_CONSENT
        reason = self._objection(consent)
        if reason is None:
            since_s, until_s = self._period(consent)
            if since_s <= now < until_s:
                return self.narrow(consent, head)
            reason = Reason.CONSENT_EXPIRED
        return Consent.none(reason, source=consent.source)

    def validity(self, consent: Consent) -> "ConsentValidity":
        """Describe what counts of a consent apart from the request and the time, and when."""
        reason = self._objection(consent)
        if reason is not None:
            return ConsentValidity(Consent.none(reason, source=consent.source))
        is_narrowed = (self.global_privacy_control and _MARKETING in consent.granted) or (
            self.do_not_track and bool(consent.granted - {_PREFERENCES})
        )
        return ConsentValidity(consent, *self._period(consent), depends_on_signals=is_narrowed)

    def narrow(self, consent: Consent, head: RequestHead) -> Consent:
        """Take away what the request's signals refuse."""
        if self.global_privacy_control and _MARKETING in consent.granted and head.has_signal(b"sec-gpc"):
            consent = _without(consent, frozenset({_MARKETING}), Reason.GLOBAL_PRIVACY_CONTROL)
        if self.do_not_track and consent.granted and head.has_signal(b"dnt"):
            consent = _without(consent, OPTIONAL - {_PREFERENCES}, Reason.DO_NOT_TRACK)
        return consent

    def _period(self, consent: Consent) -> tuple[float, float]:
        """Return from when to when a consent counts, in seconds, UTC."""
        if consent.given_at is None or (consent.max_age_s is None and self.max_age_s is None):
            return -inf, inf
        given_s = consent.given_at.timestamp()
        limits = [limit for limit in (consent.max_age_s, self.max_age_s) if limit is not None]
        return given_s - _FUTURE_TOLERANCE_S, given_s + min(limits)

    def _objection(self, consent: Consent) -> Reason | None:
        """Explain why a consent never counts, if it does not."""
        if self.require_explicit and not consent.explicit and consent.granted:
            return Reason.CONSENT_NOT_EXPLICIT
        if self.revision is not None and consent.revision is not None and consent.revision != self.revision:
            return Reason.CONSENT_OTHER_REVISION
        return None


@dataclass(slots=True)
class ConsentValidity:
    """What counts of a consent, apart from the request and the time."""

    consent: Consent
    since_s: float = -inf
    """Before this time (seconds, UTC), the consent does not count: it would come from the future."""
    until_s: float = inf
    """From this time on it is too old."""
    depends_on_signals: bool = False
    """A signal of the request may still take something away."""
    narrowed: Consent | None = None
    """What is left of it for a browser that sends the signals; worked out when it is needed first."""


class ConsentCache:
    """Remembers which consent of a Cookie header counts, and when: one search in the header, one look-up in a table.

    For sources that read one cookie alone, as browsers write it: found once, behind `; ` or at the start. Everything
    else is left to the source.
    """

    __slots__ = ("_absent", "_headers", "_is_joined", "_name", "_pair", "_terms", "_validities", "_values")

    def __init__(self, values: CookieValues, terms: ConsentTerms, is_joined: Callable[[bytes], bool]) -> None:
        """`is_joined`: whether a server joined several Cookie fields at a comma, for a Cookie header."""
        self._is_joined = is_joined
        self._values = values
        self._terms = terms
        self._name = values.name
        self._pair = values.name + b"="
        self._absent = None if terms.default is not None else ConsentValidity(NO_CONSENT)
        self._validities: Memo[bytes, ConsentValidity | None] = Memo(
            self._read, limit=_REMEMBERED_VALUES, longest=_REMEMBERED_OCTETS
        )
        self._headers: Memo[bytes, ConsentValidity | None] = Memo(
            self._find, limit=_REMEMBERED_HEADERS, longest=_REMEMBERED_OCTETS
        )

    def find(self, cookie: bytes, has_signal: Callable[[bytes], bool], now: float) -> Consent | None:
        """Return what counts; `None` where the source must be asked. `has_signal`: of the request, by field name."""
        try:
            validity = self._headers.known[cookie]
        except KeyError:
            validity = self._headers.learn(cookie)
        if validity is None:
            return None
        consent = validity.consent
        if not validity.since_s <= now < validity.until_s:
            return Consent.none(Reason.CONSENT_EXPIRED, source=consent.source)
        if not validity.depends_on_signals or not has_signal(b"sec-gpc"):
            return consent
        if validity.narrowed is None:
            validity.narrowed = self._terms.narrow(consent, _WITH_PRIVACY_CONTROL)
        return validity.narrowed

    def _find(self, cookie: bytes) -> ConsentValidity | None:
        """Find the cookie in a header; `None` where it is not there once, as browsers write it."""
        count = cookie.count(self._name)  # takes half of the time of `in`
        if not count and len(cookie) <= MAX_COOKIE_OCTETS:
            return self._absent
        before, equals, rest = cookie.partition(self._pair)
        is_plain = count == 1 and equals and (not before or before.endswith(b"; "))
        if not is_plain or len(cookie) > MAX_COOKIE_OCTETS or (_COMMA in cookie and self._is_joined(cookie)):
            return None
        value = rest.partition(b";")[0]
        try:
            return self._validities.known[value]
        except KeyError:
            return self._validities.learn(value)

    def _read(self, value: bytes) -> ConsentValidity | None:
        consent = self._values.read(value.strip(b" \t"))
        return self._absent if consent is None else self._terms.validity(consent)


def _without(consent: Consent, refused: frozenset[Category], reason: Reason) -> Consent:
    """Remove categories from a consent, with a reason for each."""
    taken = sorted(consent.granted & refused)
    return Consent(
        consent.granted - refused,
        source=consent.source,
        given_at=consent.given_at,
        revision=consent.revision,
        explicit=consent.explicit,
        max_age_s=consent.max_age_s,
        id=consent.id,
        refusals=(*consent.refusals, *((category, reason) for category in taken)),
    )
