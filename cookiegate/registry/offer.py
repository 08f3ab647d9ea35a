"""What a site offers its visitors: the cookies that it lists, and the categories that they can choose.

It lists the rules of the site's own file, and the rules of `Registry.known()` under `uses`.
Law: the offer is fixed when the gate is built, so it is the same in all workers and visitors are not asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from cookiegate.given_values import read_list
from cookiegate.model import OPTIONAL, Category, CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.knowledge import products_for
from cookiegate.registry.products import product_rules
from cookiegate.registry.registry import Registry, built_in_registries
from cookiegate.registry.report_only import ReportOnly

__all__ = ["Offer", "make_offer", "own_rules", "read_uses", "rules_of_products", "uses_line"]

_NOT_A_LIST = 'write a list of names that cookiegate knows, like uses = ["django_language"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The cookies and categories that a gate's visitors see."""

    rules: tuple[CookieRule, ...]
    """The site's own rules, and the known rules that it uses. `mode` is report-only for what is not enforced."""
    categories: frozenset[Category]
    """The optional categories that can be chosen."""
    unlisted: frozenset[str]
    """The names of the known rules in the gate's registry that are not listed."""


def read_uses(given: object, products: Iterable[str], problems: Problems) -> tuple[CookieRule, ...]:
    """Return the known rules that a site lists under `uses`; mistakes go to `problems`.

    `given`: names of cookies, or of known rules with their `*`. `products`: as in `Registry.known`.
    """
    try:
        names = read_list(given)
    except ValueError:
        problems.add_problem("uses", f"is {given!r}; {_NOT_A_LIST}")
        return ()
    known = Registry.known(*products)
    found: dict[str, CookieRule] = {}
    for name in names:
        rule = None
        if isinstance(name, str):
            rule = known.covering(name) or Registry.trackers().covering(name)
        if rule is None:
            problems.add_problem("uses", _unknown(name, known))
        else:
            found[rule.name] = rule
    return tuple(found.values())


def _unknown(name: object, known: Registry) -> str:
    if not isinstance(name, str):
        return f"{name!r} is among them; {_NOT_A_LIST}"
    close = get_close_matches(name, [rule.name for rule in known], n=1)
    if products := products_for(name):
        what_to_do = f'it is one of {products[0]}: add products = ["{products[0]}"]'
    elif close:
        what_to_do = f"did you mean {close[0]!r}?"
    else:
        what_to_do = "declare it under [[cookie]]"
    return f"{name!r} is no cookie that cookiegate knows; {what_to_do}"


def own_rules(registry: Registry) -> tuple[CookieRule, ...]:
    """Return the rules of a registry that are the site's own.

    The rules of `Registry.known()` and `Registry.trackers()` are left out if all of them are in the registry, because
    hardly any of them is the site's. A rule that replaces one of them is the site's own.
    """
    rules = {rule.key: rule for rule in registry}
    for whole in built_in_registries():
        merged = {rule.key: rule for rule in whole}
        if merged.keys() <= rules.keys():
            rules = {name: rule for name, rule in rules.items() if rule is not merged.get(name)}
    return tuple(rules.values())


def make_offer(registry: Registry, report_only: ReportOnly, *, unregistered: str, is_enforced: bool) -> Offer:
    """Compute the offer. `registry`, `unregistered`: as in the gate.

    `is_enforced`: false if the whole gate is in report-only.
    """
    listed = own_rules(registry)
    rules = _with_modes(listed, report_only, registry) if is_enforced else map(_unenforced, listed)
    categories = {rule.category for rule in listed}
    if unregistered in OPTIONAL:
        categories.add(Category(unregistered))
    return Offer(
        rules=tuple(rules),
        categories=OPTIONAL & categories,
        unlisted=frozenset({rule.key for rule in registry} - {rule.key for rule in listed}),
    )


def _with_modes(rules: Iterable[CookieRule], report_only: ReportOnly, registry: Registry) -> Iterable[CookieRule]:
    """Return the rules with their effective modes; report-only cookies of an enforced rule get a row of their own."""
    rows = {rule.key: _unenforced(rule) if report_only.covers(rule.name) else rule for rule in rules}
    for name in report_only.names:
        rule = registry.covering(name)
        if rule is not None and rule.name in rows and name not in rows and not report_only.covers(rule.name):
            rows[name] = replace(_unenforced(rule), name=name)
    return rows.values()


def _unenforced(rule: CookieRule) -> CookieRule:
    return rule if rule.mode == "report-only" else replace(rule, mode="report-only")


def rules_of_products(products: Iterable[str]) -> tuple[CookieRule, ...]:
    """Return the rules of these products, one for each name."""
    return tuple({rule.key: rule for product in products for rule in product_rules(product)}.values())


def uses_line(uses: Iterable[str], *names: str) -> str:
    """Return the line of `[gate]` that adds these names to those that a site uses already."""
    listed = ", ".join(f'"{name}"' for name in dict.fromkeys([*uses, *names]))
    return f"uses = [{listed}]"
