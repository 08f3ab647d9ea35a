"""How much one recording of an inventory holds: every limit of its memory, named."""

import sys
from dataclasses import dataclass
from typing import Self

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many rows of each kind there is room for; what finds none is counted in one number."""

    registered: int = 2048
    """Names that a rule knows."""
    unregistered: int = 1024
    """Names that no rule knows."""
    malformed: int = 256
    """Names of lines that can't be used at all."""
    requested: int = 1024
    """Rules whose cookies browsers sent although they are refused."""
    family: int = 32
    """Names of one family: of one rule with a `*`, or alike but for a number or id at the end."""
    setters: int = 64
    """Setters of one name; at most half of them paths that are no route of the framework."""
    all_setters: int = 16384
    """Setters of all names; the first four of each name find room all the same."""
    places: int = 8
    """Domains of one name, and paths of one name."""

    @classmethod
    def none(cls) -> Self:
        """Make limits that limit nothing: for adding up recordings that are bounded themselves."""
        many = sys.maxsize
        return cls(
            registered=many, unregistered=many, malformed=many, requested=many,
            family=many, setters=many, all_setters=many, places=many,
        )  # fmt: skip
