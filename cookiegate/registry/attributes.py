"""The attributes that a published table demands of a cookie: one column of words, or a column each; domains and paths.

A table of a scanner that says "Secure: no" tells what it saw, not what was promised: then the rule says nothing.
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from cookiegate.model import CookieRule, SameSite
from cookiegate.registry.columns import Record
from cookiegate.registry.declaration import quoted
from cookiegate.registry.exact import exact_value
from cookiegate.registry.headings import Column
from cookiegate.registry.lifetimes import SAYS_NOTHING
from cookiegate.registry.table import EMPTY

__all__ = ["Attributes", "attribute_words", "read_domains", "read_paths"]

_WORDS: dict[str, tuple[str, object]] = {
    "secure": ("secure", True),
    "not secure": ("secure", False),
    "httponly": ("http_only", True),
    "samesite=strict": ("same_site", SameSite.STRICT),
    "samesite=lax": ("same_site", SameSite.LAX),
    "samesite=none": ("same_site", SameSite.NONE),
    "partitioned": ("partitioned", True),
    "host-only": ("host_only", True),
}
_YES = frozenset({"1", "true", "yes", "y", "ja", "oui", "sí", "si", "x", "✓", "✔", "on", "secure", "httponly"})
_NO = frozenset({"0", "false", "no", "n", "nein", "non", "nee", "✗", "✘", "off", "unset", "not set", *SAYS_NOTHING})
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_SEPARATORS = re.compile(r"[,;\s]+")
_FOREIGN = re.compile(r"\((?:3rd|third)[ -]party\)", re.IGNORECASE)
_LONGEST_PATH = 1024
_HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?", re.ASCII)


def attribute_words(rule: CookieRule) -> str:
    """Put the attributes that a rule demands into words, like `Secure, HttpOnly, SameSite=Strict`."""
    words = {True: ["Secure"], False: ["not Secure"], None: []}[rule.secure]
    words += ["HttpOnly"] * rule.http_only
    words += [f"SameSite={rule.same_site}"] if rule.same_site is not None else []
    words += ["Partitioned"] * rule.partitioned + ["host-only"] * rule.host_only
    return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Attributes:
    """Fields of a rule by their names, and what could not be read."""

    fields: dict[str, Any]
    problems: tuple[str, ...]

    @classmethod
    def read(cls, record: Record, *, with_domains: bool) -> Self:
        """Read the attributes' columns of a row."""
        found: dict[str, Any] = {}
        problems: list[str] = []
        for word in _BETWEEN.split(record.text(Column.ATTRIBUTES)):
            if word.casefold() in _WORDS:
                key, value = _WORDS[word.casefold()]
                found[key] = value
            elif word.casefold() not in SAYS_NOTHING:
                problems.append(f"attribute {quoted(word)} is not known and left out; use one of {', '.join(_WORDS)}")
        for column, key in ((Column.SECURE, "secure"), (Column.HTTP_ONLY, "http_only")):
            text = record.text(column).casefold()
            if text in _YES:
                found[key] = True
            elif text not in _NO:
                problems.append(f"{key} {quoted(text)} is not understood and left out; write yes or no")
        same_site = record.text(Column.SAME_SITE).casefold()
        if f"samesite={same_site}" in _WORDS:
            found["same_site"] = SameSite(same_site.capitalize())
        elif same_site not in _NO:
            problems.append(f"same_site {quoted(same_site)} is not understood and left out; use strict, lax or none")
        if with_domains:
            found |= _domains(record, problems)
        found |= _paths(record)
        return cls(found, tuple(problems))


def read_domains(text: str) -> tuple[str, ...]:
    """Return the host names in a cell; others are left out."""
    return tuple(dict.fromkeys(word for word in _listed(text.lower()) if _HOST.fullmatch(word)))


def read_paths(text: str) -> tuple[str, ...]:
    """Return the paths in a cell; what does not begin with `/` is left out."""
    return tuple(dict.fromkeys(word for word in _listed(text) if word.startswith("/") and len(word) < _LONGEST_PATH))


def _listed(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(text) if word not in _NO or word == "/"]


def _domains(record: Record, problems: list[str]) -> dict[str, Any]:
    cell = record.cells.get(Column.DOMAINS, EMPTY)
    value = exact_value(cell)
    if isinstance(value, tuple):
        return {"domains": value}
    if "third" in record.text(Column.KIND).lower() or _FOREIGN.search(cell.text):
        return {}
    problems += [
        f"domain {quoted(word)} is no host name; left out"
        for word in _listed(cell.text.lower())
        if not _HOST.fullmatch(word)
    ]
    hosts = read_domains(cell.text)
    return {"domains": hosts} if hosts else {}


def _paths(record: Record) -> dict[str, Any]:
    cell = record.cells.get(Column.PATHS, EMPTY)
    value = exact_value(cell)
    if isinstance(value, tuple):
        return {"paths": value}
    paths = read_paths(cell.text)
    return {"paths": paths} if paths else {}
