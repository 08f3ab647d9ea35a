"""The attributes of a cookie in a published table: in one column of words, or in a column each; domains and paths.

Law: "Secure: no" sets nothing, because such tables are from scanners and describe what was seen, not what is promised.
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from cookiegate.model import CookieRule, SameSite
from cookiegate.registry.declaration import quoted
from cookiegate.registry.documents.exact import exact_value
from cookiegate.registry.documents.table import EMPTY
from cookiegate.registry.importing.columns import Record
from cookiegate.registry.words.headings import Column
from cookiegate.registry.words.lifetimes import EMPTY_CELLS
from cookiegate.wire.host import is_domain

__all__ = ["Attributes", "attribute_words", "read_domains", "read_paths"]

_WORDS: dict[str, tuple[str, object]] = {
    "secure": ("secure", True),
    "not secure": ("secure", False),
    "httponly": ("http_only", True),
    "samesite=strict": ("same_site", SameSite.STRICT),
    "samesite=lax": ("same_site", SameSite.LAX),
    "samesite=none": ("same_site", SameSite.NONE),
    "samesite as sent": ("same_site", "keep"),
    "attributes as sent": ("attributes", "as-sent"),
    "partitioned": ("partitioned", True),
    "partitioned added": ("add_partitioned", True),
    "host-only": ("host_only", True),
    "in numbered parts": ("chunks", True),
    "the same for everybody": ("shared", True),
    "not enforced yet": ("mode", "report-only"),
    "key of the local storage": ("storage", "local"),
    "key of the session storage": ("storage", "session"),
    "indexeddb database": ("storage", "indexeddb"),
}
_PARTS = re.compile(r"in parts numbered after (\S+)", re.IGNORECASE)
_YES = frozenset({"1", "true", "yes", "y", "ja", "oui", "sí", "si", "x", "✓", "✔", "on", "secure", "httponly"})
_NO = frozenset({"0", "false", "no", "n", "nein", "non", "nee", "✗", "✘", "off", "unset", "not set", *EMPTY_CELLS})
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_SEPARATORS = re.compile(r"[,;\s]+")
_FOREIGN = re.compile(r"\((?:3rd|third)[ -]party\)", re.IGNORECASE)
_LONGEST_PATH = 1024


def attribute_words(rule: CookieRule) -> str:
    """Return the attributes of a rule in words, like `Secure, HttpOnly, SameSite=Strict`."""
    words = {True: ["Secure"], False: ["not Secure"], None: []}[rule.secure]
    words += ["HttpOnly"] * rule.http_only
    if rule.same_site is not None:
        words.append("SameSite as sent" if rule.same_site == "keep" else f"SameSite={rule.same_site}")
    words += ["attributes as sent"] * (rule.attributes == "as-sent")
    words += ["Partitioned added" if rule.add_partitioned else "Partitioned"] * rule.partitioned
    words += ["host-only"] * rule.host_only
    if rule.chunks is not False:
        words.append("in numbered parts" if rule.chunks is True else f"in parts numbered after {rule.chunks}")
    words += ["the same for everybody"] * rule.shared + ["not enforced yet"] * (rule.mode == "report-only")
    if rule.storage is not None:
        words.append("IndexedDB database" if rule.storage == "indexeddb" else f"key of the {rule.storage} storage")
    return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Attributes:
    """Fields of a rule by their names, and what was not understood."""

    fields: dict[str, Any]
    problems: tuple[str, ...]

    @classmethod
    def read(cls, record: Record, *, with_domains: bool) -> Self:
        """Read the columns with attributes in a row."""
        found: dict[str, Any] = {}
        problems: list[str] = []
        for word in _BETWEEN.split(record.text(Column.ATTRIBUTES)):
            if word.casefold() in _WORDS:
                key, value = _WORDS[word.casefold()]
                found[key] = value
            elif parts := _PARTS.fullmatch(word):
                found["chunks"] = parts[1]
            elif word.casefold() not in EMPTY_CELLS:
                problems.append(f"attribute {quoted(word)} is not known and left out; use one of {', '.join(_WORDS)}")
        for column, key in ((Column.SECURE, "secure"), (Column.HTTP_ONLY, "http_only")):
            text = record.text(column).casefold()
            if text in _YES:
                found[key] = True
            elif text not in _NO:
                problems.append(f"{key} {quoted(text)} is not understood and left out; write yes or no")
        same_site = record.text(Column.SAME_SITE).casefold()
        if f"samesite={same_site}" in _WORDS:
            found["same_site"] = same_site
        elif same_site not in _NO:
            problems.append(f"same_site {quoted(same_site)} is not understood and left out; use strict, lax or none")
        if with_domains:
            found |= _domains(record, problems)
        found |= _paths(record)
        return cls(found, tuple(problems))


def read_domains(text: str) -> tuple[str, ...]:
    """Return the host names in a cell; others are left out."""
    return tuple(dict.fromkeys(word for word in _listed(text.lower()) if is_domain(word)))


def read_paths(text: str) -> tuple[str, ...]:
    """Return the paths in a cell; texts that don't begin with `/` are left out."""
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
        f"domain {quoted(word)} is no host name; left out" for word in _listed(cell.text.lower()) if not is_domain(word)
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
