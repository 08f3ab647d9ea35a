"""Regular expressions of the package mean the same on every CPython 3.11."""

import re
from importlib.resources import files

import pytest

_SOURCES = sorted(path for path in files("cookiegate").rglob("*.py"))  # type: ignore[attr-defined]  # a path
_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{+[^{}]*\}+)\+")


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: path.name)
def test_no_group_is_repeated_possessively(path):
    """Before CPython 3.11.5, such a group misses what it should match (gh-106052); an atomic group does not."""
    assert not _POSSESSIVE_GROUP.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [(r"(?:a|b)*+", True), (r"(?:a|b){0,9}+", True), (r"(?:a|b){{0,{MOST}}}+", True), (r"(?:a)++", True),
     ("(?:a)?+", True), (r"(?>(?:a|b)*)", False), (r"[ab]*+", False), (r"\)*+", False), ("(a) + b", False)],
)  # fmt: skip
def test_the_check_finds_them(text, is_found):
    assert bool(_POSSESSIVE_GROUP.search(text)) is is_found
