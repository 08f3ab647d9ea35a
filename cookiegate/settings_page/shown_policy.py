"""Which cookies and categories a visitor is shown and asked about, and a digest that names just this policy."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cookiegate.consent.source import WritableConsentSource, writable
from cookiegate.gate import CookieGate, compiled
from cookiegate.lifetime import format_duration
from cookiegate.model import OPTIONAL, Category, Consent, CookieRule, Lifetime
from cookiegate.registry.registry import Registry
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["ShownPolicy", "shown_policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPolicy:
    """The policy as the page shows it."""

    rules: tuple[CookieRule, ...]
    """In the order of the registry; the consent cookie is among them."""
    offered: frozenset[Category]
    """The optional categories that a visitor can choose: those with a cookie that is shown."""
    consent_cookies: frozenset[str]
    """The names of the cookies that remember the choice itself."""
    choice_max_age_s: int | None
    """How long a choice counts; `None` where no end is known."""
    digest: str
    """Changes with the revision and with everything that is shown: a form says by it what its visitor was shown."""

    def of(self, category: Category) -> tuple[CookieRule, ...]:
        """Return the category's cookies."""
        return tuple(rule for rule in self.rules if rule.category is category)


_MODES: dict[str, tuple[str, ...]] = {"enforce": (), "report-only": ("report-only",)}


def shown_policy(
    gate: CookieGate,
    *,
    registry: Registry | None = None,
    is_known_shown: bool = False,
    categories: Iterable[Category] | None = None,
) -> ShownPolicy:
    """Find what a site declares itself, and which known cookies it says it uses: what the gate offers.

    `registry`: what is shown instead. `is_known_shown`: the gate's whole registry is shown. `categories`: what is
    offered instead of those that have a cookie.
    """
    offer = compiled(gate).offering.offer
    listed = {rule.key: rule for rule in offer.rules}
    rules = {rule.key: listed.get(rule.key, rule) for rule in registry} if registry is not None else listed
    if registry is None and is_known_shown:
        rules = {rule.key: rule for rule in gate.registry} | listed
    writer = writable(gate.consent)
    own = frozenset(getattr(writer, "cookie_names", ()))
    age_s = None if writer is None else _max_age_of_choice(gate, writer)
    lifetime = None if age_s is None else _lifetime(age_s)
    for name in sorted(own - rules.keys()):
        rules[name] = CookieRule(name=name, category=Category.NECESSARY, lifetime=lifetime)
    filled = {rule.category for rule in rules.values()}
    if gate.unregistered in OPTIONAL:
        filled.add(Category(gate.unregistered))
    offered = OPTIONAL & filled if categories is None else OPTIONAL.intersection(categories)
    listed_rules = [
        [rule.key, rule.category, rule.purpose, str(rule.lifetime), rule.provider, *_MODES[rule.mode]]
        for rule in sorted(rules.values(), key=lambda rule: rule.key)
    ]
    text = json.dumps([gate.revision, sorted(offered), listed_rules])
    return ShownPolicy(
        rules=tuple(rules.values()),
        offered=offered,
        consent_cookies=own,
        choice_max_age_s=min((age for age in (age_s, compiled(gate).terms.max_age_s) if age is not None), default=None),
        digest=sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )


def _max_age_of_choice(gate: CookieGate, writer: WritableConsentSource) -> int | None:
    """Read from the line that would be written how long a choice is remembered, in seconds."""
    cookie = parse_set_cookie(writer.write(Consent((), revision=gate.revision), is_https=True))
    return cookie.max_age_s if cookie is not None else None


def _lifetime(age_s: int) -> Lifetime:
    return Lifetime(format_duration(age_s), max_age_s=age_s)
