"""Watches the known cookies that pass, and warns once about each that visitors don't see, or can't allow.

Law: the offer was fixed when the gate was built. Nothing here changes it; the log shows what to write for the next
start. Memory is bounded by the number of known rules.
"""

import logging
from collections.abc import Iterable

from cookiegate.judgement import Judgement
from cookiegate.model import OPTIONAL, Action, Category, CookieRule
from cookiegate.registry.offer import Offer, uses_line

__all__ = ["Offering"]

_MAX_NAMES = 10

_logger = logging.getLogger("cookiegate")


class Offering:
    """The offer of one gate, and its warnings about known cookies that are not offered.

    `uses`: the known names that the site uses already. `can_choose`: the gate's consent source writes choices, so
    that our page or the app's own asks for them; a consent platform's banner knows nothing of the registry.
    """

    def __init__(self, offer: Offer, uses: Iterable[str], *, can_choose: bool, is_enforced: bool) -> None:
        self.offer = offer
        self._uses = tuple(uses)
        self._can_choose = can_choose
        self._is_enforced = is_enforced
        self._unlisted = set(offer.unlisted)
        self._offered = set(offer.categories)
        self._said: set[str] = set()
        self._held_back: dict[Category, dict[str, None]] = {}

    def also_shows(self, names: Iterable[str], categories: Iterable[Category]) -> None:
        """Take into account the cookies and categories of a settings page with settings of its own."""
        self._unlisted.difference_update(names)
        self._offered.update(categories)

    def proposes_beside(self, uses: Iterable[str]) -> None:
        """Set the names under `uses` in the site's own file, if the gate has more of them from elsewhere."""
        self._uses = tuple(uses)

    def judged(self, judgement: Judgement) -> None:
        """Check a decision about a line of the app."""
        rule = judgement.rule
        if rule is None or rule.name not in self._unlisted:
            return
        if judgement.action is Action.DROP or judgement.action is Action.EXPIRE:
            if judgement.policy_rule == 5:  # the rule that asks for consent
                self._say_held_back(rule, "dropped", is_enforced=judgement.is_enforced)
        elif not judgement.is_deletion and rule.name not in self._said:
            self._said.add(rule.name)
            _logger.warning(
                "cookie %s (%s, %s) leaves, and your file does not list it: settings page, rendered policy and "
                "receipts leave it out; cookiegate knows it, to list it add:\n%s",
                ascii(rule.name), rule.category, rule.provider, self._lines(rule.name),
            )  # fmt: skip

    def deleted(self, rule: CookieRule, *, is_enforced: bool) -> None:
        """Check a cookie of a request that is deleted in the browser."""
        if rule.name in self._unlisted:
            self._say_held_back(rule, "deleted", is_enforced=is_enforced)

    def how_to_offer(self, category: str) -> str | None:
        """Return what to write so that a category is offered; `None` if it is offered, or does not exist."""
        if category not in OPTIONAL or category in self.offer.categories:
            return None
        names = list(self._held_back.get(Category(category), ()))[:_MAX_NAMES]
        if not names:
            return "declare a cookie of it under [[cookie]], or name a known one in [gate] uses"
        return f"known cookies of it are held back; to offer it write [gate] {uses_line(self._uses, *names)}"

    def _say_held_back(self, rule: CookieRule, what: str, *, is_enforced: bool) -> None:
        """Warn once if visitors can't allow a cookie."""
        if not self._can_choose or rule.category in self._offered or rule.name in self._said:
            return
        self._said.add(rule.name)
        self._held_back.setdefault(rule.category, {})[rule.name] = None
        _logger.warning(
            "cookie %s (%s, %s) %s %s, and no visitor can allow it: the site offers no %s cookies; cookiegate knows "
            "it, to offer it add:\n%s",
            ascii(rule.name), rule.category, rule.provider,
            "is" if is_enforced and self._is_enforced else "would be", what, rule.category, self._lines(rule.name),
        )  # fmt: skip

    def _lines(self, name: str) -> str:
        return f"[gate]\n{uses_line(self._uses, name)}"
