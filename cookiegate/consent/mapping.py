"""What a site calls its categories, services and groups, mapped onto the four categories; checked when it is built.

Law: an id counts as a whole and in its own case, an unknown one grants nothing; a mistake is a `ConfigError`.
"""

from collections.abc import Callable, Iterable, Mapping

from cookiegate.errors import ConfigError
from cookiegate.model import OPTIONAL, Category
from cookiegate.wire.token import is_token

__all__ = ["CategoryMap", "IdMapping", "ReaderArguments"]

IdMapping = Mapping[str, str | Iterable[str]]
"""`{"matomo": "statistics"}`, or `{"statistics": ["matomo", "hotjar"]}`; an id may be in several categories."""

_CATEGORIES = frozenset(Category)
_KNOWN = ", ".join(Category)


class CategoryMap:
    """A checked mapping of a platform's ids onto categories.

    `is_site`: the site itself wrote it. Then a category is granted only if all its ids are accepted. With the
    platform's usual ids it is granted if at least one of those that are there is accepted and none is refused.
    """

    __slots__ = ("_categories", "_ids", "is_site")

    def __init__(self, categories: Mapping[str, frozenset[Category]], *, is_site: bool) -> None:
        self.is_site = is_site
        self._categories = dict(categories)
        self._ids = {
            category: frozenset(key for key, of in categories.items() if category in of)
            for category in OPTIONAL
            if any(category in of for of in categories.values())
        }

    def __contains__(self, id: object) -> bool:
        """Tell whether the id is known."""
        return id in self._categories

    def granted(self, answers: Mapping[str, bool]) -> frozenset[Category]:
        """Return the optional categories that these answers grant: id to "was accepted"."""
        accepted = {key for key, is_accepted in answers.items() if is_accepted}
        if self.is_site:
            return frozenset(category for category, ids in self._ids.items() if ids <= accepted)
        refused = answers.keys() - accepted
        return frozenset(category for category, ids in self._ids.items() if ids & accepted and not ids & refused)


class ReaderArguments:
    """Checks the arguments of a reader and collects what is wrong with them.

    `where`: the reader's name, as messages begin.
    """

    __slots__ = ("_where", "problems")

    def __init__(self, where: str) -> None:
        self._where = where
        self.problems: list[str] = []

    def cookie_name(self, name: object, argument: str = "cookie_name") -> str:
        """Return a cookie name, or note that it is none."""
        if isinstance(name, str) and name.isascii() and is_token(name.encode()):
            return name
        self.note(f"{argument} {name!r}: no cookie name; use letters, digits, '-', '_' and '.'")
        return "invalid"

    def text(self, value: object, argument: str) -> str | None:
        """Return a text or whole number as text, `None` as it is; or note that it is neither."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value:
            return value
        self.note(f"{argument} {value!r}: no text or whole number; give the value that the platform shows")
        return None

    def categories(
        self,
        argument: str,
        mapping: object,
        usual: IdMapping,
        *,
        any_of_them: bool = False,
        key: Callable[[str], str] = str,
    ) -> CategoryMap:
        """Return a site's mapping, or the usual one where the site gives none; notes every mistake.

        `any_of_them`: a site's mapping too is read as one of ids that may be missing. `key`: of an id, to compare by.
        """
        chosen = usual if mapping is None else mapping
        found: dict[str, set[Category]] = {}
        if not isinstance(chosen, Mapping):
            self.note(f"{argument} {chosen!r}: no mapping; give a dict like {{'id': 'statistics'}}")
            chosen = {}
        for item, value in chosen.items():
            for text, category in self._pairs(argument, item, value):
                found.setdefault(key(text), set()).add(category)
        is_site = mapping is not None and not any_of_them
        return CategoryMap({text: frozenset(of) for text, of in found.items()}, is_site=is_site)

    def _pairs(self, argument: str, key: object, value: object) -> list[tuple[str, Category]]:
        """Read one item of a mapping, which may be written either way."""
        names: list[object]
        if isinstance(value, str):
            ids, names = [key], [value]
        elif not isinstance(value, list | tuple | set | frozenset):
            self.note(f"{argument}[{key!r}]: {value!r} is no category; use one of {_KNOWN}")
            return []
        elif key in _CATEGORIES or _CATEGORIES.isdisjoint(name for name in value if isinstance(name, str)):
            ids, names = list(value), [key]
        else:
            ids, names = [key], list(value)
        found = []
        for text in ids:
            if not isinstance(text, str) or not text:
                self.note(f"{argument}: {text!r} is no id; give the text that the platform uses")
                continue
            for name in names:
                if name in _CATEGORIES:
                    found.append((text, Category(str(name))))
                else:
                    self.note(f"{argument}[{text!r}]: unknown category {name!r}; use one of {_KNOWN}")
        return found

    def note(self, problem: str) -> None:
        """Collect one problem."""
        self.problems.append(f"{self._where}: {problem}")

    def check(self) -> None:
        """Raise everything that was noted. Raises: `ConfigError`."""
        if self.problems:
            raise ConfigError(self.problems)
