"""The configuration of consent banners: Klaro, orestbida's CookieConsent, tarteaucitron; in JavaScript or JSON.

Sources: https://github.com/klaro-org/klaro-js (`dist/config.js`), https://cookieconsent.orestbida.com/reference,
https://github.com/AmauriC/tarteaucitron.js (`tarteaucitron.services.js`). A regular expression becomes a pattern if
a registry's `*` means the same; the others get a remark.
"""

import re
from collections.abc import Iterator
from typing import Any

from cookiegate.model import Category
from cookiegate.registry.declaration import Remark, quoted
from cookiegate.registry.documents.javascript import Pattern
from cookiegate.registry.documents.outline import Section
from cookiegate.registry.documents.strays import shown_value, stray
from cookiegate.registry.documents.table import Cell, Row, Table, settled
from cookiegate.registry.words.categories import category_of

__all__ = ["configuration_tables", "is_configuration"]

_KEYS = ("services", "apps", "categories", "cookies", "language", "languages")
_HEADINGS = ("Cookie", "Category", "Purpose", "Provider")
_STRICT = (Category.STATISTICS, Category.MARKETING)
_PIECE = re.compile(
    r"(?P<any>(?:\.|\\w|\\d|\\S|\[[^\]\\]+\])(?:[*+]|\{[0-9,]+\}))|\\(?P<escaped>[^\w])|(?P<plain>[\w\-~%&#!'`])"
)
_LONGEST = 200


def is_configuration(value: Any) -> bool:
    """Return whether an object is a banner's configuration."""
    return isinstance(value, dict) and any(map(_has_cookies, _groups(value)))


def configuration_tables(objects: list[Any], remarks: list[Remark]) -> list[Table]:
    """Return a table for each group of cookies; expressions without a pattern get a remark."""
    tables: list[Table] = []
    for number, value in enumerate(objects, start=1):
        if isinstance(value, dict):
            for place, headings, rows, section in _read(value, f"configuration {number}", remarks):
                cells = [Row(place, tuple(map(Cell, headings)))]
                cells += [Row(place, tuple(Cell(settled(text)) for text in row)) for row in rows]
                tables.append(Table(place, cells, (Section(section),)))
    return tables


_Read = tuple[str, tuple[str, ...], list[tuple[str, ...]], str]


def _groups(value: dict[str, Any]) -> Iterator[Any]:
    for key in ("services", "apps"):
        if isinstance(value.get(key), list):
            yield from value[key]
    if isinstance(value.get("categories"), dict):
        yield from value["categories"].values()
    if isinstance(value.get("cookies"), list) and ("type" in value or "purposes" in value):
        yield value


def _has_cookies(group: Any) -> bool:
    if not isinstance(group, dict):
        return False
    cookies = group.get("cookies")
    are_names = isinstance(cookies, list) and not any(isinstance(each, dict) for each in cookies)
    return "autoClear" in group or (are_names and ("purposes" in group or "type" in group))


def _read(value: dict[str, Any], place: str, remarks: list[Remark]) -> Iterator[_Read]:
    for key in ("services", "apps"):
        for service in _listed(value.get(key), f"{place}: {key}", remarks):
            at = f"{place}: {key} {quoted(_text(service.get('name')))}"
            yield at, _HEADINGS, list(_service(service, value, at, remarks)), ""
    if isinstance(value.get("cookies"), list) and "type" in value:  # a service of tarteaucitron
        at = f"{place}: service {quoted(_text(value.get('key') or value.get('$name')))}"
        names = _names(value["cookies"], at, remarks)
        yield at, _HEADINGS, [(name, _text(value["type"]), "", _text(value.get("name"))) for name in names], ""
    categories = value.get("categories")
    if isinstance(categories, dict):
        for key, category in categories.items():
            word = "necessary" if isinstance(category, dict) and category.get("readOnly") is True else key
            at = f"{place}: category {quoted(key)}"
            cleared = category.get("autoClear") if isinstance(category, dict) else None
            entries = cleared.get("cookies") if isinstance(cleared, dict) else None
            found = [entry.get("name") for entry in _listed(entries, at, remarks)]
            yield at, _HEADINGS, [(name, word, "", "") for name in _names(found, at, remarks)], ""
        yield from _cookie_tables(value, categories, place, remarks)


def _service(
    service: dict[str, Any], whole: dict[str, Any], place: str, remarks: list[Remark]
) -> Iterator[tuple[str, ...]]:
    """Read a service of Klaro: a required service is necessary, unless its purpose is statistics or marketing."""
    purposes = [_text(purpose) for purpose in service.get("purposes") or () if isinstance(purpose, str)]
    words = [purpose if category_of(purpose) else _title(purpose, whole) or purpose for purpose in purposes]
    known = [category for word in words if (category := category_of(word)) is not None]
    strict = next((word for word in words if category_of(word) in _STRICT), None)
    word = strict or next((word for word in words if category_of(word)), words[0] if words else "")
    if service.get("required") is True and strict is None:
        word = "necessary"
    elif service.get("required") is True or len(set(known)) > 1:
        why = f"read as {quoted(word)}, which needs consent, although it is required or has other purposes too"
        remarks.append(Remark(place, "service", why, is_understood=True))
    cookies = [each[0] if isinstance(each, list) and each else each for each in service.get("cookies") or ()]
    for name in _names(cookies, place, remarks):
        yield name, word, _text(service.get("description")), _text(service.get("title"))


def _title(purpose: str, whole: dict[str, Any]) -> str:
    """Return the title of a purpose in the translations."""
    for language in (whole.get("translations") or {}).values() if isinstance(whole.get("translations"), dict) else ():
        named = language.get("purposes") if isinstance(language, dict) else None
        entry = named.get(purpose) if isinstance(named, dict) else None
        title = entry.get("title") if isinstance(entry, dict) else entry
        if isinstance(title, str):
            return title
    return ""


def _cookie_tables(
    value: dict[str, Any], categories: dict[str, Any], place: str, remarks: list[Remark]
) -> Iterator[_Read]:
    """Find the cookie tables of orestbida's banner, which are in the translations, wherever that is."""
    waiting: list[tuple[str, Any]] = [(place, value.get(key)) for key in ("language", "languages")]
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, list):
            waiting += [(f"{at}[{number}]", item) for number, item in reversed(list(enumerate(each, start=1)))]
        elif isinstance(each, dict):
            table = each.get("cookieTable") or each.get("cookie_table")
            if isinstance(table, dict | list):
                toggle = each.get("toggle")
                key = _text(each.get("linkedCategory") or (toggle.get("value") if isinstance(toggle, dict) else ""))
                category = categories.get(key)
                is_fixed = isinstance(category, dict) and category.get("readOnly") is True
                yield from _cookie_table(table, "necessary" if is_fixed else key, value, at, remarks)
            waiting += [(f"{at}.{key}", item) for key, item in reversed(each.items()) if isinstance(item, dict | list)]


def _cookie_table(
    table: dict[str, Any] | list[Any], word: str, whole: dict[str, Any], place: str, remarks: list[Remark]
) -> Iterator[_Read]:
    body = table.get("body") if isinstance(table, dict) else table
    headers = table.get("headers") if isinstance(table, dict) else None
    rows = _listed(body, place, remarks)
    keys = list(dict.fromkeys(key for row in rows for key in row if key != "is_regex"))
    titles = dict(headers) if isinstance(headers, dict) else {}
    for modal in (whole.get("languages") or {}).values() if isinstance(whole.get("languages"), dict) else ():
        settings = modal.get("settings_modal") if isinstance(modal, dict) else None
        for header in _dicts(settings.get("cookie_table_headers") if isinstance(settings, dict) else None):
            titles = {**header, **titles}
    first = keys[:1]
    cells = []
    for row in rows:
        is_regex = row.get("is_regex") is True
        names = [Pattern(_text(row.get(key))) if is_regex else row.get(key) for key in first]
        for name in _names(names, place, remarks):
            cells += [(name, *(_text(row.get(key)) for key in keys[1:]))]
    headings = ("Cookie", *(_text(titles.get(key)) or key for key in keys[1:]))
    yield place, headings, cells, word


def _names(values: list[Any], place: str, remarks: list[Remark]) -> Iterator[str]:
    for value in values:
        text = value.text if isinstance(value, Pattern) else value if isinstance(value, str) else ""
        if isinstance(value, str) and not text.startswith("^"):
            yield text
        elif text:
            pattern = _pattern(text)
            if pattern:
                shown = f"the regular expression {quoted(text)} is read as {pattern!r}"
                remarks.append(Remark(place, quoted(pattern), shown, is_understood=True))
                yield pattern
            else:
                why = "a regular expression without an equivalent pattern of a registry; list the names"
                remarks.append(Remark(place, quoted(text), why))
        elif not isinstance(value, str | Pattern):
            remarks.append(Remark(place, shown_value(value), "no cookie name; give it as text in quotes"))


def _pattern(text: str) -> str:
    """Return the registry's pattern for a regular expression; empty if there is none."""
    body = text[:_LONGEST].removeprefix("^")
    is_ended = body.endswith("$") and not body.endswith("\\$")
    body = body.removesuffix("$") if is_ended else body
    parts, at = ["" if text.startswith("^") else "*"], 0
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None:
            return ""
        parts.append("*" if piece["any"] else piece["escaped"] or piece["plain"])
        at = piece.end()
    pattern = re.sub(r"\*+", "*", "".join(parts) + ("" if is_ended else "*"))
    return pattern if pattern.strip("*") and len(text) <= _LONGEST else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _listed(value: Any, place: str, remarks: list[Remark]) -> list[dict[str, Any]]:
    """Return the objects of a list; what is none gets a remark."""
    for number, each in enumerate(value if isinstance(value, list) else (), start=1):
        if not isinstance(each, dict):
            remarks.append(stray(f"{place}[{number}]", each))
    return _dicts(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
