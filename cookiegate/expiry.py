"""Taking refused cookies back out of the browser: a deletion for each place where a cookie is registered to be."""

from cookiegate.model import Consent, CookieRule
from cookiegate.policy import name_prefix
from cookiegate.wire.set_cookie import deletion

__all__ = ["deletions", "first_refused"]


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
