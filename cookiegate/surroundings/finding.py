"""One thing in the surroundings of a gate that needs attention, in words, by a stable code."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Code", "Finding"]


class Code(StrEnum):
    """What was found. The codes are public API."""

    NO_GATE = "no-gate"
    NOT_OUTERMOST = "not-outermost"
    TWO_GATES = "two-gates"
    NOT_REGISTERED = "not-registered"
    RETURNS_LOSE_LOGIN = "returns-lose-login"
    PROXY = "proxy"
    MISSING_EXTRA = "missing-extra"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do about it."""

    code: Code
    subject: str
    """What it is about: a cookie, a middleware, a library."""
    what: str
    fix: str
    """May have several lines, the last of them to paste."""

    def __str__(self) -> str:
        return f"{self.what}; {self.fix}"
