"""The text of a `cookies.toml` as plain tables, and the line on which each `[[cookie]]` begins.

Plain tables are read with regular expressions, because `tomllib` takes six times as long; it reads everything else.
Law: the tables and the errors are those of `tomllib`. Source: TOML 1.0.
"""

import re
import tomllib
from collections.abc import Callable

from cookiegate.bounded import check_toml

__all__ = ["cookie_lines", "read_tables"]

Report = Callable[[float], object]

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_HEADER = re.compile(rf"^[ \t]*\[\[[ \t]*cookie[ \t]*\]\][ \t]*(?:#[^{_CONTROL}]*)?$", re.MULTILINE)
# Atomic groups, not possessive ones: before CPython 3.11.5, `(?:...)*+` misses what it should match.
_PLAIN = re.compile(
    rf"""(?>(?:[ \t]*+
        (?>(?:[A-Za-z0-9_-]++[ \t]*+=[ \t]*+(?:"[^"\\{_CONTROL}]*+"|'[^'{_CONTROL}]*+'|true|false)[ \t]*+)?)
        (?>(?:\#[^{_CONTROL}]*+)?)
    (?:\n|\Z))*)""",
    re.VERBOSE,
)
_PAIR = re.compile(  # of lines that are plain
    r"""(?>(?:\s|\#.*)*) ([A-Za-z0-9_-]++) [ \t]*+=[ \t]*+ (?:"([^"]*+)"|'([^']*+)'|(true|false)) .*+""", re.VERBOSE
)
_SKIPPED = r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|" + r"#[^\n]*"
_HEADER_OR_SKIPPED = re.compile(
    rf"""(?:(?<=\n)|\A)[ \t]*(\[\[[ \t]*(?:cookie|"cookie"|'cookie')[ \t]*\]\])|{_SKIPPED}""", re.DOTALL
)
_REPORT_EVERY = 1000


def read_tables(text: str, report: Report | None = None, *, is_bounded: bool = False) -> dict[str, object]:
    """Read a document into plain values, as `tomllib.loads` does.

    `is_bounded`: it is one of the package's files, so its bounds are not checked.

    Raises: `OutOfBounds`; what `tomllib.loads` raises: `ValueError`.
    """
    if not is_bounded:
        check_toml(text)
    return _read_by_tables(text.replace("\r\n", "\n"), report) or tomllib.loads(text)


def _read_by_tables(text: str, report: Report | None) -> dict[str, object] | None:
    """Read the `[[cookie]]` tables one by one; return `None` if the document can only be read as a whole.

    Without multi-line strings, a line `[[cookie]]` is a header or an error, and the text between two headers has the
    same meaning alone, unless it continues another section.
    """
    if '"""' in text or "'''" in text or "\r" in text:  # a single CR is an error, which tomllib reports
        return None
    starts = [found.start() for found in _HEADER.finditer(text)]
    if not starts:
        return None
    tables: list[object] = []
    texts: dict[str, str] = {}
    try:
        document: dict[str, object] = tomllib.loads(text[: starts[0]])
        if "cookie" in document:
            return None
        document["cookie"] = tables
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True)):
            body = text.find("\n", start, end) + 1 or end
            table = _plain_table(text[body:end], texts)
            if table is not None:
                tables.append(table)
            else:
                sections = tomllib.loads(text[start:end])
                tables += sections.pop("cookie")
                if sections.keys() & document.keys():
                    return None
                document |= sections
            if report is not None and number % _REPORT_EVERY == 0:
                report(number / len(starts))
    except (ValueError, RecursionError):  # tomllib reports it with the right line
        return None
    return document


def _plain_table(text: str, texts: dict[str, str]) -> dict[str, object] | None:
    """Read lines of keys whose values are true, false or text without escapes; return `None` for anything else.

    `texts` keeps one copy of each text, because long files repeat providers, sources and purposes.
    """
    if not _PLAIN.fullmatch(text):
        return None
    pairs = _PAIR.findall(text)
    table: dict[str, object] = {
        key: flag == "true" if flag else texts.setdefault(basic or literal, basic or literal)
        for key, basic, literal, flag in pairs
    }
    return table if len(table) == len(pairs) else None


def cookie_lines(text: str, count: int) -> tuple[int, ...]:
    """Return the line, counted from 1, on which each of the `count` `[[cookie]]` tables of a valid document begins.

    Empty if a table has no header of its own, because then its line is unknown.
    """
    text = text.replace("\r\n", "\n")
    starts: list[int] = []
    if '"""' not in text and "'''" not in text:
        starts = [found.start() for found in _HEADER.finditer(text)]
    if len(starts) != count:  # headers in another form, or multi-line strings
        starts = [found.start(1) for found in _HEADER_OR_SKIPPED.finditer(text) if found[1] is not None]
    lines, line, at = [], 1, 0
    for start in starts:
        line += text.count("\n", at, start)
        at = start
        lines.append(line)
    return tuple(lines) if len(lines) == count else ()
