"""The open parts of an HTML page while its tags are read: cells, tables and headings. `html.py` uses them."""

from dataclasses import dataclass, field

from cookiegate.registry.documents.outline import Section
from cookiegate.registry.documents.spans import Spans
from cookiegate.registry.documents.table import Cell, Row, settled

__all__ = ["Heading", "OpenCell", "OpenTable"]


@dataclass(slots=True)
class OpenCell:
    """A cell: its spans, its text so far, the code in it, and tags that are no HTML elements."""

    columns: int
    rows: int
    exact: str | None
    parts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)

    def closed(self) -> Cell:
        """Return the finished cell."""
        codes = tuple(code for text in self.codes if (code := settled(text)))
        text = settled("".join(self.parts))
        source = None if not self.tags else settled("".join(self.parts_with_tags()))
        return Cell(text, codes, self.exact, source)

    def parts_with_tags(self) -> list[str]:
        """Return the text with tags that are no HTML elements: in a name they are placeholders."""
        parts, tags = list(self.parts), self.tags
        for at, tag in reversed(tags):
            parts.insert(at, f"<{tag}>")
        return parts


@dataclass(slots=True)
class OpenTable:
    """A table or definition list, with its rows so far and the row that is open."""

    place: str
    sections: tuple[Section, ...]
    is_list: bool
    """A definition list: terms are headings beside their descriptions."""
    rows: list[Row] = field(default_factory=list)
    row: list[OpenCell] | None = None
    row_place: str = ""
    cell: OpenCell | None = None
    spans: Spans = field(default_factory=Spans)
    caption: list[str] | None = None
    captions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Heading:
    """A heading, or a paragraph that may be one."""

    tag: str
    level: int | None
    """`None`: a heading only if all of it is bold."""
    text: str = ""
    has_plain: bool = False
    depth: int = 1
