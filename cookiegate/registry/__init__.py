"""The registry: which cookies a site promises to set, and what it says of them."""

from cookiegate.lifetime import parse_lifetime
from cookiegate.registry.registry import Match, Registry

__all__ = ["Match", "Registry", "parse_lifetime"]
