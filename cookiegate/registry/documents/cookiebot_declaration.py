"""Cookiebot's cookie declaration: the published page, its data API's JSON, and CSV of the same columns.

In its names `#` means any characters, and `[x2]` is a number of places. Source:
https://support.cookiebot.com/hc/en-us/articles/360006346473-Extracting-cookie-information-via-API
"""

import re
from typing import Any

__all__ = ["fitted", "is_cookiebot"]

_CATEGORIES = {"1": "necessary", "2": "preferences", "3": "statistics", "4": "marketing", "5": "unclassified"}
_KEYS = {
    "Name": "cookie name",
    "Provider": "provider",
    "PurposeDescription": "purpose",
    "ExpireDescription": "lifetime",
    "TrackerTypeName": "type",
    "HTTPOnly": "http only",
    "Secure": "secure",
    "Path": "path",
}
_IN_HTML = re.compile(r"<[^<>]*\bCookieDeclaration(?:Type|Table)")


def is_cookiebot(text: str) -> bool:
    """Return whether a page or JSON file is Cookiebot's."""
    return bool(_IN_HTML.search(text)) or ('"PurposeDescription"' in text and '"TrackerTypeName"' in text)


def fitted(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object of the data API under the keys that other readers use, its category as a word."""
    found = {word: item[key] for key, word in _KEYS.items() if key in item}
    number = str(item.get("Category", ""))
    return {**found, "category": _CATEGORIES.get(number, number)}
