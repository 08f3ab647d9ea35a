"""Exact values that a page can't show, as JSON beside its text: control characters, white space, a comma in a list.

`rendering.py` writes them. Law: an exact value is used only if the page shows its text; otherwise people and the
registry would read different things.
"""

import json
import unicodedata

from cookiegate.bounded import load_json
from cookiegate.registry.documents.table import Cell, settled

__all__ = ["Value", "exact_value", "json_of", "shown_text"]

Value = str | tuple[str, ...]

_UNSAFE = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u00ad\n\t")


def shown_text(value: Value) -> str:
    """Return the text for a value on a page, with normalized white space, and U+FFFD for unsafe characters."""
    text = value if isinstance(value, str) else ", ".join(value)
    return settled("".join(char if _is_safe(char) else "\ufffd" for char in text))


def _is_safe(char: str) -> bool:
    return " " <= char <= "~" or char in _JOINERS or unicodedata.category(char) not in _UNSAFE


def json_of(value: Value) -> str:
    """Return a value as ASCII JSON without characters of markup."""
    text = json.dumps(value, ensure_ascii=True)
    return "".join(char if char.isalnum() or char in ' "\\[],./:=?' else f"\\u{ord(char):04x}" for char in text)


def exact_value(cell: Cell) -> Value | None:
    """Return the exact value of a cell, or `None` if it has none whose text the cell shows."""
    if cell.exact is None:
        return None
    try:
        found = load_json(cell.exact)
    except ValueError:
        return None
    value = tuple(found) if isinstance(found, list) and all(isinstance(text, str) for text in found) else found
    return value if isinstance(value, str | tuple) and shown_text(value) == cell.text else None
