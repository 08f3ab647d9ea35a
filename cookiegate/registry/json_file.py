"""Lists of cookies in a JSON file, wherever in it they are; keys are read as headings are.

Law: an object with the keys of a `[[cookie]]` table is read as one, to the letter. A key or a title above a list says
what category it is about, as a heading does. Source: RFC 8259.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule
from cookiegate.registry.columns import columns_among
from cookiegate.registry.rule import read_rule
from cookiegate.registry.table import EMPTY, Cell, Row, Table, settled

__all__ = ["Fitting", "json_content", "json_tables"]

Fitting = Callable[[dict[str, Any]], dict[str, Any]]
"""Puts a platform's object into words that any reader understands."""

_TITLES = ("GroupName", "category", "title", "name", "label", "group")
_MAX_TITLES = 20


def json_content(text: str) -> Any:
    """Parse the text. Raises: `ConfigError` with line and column where it is no JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            [f"line {error.lineno}: broken JSON at column {error.colno}: {error.msg}; save the file again"]
        ) from error
    except RecursionError as error:
        raise ConfigError(["line 1: the JSON is nested too deep; save the list of cookies alone"]) from error
    except ValueError as error:  # a number of more than 4300 digits
        raise ConfigError([f"line 1: broken JSON: {error}; write such a number as text"]) from error


def json_tables(content: Any, fitting: Fitting | None = None) -> tuple[list[tuple[str, CookieRule]], list[Table]]:
    """Return the rules that stand there as they are, each with its place, and a table for each other list."""
    rules: list[tuple[str, CookieRule]] = []
    tables: list[Table] = []
    for place, listed, sections in _lists(content):
        rows: list[tuple[str, dict[str, Any]]] = []
        for number, item in listed:
            at = f"{place}[{number}]"
            rule = read_rule(item, at, []) if fitting is None else None
            if rule is None:
                rows.append((at, item if fitting is None else fitting(item)))
            else:
                rules.append((at, rule))
        if rows:
            keys = list(dict.fromkeys(key for _, item in rows for key in item))
            cells = [Row(at, tuple(_cell(item.get(key)) for key in keys)) for at, item in rows]
            tables.append(Table(place, [Row(place, tuple(map(Cell, keys))), *cells], sections))
    return rules, tables


def _lists(content: Any) -> Iterator[tuple[str, list[tuple[int, dict[str, Any]]], tuple[str, ...]]]:
    """Yield each list of objects that name cookies: its place, the objects with their numbers, the titles above it."""
    waiting: list[tuple[str, Any, tuple[str, ...]]] = [("", content, ())]
    while waiting:
        place, value, sections = waiting.pop()
        if isinstance(value, dict):
            titles = [text for key in _TITLES if isinstance(text := value.get(key), str)]
            waiting += [
                (f"{place}.{key}" if place else key, each, (key, *titles[:1], *sections)[:_MAX_TITLES])
                for key, each in reversed(value.items())
                if isinstance(each, dict | list)
            ]
        elif isinstance(value, list):
            place = place or "list"
            numbered = list(enumerate(value, start=1))
            listed = [(at, item) for at, item in numbered if isinstance(item, dict) and not _holds_lists(item)]
            if any(columns_among(list(item)) for _, item in listed):
                yield place, listed, sections
            waiting += [
                (f"{place}[{at}]", item, sections)
                for at, item in reversed(numbered)
                if isinstance(item, list) or (isinstance(item, dict) and _holds_lists(item))
            ]


def _holds_lists(item: dict[str, Any]) -> bool:
    """Tell whether an object is a group of others, not one of them."""
    return any(isinstance(value, list) and any(isinstance(each, dict) for each in value) for value in item.values())


def _cell(value: Any) -> Cell:
    """Show a value as a table would; lists line by line."""
    if value is None or isinstance(value, dict):
        return EMPTY
    if isinstance(value, list):
        return Cell("\n".join(text for item in value if (text := _cell(item).text)))
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    return Cell(settled(str(value)))
