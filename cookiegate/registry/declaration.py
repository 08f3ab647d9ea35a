"""What was read from a published declaration: rules, and a remark for whatever was not understood or not obvious.

Law: nothing is guessed silently; each remark has its place.
"""

from dataclasses import dataclass

from cookiegate.model import CookieRule
from cookiegate.registry.registry import Registry

__all__ = ["Declaration", "Remark", "quoted"]

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. It holds text of the file as it is: escape it before it goes to a terminal or a page."""

    place: str
    """Where it is in the file: `"line 51"`, `"cookies[3]"`; empty where it holds for the whole file."""
    subject: str
    """What it is about, usually the cookie's name; shortened."""
    text: str
    """What is wrong or was decided; what to do."""
    is_understood: bool = False
    """It was read, but not word for word. False: it was not understood, and the registry lacks it."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.subject, self.text) if part)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The rules that a file declares, one for each name, and the remarks on it."""

    rules: tuple[CookieRule, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def registry(self) -> Registry:
        """The rules as a registry."""
        return Registry(self.rules)

    @property
    def not_understood(self) -> tuple[Remark, ...]:
        """The remarks on what the registry lacks."""
        return tuple(remark for remark in self.remarks if not remark.is_understood)

    @property
    def notes(self) -> tuple[Remark, ...]:
        """The remarks on what was read otherwise than word for word."""
        return tuple(remark for remark in self.remarks if remark.is_understood)


def quoted(text: str) -> str:
    """Quote a text of the file for a remark, in one line and at most 60 characters of it."""
    line = " ".join(text[:_SHOWN].split())
    return repr(line if len(text) <= _SHOWN else f"{line}...")
