"""The assessment of one observation: the policy decides twice, with the visitor's consent and with every consent.

What the policy refuses is a broken promise; what it rewrites in a line that it keeps is a weakness.
Law: there is no second policy here; this only names what the policy changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from cookiegate.audit.finding import Code
from cookiegate.audit.observation import Observation, Way
from cookiegate.audit.text import duration, shown_octets
from cookiegate.decision import Decision
from cookiegate.model import OPTIONAL, Action, Category, Consent, CookieRule, Reason, SameSite, SetCookie
from cookiegate.policy import Policy
from cookiegate.registry import proposal_for
from cookiegate.registry.registry import Registry
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["MAX_BROWSERS_S", "MAX_MONTHS_S", "Assessment", "Assessor", "Mark"]

MAX_MONTHS_S = 397 * 86400
"""13 months, the longest that thirteen in a row can be: what regulators let trackers live at most."""
MAX_BROWSERS_S = 400 * 86400
"""Browsers keep nothing longer (RFC 6265bis §5.5)."""
_TOLERANCE_S = 60
_EVERYTHING = Consent(OPTIONAL)
_NO_COOKIE = SetCookie(b"", b"")  # for a line that can't be read; such a line is never kept
_REFUSALS = {
    Reason.CONTROL_OCTET: "it holds a control octet",
    Reason.NAMELESS: "it has no name",
    Reason.AMBIGUOUS_NAME: "its name is not a token: browsers and servers read different names",
    Reason.TOO_LARGE: "it is too large: browsers store no more than 4,096 octets",
    Reason.PREFIX_CONDITIONS: "it does not meet the conditions of its name's prefix",
    Reason.VALUE_NOT_STRICT: "its value is not one of RFC 6265, which the site's settings require",
}


class Mark(StrEnum):
    """The state of a cookie at a moment, the worst first: the cells of the report's table."""

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
    """The gate dropped it."""
    DELETED = "deleted"
    """Deleted from the browser."""

    @property
    def rank(self) -> int:
        """Worse is less."""
        return list(Mark).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The result for one observation."""

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


class Assessor:
    """Assesses observations by the registry and the settings of a site."""

    def __init__(self, policy: Policy, consent_names: Iterable[str]) -> None:
        """`consent_names`: the cookies that hold consent, necessary unless the site has a rule for them."""
        known = {rule.name for rule in policy.registry}
        purpose = "Remembers the choice about cookies."
        choices = Registry(
            CookieRule(name=name, category=Category.NECESSARY, purpose=purpose)
            for name in consent_names
            if name not in known
        )
        # An audit must find what the settings keep without a rule.
        self._policy = replace(
            policy, registry=policy.registry | choices, unregistered="drop", refused="drop", secure="https"
        )

    def assess(self, observation: Observation) -> Assessment:
        """Assess one observation. Raises nothing."""
        if observation.way in (Way.CARRIED, Way.LEFT_OVER):
            return self._carried(observation)
        decision = self._decide(observation, observation.consent)
        name = shown_octets(decision.name.encode("latin-1")) or "(no name)"
        ideal = self._decide(observation, _EVERYTHING)
        malformed = observation.malformed or (ideal.reason if ideal.reason.is_malformed else None)
        if observation.way is Way.HELD_BACK:
            return Assessment(name=name, mark=Mark.HELD_BACK, rule=decision.registry_rule)
        if malformed is not None:
            refused = Code.REFUSED_LINE, _REFUSALS.get(malformed, str(malformed))
            return Assessment(
                name=name, mark=Mark.WEAK, rule=self._policy.registry.find(decision.name), faults=(refused,)
            )
        if ideal.policy_rule == 2:
            return Assessment(name=name, mark=Mark.DELETED, rule=decision.registry_rule)
        cookie = parse_set_cookie(observation.line) or _NO_COOKIE
        lifetime_s = _lifetime_s(cookie, observation.at_s)
        if decision.policy_rule == 4:
            faults = ((Code.UNREGISTERED, f"kept for {_kept(lifetime_s)}"), *_ignored_signal(observation, name))
            return Assessment(name=name, mark=Mark.UNKNOWN, faults=faults, is_kept=True, lifetime_s=lifetime_s)
        faults = _faults(cookie, lifetime_s, ideal)
        is_longer = any(code is Code.KEPT_LONGER for code, _ in faults)
        mark = Mark.LONGER if is_longer else Mark.WEAK if faults else Mark.KEPT
        if decision.policy_rule == 5:
            mark = Mark.BROKEN
            faults = (_broken(observation, decision.category), *faults)
        return Assessment(
            name=name, mark=mark, rule=decision.registry_rule, faults=faults, is_kept=True, lifetime_s=lifetime_s
        )

    def _decide(self, observation: Observation, consent: Consent) -> Decision:
        return self._policy.decide(observation.line, consent, is_https=observation.is_https, now=observation.at_s)

    def _carried(self, observation: Observation) -> Assessment:
        """Assess a cookie of a request, of which only the name counts."""
        octets = observation.line.partition(b"=")[0]
        name = shown_octets(octets)
        match = self._policy.registry.match(octets.decode("latin-1"))
        rule = match.rule or match.refusing
        if observation.way is Way.LEFT_OVER:
            left_over = Code.KEPT_AFTER_WITHDRAWAL, observation.note
            return Assessment(name=name, mark=Mark.CARRIED, rule=rule, faults=(left_over,), is_kept=True)
        if rule is None:
            stranger = Code.UNREGISTERED, "the browser carries it; no recorded response set it"
            return Assessment(name=name, mark=Mark.UNKNOWN, faults=(stranger,), is_kept=True)
        if not observation.consent.allows(rule.category):
            fault = Code.CARRIED_WITHOUT_CONSENT, f"{rule.category} needs consent"
            return Assessment(name=name, mark=Mark.CARRIED, rule=rule, faults=(fault,), is_kept=True)
        return Assessment(name=name, mark=Mark.KEPT, rule=rule, is_kept=True)


def _broken(observation: Observation, category: Category | None) -> tuple[Code, str]:
    """Name how a line breaks the promise that its category is set with consent only."""
    if observation.moment.has_signal and category is Category.MARKETING:
        return Code.GPC_IGNORED, "marketing was refused by Sec-GPC: 1"
    if observation.moment.has_chosen:
        code = Code.AGAINST_CHOICE
    else:
        code = Code.SCRIPT_BEFORE_CONSENT if observation.way is Way.SCRIPT else Code.BEFORE_CONSENT
    return code, f"{category} needs consent"


def _ignored_signal(observation: Observation, name: str) -> Iterable[tuple[Code, str]]:
    """Name a cookie that no rule of the site declares, and that is known to be marketing's."""
    known = proposal_for(name) if observation.moment.has_signal else None
    if known is not None and known.category is Category.MARKETING:
        yield Code.GPC_IGNORED, f"marketing was refused by Sec-GPC: 1; known as {known.category} ({known.provider})"


def _faults(cookie: SetCookie, lifetime_s: float | None, ideal: Decision) -> tuple[tuple[Code, str], ...]:
    """Name what the policy changed in a line where everything was granted."""
    safe = parse_set_cookie(ideal.after or b"") or _NO_COOKIE
    found = [*_lifetime_fault(ideal.registry_rule, lifetime_s)]
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
        detail = f"{shown_octets(twice[0])} is there twice" if twice else "an attribute is unknown or not valid"
        found.append((Code.READ_DIFFERENTLY, detail))
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
