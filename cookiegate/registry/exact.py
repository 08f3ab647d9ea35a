"""What a page can't show travels beside its text, as JSON: control characters, white space, a comma in a list.

Law: it counts only where the page shows what it says; otherwise a page could tell people one thing and the registry
another.
"""

import json
import unicodedata

from cookiegate.registry.table import Cell, settled

__all__ = ["Value", "exact_value", "json_of", "shown_text"]

Value = str | tuple[str, ...]

_UNSAFE = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u00ad\n\t")


def shown_text(value: Value) -> str:
    """Return the text by which a page shows a value: white space settled, U+FFFD for what would disturb the page."""
    text = value if isinstance(value, str) else ", ".join(value)
    return settled("".join(char if _is_safe(char) else "\ufffd" for char in text))


def _is_safe(char: str) -> bool:
    return " " <= char <= "~" or char in _JOINERS or unicodedata.category(char) not in _UNSAFE


def json_of(value: Value) -> str:
    """Write a value as JSON of plain ASCII in which no markup can begin or end."""
    text = json.dumps(value, ensure_ascii=True)
    return "".join(char if char.isalnum() or char in ' "\\[],./:=?' else f"\\u{ord(char):04x}" for char in text)


def exact_value(cell: Cell) -> Value | None:
    """Return the value that travels with a cell, or `None` where none does that the cell also shows."""
    if cell.exact is None:
        return None
    try:
        found = json.loads(cell.exact)
    except (ValueError, RecursionError):
        return None
    value = tuple(found) if isinstance(found, list) and all(isinstance(text, str) for text in found) else found
    return value if isinstance(value, str | tuple) and shown_text(value) == cell.text else None
