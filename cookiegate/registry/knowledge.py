"""Compare a registry with the cookies that cookiegate knows; find the products that use a general name.

`known.toml`, `trackers.toml` and `products/` hold these cookies. Law: pure functions, rules in and findings out.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from cookiegate.model import Category, CookieRule
from cookiegate.registry.chunks import separators_of
from cookiegate.registry.finding import Code, Finding
from cookiegate.registry.overlap import is_wide
from cookiegate.registry.products import product_names, product_rules
from cookiegate.registry.registry import Registry, is_built_in

__all__ = [
    "known_as_necessary",
    "necessary_trackers",
    "product_for",
    "products_for",
    "proposal_for",
    "some",
    "stricter_than_known",
]

_EXAMPLES = 3


def stricter_than_known(registry: Registry, products: Iterable[str] = ()) -> list[Finding]:
    """Find the rules that ask for consent where cookiegate knows the cookie as necessary, unless they say `stricter`.

    `registry`: of a gate, or the site's own rules alone. `products`: as in `Registry.known`.
    """
    known = Registry.known(*products)
    matched: dict[CookieRule, dict[str, CookieRule]] = {}
    for rule in registry:
        if _is_strict(rule) and (other := known_as_necessary(rule.name, known)) is not None:
            matched.setdefault(rule, {})[other.name if "*" in rule.name else rule.name] = other
    for other in known:
        if other.category is Category.NECESSARY:
            for name in _samples(other):
                match = registry.match(name)
                for rule in filter(None, (match.rule, match.refusing)):
                    if _is_strict(rule):
                        matched.setdefault(rule, {})[other.name] = other
    return [_finding(rule, others) for rule, others in matched.items()]


def necessary_trackers(rules: Iterable[CookieRule]) -> list[Finding]:
    """Find the rules that allow cookies of `Registry.trackers` without consent, unless `exempt` gives a reason.

    `rules`: the site's own. Cookies that match only a very wide name are not listed.
    """
    own = Registry(rules)
    registry = Registry.known() | own
    matched: dict[CookieRule, dict[str, CookieRule]] = {}
    for rule in own:
        if _is_loose(rule) and (other := Registry.trackers().covering(rule.name)) is not None:
            matched.setdefault(rule, {})[other.name if "*" in rule.name else rule.name] = other
    for other in Registry.trackers():
        met = registry.find(next(_samples(other)))
        if met is not None and _is_loose(met) and not is_built_in(met) and not is_wide(met.name):
            matched.setdefault(met, {})[other.name] = other
    return [_finding_of_tracker(rule, others) for rule, others in matched.items()]


def _is_loose(rule: CookieRule) -> bool:
    return rule.category is Category.NECESSARY and rule.exempt is None


def proposal_for(name: str) -> CookieRule | None:
    """Return the rule that cookiegate proposes for a cookie, from `Registry.known` or `Registry.trackers`.

    `name`: of a cookie, or of a rule with `*`. Rules of products are not proposed: see `products_for`.
    """
    return Registry.known().covering(name) or Registry.trackers().covering(name)


def known_as_necessary(name: str, known: Registry | None = None) -> CookieRule | None:
    """Return the known rule that makes all cookies of this rule name necessary, or `None`."""
    rule = (known or Registry.known()).covering(name)
    return rule if rule is not None and rule.category is Category.NECESSARY else None


def product_for(name: str) -> str | None:
    """Return a product for `Registry.known` that sets cookies of this name, or `None`."""
    return next(iter(products_for(name)), None)


def products_for(name: str) -> tuple[str, ...]:
    """Return every product that sets cookies of this name, sorted: several use names like `user`."""
    return tuple(product for product in product_names() if _registry_of(product).find(name) is not None)


def some(names: Iterable[str]) -> str:
    """List three of the names, and count the others."""
    listed = list(names)
    more = f" and {len(listed) - _EXAMPLES} more" * (len(listed) > _EXAMPLES)
    return ", ".join(map(repr, listed[:_EXAMPLES])) + more


@cache
def _registry_of(product: str) -> Registry:
    return Registry(product_rules(product))


def _is_strict(rule: CookieRule) -> bool:
    return rule.category is not Category.NECESSARY and rule.stricter is None


def _samples(rule: CookieRule) -> Iterator[str]:
    """Yield example names that a rule matches, including its numbered parts."""
    name = rule.name.replace("*", "x")
    yield name
    for separator in separators_of(rule):
        yield f"{name}{separator}1"


def _describe(rule: CookieRule, others: dict[str, CookieRule]) -> tuple[str, str]:
    """Return the names of the matched cookies and their providers, as texts."""
    providers = " and ".join(dict.fromkeys(other.provider for other in list(others.values())[:_EXAMPLES]))
    return "it" if list(others) == [rule.name] else some(others), providers


def _finding_of_tracker(rule: CookieRule, others: dict[str, CookieRule]) -> Finding:
    named, providers = _describe(rule, others)
    categories = " and ".join(sorted({other.category for other in others.values()}))
    return Finding(
        Code.NECESSARY_TRACKER, rule.name,
        f"allows {named} without consent, which cookiegate knows as {categories} ({providers})",
        "give it its real category; if the law exempts it, give the reason in the rule: exempt = \"...\"",
    )  # fmt: skip


def _finding(rule: CookieRule, others: dict[str, CookieRule]) -> Finding:
    named, providers = _describe(rule, others)
    return Finding(
        Code.STRICTER_THAN_KNOWN, rule.name,
        f"asks for consent to {rule.category}, but cookiegate knows {named} as necessary ({providers}): features that "
        "need it fail without consent",
        'make the rule necessary, remove it, or give the reason in it: stricter = "..."',
    )  # fmt: skip
