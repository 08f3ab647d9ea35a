"""The problems of one configuration: collected with their places, and raised together.

Everything that reads a configuration uses it: `settings.py` and `consent/mapping.py` add the checks of their values.
Law: a message is `<where>: <subject>: <what is wrong>; <what to do>`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from cookiegate.errors import ConfigError

__all__ = ["Problems"]


class Problems:
    """Collects problems; each message begins with `where`."""

    __slots__ = ("problems", "where")

    def __init__(self, where: str) -> None:
        self.where: str = where
        """The beginning of each message."""
        self.problems: list[str] = []
        """The messages so far, each with its place."""

    def add(self, problem: str) -> None:
        """Add a problem whose text names its subject."""
        self.problems.append(f"{self.where}: {problem}")

    def add_problem(self, subject: str, problem: str) -> None:
        """Add a problem of one setting."""
        self.add(f"{subject}: {problem}")

    def extend(self, messages: Iterable[str]) -> None:
        """Add messages that have their place already."""
        self.problems += messages

    def part(self, subject: str) -> "Problems":
        """Return a collector for one part of the configuration; it adds to the same list."""
        part = Problems(f"{self.where}: {subject}")
        part.problems = self.problems
        return part

    @contextmanager
    def collect(self) -> Iterator[Self]:
        """Collect the problems of a `ConfigError` that is raised in this context, and end the context."""
        try:
            yield self
        except ConfigError as error:
            self.problems += error.problems

    def check(self) -> None:
        """Raise all problems.

        Raises: `ConfigError` if there are any.
        """
        if self.problems:
            raise ConfigError(self.problems)
