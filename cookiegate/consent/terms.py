"""What a site demands of a consent before it counts, and the signals of a request that narrow it.

Source: W3C Global Privacy Control ("exactly 1", anything else is ignored); the lifetime and revision rules follow
what regulators ask (see the guide).
"""

from collections.abc import Callable
from dataclasses import dataclass

from cookiegate.model import NO_CONSENT, OPTIONAL, Category, Consent, Reason, RequestHead

__all__ = ["ConsentTerms"]

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
            consent = Consent(granted, source="default", explicit=False)
        elif (reason := self._objection(consent, now)) is not None:
            return Consent.none(reason, source=consent.source)
        if not consent.granted:
            return consent
        if self.global_privacy_control and _MARKETING in consent.granted and head.has_signal(b"sec-gpc"):
            consent = _without(consent, frozenset({_MARKETING}), Reason.GLOBAL_PRIVACY_CONTROL)
        if self.do_not_track and head.has_signal(b"dnt"):
            consent = _without(consent, OPTIONAL - {_PREFERENCES}, Reason.DO_NOT_TRACK)
        return consent

    def _objection(self, consent: Consent, now: float) -> Reason | None:
        """Say why a consent does not count, if it does not."""
        if self.require_explicit and not consent.explicit and consent.granted:
            return Reason.CONSENT_NOT_EXPLICIT
        if self.revision is not None and consent.revision is not None and consent.revision != self.revision:
            return Reason.CONSENT_OTHER_REVISION
        limit_s = self.max_age_s if consent.max_age_s is None else consent.max_age_s
        if limit_s is not None and consent.given_at is not None:
            if self.max_age_s is not None and self.max_age_s < limit_s:
                limit_s = self.max_age_s
            age_s = now - consent.given_at.timestamp()
            if not -_FUTURE_TOLERANCE_S <= age_s < limit_s:
                return Reason.CONSENT_EXPIRED
        return None


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
