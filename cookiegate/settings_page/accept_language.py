"""Which of our languages suits a browser. Source: RFC 9110 §12.5.4, RFC 4647 §3.4 (lookup), UTS #35 (matching).

Not by Werkzeug, which a site with Starlette or Django need not have, and whose `best_match` (3.1) chooses `de` for
`de-AT, de;q=0`.
Law: any octets are accepted; what can't be read is ignored, and so is everything beyond the limits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from cookiegate.settings_page.forms import load

__all__ = ["choose_language", "find_language"]

MAX_HEADER_OCTETS = 1024
MAX_RANGES = 32

# The longest tag that RFC 5646 §4.4.1 expects has 35 characters.
_RANGE = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,7}")
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def choose_language(header: Iterable[bytes], available: Sequence[str], default: str) -> str:
    """Return the tag of `available` that matches the values of Accept-Language best, else the default."""
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
        tag = find_language(language, available)
        if tag is not None and tag.lower() not in refused:
            return tag
    return default


def find_language(wish: str, available: Sequence[str]) -> str | None:
    """Return the tag of `available` that suits a tag best, by RFC 4647's lookup and CLDR's matching data.

    In this order: the tag itself; what is less exact (`de` for `de-AT`, `zh-Hant` for `zh-TW`, `pt-PT` for `pt-AO`,
    `nb` for `no`); the likely script and region (`pt-BR` for `pt`); any tag that is more exact.
    """
    tags, more_exact = _index(tuple(available))
    wish = wish.lower()
    for tag in _chain(wish):
        found = tags.get(tag) or tags.get(f"{tag}-{_matching()['scripts'].get(tag)}")
        if found is not None:
            return found
    for tag in (wish, *_renamed(wish)):
        found = tags.get(f"{tag}-{_matching()['regions'].get(tag)}") or more_exact.get(tag)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=64)
def _index(available: tuple[str, ...]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return tags by their lower case, and for each less exact tag the first one that is more exact."""
    more_exact: dict[str, str] = {}
    for tag in available:
        parts = tag.lower().split("-")
        for above in (*_chain(tag.lower()), *("-".join(parts[:end]) for end in range(1, len(parts)))):
            more_exact.setdefault(above, tag)
    return {tag.lower(): tag for tag in available}, more_exact


def _chain(tag: str) -> list[str]:
    """Return a tag and those above it, each less exact than the one before; then the same by other names."""
    found: list[str] = []
    waiting = [tag]
    while waiting:
        tag = waiting.pop(0)
        while tag and tag not in found:
            found.append(tag)
            waiting += _renamed(tag)
            tag = _above(tag)
    return found


def _above(tag: str) -> str:
    parent = _matching()["parents"].get(tag)
    if parent is not None:
        return parent
    parts = tag.split("-")
    if len(parts) == 2 and len(parts[1]) == 4 and parts[1] != _matching()["scripts"].get(parts[0], parts[1]):
        return ""  # who reads one script of a language need not read the other
    parts.pop()
    if parts and len(parts[-1]) == 1:  # "Single letter or digit subtags ... are removed as well"
        parts.pop()
    return "-".join(parts)


def _renamed(tag: str) -> list[str]:
    """Return the tag with the language's present name: `he-il` for `iw-il`."""
    language, hyphen, rest = tag.partition("-")
    present = _matching()["aliases"].get(language)
    return [] if present is None else [f"{present}{hyphen}{rest}"]


@cache
def _matching() -> Mapping[str, Mapping[str, str]]:
    """Return CLDR's aliases, parents and likely subtags, in lower case."""
    found: Mapping[str, Mapping[str, str]] = load("matching.json")
    return found
