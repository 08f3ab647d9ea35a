"""The rules that a site's own file declares: a cookie that only cookiegate knows is missing in the published policy.

Law: a known rule counts as declared only if the site's file uses it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cookiegate.audit.finding import Code
from cookiegate.model import OPTIONAL, CookieRule
from cookiegate.registry.offer import Offer, uses_line
from cookiegate.registry.registry import Registry

__all__ = ["DeclaredRules"]


@dataclass(frozen=True, slots=True)
class DeclaredRules:
    """The rules of the site's own file, and those of `Registry.known()` that it says to use."""

    offer: Offer
    registry: Registry
    uses: tuple[str, ...]
    """The known cookies that its settings name already."""
    is_consent_cookie: Callable[[str], bool]
    """Whether a cookie stores the visitor's choice: the page or banner that writes it names it."""

    @property
    def rules(self) -> tuple[CookieRule, ...]:
        """The rules for cookies that count as declared; an audit sees no storage."""
        cookies = (rule for rule in self.registry if rule.storage is None)
        return tuple(rule for rule in cookies if rule.name not in self.offer.unlisted)

    def fault(self, rule: CookieRule, *, is_kept: bool) -> tuple[Code, str] | None:
        """Describe what is wrong with a cookie that was observed under this rule, where only cookiegate knows it.

        `is_kept`: a browser stores it; otherwise it was dropped or deleted.
        """
        if rule.name not in self.offer.unlisted or self.is_consent_cookie(rule.name):
            return None
        provider = f" ({rule.provider})" if rule.provider else ""
        line = f"[gate] {uses_line(self.uses, rule.name)}"
        if rule.category in OPTIONAL - self.offer.categories:
            return Code.NOT_OFFERED, f"nothing that your file lists is of {rule.category}; to offer it, add {line}"
        return (Code.UNDECLARED, f"known as {rule.category}{provider}; to list it, add {line}") if is_kept else None
