"""A published page and the registry, compared row by row: what the page says of each cookie, and what it should say.

Law: rows are compared as a reader understands them. Their order, the blanks in them, the words for a category and the
way in which a lifetime is written (`1 week`, `7 days`) make no difference.
"""

from collections.abc import Iterable
from difflib import unified_diff

from cookiegate.errors import ConfigError
from cookiegate.given_values import nearest, read_list
from cookiegate.model import Category, CookieRule
from cookiegate.registry.importing.attributes import attribute_words

__all__ = ["COLUMNS", "differences", "read_columns"]

COLUMNS = ("cookie", "category", "lifetime", "purpose", "provider", "source", "attributes", "domains", "paths")
"""What a rendered page says of a cookie."""
_ROOT = ("/",)


def read_columns(texts: Iterable[str]) -> tuple[str, ...]:
    """Read which columns count; all if none is named, and the cookie's name always.

    Raises: `ConfigError` for a column that is none.
    """
    named = [str(name).lower() for text in texts for name in read_list(text)]
    wrong = [name for name in named if name not in COLUMNS]
    if wrong:
        raise ConfigError([f"--columns: no column {name!r}; {nearest(name, COLUMNS)}" for name in wrong])
    return tuple(column for column in COLUMNS if not named or column in named or column == "cookie")


def differences(
    page: Iterable[CookieRule],
    registry: Iterable[CookieRule],
    names: tuple[str, str],
    columns: tuple[str, ...] = COLUMNS,
) -> list[str]:
    """Return a unified diff of the rows that differ, without line breaks; empty if the page says what it should say.

    `names`: those of the page and of the registry.
    """
    said, meant = _rows(page, columns), _rows(registry, columns)
    for key, row in meant.items():
        if key in said and _compared(said[key]) == _compared(row):
            said[key] = row  # the same in other words
    in_order = sorted({*said, *meant}, key=lambda key: ([*Category].index((meant.get(key) or said[key])[1]), key))
    before = [_text(said[key][0]) for key in in_order if key in said]
    after = [_text(meant[key][0]) for key in in_order if key in meant]
    return [line.rstrip("\n") for line in unified_diff(before, after, *names, n=0)]


_Row = tuple[dict[str, str], Category, object]


def _rows(rules: Iterable[CookieRule], columns: tuple[str, ...]) -> dict[str, _Row]:
    """Return each rule's cells, its category, and its lifetime to compare by, under the rule's key."""
    found = {}
    for rule in rules:
        cells = {
            "cookie": rule.name,
            "category": rule.category.value,
            "lifetime": "" if rule.lifetime is None else rule.lifetime.text,
            "purpose": rule.purpose,
            "provider": rule.provider,
            "source": rule.source,
            "attributes": attribute_words(rule),
            "domains": ", ".join(rule.domains),
            "paths": "" if rule.paths == _ROOT else ", ".join(rule.paths),
        }
        kept = {column: " ".join(cells[column].split()) for column in columns}
        found[rule.key] = kept, rule.category, _length(rule)
    return found


def _length(rule: CookieRule) -> object:
    lifetime = rule.lifetime
    if lifetime is None:
        return None
    return lifetime.max_age_s or lifetime.is_session or lifetime.text.lower()


def _compared(row: _Row) -> object:
    cells, _, length = row
    return {**cells, "lifetime": length} if "lifetime" in cells else cells


def _text(cells: dict[str, str]) -> str:
    return " | ".join(text for text in cells.values() if text)
