"""Findings: what is wrong with one cookie, or with something else, wherever it was seen."""

from dataclasses import dataclass

from cookiegate.audit.code import Code
from cookiegate.audit.code_texts import TEXTS
from cookiegate.audit.observation import Moment, Place
from cookiegate.audit.severity import Severity
from cookiegate.model import Category, CookieRule
from cookiegate.registry import proposal_for

__all__ = ["Code", "Finding", "Severity"]

_NO_PROMISE = {
    Code.NOTHING_SEEN: "none of it could be checked", Code.NOT_SEEN: "none of it could be checked",
    Code.NO_POLICY: "none was given", Code.OTHER_PARTY: "none of the site's own",
    Code.REJECT_HARDER: "none of a banner", Code.REJECT_LESS_PROMINENT: "none of a banner",
    Code.NO_WAY_BACK: "none of a banner", Code.POLICY_EXTRA_ROW: "none in the registry",
}  # fmt: skip
_UNKNOWN_ANYWHERE = (
    "Unknown",
    "No policy was given, and these are none of the cookies that cookiegate knows as a site's own.",
    "Find out what sets them, and what they are for.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one cookie, wherever it was seen, or that the audit could not look at."""

    code: Code
    cookie: str
    """The cookie's name, safe to print; for other codes what `Code.noun` says: a page, a host."""
    detail: str
    """What is wrong with this cookie, without its value."""
    rule: CookieRule | None = None
    """The promise."""
    category: Category | None = None
    places: tuple[Place, ...] = ()
    """The first few."""
    moments: tuple[Moment, ...] = ()
    count: int = 0
    """How often it was seen."""
    is_accepted: bool = False
    """It is in the baseline."""
    has_policy: bool = True
    """The site's own registry was given."""

    @property
    def proposal(self) -> CookieRule | None:
        """The rule that cookiegate knows for a cookie that no rule of the site names."""
        return proposal_for(self.cookie) if self.code is Code.UNREGISTERED else None

    @property
    def full_detail(self) -> str:
        """Say what is wrong with this very cookie, and what cookiegate knows of it where no rule does."""
        rule = self.proposal
        return self.detail if rule is None else f"{self.detail}; known as {rule.category} ({rule.provider})"

    @property
    def texts(self) -> tuple[str, str, str]:
        """Return a headline, a sentence on why it matters, and one on what to do."""
        if self.code is Code.UNREGISTERED and not self.has_policy:
            return _UNKNOWN_ANYWHERE
        return TEXTS[self.code][1:]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.code.severity

    @property
    def promise(self) -> str:
        """Describe what the registry promises of this cookie."""
        if self.rule is None:
            return _NO_PROMISE.get(self.code, "none: no rule names it")
        lifetime = f", {self.rule.lifetime}" if self.rule.lifetime is not None else ""
        rule = f"{self.rule.name}: {self.rule.category}{lifetime}"
        return rule if self.has_policy else f"none was given; cookiegate knows {rule}"

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Worst first, then by code, category and name."""
        category = len(Category) if self.category is None else list(Category).index(self.category)
        return -self.severity.weight, list(Code).index(self.code), category, self.cookie
