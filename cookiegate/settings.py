"""What a gate is told, checked: texts to values, every mistake at once, each with its place and its mend."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import TypeVar

from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, RequestHead, SameSite

__all__ = ["PLAIN_PATH", "Checked"]

E = TypeVar("E", bound=StrEnum)

PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class Checked:
    """Collects the complaints about one configuration; `where` begins each of them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[str] = []

    def complain(self, subject: str, problem: str) -> None:
        """Add a complaint."""
        self.problems.append(f"{self.where}: {subject}: {problem}")

    def one_of(self, subject: str, value: object, *choices: str) -> None:
        """Check that a value is one of these texts."""
        if value not in choices:
            self.complain(subject, f"unknown value {value!r}; use one of {', '.join(choices)}")

    def flag(self, subject: str, value: object) -> None:
        """Check that a value is true or false."""
        if not isinstance(value, bool):
            self.complain(subject, f"is {value!r}; use true or false")

    def text_or_none(self, subject: str, value: object) -> None:
        """Check that a value is text, or is not given."""
        if value is not None and not isinstance(value, str):
            self.complain(subject, f"is {value!r}; use text in quotes")

    def path_or_none(self, subject: str, value: object) -> None:
        """Check that a value is a plain path below the site's root, or is not given."""
        if value is not None and not (isinstance(value, str) and PLAIN_PATH.fullmatch(value)):
            self.complain(subject, f"is {value!r}; write a path like '/cookie-settings'")

    def callable_or_none(self, subject: str, value: object) -> None:
        """Check that a value can be called, or is not given."""
        if value is not None and not callable(value):
            self.complain(subject, f"is {value!r}; use a function")

    def functions(self, subject: str, value: object) -> tuple[Callable[..., object], ...]:
        """Read several functions; one alone is taken for a slip."""
        if callable(value) or isinstance(value, str) or not isinstance(value, Iterable):
            self.complain(subject, f"is {value!r}; use a list of functions")
            return ()
        found = tuple(value)
        for one in found:
            if not callable(one) or iscoroutinefunction(one):
                self.complain(subject, f"{one!r} is among them; use plain functions of an Exchange")
        return found

    def seconds(self, subject: str, value: object) -> int | None:
        """Read a length of time: text like `"400 days"`, a timedelta, a number of days, or `None` for no limit."""
        if value is None:
            return None
        if isinstance(value, str):
            try:
                lifetime = parse_lifetime(value)
            except ValueError as error:
                self.complain(subject, str(error))
                return None
            if lifetime.max_age_s is None:
                self.complain(subject, f"{value!r} names no number; write one like '400 days', or leave it out")
            return lifetime.max_age_s
        if isinstance(value, timedelta):
            length_s = value.total_seconds()
        elif isinstance(value, int) and not isinstance(value, bool):
            length_s = value * 86400
        else:
            length_s = -1
        if not 1 <= length_s <= 3153600000:
            self.complain(subject, f"is {value!r}; use text like '400 days', a timedelta, or a number of days")
            return None
        return int(length_s)

    def same_site(self, subject: str, value: object) -> SameSite:
        """Read a SameSite value, in any case."""
        try:
            return SameSite(str(value).capitalize())
        except ValueError:
            self.complain(subject, f"unknown value {value!r}; use one of none, lax, strict")
            return SameSite.NONE

    def granted_by_default(self, subject: str, value: object) -> Callable[[RequestHead], frozenset[Category]] | None:
        """Read what is granted without any choice: categories, or a function of the request that returns some."""
        if value is None:
            return None
        if callable(value):
            function: Callable[[RequestHead], Iterable[str]] = value
            return lambda head: frozenset(map(Category, function(head))) - {Category.NECESSARY}
        known = [category.value for category in Category]
        if isinstance(value, str) or not isinstance(value, Iterable):
            self.complain(subject, f"is {value!r}; use a set of categories like {{'statistics'}}, or a function")
            return None
        names = list(value)
        for name in names:
            if name not in known:
                self.complain(subject, f"unknown category {name!r}; use one of {', '.join(known)}")
        granted = frozenset(Category(name) for name in names if name in known) - {Category.NECESSARY}
        return lambda _: granted
