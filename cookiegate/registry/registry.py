"""The registry: find the rule for a cookie name.

`names.py` and `chunks.py` are its indexes; `toml.py` reads its file.
Law: an immutable value; `_find` tries rules in the order of rule 3 of `cookiegate/policy.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from cookiegate.cookie_rule import Storage
from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.chunks import Chunks
from cookiegate.registry.names import Names
from cookiegate.registry.products import check_products, product_rules
from cookiegate.registry.report_only import ReportOnly
from cookiegate.registry.rule import rule_problems
from cookiegate.registry.toml import parse_cookies_toml, read_cookies_toml

__all__ = ["Match", "Registry"]

_NAME_PREFIX = re.compile(r"\A__(?:host-http|host|secure|http)-")
# ASP.NET Core splits a long cookie into NameC1, NameC2, ...
_CHUNK = re.compile(r"C[1-9][0-9]?\Z")
_CHUNK_FOLDED = re.compile(r"c[1-9][0-9]?\Z")
_NAME_PREFIXES = ("__Host-Http-", "__Host-", "__Secure-", "__Http-")


@dataclass(frozen=True, slots=True)
class Match:
    """The result of looking up a name."""

    rule: CookieRule | None
    """The rule that may allow the cookie: found by the exact name, case included."""
    refusing: CookieRule | None = None
    """The rule that may only refuse it: found without regard to case, because some readers ignore case."""
    is_enforced: bool = True
    """False for a name in report-only, whether or not it has a rule."""


class Registry:
    """An immutable set of rules, one for each name; `a | b` holds both, and where both have a name, `b`'s rule.

    Raises: `ConfigError` with every mistake in the rules.
    """

    __slots__ = ("__weakref__", "_as_written", "_case_folded", "_chunks", "_chunks_folded", "_report_only", "_rules")

    def __init__(self, rules: Iterable[CookieRule] = ()) -> None:
        self._rules: dict[str, CookieRule] = {}
        problems = Problems("registry")
        for number, rule in enumerate(rules, start=1):
            if not isinstance(rule, CookieRule):
                problems.add_problem(f"rule {number}", f"is {rule!r}; use a CookieRule")
                continue
            found = rule_problems(rule)
            if rule.key in self._rules:
                found.append("the name is there already; keep one of them, or merge two registries with |")
            for problem in found:
                problems.add_problem(f"rule {number} {rule.name!r}", problem)
            self._rules[rule.key] = rule
        problems.check()
        self._index()

    def _index(self) -> None:
        self._report_only: ReportOnly | None = None
        cookies = {key: rule for key, rule in self._rules.items() if rule.storage is None}
        self._as_written = Names(cookies)
        self._chunks = Chunks(cookies.values())
        self._chunks_folded = Chunks(cookies.values(), is_folded=True)
        folded: dict[str, CookieRule] = {}
        for name, rule in cookies.items():
            key = name.lower()
            if key not in folded or folded[key].category is Category.NECESSARY:  # of two, keep the one that can refuse
                folded[key] = rule
        self._case_folded = Names(folded)

    @classmethod
    def known(cls, *products: str) -> Self:
        """Return the cookies that frameworks, session and CSRF libraries, load balancers and consent platforms set.

        `products`: products of the site whose cookies have general names, like `"airflow"`; their rules are added.
        Only strictly necessary cookies are necessary there; override a rule by merging your own on the right.

        Raises: `ConfigError` for a product that is not known.
        """
        problems = Problems("Registry.known: products")
        check_products(products, problems)
        problems.check()
        return cls._known(tuple(sorted(set(products))))

    @classmethod
    @cache
    def _known(cls, products: tuple[str, ...]) -> Self:
        if products:
            rules = {rule.key: rule for product in products for rule in product_rules(product)}
            return cls._of(cls._known(())._rules | rules)
        return cls._read("known.toml")

    @classmethod
    def trackers(cls) -> Self:
        """Return the cookies that scripts for analytics, advertising, video, chat and A/B tests set.

        They are not used by default. Merged under the site's own rules, they are hidden from the app and deleted
        unless the visitor has granted their category:
        `Registry.known() | Registry.trackers() | Registry.from_toml("cookies.toml")`.
        """
        return cls._trackers()

    @classmethod
    @cache
    def _trackers(cls) -> Self:
        return cls._read("trackers.toml")

    @classmethod
    def _read(cls, name: str) -> Self:
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        return cls._of({rule.name: rule for rule in parse_cookies_toml(text, where=name, is_bounded=True).rules})

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read the `[[cookie]]` rules of a TOML file; its `[gate]` settings are `CookieGate.from_toml`'s.

        Raises: `ConfigError` with every mistake in the file and its place.
        """
        document = read_cookies_toml(path)
        if document.problems:
            raise ConfigError(document.problems)
        return cls._of({rule.key: rule for rule in document.rules})

    @classmethod
    def _of(cls, rules: dict[str, CookieRule]) -> Self:
        """Make a registry of rules that were checked already."""
        made = cls.__new__(cls)
        made._rules = rules
        made._index()
        return made

    def match(self, name: str) -> Match:
        """Look up a cookie name; names are also compared without a `__Host-` or similar prefix."""
        found = self._match(name)
        report_only = self._report_only
        if report_only is None:
            return found
        is_covered = report_only.covers(name) or report_only.covers(name.removeprefix(_prefix_of(name)))
        # Names that rule 3 assigns to a rule, like numbered parts of a cookie, share its decision.
        rule, refusing = (
            one if one is None or not (is_covered or report_only.covers(one.name)) else report_only.in_report_only(one)
            for one in (found.rule, found.refusing)
        )
        return Match(rule, refusing, is_enforced=not is_covered)

    def _match(self, name: str) -> Match:
        exact = self._as_written.exact(name)
        if exact is not None:
            return Match(exact)
        bare = name.removeprefix(_prefix_of(name))
        exact = self._as_written.exact(bare)
        if exact is not None:
            return Match(exact)
        rule = _find(self._as_written, self._chunks, name, bare, _CHUNK)
        folded = name.lower()
        bare = _NAME_PREFIX.sub("", folded, count=1)
        refusing = _find(self._case_folded, self._chunks_folded, folded, bare, _CHUNK_FOLDED)
        return Match(rule, None if refusing is None or refusing.category is Category.NECESSARY else refusing)

    def find(self, name: str) -> CookieRule | None:
        """Return the rule for a cookie name, or `None` for a name that is not registered."""
        return self.match(name).rule

    def covering(self, name: str) -> CookieRule | None:
        """Return the rule that applies to every cookie that a rule of this name, with its `*`, matches."""
        if "*" not in name:
            return self.find(name)
        return self._rules.get(name) or self._as_written.longest_prefix(name.partition("*")[0])

    def stored(self, storage: Storage) -> tuple[CookieRule, ...]:
        """Return the rules for a storage of the browser; no other method returns them."""
        return tuple(rule for rule in self._rules.values() if rule.storage == storage)

    def __or__(self, other: "Registry") -> "Registry":
        if not isinstance(other, Registry):
            return NotImplemented
        if not other._rules:
            return self
        made = Registry._of(self._rules | other._rules)
        made._report_only = other._report_only or self._report_only
        return made

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


# For the package's own use


def with_report_only(registry: Registry, report_only: ReportOnly) -> Registry:
    """Return a registry with the same rules in which these names are in report-only."""
    made = Registry._of(registry._rules)
    made._report_only = report_only
    return made


def built_in_registries() -> tuple[Registry, ...]:
    """Return `Registry.known()`, and `Registry.trackers()` if it was called: else no registry has one of its rules."""
    has_trackers = Registry._trackers.cache_info().currsize
    return (Registry.known(), Registry.trackers()) if has_trackers else (Registry.known(),)


def is_built_in(rule: CookieRule) -> bool:
    """Return whether a rule is from `Registry.known` or `Registry.trackers`, and not written by the site."""
    return any(whole._rules.get(rule.name) is rule for whole in built_in_registries())


def _prefix_of(name: str) -> str:
    return next((prefix for prefix in _NAME_PREFIXES if name.startswith(prefix)), "")


def _find(names: Names[CookieRule], chunks: Chunks, name: str, bare: str, chunk: re.Pattern[str]) -> CookieRule | None:
    """Try the steps of rule 3 in one index: exact, a part of an exact name, longest prefix, pattern, its parts."""
    keys = (name,) if bare == name else (name, bare)
    bases = [found for key in keys for found in chunks.bases(key)]
    for key in keys:
        if (rule := names.exact(key)) is not None:
            return rule
    for base, separator in bases:
        if (rule := names.exact(base)) is not None and chunks.may_split(rule, separator):
            return rule
    for find in (names.longest_prefix, names.pattern):
        for key in keys:
            if (rule := find(key)) is not None:
                return rule
    for base, separator in bases:
        if (rule := names.pattern(base)) is not None and chunks.may_split(rule, separator):
            return rule
    for key in keys:
        if (suffix := chunk.search(key)) and (rule := names.exact(key[: suffix.start()])) is not None:
            return rule
    return None
