"""The headings above a table in a page, and the sentences between it and the previous table.

Headings of a page have levels 1 to 6; a bold paragraph, a summary or the like is a heading below all of these.
"""

from dataclasses import dataclass, field

__all__ = ["BELOW_ALL", "Outline", "Section"]

BELOW_ALL = 7
_LONGEST = 120
_MAX_SENTENCES = 20
_LONGEST_SENTENCE = 400


@dataclass(frozen=True, slots=True)
class Section:
    """A heading above a table."""

    text: str
    sentences: tuple[str, ...] = ()
    """The text under it after its first table and before this one, which may end the heading's category."""


@dataclass(slots=True)
class _Open:
    level: int
    text: str
    has_table: bool = False
    sentences: list[str] = field(default_factory=list)


class Outline:
    """The stack of open headings while a page is read from top to bottom."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def add(self, level: int, text: str) -> None:
        """Enter the section of a heading, and leave sections of this level and below. Long texts are no headings."""
        words = " ".join(text[: 10 * _LONGEST].split())
        if words and len(words) <= _LONGEST:
            while self._open and self._open[-1].level >= level:
                self._open.pop()
            self._open.append(_Open(level, words))

    def add_sentence(self, text: str) -> None:
        """Add a sentence between two tables."""
        for heading in self._open:
            if heading.has_table and len(heading.sentences) < _MAX_SENTENCES:
                heading.sentences.append(text[:_LONGEST_SENTENCE])

    def add_table(self) -> None:
        """Note that a table has begun: later sentences may be about the next one."""
        for heading in self._open:
            heading.has_table = True

    def sections(self) -> tuple[Section, ...]:
        """Return the headings above, nearest first."""
        return tuple(Section(heading.text, tuple(heading.sentences)) for heading in reversed(self._open))
