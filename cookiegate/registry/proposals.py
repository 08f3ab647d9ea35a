"""Fill gaps of a published declaration: from a list of cookies, or from the cookies that cookiegate knows.

Law: a comment marks everything that is filled in; a proposal stays marked until a person confirms it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cookiegate.model import Category, CookieRule
from cookiegate.registry.knowledge import proposal_for
from cookiegate.registry.numbered_name import pattern_of
from cookiegate.registry.registry import Registry

__all__ = ["FILLED", "NO_GAPS", "PROPOSED", "Filling", "Gaps", "count_proposals"]

PROPOSED = "proposed: "
"""The beginning of a comment above a rule that a person confirms by deleting the comment."""
FILLED = "filled in: "
_FIELDS = ("purpose", "provider")
_LINE = re.compile(rf"^# {PROPOSED}", re.MULTILINE)


def count_proposals(text: str) -> int:
    """Count the unconfirmed proposals in the text of a `cookies.toml`."""
    return len(_LINE.findall(text))


class Filling:
    """A list of cookies, such as the Open Cookie Database, from which gaps are filled by cookie name."""

    def __init__(self, rules: Iterable[CookieRule], where: str) -> None:
        self.where = where
        self._registry = Registry(rules)

    def find(self, name: str) -> CookieRule | None:
        """Return the list's rule for a cookie; a name with a wildcard is looked up by an example that matches it."""
        return self._registry.covering(name) or self._registry.find(name.replace("*", "1"))


@dataclass(frozen=True, slots=True)
class Gaps:
    """How gaps are filled: from a list, then from known cookies. `accepts`: use proposals instead of marking them."""

    filling: Filling | None = None
    proposes: bool = False
    accepts: bool = False

    def category(self, name: str) -> tuple[Category, str] | None:
        """Return the category for a cookie whose page gives none, and its origin, as a comment; `None` if unknown."""
        found = None if self.filling is None else self.filling.find(name)
        if found is not None and self.filling is not None:
            return found.category, f"{FILLED}category, from {self.filling.where}"
        known = proposal_for(name) if self.proposes else None
        return None if known is None else (known.category, self._comment(f"category, as cookiegate knows {known.name}"))

    def complete(self, rule: CookieRule, *, is_proposed: bool, is_exact: bool) -> tuple[CookieRule, list[str]]:
        """Fill in the other empty fields of a rule; return it, and comments about them.

        `is_proposed`: its category is from `category`. `is_exact`: its name is exact, not an example.
        """
        comments = []
        found = None if self.filling is None else self.filling.find(rule.name)
        if found is not None and self.filling is not None:
            filled = {key: text for key in _FIELDS if (text := getattr(found, key)) and not getattr(rule, key)}
            if found.name.endswith("*") and "*" not in rule.name and not is_exact:
                filled["name"] = found.name
            rule = replace(rule, **filled)
            comments += [f"{FILLED}{', '.join(filled)}, from {self.filling.where}"] * bool(filled)
        known = proposal_for(rule.name) if self.proposes and is_proposed else None
        if known is not None:
            filled = {key: text for key in _FIELDS if (text := getattr(known, key)) and not getattr(rule, key)}
            rule = replace(rule, **filled)
            comments += [f"{FILLED}{', '.join(filled)}, as cookiegate knows {known.name}"] * bool(filled)
        pattern = pattern_of(rule.name) if self.proposes and not is_exact else None
        if pattern is not None and self.accepts:
            comments.append(f"{FILLED}name, {rule.name} in the file")
            rule = replace(rule, name=pattern)
        elif pattern is not None:
            comments.append(f'{PROPOSED}name = "{pattern}", if the end of {rule.name} is the number of one site')
        return rule, comments

    def _comment(self, text: str) -> str:
        return f"{FILLED if self.accepts else PROPOSED}{text}"


NO_GAPS = Gaps()
"""Gaps are not filled."""
