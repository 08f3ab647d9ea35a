"""The values that the rest of cookiegate works with: frozen dataclasses and enums, without logic but their checks.

Header text is octets (`bytes`) everywhere; names and values are never decoded, unquoted or unescaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cookiegate.cookie_rule import OPTIONAL, Category, CookieRule, SameSite
from cookiegate.lifetime import Lifetime

__all__ = [
    "NO_CONSENT",
    "OPTIONAL",
    "Action",
    "Category",
    "Consent",
    "CookieRule",
    "Lifetime",
    "Reason",
    "RemovedSource",
    "RequestHead",
    "SameSite",
    "SetCookie",
]


class Action(StrEnum):
    """What the gate does with a Set-Cookie line."""

    KEEP = "keep"
    """The line leaves as the same octets."""
    REWRITE = "rewrite"
    """The line leaves with rewritten attributes; a deletion is replaced by the gate's own deletion."""
    DROP = "drop"
    """The line does not leave."""
    EXPIRE = "expire"
    """The gate sends a deletion: instead of the line, or for a refused cookie of the request."""

    __hash__ = str.__hash__


class Reason(StrEnum):
    """The reason for a decision. These codes are public API: dashboards may depend on them."""

    # A browser would refuse the line, or parsers would disagree about its name (rule 1)
    CONTROL_OCTET = "control-octet"
    NAMELESS = "nameless"
    AMBIGUOUS_NAME = "ambiguous-name"
    TOO_LARGE = "too-large"
    PREFIX_CONDITIONS = "prefix-conditions"
    VALUE_NOT_STRICT = "value-not-strict"
    # The line deletes its cookie (rule 2)
    DELETION = "deletion"
    # No rule knows the name (rule 4)
    UNREGISTERED = "unregistered"
    # The category is not granted (rule 5)
    NO_CONSENT = "no-consent"
    NOT_GRANTED = "not-granted"
    CONSENT_UNREADABLE = "consent-unreadable"
    CONSENT_CONFLICT = "consent-conflict"
    CONSENT_EXPIRED = "consent-expired"
    CONSENT_OTHER_REVISION = "consent-other-revision"
    CONSENT_NOT_EXPLICIT = "consent-not-explicit"
    CONSENT_SOURCE_FAILED = "consent-source-failed"
    GLOBAL_PRIVACY_CONTROL = "global-privacy-control"
    DO_NOT_TRACK = "do-not-track"
    # The line may leave (rule 6)
    NECESSARY = "necessary"
    GRANTED = "granted"

    __hash__ = str.__hash__

    @property
    def is_malformed(self) -> bool:
        """Whether the line itself is the reason, not the registry or the consent (rules 1 and 8)."""
        return self in _MALFORMED


_MALFORMED = frozenset(
    {
        Reason.CONTROL_OCTET,
        Reason.NAMELESS,
        Reason.AMBIGUOUS_NAME,
        Reason.TOO_LARGE,
        Reason.PREFIX_CONDITIONS,
        Reason.VALUE_NOT_STRICT,
    }
)


@dataclass(frozen=True, slots=True)
class RemovedSource:
    """A source that was removed from a response's Content-Security-Policy, and why."""

    source: str
    """As in the configuration; scheme and host in lower case."""
    directive: str
    """The directive that named it, like `script-src`."""
    category: Category
    """What the source is for; the first one, if several categories name it."""
    reason: Reason
    """Why the category is not granted."""
    is_enforced: bool = True
    """False in report-only: the policy left as the app sent it."""


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie line as a browser understands it. All octets; `None` where an attribute is absent or ignored.

    Source: RFC 6265bis §5.6 and §5.7; CHIPS for `partitioned`; Chromium for `priority`.
    """

    name: bytes
    """May be empty: browsers store such a cookie and send back its value alone."""
    value: bytes
    expires_s: int | None = None
    """The last valid Expires, in seconds since 1970-01-01 UTC."""
    max_age_s: int | None = None
    """The last valid Max-Age, in seconds; zero or less deletes the cookie. It wins over `expires_s`."""
    domain: bytes | None = None
    """Lower case, without a leading dot. Empty: the attribute has no value, the cookie is host-only."""
    path: bytes | None = None
    """Empty: the attribute selects the default path."""
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    partitioned: bool = False
    priority: bytes | None = None
    attributes: tuple[tuple[bytes, bytes], ...] = ()
    """All attributes in order, ignored ones too: the name in lower case, the value trimmed."""
    is_unambiguous: bool = True
    """All browsers read the attributes alike: each is known, valid, and there at most once."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The optional categories that a visitor granted, and where, when and for which policy.

    `granted` is the only required argument: `Consent(granted={"statistics"})`. `"necessary"` is accepted and ignored.

    Raises: `ValueError` for a category that is not one of the four.
    """

    granted: frozenset[Category]
    source: str = ""
    """The platform or cookie that it was read from."""
    given_at: datetime | None = None
    """When the visitor chose (with time zone); `None` if the source has no time."""
    revision: str | None = None
    """The policy version that was shown; `None` if the source has none."""
    explicit: bool = True
    """Whether the visitor acted; false for a default or an implied choice."""
    max_age_s: int | None = None
    """How long the choice is valid from `given_at` on, as the source itself limits it."""
    id: str | None = None
    """The random id of the choice in the receipts, if there is one."""
    refusals: tuple[tuple[Category, Reason], ...] = ()
    """The reasons for refused categories, other than `not-granted`."""

    def __init__(
        self,
        granted: Iterable[str],
        *,
        source: str = "",
        given_at: datetime | None = None,
        revision: str | None = None,
        explicit: bool = True,
        max_age_s: int | None = None,
        id: str | None = None,
        refusals: Iterable[tuple[Category, Reason]] = (),
    ) -> None:
        if isinstance(granted, str):
            raise ValueError(f"granted is the text {granted!r}; give a set of category names, e.g. {{{granted!r}}}")
        assign = object.__setattr__
        assign(self, "granted", frozenset(map(Category, granted)) - {Category.NECESSARY})
        assign(self, "source", source)
        assign(self, "given_at", given_at)
        assign(self, "revision", revision)
        assign(self, "explicit", explicit)
        assign(self, "max_age_s", max_age_s)
        assign(self, "id", id)
        assign(self, "refusals", tuple((Category(category), Reason(reason)) for category, reason in refusals))

    def allows(self, category: str) -> bool:
        """Return whether cookies of this category may be set. Necessary ones always may."""
        return category == Category.NECESSARY or category in self.granted

    def refusal(self, category: Category) -> Reason:
        """Return the reason why a category that is not granted is refused."""
        return next((reason for refused, reason in self.refusals if refused is category), Reason.NOT_GRANTED)

    @classmethod
    def none(cls, reason: Reason, *, source: str = "") -> "Consent":
        """Return a consent that grants nothing, with one reason for all categories."""
        return _none(reason, source)


@lru_cache(maxsize=256)
def _none(reason: Reason, source: str) -> Consent:
    return Consent((), source=source, explicit=False, refusals=[(category, reason) for category in sorted(OPTIONAL)])


NO_CONSENT = Consent.none(Reason.NO_CONSENT)
"""No source found a choice: the visitor has not chosen yet."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The request without its body, as octets. Consent sources are called with it.

    It is made only if a decision needs it.
    """

    cookie: bytes = b""
    """The Cookie header fields, not decoded; several are joined with `"; "`."""
    headers: Sequence[tuple[bytes, bytes]] = ()
    """All header fields, names in lower case."""
    scheme: str = "http"
    method: str = "GET"
    path: str = "/"

    def header(self, name: bytes) -> list[bytes]:
        """Return the values of every header field of this lower-case name, in order."""
        return [value for key, value in self.headers if key == name]

    def has_signal(self, name: bytes) -> bool:
        """Return whether a header field of this lower-case name has the value `1`, like Sec-GPC and DNT."""
        return b"1" in self.header(name)

    def with_cookie(self, cookie: bytes) -> "RequestHead":
        """Return the same request with another Cookie header, in `headers` too."""
        others = [(name, value) for name, value in self.headers if name != b"cookie"]
        headers = (*others, (b"cookie", cookie)) if cookie else tuple(others)
        return RequestHead(cookie, headers, self.scheme, self.method, self.path)
