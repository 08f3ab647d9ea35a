"""The registry: which cookies a site promises to set, and what it says of them.

What reads and writes published declarations is loaded when it is first asked for: a server that runs needs none of it.
"""

from typing import TYPE_CHECKING, Any

from cookiegate.lifetime import parse_lifetime
from cookiegate.registry.registry import Match, Registry

if TYPE_CHECKING:
    from cookiegate.registry.declaration import Declaration, Remark
    from cookiegate.registry.formats import parse_declaration, read_declaration, render
    from cookiegate.registry.toml_text import write_toml

__all__ = [
    "Declaration",
    "Match",
    "Registry",
    "Remark",
    "parse_declaration",
    "parse_lifetime",
    "read_declaration",
    "render",
    "write_toml",
]

_LATER = {
    "Declaration": "declaration",
    "Remark": "declaration",
    "parse_declaration": "formats",
    "read_declaration": "formats",
    "render": "formats",
    "write_toml": "toml_text",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its file."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
