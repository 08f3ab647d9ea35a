"""What a JSON file has among its cookies that is none: items that are no objects, and values of a wrong type.

Law: nothing of a list of cookies is left out without a remark.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from cookiegate.model import CookieRule
from cookiegate.registry.declaration import Remark, quoted

__all__ = ["shown_value", "stray", "without_wrong_types"]

_KEYS = frozenset(field.name for field in fields(CookieRule))
_NEEDED = frozenset({"name", "category"})
_TEXTS = frozenset(
    {"name", "purpose", "provider", "source", "mode", "attributes", "same_site", "stricter", "exempt", "storage"}
)
_FLAGS = frozenset({"host_only", "partitioned", "add_partitioned", "shared"})
_LISTS = frozenset({"domains", "paths"})
_SHOWN = 60


def stray(place: str, value: Any) -> Remark:
    """Return the remark on an item of a list of cookies that is no cookie."""
    return Remark(place, shown_value(value), 'no object with the keys of a cookie; write one like {"name": "sid"}')


def without_wrong_types(item: dict[str, Any], place: str, remarks: list[Remark]) -> dict[str, Any]:
    """Return an object that has only the keys of a `[[cookie]]` table without its values of a wrong type.

    Each of these gets a remark. Other objects are a platform's, whose values may have any type.
    """
    if not _NEEDED <= item.keys() <= _KEYS:
        return item
    name = item["name"]
    subject = quoted(name) if isinstance(name, str) else "cookie"
    wrong = {key: why for key, value in item.items() if value is not None and (why := _why_not(key, value))}
    for key, why in wrong.items():
        remarks.append(Remark(place, subject, f"{key} is {shown_value(item[key])} and left out; write {why}"))
    return {key: value for key, value in item.items() if key not in wrong}


def _why_not(key: str, value: Any) -> str:
    """Return what a value of this key should be; empty if its type is right, or a platform's that is read too."""
    if key in _TEXTS:
        return "" if isinstance(value, str) else "it as text in quotes"
    if key in _FLAGS:
        return "" if isinstance(value, bool) else "true or false"
    if key in _LISTS:
        texts = value if isinstance(value, list) else [value]
        return "" if all(isinstance(text, str) for text in texts) else "it as text in quotes, or a list of texts"
    if key == "chunks":
        return "" if isinstance(value, bool | str) else "true, or the separator before the number"
    if key == "lifetime":
        is_length = isinstance(value, str | int | float) and not isinstance(value, bool)
        return "" if is_length else "text like '7 days'"
    return "true or false" if isinstance(value, Mapping | list) and key != "category" else ""


def shown_value(value: Any) -> str:
    """Return a value as JSON, cut after 60 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
