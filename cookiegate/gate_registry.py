"""The effective registry of a gate: with the products and known cookies that the site uses, and the consent cookies.

Also the warning at start about rules that ask for consent to cookies which cookiegate knows as necessary.
Law: a known rule that is used is a copy; a rule of `Registry.known()` itself is not the site's own.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from cookiegate.consent.source import cookie_names_of
from cookiegate.given_values import read_list
from cookiegate.model import Category, CookieRule
from cookiegate.registry.knowledge import stricter_than_known
from cookiegate.registry.offer import Offer, make_offer, own_rules, read_uses, rules_of_products
from cookiegate.registry.products import check_products, product_names
from cookiegate.registry.registry import Registry, with_report_only
from cookiegate.registry.report_only import ReportOnly, read_names
from cookiegate.settings import Checked
from cookiegate.wire.token import is_token

__all__ = ["ConsentNames", "GateRegistry", "no_warnings", "read_registry", "warn_of_stricter"]

ConsentNames: TypeAlias = tuple[frozenset[str], tuple[str, ...]]
"""The cookies that the consent source reads: exact names, and prefixes."""
_NO_NAMES: ConsentNames = (frozenset(), ())
_MAX_NAMES = 10

_logger = logging.getLogger("cookiegate")
_warns: ContextVar[bool] = ContextVar("cookiegate_warns", default=True)
_warned: "WeakValueDictionary[int, Registry]" = WeakValueDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRegistry:
    """The result of a gate's `registry`, `products`, `uses` and `report_only`."""

    registry: Registry
    """With the rules of products, and the known ones that are used."""
    judging: Registry
    """With the consent cookies, and with the names in report-only."""
    consent_names: ConsentNames
    products: tuple[str, ...]
    uses: tuple[str, ...]
    report_only: tuple[str, ...]
    offer: Offer


def read_registry(gate: Any, checked: Checked) -> GateRegistry:
    """Read the fields of a gate that is being built; mistakes go to `checked`."""
    registry = gate.registry if isinstance(gate.registry, Registry) else Registry()
    products = _read_products(gate.products, checked)
    uses = tuple(gate.uses) if isinstance(gate.uses, Iterator) else gate.uses  # it is read twice
    used = read_uses(uses, products, checked)
    names = read_names(gate.report_only, checked)
    # A product's rule overrides a known rule, and the site's own rule overrides both. A known rule that is used is
    # copied, because only rules that are not in `Registry.known()` itself are the site's own.
    known = {rule.key: rule for rule in Registry.known()}
    present = {rule.key: rule for rule in registry}
    needed = {rule.key: rule for rule in (*used, *rules_of_products(products))}
    added = [
        replace(rule) for rule in needed.values() if rule.key not in present or present[rule.key] is known.get(rule.key)
    ]
    registry = registry | Registry(added)
    consent_cookies, consent_names = _consent_cookies(gate.consent, registry, checked)
    report_only = ReportOnly(names)
    offer = make_offer(
        registry,
        report_only,
        unregistered=str(gate.unregistered),
        is_enforced=gate.mode != "report-only",
    )
    judging = registry | Registry(consent_cookies)
    return GateRegistry(
        registry=registry,
        judging=with_report_only(judging, report_only) if names else judging,
        consent_names=consent_names,
        products=products,
        uses=tuple(map(str, read_list(uses))) if used else (),
        report_only=names,
        offer=offer,
    )


def _read_products(given: object, checked: Checked) -> tuple[str, ...]:
    try:
        named = read_list(given)
    except ValueError:
        checked.add_problem("products", f'is {given!r}; write a list like products = ["airflow"]')
        return ()
    check_products(named, checked.part("products"))
    return tuple(dict.fromkeys(str(product) for product in named if product in product_names()))


def _consent_cookies(consent: Any, registry: Registry, checked: Checked) -> tuple[list[CookieRule], ConsentNames]:
    """Return rules that make the consent source's cookies necessary."""
    names = () if isinstance(consent, type) else cookie_names_of(consent)
    wrong = [name for name in names if not isinstance(name, str) or not is_token(name.rstrip("*").encode())]
    if wrong or isinstance(getattr(consent, "cookie_names", ()), str):
        checked.add_problem("consent", f"cookie_names is {consent.cookie_names!r}; use a tuple of cookie names")
        return [], _NO_NAMES
    exact = frozenset(name for name in names if not name.endswith("*"))
    prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
    for rule in registry:
        literal = rule.name.rstrip("*")
        is_consent_cookie = rule.storage is None and (literal in exact or literal.startswith(prefixes))
        if rule.category is not Category.NECESSARY and is_consent_cookie:
            checked.add_problem(
                "registry", f"{rule.name!r} is the consent cookie and can't be {rule.category}; make it necessary"
            )
    present = {rule.key for rule in registry}
    purpose = "Remembers the choice about cookies."
    has_filter = hasattr(consent, "is_cookie_name")  # then a rule for a prefix would match other cookies too
    added = [
        CookieRule(name=name, category=Category.NECESSARY, purpose=purpose)
        for name in names
        if name not in present and not (has_filter and name.endswith("*"))
    ]
    return added, (exact, prefixes)


@contextmanager
def no_warnings() -> Iterator[None]:
    """Build gates in this context without warnings, for tools that report the same themselves."""
    token = _warns.set(False)
    try:
        yield
    finally:
        _warns.reset(token)


def warn_of_stricter(registry: Registry, products: Iterable[str]) -> None:
    """Warn once for a registry about rules that ask for consent to known necessary cookies without a reason."""
    if not _warns.get() or _warned.get(id(registry)) is registry:
        return
    is_optional = [rule.category is not Category.NECESSARY and rule.stricter is None for rule in own_rules(registry)]
    found = stricter_than_known(registry, products) if any(is_optional) else []
    if found:
        _warned[id(registry)] = registry
        names = ", ".join(ascii(one.subject) for one in found[:_MAX_NAMES])
        more = f" and {len(found) - _MAX_NAMES} more" if len(found) > _MAX_NAMES else ""
        _logger.warning(
            "stricter-than-known: rules ask for consent to cookies that cookiegate knows as necessary, so logins and "
            'forms may fail without it: %s%s; make them necessary, take them out, or write why it is meant: '
            'stricter = "..." (`cookiegate check` lists all of them)',
            names, more,
        )  # fmt: skip
