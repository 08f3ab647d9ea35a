"""Lists of cookies anywhere in a JSON file; keys are read like headings.

A key or title above a list may name its category. Law: an object with the keys of a `[[cookie]]` table is read exactly
as one; an item of a list of cookies that is no object gets a remark. Source: RFC 8259.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cookiegate.bounded import OutOfBounds, load_json
from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.cookie_names import looks_like_cookie
from cookiegate.registry.declaration import Remark
from cookiegate.registry.documents.outline import Section
from cookiegate.registry.documents.spans import MAX_COLUMNS
from cookiegate.registry.documents.strays import stray, without_wrong_types
from cookiegate.registry.documents.table import EMPTY, Cell, Row, Table, settled
from cookiegate.registry.rule import read_rule
from cookiegate.registry.words.headings import Column, column_of, columns_among
from cookiegate.registry.words.lifetimes import lifetime_of

__all__ = ["Fitting", "json_content", "json_tables"]

Fitting = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns a platform's object under usual keys."""

_TITLES = ("GroupName", "category", "title", "name", "label", "group")
_MAX_TITLES = 20
_NEAR = 3


def json_content(text: str) -> Any:
    """Parse the text. Raises: `ConfigError` with line and column if it is no JSON, or beyond the bounds."""
    try:
        return load_json(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            [f"line {error.lineno}: broken JSON at column {error.colno}: {error.msg}; save the file again"]
        ) from error
    except OutOfBounds as error:
        raise ConfigError([str(error)]) from error


def json_tables(
    content: Any, fitting: Fitting | None = None, remarks: list[Remark] | None = None
) -> tuple[list[tuple[str, CookieRule]], list[Table]]:
    """Return the complete rules, each with its place, and a table for each other list.

    `remarks`: gets what among the cookies is none.
    """
    remarks = [] if remarks is None else remarks
    rules: list[tuple[str, CookieRule]] = []
    tables: list[Table] = []
    for place, listed, sections in _lists(content, remarks):
        rows: list[tuple[str, dict[str, Any]]] = []
        for number, item in listed:
            at = f"{place}[{number}]"
            if fitting is not None:
                rows.append((at, fitting(item)))
                continue
            rule, sound = _rule(item, at, remarks)
            if rule is not None:
                rules.append((at, rule))
            elif "name" in sound or "name" not in item:  # else its name has a wrong type, and a remark
                rows.append((at, sound))
        if rows:
            keys = _columns(item for _, item in rows)
            cells = [Row(at, tuple(_cell(item.get(key)) for key in keys)) for at, item in rows]
            titles = tuple(map(Section, sections))
            tables.append(Table(place, [Row(place, tuple(map(Cell, keys))), *cells], titles))
    return rules, tables


def _rule(item: dict[str, Any], place: str, remarks: list[Remark]) -> tuple[CookieRule | None, dict[str, Any]]:
    """Return the rule of a complete object, or `None`, and the object without its values of a wrong type."""
    rule = read_rule(item, Problems(place))
    sound = item if rule is not None else without_wrong_types(item, place, remarks)
    return rule if len(sound) == len(item) else read_rule(sound, Problems(place)), sound


def _lists(
    content: Any, remarks: list[Remark]
) -> Iterator[tuple[str, list[tuple[int, dict[str, Any]]], tuple[str, ...]]]:
    """Yield each list of objects that name cookies: its place, the objects with their numbers, the titles above it."""
    waiting: list[tuple[str, Any, tuple[str, ...]]] = [("", content, ())]
    while waiting:
        place, value, sections = waiting.pop()
        if isinstance(value, dict):
            named = _by_name(value, sections, place, remarks)
            if named:
                yield place or "object", list(enumerate(named, start=1)), sections
            titles = [text for key in _TITLES if isinstance(text := value.get(key), str)]
            waiting += [
                (f"{place}.{key}" if place else key, each, (key, *titles[:1], *sections)[:_MAX_TITLES])
                for key, each in reversed(value.items())
                if isinstance(each, dict | list)
            ]
        elif isinstance(value, list):
            place = place or "list"
            if _are_names(value, place.rpartition(".")[2]):
                yield place, _named(value), sections
                continue
            if _are_mostly_names(value, place.rpartition(".")[2]):
                remarks += [
                    stray(f"{place}[{at}]", item) for at, item in enumerate(value, 1) if not isinstance(item, str)
                ]
                yield place, _named(value), sections
                continue
            numbered = list(enumerate(value, start=1))
            listed = [(at, item) for at, item in numbered if isinstance(item, dict) and not _holds_lists(item)]
            if any(columns_among(list(item)) for _, item in listed):
                remarks += [stray(f"{place}[{at}]", item) for at, item in numbered if not isinstance(item, dict | list)]
                yield place, listed, sections
            waiting += [
                (f"{place}[{at}]", item, sections)
                for at, item in reversed(numbered)
                if isinstance(item, list) or (isinstance(item, dict) and _holds_lists(item))
            ]


def _named(value: list[Any]) -> list[tuple[int, dict[str, Any]]]:
    """Return the names of a list as objects, with their numbers."""
    return [(at, {"cookie": item, "purpose": ""}) for at, item in enumerate(value, start=1) if isinstance(item, str)]


def _by_name(
    value: dict[str, Any], sections: tuple[str, ...], place: str, remarks: list[Remark]
) -> list[dict[str, Any]]:
    """Return the cookies of an object whose keys are their names: `{"_ga": {"duration": "2 years"}}`."""
    above = [column_of(section) for section in sections[:_NEAR]]
    is_named = any(known is not None and known[0] is Column.NAME and known[1] > 0 for known in above)
    found = []
    left = []
    for key, entry in value.items():
        if not looks_like_cookie(key) and not is_named:
            continue
        if isinstance(entry, dict) and not _holds_lists(entry) and any(map(_is_described, entry)):
            found.append({"cookie": key, **entry})
        elif isinstance(entry, str) and looks_like_cookie(key):
            found.append({"cookie": key, "purpose": entry, "lifetime": entry if lifetime_of(entry) else ""})
        elif not isinstance(entry, dict | list):
            left.append((key, entry))
    if not found or columns_among(list(value)):
        return []
    remarks += [stray(f"{place}.{key}" if place else key, entry) for key, entry in left]
    return found


def _is_described(key: str) -> bool:
    known = column_of(key)
    return known is not None and known[0] in (Column.PURPOSE, Column.LIFETIME, Column.CATEGORY)


def _columns(items: Iterable[dict[str, Any]]) -> list[str]:
    """Return the keys of a list's objects, each once; beyond 100 columns only known ones."""
    keys: dict[str, None] = {}
    for item in items:
        for key in item:
            if key not in keys and (len(keys) < MAX_COLUMNS or (len(keys) < 2 * MAX_COLUMNS and column_of(key))):
                keys[key] = None
    return list(keys)


def _holds_lists(item: dict[str, Any]) -> bool:
    """Return whether an object is a group of objects."""
    return any(
        isinstance(value, list) and (any(isinstance(each, dict) for each in value) or _are_names(value, key))
        for key, value in item.items()
    )


def _are_names(value: list[Any], key: str) -> bool:
    """Return whether a list consists of cookie names: by its key, or by its content."""
    if not value or not all(isinstance(each, str) for each in value):
        return False
    known = column_of(key)
    is_named = known is not None and known[0] is Column.NAME
    is_other = known is not None and known[0] is not Column.NAME
    return is_named or (not is_other and all(map(looks_like_cookie, value)))


def _are_mostly_names(value: list[Any], key: str) -> bool:
    """Return whether a list that is headed as one of names has some, among other values than lists and objects."""
    known = column_of(key)
    is_named = known is not None and known[0] is Column.NAME and known[1] > 0
    are_plain = not any(isinstance(each, dict | list) for each in value)
    return is_named and are_plain and any(isinstance(each, str) for each in value)


def _cell(value: Any) -> Cell:
    """Return a value as a cell; lists line by line."""
    if value is None or isinstance(value, dict):
        return EMPTY
    if isinstance(value, list):
        return Cell("\n".join(text for item in value if (text := _cell(item).text)))
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    return Cell(settled(str(value)))
