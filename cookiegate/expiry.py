"""Taking refused cookies back out of the browser: a deletion for each place where a cookie is registered to be."""

from collections.abc import Mapping

from cookiegate.model import Action, Consent, CookieRule, Decision
from cookiegate.policy import name_prefix
from cookiegate.wire.set_cookie import deletion
from cookiegate.wire.token import is_token

__all__ = ["MAX_EXPIRED", "MAX_EXPIRED_OCTETS", "deletions", "expire", "first_refused"]

MAX_EXPIRED = 20
"""Deletions that one response carries for refused cookies of the request."""
MAX_EXPIRED_OCTETS = 4096
"""What they may take together: a proxy refuses a response whose head is too long, and nothing would be deleted."""


def first_refused(rules: tuple[CookieRule, ...], consent: Consent) -> CookieRule | None:
    """Return the first rule whose category is not granted."""
    return next((rule for rule in rules if not consent.allows(rule.category)), None)


def deletions(name: bytes, rule: CookieRule, *, is_https: bool) -> list[bytes]:
    """Write the deletions of a cookie for each domain and path of its rule, unpartitioned and partitioned."""
    prefix = name_prefix(name)
    is_secure = is_https or bool(rule.secure) or bool(prefix)
    domains = [None, *(domain.removeprefix(".").lower().encode("ascii") for domain in rule.domains)]
    paths = rule.paths
    if prefix.startswith("__host-"):  # no other deletion reaches it, and browsers refuse any other
        domains, paths = [None], ("/",)
    lines = []
    for domain in domains:
        for path in paths:
            place = path.encode("ascii")
            lines.append(deletion(name, domain=domain, path=place, secure=is_secure, partitioned=False))
            if rule.partitioned:
                lines.append(deletion(name, domain=domain, path=place, secure=True, partitioned=True))
    return lines


def expire(
    cookies: Mapping[bytes, tuple[CookieRule, ...]], consent: Consent, set_names: set[str], *, is_https: bool
) -> list[Decision]:
    """Decide to delete the refused cookies of a request, in every place where they are registered to be.

    `cookies`: names in the request and the optional rules that may refuse them; `set_names`: the response sets these.
    """
    decisions: list[Decision] = []
    octets_left = MAX_EXPIRED_OCTETS
    for name, rules in cookies.items():
        rule = first_refused(rules, consent)
        if rule is None or not is_token(name) or name.decode("ascii") in set_names:
            continue
        for line in deletions(name, rule, is_https=is_https)[: MAX_EXPIRED - len(decisions)]:
            octets_left -= len(line)
            if octets_left < 0:
                break
            decisions.append(
                Decision(
                    action=Action.EXPIRE,
                    reason=consent.refusal(rule.category),
                    number=5,
                    name=name.decode("ascii"),
                    category=rule.category,
                    rule=rule,
                    after=line,
                )
            )
    return decisions
