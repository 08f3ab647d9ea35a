"""The Open Cookie Database: its CSV, and its JSON, which lists the same under each platform.

Its names are taken to the letter, `Wildcard match` 1 makes one a prefix. Its domains are the platforms', no site's.
Source: https://github.com/jkwakman/Open-Cookie-Database
"""

from cookiegate.model import Category
from cookiegate.registry.headings import words_of

__all__ = ["CATEGORIES", "is_open_cookie_database"]

CATEGORIES = {
    "necessary": Category.NECESSARY,
    "security": Category.NECESSARY,
    "functional": Category.PREFERENCES,
    "personalization": Category.PREFERENCES,
    "analytics": Category.STATISTICS,
    "marketing": Category.MARKETING,
}
"""Its categories. "Functional" holds login sessions as well as comforts: preferences, which need consent."""

_CSV_HEADINGS = ("cookie data key name", "retention period", "wildcard match")
_JSON_KEYS = ('"retentionPeriod"', '"wildcardMatch"')
_HEAD = 4096


def is_open_cookie_database(text: str) -> bool:
    """Tell whether a file's beginning is the database's."""
    head = text[:_HEAD]
    headings = {" ".join(words_of(heading)) for heading in head.partition("\n")[0].split(",")}
    return headings.issuperset(_CSV_HEADINGS) or all(key in head for key in _JSON_KEYS)
