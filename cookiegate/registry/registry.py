"""The registry: which rule holds for a cookie name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule
from cookiegate.registry.names import Names
from cookiegate.registry.rule import check_rule
from cookiegate.registry.toml import parse_cookies_toml, read_cookies_toml

__all__ = ["Match", "Registry"]

_NAME_PREFIX = re.compile(r"\A__(?:host-http|host|secure|http)-")
# ASP.NET Core splits a long cookie into NameC1, NameC2, ...
_CHUNK = re.compile(r"C[1-9][0-9]?\Z")
_CHUNK_FOLDED = re.compile(r"c[1-9][0-9]?\Z")
_NAME_PREFIXES = ("__Host-Http-", "__Host-", "__Secure-", "__Http-")


@dataclass(frozen=True, slots=True)
class Match:
    """What the registry knows of a name."""

    rule: CookieRule | None
    """The rule that may let the cookie through: found by the name as it is, case included."""
    refusing: CookieRule | None = None
    """The rule that may only refuse it: found when upper and lower case count alike, since some readers see no case."""


class Registry:
    """An immutable set of rules, one for each name; `a | b` holds both, and where both have a name, `b`'s rule.

    Raises: `ConfigError` with every complaint about the rules.
    """

    __slots__ = ("_as_written", "_case_folded", "_rules")

    def __init__(self, rules: Iterable[CookieRule] = ()) -> None:
        self._rules: dict[str, CookieRule] = {}
        problems: list[str] = []
        for number, rule in enumerate(rules, start=1):
            if not isinstance(rule, CookieRule):
                problems.append(f"registry: rule {number}: is {rule!r}; use a CookieRule")
                continue
            where = f"registry: rule {number} {rule.name!r}"
            problems += check_rule(rule, where)
            if rule.name in self._rules:
                problems.append(f"{where}: the name is there already; keep one of them, or merge two registries with |")
            self._rules[rule.name] = rule
        if problems:
            raise ConfigError(problems)
        self._index()

    def _index(self) -> None:
        self._as_written = Names(self._rules)
        folded: dict[str, CookieRule] = {}
        for name, rule in self._rules.items():
            key = name.lower()
            if key not in folded or folded[key].category is Category.NECESSARY:  # of two, the one that can refuse
                folded[key] = rule
        self._case_folded = Names(folded)

    @classmethod
    @cache
    def known(cls) -> Self:
        """Return the cookies that frameworks, session and CSRF libraries, load balancers and consent platforms set.

        Only what is strictly necessary is called necessary there; correct a row by merging your own on the right.
        """
        text = files(__package__).joinpath("known.toml").read_text(encoding="utf-8")
        return cls(parse_cookies_toml(text, where="known.toml").rules)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read the `[[cookie]]` rules of a TOML file; its `[gate]` settings are `CookieGate.from_toml`'s.

        Raises: `ConfigError` with every mistake in the file and its place.
        """
        document = read_cookies_toml(path)
        if document.problems:
            raise ConfigError(document.problems)
        return cls._of({rule.name: rule for rule in document.rules})

    @classmethod
    def _of(cls, rules: dict[str, CookieRule]) -> Self:
        """Make a registry of rules that were checked already."""
        made = cls.__new__(cls)
        made._rules = rules
        made._index()
        return made

    def match(self, name: str) -> Match:
        """Find what is known of a cookie name; names are compared without their `__Host-` and similar prefixes too."""
        exact = self._as_written.exact(name)
        if exact is not None:
            return Match(exact)
        prefix = next((prefix for prefix in _NAME_PREFIXES if name.startswith(prefix)), "")
        bare = name.removeprefix(prefix)
        exact = self._as_written.exact(bare)
        if exact is not None:
            return Match(exact)
        rule = _find(self._as_written, name, bare, _CHUNK)
        folded = name.lower()
        refusing = _find(self._case_folded, folded, _NAME_PREFIX.sub("", folded, count=1), _CHUNK_FOLDED)
        return Match(rule, None if refusing is None or refusing.category is Category.NECESSARY else refusing)

    def find(self, name: str) -> CookieRule | None:
        """Return the rule for a cookie name, or `None` for a name that is not registered."""
        return self.match(name).rule

    def __or__(self, other: "Registry") -> "Registry":
        if not isinstance(other, Registry):
            return NotImplemented
        return Registry._of(self._rules | other._rules) if other._rules else self

    def __iter__(self) -> Iterator[CookieRule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __eq__(self, other: object) -> bool:
        return self._rules == other._rules if isinstance(other, Registry) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._rules.values()))

    def __repr__(self) -> str:
        return f"<Registry of {len(self._rules)} rules>"


def _find(names: Names[CookieRule], name: str, bare: str, chunk: re.Pattern[str]) -> CookieRule | None:
    """Apply the order of rule 3 to one index: exact, longest prefix, pattern, base of a chunk."""
    keys = (name,) if bare == name else (name, bare)
    for find in (names.exact, names.longest_prefix, names.pattern):
        for key in keys:
            if (rule := find(key)) is not None:
                return rule
    for key in keys:
        if (suffix := chunk.search(key)) and (rule := names.exact(key[: suffix.start()])) is not None:
            return rule
    return None
