"""Read the cookie names in a cell: aliases, several names, placeholders for parts that vary.

Law: a name is an RFC 9110 token. Text in round brackets beside it is an alias or a lifetime, not another cookie;
`<...>`, `{...}` and `[...]` after a separator mean any characters.
"""

import re
from dataclasses import dataclass

from cookiegate.registry.declaration import quoted
from cookiegate.registry.registry import Registry
from cookiegate.registry.words.lifetimes import lifetime_of
from cookiegate.wire.token import is_token

__all__ = ["NamesRead", "is_name", "looks_like_cookie", "read_names"]

_LONGEST = 10_000
_COUNT = re.compile(r"\s\[x[0-9]{1,4}\]\Z")
_ALIAS = re.compile(r"([^\s()]+)\s*\(([^()]*)\)")
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_JOINT = re.compile(r"\s+(?:/|\||&|and|und|or|oder|et|ou|y|o|e|en)\s+")
_PLACEHOLDER = re.compile(r"(?:(?<=[_.\-])|^)(?:<[^<>]*>|\{[^{}]*\}|\[[^\[\]]*\])|…")
_NUMBER_SIGNS = re.compile(r"#+")
_DOUBTFUL = re.compile(r"#|\.\.\.|xxx", re.IGNORECASE)
_LETTER = re.compile(r"[A-Za-z]")
_LOOKS = re.compile(r"_|\A[a-z][a-z0-9.\-]*(?:[A-Z]|[0-9])|\*\Z|\A[A-Z]{2,}[A-Z0-9]*ID\Z")
_XS = re.compile(r"(?<=[a-wyz0-9])(?:x{4,}|X{4,})(?=\Z|[_.\-])|(?<=[_.\-])\.{3}\Z|(?<=[_.\-])(?:x{3,}|X{3,})")
_QUOTES = '"\u201c\u201d\u201e\u2018\u2019«»\u200b\ufeff '


@dataclass(frozen=True, slots=True)
class NamesRead:
    """The names in a cell, the changes made to read them, and the texts that are no names."""

    names: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()
    """The name, and how it was read."""
    unread: tuple[tuple[str, str], ...] = ()
    """The text, and why it is no name."""
    lifetimes: tuple[tuple[str, str], ...] = ()
    """The name, and the lifetime in brackets beside it."""


def read_names(
    text: str, codes: tuple[str, ...] = (), *, is_number_sign_any: bool = False, is_exact: bool = False
) -> NamesRead:
    """Read a cell. `codes`: the parts of its text that are marked as code.

    `is_number_sign_any`: `#` means any characters, as consent platforms write it. `is_exact`: the cell is exactly one
    name.
    """
    if is_exact:
        return NamesRead((text,)) if is_name(text) else NamesRead((), (), ((text, _no_name(text)),))
    if _is_written_name(text) and not is_number_sign_any and _XS.search(text) is None:
        return NamesRead((text,), tuple(_doubts(text)))
    names: dict[str, None] = {}
    notes: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []
    lifetimes: list[tuple[str, str]] = []
    for part in _parts(text):
        word = _COUNT.sub("", part).strip(_QUOTES)
        if not word:
            continue
        if (aside := _ALIAS.fullmatch(word)) and lifetime_of(aside[2]) is not None:
            word = aside[1].strip(_QUOTES)
            name, note = _one(word, codes, is_number_sign_any=is_number_sign_any)
            lifetimes += [(name, aside[2])] if name else []
        else:
            name, note = _one(word, codes, is_number_sign_any=is_number_sign_any)
        if name is None:
            unread.append((word, note))
            continue
        names[name] = None
        notes += [(name, note)] if note else [] if is_number_sign_any else _doubts(name)
    return NamesRead(tuple(names), tuple(notes), tuple(unread), tuple(lifetimes))


def _parts(text: str) -> list[str]:
    """Split a list of names; at words like "and" only if both sides are names."""
    if len(text) > _LONGEST:
        return [text]
    parts: list[str] = []
    for part in _BETWEEN.split(text.strip()):
        joined = _JOINT.split(part)
        parts += joined if all(map(_is_written_name, joined)) else [part]
    return parts


def is_name(text: str) -> bool:
    """Return whether a registry can have the name: a token that is not only stars."""
    return text.isascii() and is_token(text.encode("ascii")) and text.strip("*") != ""


def _is_written_name(text: str) -> bool:
    """Return whether a text on a page is a name, with at least one letter or digit."""
    return is_name(text) and any(map(str.isalnum, text))


def looks_like_cookie(text: str) -> bool:
    """Return whether a text looks like a cookie name rather than a word."""
    word = _PLACEHOLDER.sub("*", text)
    if not _is_written_name(word) or len(word) < 2 or word.replace(".", "").isdecimal() or not _LETTER.search(word):
        return False
    return bool(_LOOKS.search(word)) or Registry.known().find(word) is not None


def _one(word: str, codes: tuple[str, ...], *, is_number_sign_any: bool) -> tuple[str | None, str]:
    """Return the name in a word and how it was read, or `None` and why it is no name."""
    if found := _ALIAS.fullmatch(word):
        name, note = _one(found[1].strip(_QUOTES), (), is_number_sign_any=is_number_sign_any)
        alias = f"{quoted(found[2])} is read as an alias, not as a cookie; add a rule if the site sets it"
        return name, "; ".join(part for part in (note, alias) if part) if name else note
    if _is_written_name(word):
        starred = _NUMBER_SIGNS.sub("*", word) if is_number_sign_any else word
        varied = _XS.sub("*", starred)
        if not _is_written_name(varied):
            return None, _no_name(word)
        note = f"{quoted(word)} is read as {varied!r}: any characters for the dots or x" if varied != starred else ""
        return varied, note
    starred = _XS.sub("*", _PLACEHOLDER.sub("*", word))
    if starred != word and _is_written_name(starred):
        return starred, f"{quoted(word)} is read as {starred!r}: any characters for the part in brackets"
    code = codes[0] if len(codes) == 1 else ""
    if code in word and _is_written_name(code):
        return code, f"{quoted(word)}: only the part marked as code is read as the name"
    return None, _no_name(word)


def _no_name(word: str) -> str:
    if any(char.isspace() for char in word):
        return "no cookie name: it has spaces; give the name that is sent"
    return "no cookie name: use letters, digits and !#$%&'+-.^_`|~, and * for any characters"


def _doubts(name: str) -> list[tuple[str, str]]:
    """Return a note if a part of a name looks like a placeholder."""
    found = _DOUBTFUL.search(name)
    if found is None:
        return []
    return [(name, f"read unchanged; if {found[0]!r} in it means any characters, replace it by '*'")]
