"""The cookie names in a table's cell: aliases, several names in one cell, placeholders for what varies.

Law: a name is an RFC 9110 token, as the registry holds it. What stands in round brackets beside it is another word for
the same cookie, not another cookie. `<...>`, `{...}` and `[...]` after a separator stand for any characters.
"""

import re
from dataclasses import dataclass

from cookiegate.registry.declaration import quoted
from cookiegate.wire.token import is_token

__all__ = ["NamesRead", "is_name", "read_names"]

_LONGEST = 10_000
_COUNT = re.compile(r"\s\[x[0-9]{1,4}\]\Z")
_ALIAS = re.compile(r"([^\s()]+)\s*\(([^()]*)\)")
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_JOINT = re.compile(r"\s+(?:/|\||&|and|und|or|oder|et|ou|y|o|e|en)\s+")
_PLACEHOLDER = re.compile(r"(?:(?<=[_.\-])|^)(?:<[^<>]*>|\{[^{}]*\}|\[[^\[\]]*\])|…")
_NUMBER_SIGNS = re.compile(r"#+")
_DOUBTFUL = re.compile(r"#|\.\.\.|xxx", re.IGNORECASE)
_QUOTES = '"\u201c\u201d\u201e\u2018\u2019«»\u200b\ufeff '


@dataclass(frozen=True, slots=True)
class NamesRead:
    """The names that a cell gives, what was read otherwise than as it stands, and what is no name."""

    names: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()
    """Name, and how it was read."""
    unread: tuple[tuple[str, str], ...] = ()
    """The text, and why it is no name."""


def read_names(
    text: str, codes: tuple[str, ...] = (), *, is_number_sign_any: bool = False, is_exact: bool = False
) -> NamesRead:
    """Read a cell: its lines of text, and what of it is set as code.

    `is_number_sign_any`: `#` stands for any characters, as consent platforms write it. `is_exact`: the cell is one name
    to the letter.
    """
    if is_exact:
        return NamesRead((text,)) if is_name(text) else NamesRead((), (), ((text, _no_name(text)),))
    if is_name(text) and not is_number_sign_any:
        return NamesRead((text,), tuple(_doubts(text)))
    names: dict[str, None] = {}
    notes: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []
    for part in _parts(text):
        word = _COUNT.sub("", part).strip(_QUOTES)
        if not word:
            continue
        name, note = _one(word, codes, is_number_sign_any=is_number_sign_any)
        if name is None:
            unread.append((word, note))
            continue
        names[name] = None
        notes += [(name, note)] if note else [] if is_number_sign_any else _doubts(name)
    return NamesRead(tuple(names), tuple(notes), tuple(unread))


def _parts(text: str) -> list[str]:
    """Split a list of names; at words like "and" only where there is a name at each of their sides."""
    if len(text) > _LONGEST:
        return [text]
    parts: list[str] = []
    for part in _BETWEEN.split(text.strip()):
        joined = _JOINT.split(part)
        parts += joined if all(map(is_name, joined)) else [part]
    return parts


def is_name(text: str) -> bool:
    """Tell whether the registry can hold the name: a token, and not stars alone."""
    return text.isascii() and is_token(text.encode("ascii")) and text.strip("*") != ""


def _one(word: str, codes: tuple[str, ...], *, is_number_sign_any: bool) -> tuple[str | None, str]:
    """Return the name that a word gives and how it was read, or `None` and why it gives none."""
    if found := _ALIAS.fullmatch(word):
        name, note = _one(found[1].strip(_QUOTES), (), is_number_sign_any=is_number_sign_any)
        alias = f"{quoted(found[2])} is taken for another word for it, not for a cookie; add a rule if the site sets it"
        return name, "; ".join(part for part in (note, alias) if part) if name else note
    if is_name(word):
        starred = _NUMBER_SIGNS.sub("*", word) if is_number_sign_any else word
        return (starred, "") if is_name(starred) else (None, _no_name(word))
    starred = _PLACEHOLDER.sub("*", word)
    if starred != word and is_name(starred):
        return starred, f"{quoted(word)} is read as {starred!r}: any characters in place of what is bracketed"
    code = codes[0] if len(codes) == 1 else ""
    if code in word and is_name(code):
        return code, f"{quoted(word)}: only what is set as code is taken for the name"
    return None, _no_name(word)


def _no_name(word: str) -> str:
    if any(char.isspace() for char in word):
        return "no cookie name: it has spaces; give the name as it is on the wire"
    return "no cookie name that a registry holds: use letters, digits and !#$%&'+-.^_`|~, and * for any characters"


def _doubts(name: str) -> list[tuple[str, str]]:
    """Note what looks like a placeholder but is a name as it stands."""
    found = _DOUBTFUL.search(name)
    if found is None:
        return []
    return [(name, f"taken as it stands; if {found[0]!r} in it stands for any characters, write '*' in its place")]
