"""The headings above a place in a page: what a table there is about.

A page's real headings have levels 1 to 6; a paragraph in bold, a summary or the like is a heading below all of these.
"""

__all__ = ["BELOW_ALL", "Outline"]

BELOW_ALL = 7
_LONGEST = 120


class Outline:
    """The stack of headings, as a page is read from top to bottom."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def add(self, level: int, text: str) -> None:
        """Enter the section under a heading; sections of this level and below are left. Long texts are no headings."""
        words = " ".join(text[: 10 * _LONGEST].split())
        if words and len(words) <= _LONGEST:
            while self._open and self._open[-1][0] >= level:
                self._open.pop()
            self._open.append((level, words))

    def sections(self) -> tuple[str, ...]:
        """Return the headings above, nearest first."""
        return tuple(text for _, text in reversed(self._open))
