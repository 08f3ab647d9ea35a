"""The four categories of cookies, and the one reader of their names.

Law: a name is read in any case and with blanks around it; any other word is an error that says which one was meant. A
word is never replaced by the category that it probably means: `analytics` is no category.
"""

from collections.abc import Collection
from difflib import get_close_matches
from enum import StrEnum

__all__ = ["OPTIONAL", "Category", "category_problem", "read_category"]

_LONGEST = 40
_CLOSE = 0.7


class Category(StrEnum):
    """What a cookie is for. Necessary cookies are always allowed; the other three categories need consent.

    `Category("marketing")` and `Category(" Marketing ")` are the same.

    Raises: `ValueError` for any other text.
    """

    NECESSARY = "necessary"
    PREFERENCES = "preferences"
    STATISTICS = "statistics"
    MARKETING = "marketing"

    # The hash of the text, so that `"statistics" in granted` works, and so that no look-up calls Python code.
    __hash__ = str.__hash__

    @classmethod
    def _missing_(cls, value: object) -> "Category":
        name = value.strip() if isinstance(value, str) else ""
        found = _BY_NAME.get(name.lower()) if name.isascii() else None
        if found is None:
            raise ValueError(category_problem(value))
        return found


OPTIONAL: frozenset[Category] = frozenset({Category.PREFERENCES, Category.STATISTICS, Category.MARKETING})
"""The categories that need consent."""

_BY_NAME: dict[str, Category] = {category.value: category for category in Category}
_MEANT: dict[Category, str] = {
    Category.NECESSARY: "essential essentials required mandatory security needed indispensable technical strictly",
    Category.PREFERENCES: "preference functional functionality functionalities personalization personalisation "
    "personalized personalised comfort convenience customization customisation prefs pref",
    Category.STATISTICS: "statistic statistical analytics analytic analytical analysis performance measurement "
    "measurements measuring counting stats stat",
    Category.MARKETING: "advertising advertisement advertisements advertiser ads ad targeting retargeting "
    "social promotion promotional",
}
"""What others call the categories, as cookie policies in English do; `registry import` reads the same words so."""
_BY_WORD: dict[str, Category] = {word: category for category, words in _MEANT.items() for word in words.split()}


def read_category(value: object, among: Collection[Category] = tuple(Category)) -> Category:
    """Read the name of a category. `among`: those that are allowed here.

    Raises: `ValueError` for anything else; the message lists what is allowed.
    """
    try:
        found: Category | None = Category(value)  # type: ignore[arg-type]  # its own reader looks at what it is
    except ValueError:
        found = None
    if found is None or found not in among:
        raise ValueError(category_problem(value, among))
    return found


def category_problem(value: object, among: Collection[Category] = tuple(Category)) -> str:
    """Return the message for what is no category, or none of those that are allowed here."""
    known = [category.value for category in Category if category in among]
    meant = _meant(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    hint = f" (did you mean {meant.value!r}?)" if meant is not None and meant in among else ""
    return f"unknown category {value!r}; use one of {', '.join(known)}{hint}"


def _meant(text: str) -> Category | None:
    """Return the category that a word probably means: by what others call it, else by its spelling."""
    words = text.replace("-", " ").replace("_", " ").lower().split()
    for word in words:
        if word in _BY_WORD:
            return _BY_WORD[word]
    close = [found for word in words for found in get_close_matches(word, (*_BY_NAME, *_BY_WORD), 1, _CLOSE)]
    return (_BY_NAME | _BY_WORD)[close[0]] if close else None
