"""`cookies.toml`: rules under `[[cookie]]`, and the gate's settings under `[gate]`.

Every mistake in the file is found in one reading. Source: TOML 1.0.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule
from cookiegate.registry.rule import nearest, read_rule
from cookiegate.registry.toml_tables import read_tables

__all__ = ["CookiesToml", "parse_cookies_toml", "read_cookies_toml", "read_text", "reading_told_to"]

_SECTIONS = ("gate", "cookie")
_TOLD_EVERY = 1000
_tell: ContextVar[Callable[[float], object] | None] = ContextVar("cookiegate_reading_told_to", default=None)


@dataclass(frozen=True, slots=True)
class CookiesToml:
    """What a file says: its rules, and the settings as plain TOML values, not yet checked."""

    where: str
    rules: tuple[CookieRule, ...]
    gate: dict[str, object]
    problems: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    """Which `[[cookie]]` of the file each rule is, counted from 1."""
    table_count: int = 0
    """How many `[[cookie]]` there are, those with mistakes among them."""


def read_cookies_toml(path: str | Path) -> CookiesToml:
    """Read and parse a file.

    Raises: `ConfigError` if it can't be opened, is not UTF-8, or is not TOML. Mistakes in what it says are returned
    as `problems`, so that the caller can add its own before it raises.
    """
    return parse_cookies_toml(read_text(path), where=Path(path).name)


def read_text(path: str | Path) -> str:
    """Read the text of a file.

    Raises: `ConfigError` if it can't be opened, or is not UTF-8.
    """
    where = Path(path).name
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}; check the path"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{where}: octet {error.start}: not UTF-8; save the file as UTF-8"]) from error


def parse_cookies_toml(text: str, *, where: str = "cookies.toml") -> CookiesToml:
    """Parse the text of a `cookies.toml`; `where` names it in complaints.

    Raises: `ConfigError` if it is not TOML.
    """
    tell = _tell.get()
    try:
        document = read_tables(text, None if tell is None else lambda part: tell(part / 2))
    except (ValueError, RecursionError) as error:  # ValueError: its own, and a number of more than 4300 digits
        raise ConfigError([f"{where}: not TOML: {error}; mend the syntax there"]) from error
    problems = [
        f"{where}: unknown section {key!r}; {nearest(key, _SECTIONS)}" for key in document if key not in _SECTIONS
    ]
    gate, tables = document.get("gate", {}), document.get("cookie", [])
    if not isinstance(gate, dict):
        problems.append(f"{where}: gate is {gate!r}; write it as a section [gate]")
        gate = {}
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(f"{where}: cookie is no list of tables; begin each rule with [[cookie]]")
        tables = []
    rules: dict[str, tuple[int, CookieRule]] = {}
    for number, table in enumerate(tables, start=1):
        if tell is not None and number % _TOLD_EVERY == 0:
            tell((1 + number / len(tables)) / 2)
        rule = read_rule(table, f"{where}: cookie[{number}]", problems)
        if rule is None:
            continue
        if rule.name in rules:
            first = rules[rule.name][0]
            problems.append(
                f"{where}: cookie[{number}] {rule.name!r}: the same name as cookie[{first}]; keep one of them"
            )
        rules.setdefault(rule.name, (number, rule))
    return CookiesToml(
        where,
        rules=tuple(rule for _, rule in rules.values()),
        gate=gate,
        problems=tuple(problems),
        numbers=tuple(number for number, _ in rules.values()),
        table_count=len(tables),
    )


@contextmanager
def reading_told_to(tell: Callable[[float], object]) -> Iterator[None]:
    """Call `tell` while a long file is read in this context, with the part of it that is done, from 0 to 1."""
    token = _tell.set(tell)
    try:
        yield
    finally:
        _tell.reset(token)
