"""Rules for cookies with general names like `JWT`, grouped by the product that sets them.

Each product is a file of `[[cookie]]` rules in the folder `products`. Law: these rules apply only on a site that names
the product, because a tracker may have the same name on another site.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from cookiegate.given_values import nearest
from cookiegate.model import CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.toml import parse_cookies_toml

__all__ = ["check_products", "product_names", "product_rules"]

_SUFFIX = ".toml"


@cache
def product_names() -> tuple[str, ...]:
    """Return the names of all products, sorted."""
    found = (entry.name for entry in files(__package__).joinpath("products").iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


@cache
def product_rules(product: str) -> tuple[CookieRule, ...]:
    """Return the rules of one of `product_names`."""
    name = f"{product}{_SUFFIX}"
    text = files(__package__).joinpath("products", name).read_text(encoding="utf-8")
    return parse_cookies_toml(text, where=name).rules


def check_products(products: Iterable[object], problems: Problems) -> None:
    """Add a problem for each unknown product, with the most similar name."""
    known = product_names()
    for product in products:
        if product not in known:
            what_to_do = nearest(product.lower() if isinstance(product, str) else "", known)
            problems.add_problem(repr(product), f"not known; {what_to_do}")
