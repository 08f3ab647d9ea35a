"""Checks for JSON and TOML files, made before a library parses them.

A parser's time or memory can grow with the square of a number's digits, a key's dots or the nesting depth. Real files
stay far below the limits here.

Law: a check takes time and memory proportional to the text, and accepts every text within the limits.
"""

import json
import re
import tomllib
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

__all__ = [
    "MAX_DEPTH",
    "MAX_FILE_OCTETS",
    "MAX_KEY",
    "MAX_KEY_PARTS",
    "MAX_NUMBER",
    "MAX_TOML_DEPTH",
    "OutOfBounds",
    "check_json",
    "check_toml",
    "load_json",
    "load_toml",
    "read_octets",
]

MAX_FILE_OCTETS = 64 * 1024 * 1024
"""Octets of a file."""
MAX_NUMBER = 400
"""Characters of a number; the largest double has 309 digits."""
MAX_KEY = 1_000
"""Characters of a key, and of any unquoted TOML value."""
MAX_KEY_PARTS = 32
"""Parts of a dotted key in TOML."""
MAX_DEPTH = 500
"""Open brackets at one place in JSON; a HAR file of a browser has about 50."""
MAX_TOML_DEPTH = 100
"""Open brackets at one place in TOML."""

# Atomic groups, not possessive ones: before CPython 3.11.5, `(?:...)*+` misses what it should match.
_STRING = r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"'
_JSON_IN_BOUNDS = re.compile(
    rf'(?>(?:[^"0-9]++|"(?>(?:[^"\\]|\\.){{0,{MAX_KEY}}})"|{_STRING}(?!\s*+:)'
    rf"|[0-9][0-9.eE+\-]{{0,{MAX_NUMBER - 1}}}+(?![0-9.eE+\-]))*)",
    re.DOTALL,
)
_JSON_STRING = re.compile(_STRING, re.DOTALL)
_JSON_REST = re.compile(rf'{_STRING}|".*|[^"\[\]{{}}]++', re.DOTALL)
_TOML_STRING = re.compile(  # an unclosed string matches up to where the parser would fail
    r'"{3}(?>(?:[^"\\]|\\.|"(?!""))*)(?:"{3,5}|\Z)' + r"|'{3}(?>(?:[^']|'(?!''))*)(?:'{3,5}|\Z)"
    r'|"(?>(?:[^"\\\n]|\\[^\n])*)"?' + r"|'[^'\n]*+'?" + r"|\#[^\n]*+",
    re.DOTALL,
)
_TOML_MAYBE_LONG = re.compile(rf"[\"'][^\n]{{{MAX_KEY}}}")
_TOML_IS_KEY = re.compile(r"[ \t]*+[=.]")
_TOML_BARE = re.compile(rf"(?<![A-Za-z0-9_+.:\-])[A-Za-z0-9_+.:\-]{{{MAX_KEY + 1}}}")
_TOML_DOTTED = re.compile(
    r'(?<![A-Za-z0-9_\-"])(?:[A-Za-z0-9_\-]++|"")'
    rf'(?:[ \t]*+\.[ \t]*+(?:[A-Za-z0-9_\-]++|"")){{{MAX_KEY_PARTS}}}'
)
_TOML_REST = re.compile(r"[^\[\]{}]++")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class OutOfBounds(ValueError):
    """The text is beyond a limit and is not parsed. The message has the place, the problem and the limit."""


def load_json(text: str, **settings: Any) -> Any:
    """Parse a text as `json.loads` does, within the bounds.

    Raises: `OutOfBounds`; `ValueError` as `json.loads`.
    """
    check_json(text)
    try:
        return json.loads(text, **settings)
    except RecursionError as error:  # the caller's own stack is deep already
        raise OutOfBounds("it nests too deep; take the inner parts out") from error


def load_toml(text: str) -> dict[str, Any]:
    """Parse a text as `tomllib.loads` does, within the bounds.

    Raises: `OutOfBounds`; `ValueError` as `tomllib.loads`.
    """
    check_toml(text)
    return tomllib.loads(text)


def check_json(text: str) -> None:
    """Check the length of numbers and keys, and the nesting depth.

    Raises: `OutOfBounds`.
    """
    end = _JSON_IN_BOUNDS.match(text).end()  # type: ignore[union-attr]  # it matches the empty text too
    if end < len(text):
        if text[end] != '"':
            raise OutOfBounds(_at_line(text, end, f"a number of more than {MAX_NUMBER} characters; shorten it"))
        if _JSON_STRING.match(text, end):  # otherwise it is never closed, and the parser reports that
            raise OutOfBounds(_at_line(text, end, f"a key of more than {MAX_KEY:,} characters; shorten it"))
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(_JSON_REST.sub("", text), MAX_DEPTH)


def check_toml(text: str) -> None:
    """Check the length of numbers and keys, and the nesting depth.

    Raises: `OutOfBounds`.
    """
    if _TOML_MAYBE_LONG.search(text):
        for quoted in _TOML_STRING.finditer(text):
            is_long = quoted.end() - quoted.start() > MAX_KEY + 2
            if is_long and quoted[0][0] != "#" and _TOML_IS_KEY.match(text, quoted.end()):
                what = f"a key of more than {MAX_KEY:,} characters; shorten it"
                raise OutOfBounds(_at_line(text, quoted.start(), what))
    bare = _TOML_STRING.sub('""', text)
    for pattern, what in (
        (_TOML_BARE, f"a key or number of more than {MAX_KEY:,} characters; shorten it"),
        (_TOML_DOTTED, f"a key of more than {MAX_KEY_PARTS} parts; write it with fewer dots"),
    ):
        found = pattern.search(bare)
        if found is not None:
            raise OutOfBounds(_at_line(text, _original_position(text, found.start()), what))
    if bare.count("[") + bare.count("{") > MAX_TOML_DEPTH:
        _check_depth(_TOML_REST.sub("", bare), MAX_TOML_DEPTH)


def read_octets(path: Path, limit: int = MAX_FILE_OCTETS) -> bytes:
    """Read a file.

    Raises: `OSError` if it can't be read; `OutOfBounds` if it has more than `limit` octets.
    """
    with path.open("rb") as file:
        octets = file.read(limit + 1)
    if len(octets) > limit:
        raise OutOfBounds(f"larger than {limit >> 20} MiB")
    return octets


def _check_depth(brackets: str, limit: int) -> None:
    """Check the nesting depth. The parser reports a closing bracket without an opening one."""
    step: Callable[[str], int] = _STEPS.__getitem__
    if max(accumulate(map(step, brackets)), default=0) > limit:
        raise OutOfBounds(f"it nests more than {limit} deep; take the inner parts out")


def _at_line(text: str, at: int, what: str) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}: {what}"


def _original_position(text: str, at: int) -> int:
    """Return the position in `text` for a position in the text without its strings."""
    shorter = 0
    for found in _TOML_STRING.finditer(text):
        if found.start() - shorter > at:
            break
        shorter += len(found[0]) - 2
    return at + shorter
