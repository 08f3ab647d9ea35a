"""The text of a `cookies.toml` as plain tables, and the line on which each `[[cookie]]` begins.

Law: the tables are `tomllib`'s, and so is every error. Plain tables of a long file are read without it, since it takes
six times as long; what is not surely plain is left to it. Source: TOML 1.0.
"""

import re
import tomllib
from collections.abc import Callable

__all__ = ["cookie_lines", "read_tables"]

Tell = Callable[[float], object]

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_HEADER = re.compile(rf"^[ \t]*\[\[[ \t]*cookie[ \t]*\]\][ \t]*(?:#[^{_CONTROL}]*)?$", re.MULTILINE)
_PLAIN = re.compile(
    rf"""(?:[ \t]*+
        (?:[A-Za-z0-9_-]++[ \t]*+=[ \t]*+(?:"[^"\\{_CONTROL}]*+"|'[^'{_CONTROL}]*+'|true|false)[ \t]*+)?+
        (?:\#[^{_CONTROL}]*+)?+
    (?:\n|\Z))*+""",
    re.VERBOSE,
)
_PAIR = re.compile(  # of lines that are plain
    r"""(?:\s|\#.*)*+ ([A-Za-z0-9_-]++) [ \t]*+=[ \t]*+ (?:"([^"]*+)"|'([^']*+)'|(true|false)) .*+""", re.VERBOSE
)
_SKIPPED = r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|" + r"#[^\n]*"
_HEADER_OR_SKIPPED = re.compile(
    rf"""(?:(?<=\n)|\A)[ \t]*(\[\[[ \t]*(?:cookie|"cookie"|'cookie')[ \t]*\]\])|{_SKIPPED}""", re.DOTALL
)
_TOLD_EVERY = 1000


def read_tables(text: str, tell: Tell | None = None) -> dict[str, object]:
    """Read a document into plain values, as `tomllib.loads` does; `tell` hears how much of it is done, from 0 to 1.

    Raises: what `tomllib.loads` raises: `ValueError`, or `RecursionError` for what is nested too deep.
    """
    return _read_by_tables(text.replace("\r\n", "\n"), tell) or tomllib.loads(text)


def _read_by_tables(text: str, tell: Tell | None) -> dict[str, object] | None:
    """Read one `[[cookie]]` after the other; `None` where only a look at the whole can tell what it says.

    Without strings of several lines a line `[[cookie]]` is a header or an error, and what stands between two headers
    means the same alone, as long as no other section is continued there.
    """
    if '"""' in text or "'''" in text or "\r" in text:  # a CR alone: only the whole is sure to refuse it
        return None
    starts = [found.start() for found in _HEADER.finditer(text)]
    if not starts:
        return None
    tables: list[object] = []
    try:
        document: dict[str, object] = tomllib.loads(text[: starts[0]])
        if "cookie" in document:
            return None
        document["cookie"] = tables
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True)):
            body = text.find("\n", start, end) + 1 or end
            table = _plain_table(text[body:end])
            if table is not None:
                tables.append(table)
            else:
                sections = tomllib.loads(text[start:end])
                tables += sections.pop("cookie")
                if sections.keys() & document.keys():
                    return None
                document |= sections
            if tell is not None and number % _TOLD_EVERY == 0:
                tell(number / len(starts))
    except (ValueError, RecursionError):  # the reader of the whole says it with the right line
        return None
    return document


def _plain_table(text: str) -> dict[str, object] | None:
    """Read lines of keys with a text without escapes, true or false; `None` for anything else."""
    if not _PLAIN.fullmatch(text):
        return None
    pairs = _PAIR.findall(text)
    table: dict[str, object] = {
        key: flag == "true" if flag else basic or literal for key, basic, literal, flag in pairs
    }
    return table if len(table) == len(pairs) else None


def cookie_lines(text: str, count: int) -> tuple[int, ...]:
    """Tell on which line, counted from 1, each of the `count` tables `[[cookie]]` of a valid document begins.

    Empty where that can't be told, since the tables are not written under headers of their own.
    """
    text = text.replace("\r\n", "\n")
    starts: list[int] = []
    if '"""' not in text and "'''" not in text:
        starts = [found.start() for found in _HEADER.finditer(text)]
    if len(starts) != count:  # headers written otherwise, or strings of several lines
        starts = [found.start(1) for found in _HEADER_OR_SKIPPED.finditer(text) if found[1] is not None]
    lines, line, at = [], 1, 0
    for start in starts:
        line += text.count("\n", at, start)
        at = start
        lines.append(line)
    return tuple(lines) if len(lines) == count else ()
