"""`cookies.toml`: rules under `[[cookie]]`, settings under `[gate]` and `[settings_page]`, sources under `[csp]`.

`toml_tables.py` reads the TOML, `rule.py` one rule; `settings.py` checks the sections.
Law: one reading finds every mistake in the file. Source: TOML 1.0.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from cookiegate.bounded import OutOfBounds, read_octets
from cookiegate.errors import ConfigError
from cookiegate.given_values import nearest
from cookiegate.model import CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.rule import read_rule
from cookiegate.registry.toml_tables import read_tables

__all__ = ["CookiesToml", "parse_cookies_toml", "read_cookies_toml", "read_text", "report_progress_to"]

_SECTIONS = ("gate", "settings_page", "cookie", "csp")
_REPORT_EVERY = 1000
_report: ContextVar[Callable[[float], object] | None] = ContextVar("cookiegate_report_progress_to", default=None)


@dataclass(frozen=True, slots=True)
class CookiesToml:
    """The content of a file: its rules, and its settings as TOML values that are not checked yet."""

    where: str
    rules: tuple[CookieRule, ...]
    gate: dict[str, object]
    problems: tuple[str, ...]
    settings_page: dict[str, object] = field(default_factory=dict)
    """Not checked yet, like `gate`."""
    numbers: tuple[int, ...] = ()
    """The number of each rule's `[[cookie]]` table in the file, counted from 1."""
    csp: dict[str, object] | None = None
    """The section `[csp]`, not checked yet; `None` without one."""
    table_count: int = 0
    """The number of `[[cookie]]` tables, including those with mistakes."""


def read_cookies_toml(path: str | Path) -> CookiesToml:
    """Read and parse a file.

    Raises: `ConfigError` if it can't be opened, is not UTF-8, or is not TOML. Mistakes in its content are returned
    as `problems`, so that the caller can add its own before it raises.
    """
    return parse_cookies_toml(read_text(path), where=Path(path).name)


def read_text(path: str | Path) -> str:
    """Read the text of a file.

    Raises: `ConfigError` if it can't be opened, is larger than a registry can be, or is not UTF-8.
    """
    where = Path(path).name
    try:
        return read_octets(Path(path)).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}; check the path"]) from error
    except OutOfBounds as error:
        raise ConfigError([f"{where}: {error}; is it the right file?"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{where}: octet {error.start}: not UTF-8; save the file as UTF-8"]) from error


def parse_cookies_toml(text: str, *, where: str = "cookies.toml", is_bounded: bool = False) -> CookiesToml:
    """Parse the text of a `cookies.toml`. `where`: its name in messages. `is_bounded`: don't check its bounds.

    Raises: `ConfigError` if it is not TOML.
    """
    report = _report.get()
    try:
        document = read_tables(text, None if report is None else lambda part: report(part / 2), is_bounded=is_bounded)
    except OutOfBounds as error:
        raise ConfigError([f"{where}: {error}"]) from error
    except (ValueError, RecursionError) as error:  # a recursion that began at the caller's depth, too
        raise ConfigError([f"{where}: not TOML: {error}; fix the syntax there"]) from error
    problems = Problems(where)
    for key in document:
        if key not in _SECTIONS:
            problems.add(f"unknown section {key!r}; {nearest(key, _SECTIONS)}")
    sections = {name: _section(name, document, problems) for name in ("csp", "gate", "settings_page")}
    tables = document.get("cookie", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.add("cookie is no list of tables; begin each rule with [[cookie]]")
        tables = []
    rules = _rules(tables, problems)
    return CookiesToml(
        where,
        rules=tuple(rules.values()),
        gate=sections["gate"] or {},
        settings_page=sections["settings_page"] or {},
        problems=tuple(problems.problems),
        numbers=tuple(rules),
        table_count=len(tables),
        csp=sections["csp"],
    )


def _section(name: str, document: dict[str, object], problems: Problems) -> dict[str, object] | None:
    """Return a section of the file, or `None` if there is none."""
    section = document.get(name)
    if section is None or isinstance(section, dict):
        return section
    problems.add(f"{name} is {section!r}; write it as a section [{name}]")
    return None


def _rules(tables: list[dict[str, object]], problems: Problems) -> dict[int, CookieRule]:
    """Return the valid rules by their numbers in the file, counted from 1. Of two with one name, the first counts."""
    report = _report.get()
    rules: dict[int, CookieRule] = {}
    numbers: dict[str, int] = {}
    for number, table in enumerate(tables, start=1):
        if report is not None and number % _REPORT_EVERY == 0:
            report((1 + number / len(tables)) / 2)
        rule = read_rule(table, problems.part(f"cookie[{number}]"))
        if rule is None:
            continue
        first = numbers.setdefault(rule.key, number)
        if first != number:
            problems.add_problem(
                f"cookie[{number}] {rule.name!r}", f"the same name as cookie[{first}]; keep one of them"
            )
            continue
        rules[number] = rule
    return rules


@contextmanager
def report_progress_to(report: Callable[[float], object]) -> Iterator[None]:
    """Call `report` while a long file is read in this context, with the part that is done, from 0 to 1."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)
