"""What a site demands of a consent before it counts, and the signals of a request that narrow it.

Source: W3C Global Privacy Control ("exactly 1", anything else is ignored); the lifetime and revision rules follow
what regulators ask (see the guide).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from cookiegate.model import NO_CONSENT, OPTIONAL, Category, Consent, Reason, RequestHead

__all__ = ["ConsentTerms", "Settled"]

# By their own names, since a look-up in an enum costs as much as all else that is done for a consent that counts.
_MARKETING, _PREFERENCES = Category.MARKETING, Category.PREFERENCES
_FUTURE_TOLERANCE_S = 86400  # a visitor's clock may be wrong by a time zone, not by a year


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """What a consent must be to count, and what counts where there is none."""

    max_age_s: int | None = None
    """Older consents don't count. A consent without a time can't be aged: it counts."""
    revision: str | None = None
    """Consents given to another policy revision don't count. One that names no revision at all counts."""
    require_explicit: bool = False
    """Implied consents and defaults don't count."""
    global_privacy_control: bool = True
    """`Sec-GPC: 1` refuses marketing, whatever else was granted."""
    do_not_track: bool = False
    """`DNT: 1` refuses statistics and marketing."""
    default: Callable[[RequestHead], frozenset[Category]] | None = None
    """What is granted where there is no signal at all; `None`: nothing."""

    def apply(self, consent: Consent | None, head: RequestHead, now: float) -> Consent:
        """Return what counts of a consent (`None`: no signal) for this request at this time (seconds, UTC)."""
        if consent is None:
            granted = self.default(head) if self.default is not None else None
            if not granted:
                return NO_CONSENT
            return self._narrow(Consent(granted, source="default", explicit=False), head)
        settled = self.settle(consent)
        if not settled.since_s <= now < settled.until_s:
            return Consent.none(Reason.CONSENT_EXPIRED, source=consent.source)
        return self._narrow(settled.consent, head) if settled.heeds_signals else settled.consent

    def settle(self, consent: Consent) -> "Settled":
        """Say what counts of a consent apart from the request and the time, and when."""
        reason = self._objection(consent)
        if reason is not None:
            return Settled(Consent.none(reason, source=consent.source))
        is_narrowed = (self.global_privacy_control and _MARKETING in consent.granted) or (
            self.do_not_track and bool(consent.granted - {_PREFERENCES})
        )
        limits = [limit for limit in (consent.max_age_s, self.max_age_s) if limit is not None]
        if not limits or consent.given_at is None:
            return Settled(consent, heeds_signals=is_narrowed)
        given_s = consent.given_at.timestamp()
        return Settled(consent, given_s - _FUTURE_TOLERANCE_S, given_s + min(limits), heeds_signals=is_narrowed)

    def _objection(self, consent: Consent) -> Reason | None:
        """Say why a consent never counts, if it does not."""
        if self.require_explicit and not consent.explicit and consent.granted:
            return Reason.CONSENT_NOT_EXPLICIT
        if self.revision is not None and consent.revision is not None and consent.revision != self.revision:
            return Reason.CONSENT_OTHER_REVISION
        return None

    def _narrow(self, consent: Consent, head: RequestHead) -> Consent:
        """Take away what the request's signals refuse."""
        if self.global_privacy_control and _MARKETING in consent.granted and head.has_signal(b"sec-gpc"):
            consent = _without(consent, frozenset({_MARKETING}), Reason.GLOBAL_PRIVACY_CONTROL)
        if self.do_not_track and head.has_signal(b"dnt"):
            consent = _without(consent, OPTIONAL - {_PREFERENCES}, Reason.DO_NOT_TRACK)
        return consent


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts of a consent, apart from the request and the time."""

    consent: Consent
    since_s: float = -inf
    """Before this time (seconds, UTC), the consent does not count: it would come from the future."""
    until_s: float = inf
    """From this time on it is too old."""
    heeds_signals: bool = False
    """A signal of the request may still take something away."""


def _without(consent: Consent, refused: frozenset[Category], reason: Reason) -> Consent:
    """Take categories out of a consent, and say why."""
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
