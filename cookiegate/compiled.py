"""`Compiled`: the parts that a gate works with. `cookiegate.gate` makes them once of its configuration."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cookiegate.consent.terms import ConsentTerms
from cookiegate.offering import Offering
from cookiegate.policy import Policy
from cookiegate.reader import ConsentReader
from cookiegate.response import Rules
from cookiegate.screen import Screen

__all__ = ["Compiled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a gate works with: made once of its configuration. For the package itself."""

    rules: Rules
    terms: ConsentTerms
    offering: Offering
    """What visitors are offered."""
    screen: Screen
    clock: Callable[[], float]
    hides: bool
    """Refused cookies of the request are hidden from the app."""
    is_watched: bool
    """Each response must go through the gate, whether or not it has cookies."""
    records: bool
    """There are recorders."""
    served: list[Any] = field(default_factory=list)
    """The settings page that was made last for this gate, if one was: what the tags of templates write."""

    @property
    def policy(self) -> Policy:
        """The numbered rules, as this gate is configured."""
        return self.rules.policy

    @property
    def reader(self) -> ConsentReader:
        """Where the consent is read."""
        return self.rules.reader
