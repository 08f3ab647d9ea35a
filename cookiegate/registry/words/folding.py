"""Fold words for comparison: without case, accents and vowel signs, "Durée" and "DUREE" are equal.

Source: Unicode Standard Annex #15 (normalization forms); letters that it does not decompose are listed here.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold", "fold_words"]

_LONGEST = 200
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"})
_MARKS = frozenset({"Mn", "Mc", "Cf"})
_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[^\W\d_]+")
_APOSTROPHE = re.compile("(?<=[\u0400-\u04ff])['\u2019\u02bc](?=[\u0400-\u04ff])")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text without case, accents and vowel signs, its digits as ASCII."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in parts if unicodedata.category(char) not in _MARKS)
    joined = _APOSTROPHE.sub("", unicodedata.normalize("NFC", plain)).translate(_LETTERS)
    return "".join(str(unicodedata.decimal(char, char)) for char in joined)


def fold_words(text: str) -> list[str]:
    """Split a text into folded words and numbers; only its first 200 characters are read."""
    return _WORD.findall(fold(text[:_LONGEST]))
