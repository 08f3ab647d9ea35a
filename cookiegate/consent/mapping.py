"""A site's names of categories, services and groups, mapped onto the four categories and checked when it is built.

Law: an id counts as a whole and in its own case, an unknown one grants nothing; a mistake is a `ConfigError`.
"""

from collections.abc import Callable, Iterable, Mapping

from cookiegate.category import read_category
from cookiegate.model import OPTIONAL, Category
from cookiegate.problems import Problems
from cookiegate.wire.token import is_token

__all__ = ["CategoryMap", "IdMapping", "ReaderArguments", "checked_cookie_name", "granted_among"]

IdMapping = Mapping[str, str | Iterable[str]]
"""`{"matomo": "statistics"}`, or `{"statistics": ["matomo", "hotjar"]}`; an id may be in several categories."""

_CATEGORIES = frozenset(Category)
_KNOWN = ", ".join(Category)


def granted_among(found: Mapping[str, object], categories: Mapping[str, Category], kind: type) -> list[Category]:
    """Return the categories that are accepted in JSON such as `{"analytics": true}`.

    `kind`: what an answer is, `bool`, or `int` for 0 and 1.

    Raises: `ValueError` if no category is answered, or an answer is something else.
    """
    answers = {category: found[name] for name, category in categories.items() if name in found}
    if not answers or not all(isinstance(answer, kind) and answer in {0, 1} for answer in answers.values()):
        raise ValueError("no categories")
    return [category for category, is_granted in answers.items() if is_granted]


def checked_cookie_name(where: str, name: object) -> str:
    """Check the only argument of a reader: its cookie's name. Raises: `ConfigError`."""
    arguments = ReaderArguments(where)
    checked = arguments.cookie_name(name)
    arguments.check()
    return checked


class CategoryMap:
    """A checked mapping of a platform's ids onto categories.

    `is_site`: the site itself wrote it. Then a category is granted only if all its ids are accepted. With the
    platform's usual ids it is granted if at least one of those that are present is accepted and none is refused.
    """

    __slots__ = ("_categories", "_ids", "is_site")

    def __init__(self, categories: Mapping[str, frozenset[Category]], *, is_site: bool) -> None:
        self.is_site: bool = is_site
        self._categories = dict(categories)
        self._ids = {
            category: frozenset(key for key, of in categories.items() if category in of)
            for category in OPTIONAL
            if any(category in of for of in categories.values())
        }

    def __contains__(self, id: object) -> bool:
        """Return whether the id is known."""
        return id in self._categories

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that are known."""
        return tuple(self._categories)

    def granted(self, answers: Mapping[str, bool]) -> frozenset[Category]:
        """Return the optional categories that these answers grant: id to "was accepted"."""
        accepted = {key for key, is_accepted in answers.items() if is_accepted}
        if self.is_site:
            return frozenset(category for category, ids in self._ids.items() if ids <= accepted)
        refused = answers.keys() - accepted
        return frozenset(category for category, ids in self._ids.items() if ids & accepted and not ids & refused)


class ReaderArguments(Problems):
    """Checks the arguments of a reader and collects their problems. `where`: the reader's name."""

    __slots__ = ()

    def cookie_name(self, name: object, argument: str = "cookie_name") -> str:
        """Return a cookie name, or add a problem."""
        if isinstance(name, str) and name.isascii() and is_token(name.encode()):
            return name
        self.add(f"{argument} {name!r}: no cookie name; use letters, digits, '-', '_' and '.'")
        return "invalid"

    def text(self, value: object, argument: str) -> str | None:
        """Return a text or whole number as text, `None` as it is; or add a problem."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value:
            return value
        self.add(f"{argument} {value!r}: no text or whole number; give the value that the platform shows")
        return None

    def texts(self, value: object, argument: str) -> tuple[str, ...]:
        """Return a text or whole number, or several, as texts; none for `None`."""
        several = value if isinstance(value, list | tuple | set | frozenset) else [value]
        return tuple(text for one in several if (text := self.text(one, argument)) is not None)

    def cookie_names(self, names: object, argument: str) -> tuple[str, ...]:
        """Return cookie names, or add problems; a single text is one name."""
        several = names if isinstance(names, list | tuple | set | frozenset) else [names]
        return tuple(self.cookie_name(name, argument) for name in several)

    def categories(
        self,
        argument: str,
        mapping: object,
        usual: IdMapping,
        *,
        any_of_them: bool = False,
        key: Callable[[str], str] = str,
    ) -> CategoryMap:
        """Return a site's mapping, or the usual one where the site gives none; adds a problem for every mistake.

        `any_of_them`: a site's mapping too is read as one of ids that may be missing. `key`: of an id, to compare by.
        """
        chosen = usual if mapping is None else mapping
        found: dict[str, set[Category]] = {}
        if not isinstance(chosen, Mapping):
            self.add(f"{argument} {chosen!r}: no mapping; give a dict like {{'id': 'statistics'}}")
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
            self.add(f"{argument}[{key!r}]: {value!r} is no category; use one of {_KNOWN}")
            return []
        elif key in _CATEGORIES or not any(map(_is_category, value)):
            ids, names = list(value), [key]
        elif _is_category(key) and not any(isinstance(name, str) and name in _CATEGORIES for name in value):
            self.add(f"{argument}[{key!r}]: both sides name categories; write that of cookiegate in lower case")
            return []
        else:
            ids, names = [key], list(value)
        found = []
        for text in ids:
            if not isinstance(text, str) or not text:
                self.add(f"{argument}: {text!r} is no id; give the text that the platform uses")
                continue
            for name in names:
                try:
                    found.append((text, read_category(name)))
                except ValueError as error:
                    self.add(f"{argument}[{text!r}]: {error}")
        return found


def _is_category(name: object) -> bool:
    """Tell whether a name is that of a category, in any case."""
    try:
        read_category(name)
    except ValueError:
        return False
    return True
