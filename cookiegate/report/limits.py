"""The limits of an inventory's memory.

Law: every table of an inventory has one of these limits.
"""

import sys
from dataclasses import dataclass
from typing import Self

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The maximum number of rows of each kind; what exceeds it is counted in one number."""

    registered: int = 2048
    """Names that a rule knows."""
    unregistered: int = 1024
    """Names that no rule knows."""
    malformed: int = 256
    """Names of lines that can't be used."""
    requested: int = 1024
    """Rules whose cookies browsers sent although they are refused."""
    family: int = 32
    """Names of one family: of one rule with a `*`, or alike but for a number or id at the end."""
    setters: int = 64
    """Setters of one name; at most half of them paths that are no route of the framework."""
    all_setters: int = 16384
    """Setters of all names; the first four of each name are always listed."""
    places: int = 8
    """Domains of one name, and paths of one name."""

    @classmethod
    def none(cls) -> Self:
        """Return limits that limit nothing, to add up recordings that are bounded already."""
        many = sys.maxsize
        return cls(
            registered=many, unregistered=many, malformed=many, requested=many,
            family=many, setters=many, all_setters=many, places=many,
        )  # fmt: skip
