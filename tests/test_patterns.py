"""Regular expressions of the package mean the same on every CPython 3.11."""

import re
import re._constants as constants  # type: ignore[import-not-found]  # CPython's own
import re._parser as parser  # type: ignore[import-not-found]  # CPython's own
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import cookiegate

_NAMES = [module.name for module in walk_packages(cookiegate.__path__, "cookiegate.")]
_NEEDS_MORE = ("cookiegate.django.", "cookiegate.__main__")  # a site's settings; a command line
_MODULES = [name for name in _NAMES if not name.startswith(_NEEDS_MORE)]
_ONE_CHARACTER = {constants.LITERAL, constants.NOT_LITERAL, constants.ANY, constants.IN}


def groups_repeated_possessively(parsed):
    """Yield each group in a parsed pattern that is repeated possessively."""
    for kind, arguments in parsed:
        if kind is constants.POSSESSIVE_REPEAT:
            inner = [each for each, _ in arguments[2]]
            if len(inner) != 1 or inner[0] not in _ONE_CHARACTER:
                yield arguments[2]
        yield from parts_of(arguments)


def parts_of(arguments):
    if isinstance(arguments, parser.SubPattern):
        yield from groups_repeated_possessively(arguments)
    elif isinstance(arguments, tuple | list):
        for each in arguments:
            yield from parts_of(each)


def is_sound(pattern):
    return not [*groups_repeated_possessively(parser.parse(pattern.pattern, pattern.flags))]


@pytest.mark.parametrize("name", _MODULES)
def test_no_group_is_repeated_possessively(name):
    """Before CPython 3.11.5, such a group misses what it should match (gh-106052); an atomic group does not."""
    patterns = {key: each for key, each in vars(import_module(name)).items() if isinstance(each, re.Pattern)}
    assert [key for key, each in patterns.items() if not is_sound(each)] == []


def test_django_s_part_repeats_nothing_possessively():
    sources = [path.read_text(encoding="utf-8") for path in Path(cookiegate.__path__[0], "django").rglob("*.py")]
    compiled = [line for source in sources for line in source.splitlines() if "re.compile" in line]
    assert compiled
    assert not [line for line in compiled if re.search(r"[*+?}]\+", line)]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (r"(?:a|bc)*+", True), (r"x(?:(?:a|bc){0,9}+y)", True), (r"(?:ab)++", True), (r"((?:ab?c)?+)|d", True),
        (r"(?>(?:a|bc)*)", False), (r"[ab]*+", False), (r"\)*+", False), (r"(?:a|b)*+", False), (".*+", False),
    ],
)  # fmt: skip
def test_the_check_finds_them(text, is_found):
    assert is_sound(re.compile(text)) is not is_found
