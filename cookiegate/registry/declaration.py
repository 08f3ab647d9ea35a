"""The result of reading a published declaration: rules, and remarks on what is not understood or not obvious.

`importing/reading.py` makes it. Law: anything ambiguous gets a remark with its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cookiegate.model import CookieRule
from cookiegate.registry.registry import Registry

__all__ = ["Declaration", "Remark", "quoted"]

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Remark:
    """A note for the person who imports. It has unescaped text of the file: escape it for a terminal or a page."""

    place: str
    """The place in the file, like `"line 51"` or `"cookies[3]"`; empty for the whole file."""
    subject: str
    """The subject, usually the cookie's name, shortened."""
    text: str
    """The problem or decision, and what to do."""
    is_understood: bool = False
    """True: it was read, but not word for word. False: it was not understood, so the registry lacks it."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.subject, self.text) if part)


@dataclass(frozen=True, slots=True)
class Declaration:
    """The rules that a file declares, one for each name, and the remarks."""

    rules: tuple[CookieRule, ...] = ()
    remarks: tuple[Remark, ...] = ()
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Comments for a `cookies.toml`, by the rule's name: what was filled in or is proposed."""

    @property
    def registry(self) -> Registry:
        """The rules as a registry."""
        return Registry(self.rules)

    @property
    def not_understood(self) -> tuple[Remark, ...]:
        """The remarks on what was not understood."""
        return tuple(remark for remark in self.remarks if not remark.is_understood)

    @property
    def notes(self) -> tuple[Remark, ...]:
        """The remarks on what was read, but not word for word."""
        return tuple(remark for remark in self.remarks if remark.is_understood)


def quoted(text: str) -> str:
    """Return a text of the file in quotes, on one line, cut after 60 characters."""
    line = " ".join(text[:_SHOWN].split())
    return repr(line if len(text) <= _SHOWN else f"{line}...")
