"""The codes of findings: a closed set.

The codes are public API: baselines and dashboards depend on them.
Law: a code is never renamed or given another meaning.
"""

from enum import StrEnum

from cookiegate.audit.code_texts import TEXTS
from cookiegate.audit.severity import Severity

__all__ = ["Code"]


class Code(StrEnum):
    """What was found."""

    NOTHING_SEEN = "nothing-seen"
    BEFORE_CONSENT = "before-consent"
    SCRIPT_BEFORE_CONSENT = "script-before-consent"
    GPC_IGNORED = "gpc-ignored"
    AGAINST_CHOICE = "against-choice"
    KEPT_AFTER_WITHDRAWAL = "kept-after-withdrawal"
    STORED_BEFORE_CONSENT = "stored-before-consent"
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
    UNDECLARED = "undeclared"
    NOT_OFFERED = "not-offered"
    NOT_SEEN = "not-seen"
    STORED_UNREGISTERED = "stored-unregistered"
    REJECT_HARDER = "reject-harder"
    REJECT_LESS_PROMINENT = "reject-less-prominent"
    NO_WAY_BACK = "no-way-back"
    POLICY_EXTRA_ROW = "policy-extra-row"
    POLICY_MISSING_ROW = "policy-missing-row"
    POLICY_OTHER_LIFETIME = "policy-other-lifetime"
    NO_POLICY = "no-policy"
    NEVER_SEEN = "never-seen"
    OTHER_PARTY = "other-party"

    @property
    def noun(self) -> str:
        """Describe what a finding of this code is about: a cookie, or something else."""
        return _NOUNS.get(self, "cookie")

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return TEXTS[self][0]

    @property
    def headline(self) -> str:
        """Return a headline."""
        return TEXTS[self][1]

    @property
    def meaning(self) -> str:
        """Return in one sentence why it matters."""
        return TEXTS[self][2]

    @property
    def remedy(self) -> str:
        """Describe what to do about it."""
        return TEXTS[self][3]


_NOUNS = {
    Code.NOTHING_SEEN: "page", Code.NOT_SEEN: "place", Code.NO_POLICY: "registry", Code.OTHER_PARTY: "host",
    Code.STORED_BEFORE_CONSENT: "stored entry", Code.STORED_UNREGISTERED: "stored entry", Code.REJECT_HARDER: "banner",
    Code.REJECT_LESS_PROMINENT: "banner", Code.NO_WAY_BACK: "page", Code.POLICY_EXTRA_ROW: "row",
    Code.POLICY_MISSING_ROW: "row", Code.POLICY_OTHER_LIFETIME: "row",
}  # fmt: skip
