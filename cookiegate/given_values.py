"""Values as people give them, in a `cookies.toml`, as an option, in Django's settings: one reader for each kind.

Durations, lists, and the word that was meant by a misspelt one. Categories have a file of their own: `category.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches

from cookiegate.lifetime import WITHOUT_NUMBER, parse_lifetime

__all__ = ["DURATION_EXAMPLES", "meant", "nearest", "read_duration_s", "read_list"]

DURATION_EXAMPLES = "text like '400 days', a timedelta, or a number of days"
_DAY_S = 86400
_LONGEST_S = 36_500 * _DAY_S
_LONGEST_NUMBER = 12
_LONGEST_WORD = 40
_CLOSE = 0.7


def read_duration_s(value: object) -> int:
    """Read a length of time, in seconds: text like `"13 months"`, a `timedelta`, or a number, which counts days.

    The number is a whole one, and may be text: `"395"` is `395`.

    Raises: `ValueError` for anything else, for less than a second and for more than 36,500 days.
    """
    length_s = -1.0
    if isinstance(value, str) and not _is_number(value):
        return _read_text_s(value)
    if isinstance(value, timedelta):
        length_s = value.total_seconds()
    elif isinstance(value, str | int) and not isinstance(value, bool):
        length_s = int(value) * _DAY_S
    else:
        raise ValueError(f"is {value!r}; use {DURATION_EXAMPLES}")
    if not 1 <= length_s <= _LONGEST_S:
        raise ValueError(f"is {value!r}; use a length from 1 second to {_LONGEST_S // _DAY_S:,} days")
    return int(length_s)


def _read_text_s(text: str) -> int:
    try:
        read_s = parse_lifetime(text).max_age_s
    except ValueError as error:
        raise ValueError(str(error).removesuffix(WITHOUT_NUMBER)) from None
    if read_s is None:
        raise ValueError(f"{text!r} names no number; write one like '400 days', or leave it out")
    return read_s


def _is_number(text: str) -> bool:
    bare = text.strip()
    return bare.isascii() and bare.isdecimal() and len(bare) <= _LONGEST_NUMBER


def read_list(value: object) -> list[object]:
    """Read a list: any list, tuple or set; or one text, in which commas separate the items.

    The items are not checked. Blanks around the items of a text are removed, and empty items.

    Raises: `ValueError` for anything else, and for a text without an item.
    """
    if isinstance(value, str) and (items := [item for part in value.split(",") if (item := part.strip())]):
        return list(items)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise ValueError(f"is {value!r}; write a list, or one text with commas")
    return list(value)


def meant(value: object, choices: Iterable[str]) -> str:
    """Return `" (did you mean 'drop'?)"` for `"Drop"`, as the end of a message; empty if nothing is like the value."""
    word = value.strip().lower().replace("_", "-") if isinstance(value, str) and len(value) <= _LONGEST_WORD else ""
    close = get_close_matches(word, tuple(choices), n=1, cutoff=_CLOSE)
    return f" (did you mean {close[0]!r}?)" if close else ""


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return the known word that was probably meant, as the end of a message; else all that are known."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
