"""The Open Cookie Database: its CSV, and its JSON, which lists the same cookies by platform.

Its names are exact; `Wildcard match` 1 means a prefix. Its domains are the platforms', not a site's.
Source: https://github.com/jkwakman/Open-Cookie-Database
"""

from cookiegate.model import Category
from cookiegate.registry.words.headings import words_of

__all__ = ["CATEGORIES", "WORDS_BY_NAME", "is_open_cookie_database"]

CATEGORIES = {
    "necessary": Category.NECESSARY,
    "security": Category.NECESSARY,
    "personalization": Category.PREFERENCES,
    "analytics": Category.STATISTICS,
    "marketing": Category.MARKETING,
}
"""Its categories with a clear meaning."""
WORDS_BY_NAME = frozenset({"functional"})
"""Its word for sessions and carts, for comforts, and for much that fits no other category."""

_CSV_HEADINGS = ("cookie data key name", "retention period", "wildcard match")
_JSON_KEYS = ('"retentionPeriod"', '"wildcardMatch"')
_HEAD = 4096


def is_open_cookie_database(text: str) -> bool:
    """Return whether a text begins like the database."""
    head = text[:_HEAD]
    headings = {" ".join(words_of(heading)) for heading in head.partition("\n")[0].split(",")}
    return headings.issuperset(_CSV_HEADINGS) or all(key in head for key in _JSON_KEYS)
