"""What one sighting means: the gate's own policy is asked twice, with the visitor's consent and with every consent.

What the policy would refuse is a broken promise; what it would write anew in a line that may leave is a weakness.
Nothing is judged here a second time: only what the policy changed is given a name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from cookiegate.audit.finding import Code
from cookiegate.audit.sighting import Sighting, Way
from cookiegate.audit.words import duration, shown_octets
from cookiegate.model import OPTIONAL, Action, Category, Consent, CookieRule, Decision, Reason, SameSite, SetCookie
from cookiegate.policy import Policy
from cookiegate.registry.registry import Registry
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["MAX_BROWSERS_S", "MAX_MONTHS_S", "Judge", "Mark", "Verdict"]

MAX_MONTHS_S = 397 * 86400
"""13 months, the longest that thirteen in a row can be: what regulators let trackers live at most."""
MAX_BROWSERS_S = 400 * 86400
"""Browsers keep nothing longer (RFC 6265bis §5.5)."""
_TOLERANCE_S = 60
_EVERYTHING = Consent(OPTIONAL)
_NO_COOKIE = SetCookie(b"", b"")  # for a line that can't be read: such a one never gets that far
_REFUSALS = {
    Reason.UNREADABLE: "the line can't be read",
    Reason.CONTROL_OCTET: "it holds a control octet",
    Reason.NAMELESS: "it has no name",
    Reason.AMBIGUOUS_NAME: "its name is no token: browsers and servers read different names",
    Reason.TOO_LARGE: "it is too large: browsers store no more than 4,096 octets",
    Reason.PREFIX_CONDITIONS: "it does not meet the conditions of its name's prefix",
    Reason.VALUE_NOT_STRICT: "its value is none of RFC 6265, which the site's settings demand",
}


class Mark(StrEnum):
    """What became of a cookie at a moment, the worst first: the cells of the picture."""

    BROKEN = "broken"
    """Set although the visitor had not granted it."""
    UNKNOWN = "unknown"
    """Set, and no rule names it."""
    CARRIED = "carried"
    """Not set by a response, but in the browser although it is not granted."""
    LONGER = "longer"
    """Allowed, but kept longer than declared."""
    WEAK = "weak"
    """Allowed, but wider or less safe than it should be."""
    KEPT = "kept"
    """Set as promised."""
    HELD_BACK = "held-back"
    """The gate did not let it leave."""
    DELETED = "deleted"
    """Taken out of the browser."""

    @property
    def rank(self) -> int:
        """Worse is less."""
        return list(Mark).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one sighting means."""

    name: str
    """Safe to print."""
    mark: Mark
    rule: CookieRule | None = None
    faults: tuple[tuple[Code, str], ...] = ()
    """Each with what is wrong, without the value."""
    is_kept: bool = False
    """A browser stores it."""
    lifetime_s: float | None = None
    """How long the line asks for; `None` for the browser session."""


class Judge:
    """Holds sightings against the registry and the settings of a site."""

    def __init__(self, policy: Policy, consent_names: Iterable[str]) -> None:
        """Take the site's policy, and the cookies that hold consent: those are necessary unless the site says more."""
        known = {rule.name for rule in policy.registry}
        purpose = "Remembers the choice about cookies."
        choices = Registry(
            CookieRule(name=name, category=Category.NECESSARY, purpose=purpose)
            for name in consent_names
            if name not in known
        )
        # What the settings would let pass without a promise is what an audit is there to find.
        self._policy = replace(
            policy, registry=policy.registry | choices, unregistered="drop", refused="drop", secure="https"
        )

    def judge(self, sighting: Sighting) -> Verdict:
        """Judge one sighting. Raises nothing."""
        if sighting.way is Way.CARRIED:
            return self._carried(sighting)
        decision = self._decide(sighting, sighting.consent)
        name = shown_octets(decision.name.encode("latin-1")) or "(no name)"
        ideal = self._decide(sighting, _EVERYTHING)
        malformed = sighting.malformed or (ideal.reason if ideal.number in (1, 8) else None)
        if sighting.way is Way.HELD_BACK:
            return Verdict(name=name, mark=Mark.HELD_BACK, rule=decision.rule)
        if malformed is not None:
            refused = Code.REFUSED_LINE, _REFUSALS.get(malformed, str(malformed))
            return Verdict(name=name, mark=Mark.WEAK, rule=self._policy.registry.find(decision.name), faults=(refused,))
        if ideal.number == 2:
            return Verdict(name=name, mark=Mark.DELETED, rule=decision.rule)
        cookie = parse_set_cookie(sighting.line) or _NO_COOKIE
        lifetime_s = _lifetime_s(cookie, sighting.at_s)
        if decision.number == 4:
            told = Code.UNREGISTERED, f"kept for {_kept(lifetime_s)}"
            return Verdict(name=name, mark=Mark.UNKNOWN, faults=(told,), is_kept=True, lifetime_s=lifetime_s)
        faults = _faults(cookie, lifetime_s, ideal)
        is_longer = any(code is Code.KEPT_LONGER for code, _ in faults)
        mark = Mark.LONGER if is_longer else Mark.WEAK if faults else Mark.KEPT
        if decision.number == 5:
            mark = Mark.BROKEN
            code = Code.AGAINST_CHOICE if sighting.moment.has_chosen else Code.BEFORE_CONSENT
            faults = ((code, f"{decision.category} needs consent"), *faults)
        return Verdict(name=name, mark=mark, rule=decision.rule, faults=faults, is_kept=True, lifetime_s=lifetime_s)

    def _decide(self, sighting: Sighting, consent: Consent) -> Decision:
        return self._policy.decide(sighting.line, consent, is_https=sighting.is_https, now=sighting.at_s)

    def _carried(self, sighting: Sighting) -> Verdict:
        """Judge a cookie of a request by its name alone."""
        octets = sighting.line.partition(b"=")[0]
        name = shown_octets(octets)
        match = self._policy.registry.match(octets.decode("latin-1"))
        rule = match.rule or match.refusing
        if rule is None:
            stranger = Code.UNREGISTERED, "the browser carries it; no recorded response set it"
            return Verdict(name=name, mark=Mark.UNKNOWN, faults=(stranger,), is_kept=True)
        if not sighting.consent.allows(rule.category):
            fault = Code.CARRIED_WITHOUT_CONSENT, f"{rule.category} needs consent"
            return Verdict(name=name, mark=Mark.CARRIED, rule=rule, faults=(fault,), is_kept=True)
        return Verdict(name=name, mark=Mark.KEPT, rule=rule, is_kept=True)


def _faults(cookie: SetCookie, lifetime_s: float | None, ideal: Decision) -> tuple[tuple[Code, str], ...]:
    """Name what the policy changed in a line where everything was granted."""
    safe = parse_set_cookie(ideal.after or b"") or _NO_COOKIE
    found = [*_lifetime_fault(ideal.rule, lifetime_s)]
    if safe.secure and not cookie.secure:
        found.append((Code.NO_SECURE, "Secure is missing"))
    if safe.same_site is not cookie.same_site:
        sent = "is missing" if cookie.same_site is None else f"is {cookie.same_site}"
        is_insecure = cookie.same_site is SameSite.NONE and safe.same_site is SameSite.LAX
        found.append((Code.WEAK_SAME_SITE, f"SameSite {sent}{' without Secure' if is_insecure else ''}"))
    if safe.http_only and not cookie.http_only:
        found.append((Code.NO_HTTP_ONLY, "HttpOnly is missing"))
    if cookie.domain and not safe.domain:
        found.append((Code.WIDE_DOMAIN, f"Domain is {shown_octets(cookie.domain)}"))
    if not cookie.is_unambiguous and ideal.action is Action.REWRITE:
        names = [name for name, _ in cookie.attributes]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < 64 else []
        told = f"{shown_octets(twice[0])} stands there twice" if twice else "an attribute is unknown or not valid"
        found.append((Code.READ_DIFFERENTLY, told))
    return tuple(found)


def _lifetime_fault(rule: CookieRule | None, lifetime_s: float | None) -> Iterable[tuple[Code, str]]:
    """Compare how long a line asks to be kept with what is declared, and with what regulators look at."""
    if lifetime_s is None:
        return
    declared = rule.lifetime if rule is not None else None
    if declared is not None and declared.is_session:
        yield Code.KEPT_LONGER, f"kept for {duration(lifetime_s)}, declared for the session"
    elif declared is not None and declared.max_age_s is not None and lifetime_s > declared.max_age_s + _TOLERANCE_S:
        yield Code.KEPT_LONGER, f"kept for {duration(lifetime_s)}, declared for {declared}"
    elif lifetime_s > MAX_BROWSERS_S + _TOLERANCE_S:
        yield Code.KEPT_TOO_LONG, f"kept for {duration(lifetime_s)}, browsers cut that to 400 days"
    elif lifetime_s > MAX_MONTHS_S and rule is not None and rule.category is not Category.NECESSARY:
        yield Code.KEPT_TOO_LONG, f"kept for {duration(lifetime_s)}, and {rule.category} should end after 13 months"


def _lifetime_s(cookie: SetCookie, now: float) -> float | None:
    if cookie.max_age_s is not None:
        return cookie.max_age_s
    return None if cookie.expires_s is None else cookie.expires_s - now


def _kept(lifetime_s: float | None) -> str:
    return "the session" if lifetime_s is None else duration(lifetime_s)
