"""The visitors that a running site is looked at as: each sends one consent cookie, or none.

Law: each visitor sends one consent cookie or none, and the same one for all pages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cookiegate.audit.observation import Moment
from cookiegate.audit.timeline import Timeline
from cookiegate.consent.own import OwnConsent
from cookiegate.model import NO_CONSENT, OPTIONAL, Category, Consent, RequestHead
from cookiegate.wire.set_cookie import split_pair

__all__ = ["DEFAULT_VISITORS", "Granted", "Variant", "own_variants", "variants_of_cookies"]


class Granted(StrEnum):
    """What a visitor has granted, as the command line names it."""

    NONE = "none"
    """The visitor has not chosen."""
    NECESSARY = "necessary"
    PREFERENCES = "preferences"
    STATISTICS = "statistics"
    MARKETING = "marketing"
    EVERYTHING = "everything"


DEFAULT_VISITORS = (
    Granted.NONE, Granted.PREFERENCES, Granted.STATISTICS, Granted.MARKETING, Granted.EVERYTHING,
)  # fmt: skip
"""The visitors that a site is looked at as, if no others are named."""
_CATEGORIES = {
    Granted.NECESSARY: frozenset[Category](),
    Granted.PREFERENCES: frozenset({Category.PREFERENCES}),
    Granted.STATISTICS: frozenset({Category.STATISTICS}),
    Granted.MARKETING: frozenset({Category.MARKETING}),
    Granted.EVERYTHING: OPTIONAL,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """One visitor."""

    moment: Moment
    consent: Consent
    cookies: tuple[tuple[bytes, bytes], ...] = ()
    """The consent cookie as it is sent."""


def own_variants(granted: Sequence[str], timeline: Timeline, *, revision: str | None, now: float) -> list[Variant]:
    """Make visitors who send cookiegate's own consent cookie, given just now to the current policy revision."""
    own = OwnConsent()
    made = []
    for each in dict.fromkeys(granted):
        if each == Granted.NONE:
            made.append(_without_choice(timeline, now))
            continue
        categories = _CATEGORIES[Granted(each)]
        given_at = datetime.fromtimestamp(int(now), UTC)
        given = Consent(categories, given_at=given_at, revision=revision, id="cookiegate-audit")
        name, _, value, _ = split_pair(own.write(given, is_https=False))
        made.append(Variant(Moment.of(categories, has_chosen=True), given, ((name, value),)))
    return made


def variants_of_cookies(cookies: Iterable[str], timeline: Timeline, now: float) -> list[Variant]:
    """Make a visitor without choice, and one for each consent cookie of another platform, read as a gate reads it.

    Several cookies of one visitor are joined by `;`.

    Raises: `ValueError` for a text that holds no consent of a known platform.
    """
    made = {Moment.of((), has_chosen=False): _without_choice(timeline, now)}
    for number, text in enumerate(cookies, start=1):
        octets = text.encode("utf-8", "surrogateescape")
        pairs = [(name.strip(), value.strip()) for name, _, value, _ in map(split_pair, octets.split(b";"))]
        moment, consent = timeline.read(RequestHead(cookie=octets), now)
        if not moment.has_chosen:
            raise ValueError(f"--consent-cookie {number}: no consent of a known platform is in it")
        made.setdefault(moment, Variant(moment, consent, tuple(pairs)))
    return list(made.values())


def _without_choice(timeline: Timeline, now: float) -> Variant:
    moment, consent = timeline.read(RequestHead(), now)
    return Variant(moment, consent if consent.granted else NO_CONSENT)
