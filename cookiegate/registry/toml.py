"""`cookies.toml`: rules under `[[cookie]]`, and the gate's settings under `[gate]`.

Every mistake in the file is found in one reading. Source: TOML 1.0.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule
from cookiegate.registry.rule import nearest, read_rule

__all__ = ["CookiesToml", "parse_cookies_toml", "read_cookies_toml"]

_SECTIONS = ("gate", "cookie")


@dataclass(frozen=True, slots=True)
class CookiesToml:
    """What a file says: its rules, and the settings as plain TOML values, not yet checked."""

    where: str
    rules: tuple[CookieRule, ...]
    gate: dict[str, object]
    problems: tuple[str, ...]


def read_cookies_toml(path: str | Path) -> CookiesToml:
    """Read and parse a file.

    Raises: `ConfigError` if it can't be opened, is not UTF-8, or is not TOML. Mistakes in what it says are returned
    as `problems`, so that the caller can add its own before it raises.
    """
    where = Path(path).name
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}; check the path"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{where}: octet {error.start}: not UTF-8; save the file as UTF-8"]) from error
    return parse_cookies_toml(text, where=where)


def parse_cookies_toml(text: str, *, where: str = "cookies.toml") -> CookiesToml:
    """Parse the text of a `cookies.toml`; `where` names it in complaints.

    Raises: `ConfigError` if it is not TOML.
    """
    try:
        document = tomllib.loads(text)
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
        rule = read_rule(table, f"{where}: cookie[{number}]", problems)
        if rule is None:
            continue
        if rule.name in rules:
            first = rules[rule.name][0]
            problems.append(
                f"{where}: cookie[{number}] {rule.name!r}: the same name as cookie[{first}]; keep one of them"
            )
        rules.setdefault(rule.name, (number, rule))
    return CookiesToml(where, tuple(rule for _, rule in rules.values()), gate, tuple(problems))
