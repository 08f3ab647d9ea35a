"""Which of our languages a browser asks for. Source: RFC 9110 §12.5.4, RFC 4647 §3.4 (lookup).

Law: any octets will do; what can't be read is no wish, and what is too long is not read to its end.
"""

import re
from collections.abc import Iterable, Sequence

__all__ = ["choose_language"]

MAX_HEADER_OCTETS = 1024
MAX_RANGES = 32

# The longest tag that RFC 5646 §4.4.1 expects has 35 characters.
_RANGE = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,7}")
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def choose_language(header: Iterable[bytes], available: Sequence[str], default: str) -> str:
    """Return the tag of `available` that suits the values of Accept-Language best, else the default."""
    text = b",".join(header)[:MAX_HEADER_OCTETS].decode("latin-1").lower()
    wishes = []
    for part in text.split(",")[:MAX_RANGES]:
        language, _, weight = part.partition(";")
        language = language.strip(" \t")
        found = _WEIGHT.fullmatch(weight.strip(" \t").replace(" ", "")) if weight else None
        if not _RANGE.fullmatch(language) or (weight and found is None):
            continue
        wishes.append((float(found[1]) if found else 1.0, language))
    refused = {language for weight, language in wishes if weight == 0}
    for _, language in sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0]):
        if language == "*":
            return default
        tag = _look_up(language, available)
        if tag is not None and tag.lower() not in refused:
            return tag
    return default


def _look_up(language: str, available: Sequence[str]) -> str | None:
    """Find the tag itself, else cut the wish from its end; last, any tag that is more exact than the wish."""
    tags = {tag.lower(): tag for tag in available}
    parts = language.split("-")
    while parts:
        tag = tags.get("-".join(parts))
        if tag is not None:
            return tag
        parts.pop()
        if parts and len(parts[-1]) == 1:  # "Single letter or digit subtags ... are removed as well"
            parts.pop()
    return next((tag for lower, tag in tags.items() if lower.startswith(f"{language}-")), None)
