"""The registry: the cookies that a site declares, their categories, lifetimes and attributes.

`registry.py` finds the rule for a name, `toml.py` reads `cookies.toml`, `lint.py` checks it, `formats.py` reads and
writes published declarations. Law: what a running server does not need is imported on first use.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use
from cookiegate.lifetime import parse_lifetime

if TYPE_CHECKING:
    from cookiegate.registry.declaration import Declaration, Remark
    from cookiegate.registry.formats import parse_declaration, read_declaration, render
    from cookiegate.registry.knowledge import product_for, products_for, proposal_for, stricter_than_known
    from cookiegate.registry.registry import Match, Registry
    from cookiegate.registry.toml_text import write_rule, write_toml

__all__ = [
    "Declaration",
    "Match",
    "Registry",
    "Remark",
    "parse_declaration",
    "parse_lifetime",
    "product_for",
    "products_for",
    "proposal_for",
    "read_declaration",
    "render",
    "stricter_than_known",
    "write_rule",
    "write_toml",
]

_PLACES = {
    "Declaration": "declaration",
    "Match": "registry",
    "Registry": "registry",
    "Remark": "declaration",
    "parse_declaration": "formats",
    "product_for": "knowledge",
    "products_for": "knowledge",
    "proposal_for": "knowledge",
    "read_declaration": "formats",
    "render": "formats",
    "stricter_than_known": "knowledge",
    "write_rule": "toml_text",
    "write_toml": "toml_text",
}


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, _PLACES)
