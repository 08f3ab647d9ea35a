"""Findings: a closed set of stable codes, each with its severity, its meaning, and what to do about it.

The codes are public API: baselines and dashboards depend on them.
"""

from dataclasses import dataclass
from enum import StrEnum

from cookiegate.audit.sighting import Moment, Place
from cookiegate.model import Category, CookieRule

__all__ = ["Code", "Finding", "Severity"]


class Severity(StrEnum):
    """How bad a finding is; SARIF's words."""

    ERROR = "error"
    """The published promise is broken."""
    WARNING = "warning"
    """The promise is kept, and the cookie is weak, or something points at a breach."""
    NOTE = "note"
    """Good to know; never fails a run by itself."""

    @property
    def weight(self) -> int:
        """Larger is worse."""
        return {"note": 0, "warning": 1, "error": 2}[self]

    @property
    def plural(self) -> str:
        """Name several."""
        return f"{self}s"


class Code(StrEnum):
    """What was found."""

    BEFORE_CONSENT = "before-consent"
    AGAINST_CHOICE = "against-choice"
    UNREGISTERED = "unregistered"
    KEPT_LONGER = "kept-longer"
    CARRIED_WITHOUT_CONSENT = "carried-without-consent"
    KEPT_TOO_LONG = "kept-too-long"
    NO_SECURE = "no-secure"
    WEAK_SAME_SITE = "weak-same-site"
    NO_HTTP_ONLY = "no-http-only"
    WIDE_DOMAIN = "wide-domain"
    REFUSED_LINE = "refused-line"
    READ_DIFFERENTLY = "read-differently"
    NEVER_SEEN = "never-seen"
    OTHER_PARTY = "other-party"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _TEXTS[self][0]

    @property
    def headline(self) -> str:
        """Say in a few words what is wrong."""
        return _TEXTS[self][1]

    @property
    def meaning(self) -> str:
        """Say in a sentence why it matters."""
        return _TEXTS[self][2]

    @property
    def remedy(self) -> str:
        """Say what to do about it."""
        return _TEXTS[self][3]


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_TEXTS: dict[Code, tuple[Severity, str, str, str]] = {
    Code.BEFORE_CONSENT: (
        _ERROR,
        "Set before consent",
        "The policy says that these cookies wait for the visitor's consent; they were set before there was a choice.",
        "Wrap the site with cookiegate, or set them only after the visitor has agreed.",
    ),
    Code.AGAINST_CHOICE: (
        _ERROR,
        "Set against the visitor's choice",
        "The visitor had chosen, and had not granted the category of these cookies.",
        "Wrap the site with cookiegate, or ask for consent before they are set.",
    ),
    Code.UNREGISTERED: (
        _ERROR,
        "Not in the policy",
        "No rule of the registry names these cookies, so no visitor was told of them.",
        "Find out what sets them. Then stop it, or declare them under [[cookie]] and in the published policy.",
    ),
    Code.KEPT_LONGER: (
        _ERROR,
        "Kept longer than declared",
        "The policy promises a shorter life than the site asks the browser for.",
        "Shorten Max-Age or Expires where they are set, or correct the lifetime in the registry and the policy.",
    ),
    Code.CARRIED_WITHOUT_CONSENT: (
        _WARNING,
        "In the browser without consent",
        "The browser sent these cookies although they were not granted: a script set them, or an earlier visit did.",
        "Record again with an empty profile. If they are there again, look for the script that sets them.",
    ),
    Code.KEPT_TOO_LONG: (
        _WARNING,
        "Kept very long",
        "Browsers cut what is longer than 400 days, and regulators ask that what needs consent ends after 13 months.",
        "Give them a shorter Max-Age, and declare it.",
    ),
    Code.NO_SECURE: (
        _WARNING,
        "Without Secure",
        "On an unencrypted request the browser would show these cookies to everybody on the way.",
        "Set Secure.",
    ),
    Code.WEAK_SAME_SITE: (
        _WARNING,
        "SameSite missing or weak",
        "Browsers guess SameSite differently, and send a cookie with None along with requests of other sites.",
        "Write SameSite=Lax or Strict; None only with Secure, and only where other sites need it.",
    ),
    Code.NO_HTTP_ONLY: (
        _WARNING,
        "Without HttpOnly",
        "The registry says that no script needs these cookies; without HttpOnly any script in the page can take them.",
        "Set HttpOnly.",
    ),
    Code.WIDE_DOMAIN: (
        _WARNING,
        "Sent to every subdomain",
        "The registry keeps these cookies to one host; their Domain attribute hands them to all subdomains.",
        "Leave Domain away.",
    ),
    Code.REFUSED_LINE: (
        _WARNING,
        "Refused by browsers",
        "Browsers refuse these lines, or software disagrees about their names: what is set is not what is meant.",
        "Mend the line where it is written; `cookiegate explain` says what is wrong with it.",
    ),
    Code.READ_DIFFERENTLY: (
        _WARNING,
        "Read differently by browsers",
        "An attribute stands there twice, is unknown, or has a value that is not valid; browsers don't agree about it.",
        "Write each attribute once, with a valid value.",
    ),
    Code.NEVER_SEEN: (
        _NOTE,
        "Declared and never seen",
        "The registry declares these cookies, and none of them was seen.",
        "Look at more pages, log in, or use the functions that need them. What is gone for good leaves the policy too.",
    ),
    Code.OTHER_PARTY: (
        _NOTE,
        "Other parties' cookies",
        "These hosts are not the site's own; what they set is out of the reach of its middleware.",
        "Load their content only after consent, or take it out. If a host is yours, name it with --host.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one cookie, wherever it was seen."""

    code: Code
    cookie: str
    """The cookie's name, safe to print; for `other-party` the host."""
    detail: str
    """What is wrong with this very cookie, without its value."""
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

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.code.severity

    @property
    def promise(self) -> str:
        """Say what the registry promises of this cookie."""
        if self.rule is None:
            return "none: no rule names it" if self.code is not Code.OTHER_PARTY else "none of the site's own"
        lifetime = f", {self.rule.lifetime}" if self.rule.lifetime is not None else ""
        return f"{self.rule.name}: {self.rule.category}{lifetime}"

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Worst first, then by code, category and name."""
        category = len(Category) if self.category is None else list(Category).index(self.category)
        return -self.severity.weight, list(Code).index(self.code), category, self.cookie
