"""The words of cookiegate as frozen values and closed sets. No logic beyond checking and naming them.

Header text is octets (`bytes`) everywhere; names and values are never decoded, unquoted or unescaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Never

__all__ = [
    "NO_CONSENT",
    "OPTIONAL",
    "Action",
    "Category",
    "Consent",
    "CookieRule",
    "Decision",
    "Exchange",
    "Lifetime",
    "Reason",
    "RequestHead",
    "SameSite",
    "SetCookie",
]


class Category(StrEnum):
    """What a cookie is for. Necessary ones are always allowed, the other three by the visitor's choice."""

    NECESSARY = "necessary"
    PREFERENCES = "preferences"
    STATISTICS = "statistics"
    MARKETING = "marketing"

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise ValueError(f"unknown category {value!r}; use one of {', '.join(cls)}")


OPTIONAL: frozenset[Category] = frozenset({Category.PREFERENCES, Category.STATISTICS, Category.MARKETING})
"""The categories that need consent."""


class SameSite(StrEnum):
    """The three values of the SameSite attribute, spelt as they are written on the wire."""

    STRICT = "Strict"
    LAX = "Lax"
    NONE = "None"


class Action(StrEnum):
    """What became of a Set-Cookie line."""

    KEEP = "keep"
    """It leaves as the same octets."""
    REWRITE = "rewrite"
    """It leaves with its attributes written anew, or as the gate's own deletion where it was a deletion."""
    DROP = "drop"
    """It does not leave."""
    EXPIRE = "expire"
    """A deletion that the app did not send leaves: instead of the line, or for a refused cookie of the request."""


class Reason(StrEnum):
    """Why a decision was taken. These codes are public API: dashboards may depend on them."""

    # A browser would refuse the line, or readers would disagree about its name (rule 1)
    UNREADABLE = "unreadable"
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


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie line as a browser understands it. All octets; `None` where an attribute is absent or ignored.

    Source: RFC 6265bis §5.6 and §5.7; CHIPS for `partitioned`; Chromium for `priority`.
    """

    name: bytes
    """May be empty: such a cookie is stored, and sent back as its bare value."""
    value: bytes
    expires_s: int | None = None
    """Seconds since 1970-01-01 UTC of the last Expires that is a date."""
    max_age_s: int | None = None
    """The last Max-Age that is a number, in seconds; zero and less delete. It beats `expires_s`."""
    domain: bytes | None = None
    """Lower case, without its leading dot. Empty: the attribute is there, the cookie is host-only."""
    path: bytes | None = None
    """Empty: the attribute is there, and means the default path."""
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    partitioned: bool = False
    priority: bytes | None = None
    attributes: tuple[tuple[bytes, bytes], ...] = ()
    """Every attribute as it came, in order: name in lower case, value trimmed. What a browser skips is here too."""
    is_unambiguous: bool = True
    """Every browser reads the attributes alike: each once at most, each known, each value valid."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a cookie is promised to be kept: a limit in seconds, the browser session, or no number at all."""

    text: str
    """As people wrote it: `"7 days"`, `"session"`, `"persistent"`, `"varies"`."""
    max_age_s: int | None = None
    """The limit in seconds; `None` where the text names none."""
    is_session: bool = False
    """Kept until the browser session ends."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieRule:
    """What the registry says of a cookie name, and the attributes that such a cookie must have."""

    name: str
    """Exact; with a `*` at its end a prefix; with a `*` inside a pattern."""
    category: Category
    purpose: str = ""
    lifetime: Lifetime | None = None
    provider: str = ""
    source: str = ""
    """Where this is documented (a URL)."""
    secure: bool | None = None
    """`True`: always Secure, on http too. `None`: as the gate says."""
    http_only: bool = False
    same_site: SameSite | None = None
    """Written whatever the app says; `None`: the app's, or the gate's default."""
    host_only: bool = False
    """The Domain attribute is cut off."""
    partitioned: bool = False
    """The cookie lives in partitioned storage: a deletion must say so to reach it."""
    domains: tuple[str, ...] = ()
    """Domains for which the cookie may have been set; a deletion is sent for each, beside the host-only one."""
    paths: tuple[str, ...] = ("/",)
    """Paths for which the cookie may have been set; a deletion is sent for each."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The optional categories that a visitor granted, and what is known of how that came about.

    `Consent(granted={"statistics"})` is the least a consent source can say. `"necessary"` may be named and
    changes nothing.

    Raises: `ValueError` for a category that is not one of the four.
    """

    granted: frozenset[Category]
    source: str = ""
    """Which platform or cookie said so."""
    given_at: datetime | None = None
    """When the visitor chose (with time zone); `None` where the source carries no time."""
    revision: str | None = None
    """The policy version that was shown; `None` where the source carries none."""
    explicit: bool = True
    """The visitor acted. False for a default or an implied choice."""
    max_age_s: int | None = None
    """How long the source itself lets this choice count, from `given_at` on."""
    id: str | None = None
    """The random id by which the choice is on record, if there is one."""
    refusals: tuple[tuple[Category, Reason], ...] = ()
    """Why a category is not granted, where there is more to say than that the visitor did not."""

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
        """Tell whether cookies of this category may be set; necessary ones always may."""
        return category == Category.NECESSARY or category in self.granted

    def refusal(self, category: Category) -> Reason:
        """Name the reason for which a category that is not granted is refused."""
        return next((reason for refused, reason in self.refusals if refused is category), Reason.NOT_GRANTED)

    @classmethod
    def none(cls, reason: Reason, *, source: str = "") -> "Consent":
        """Make the consent that grants nothing, for one reason that holds for every category."""
        return cls((), source=source, explicit=False, refusals=[(category, reason) for category in sorted(OPTIONAL)])


NO_CONSENT = Consent.none(Reason.NO_CONSENT)
"""No source gave any signal: the visitor has not chosen yet."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What a consent source may look at: the request without its body, as octets.

    Adapters build it only when a decision needs it.
    """

    cookie: bytes = b""
    """The Cookie header fields, joined with `"; "` where there were several; not decoded."""
    headers: Sequence[tuple[bytes, bytes]] = ()
    """All header fields, names in lower case."""
    scheme: str = "http"
    method: str = "GET"
    path: str = "/"

    def header(self, name: bytes) -> list[bytes]:
        """Return the values of every header field of this lower-case name, in order."""
        return [value for key, value in self.headers if key == name]

    def has_signal(self, name: bytes) -> bool:
        """Tell whether a header field of this lower-case name says exactly `1`, as Sec-GPC and DNT do."""
        return b"1" in self.header(name)

    def with_cookie(self, cookie: bytes) -> "RequestHead":
        """Return the same request with another Cookie header, among `headers` too."""
        others = [(name, value) for name, value in self.headers if name != b"cookie"]
        headers = (*others, (b"cookie", cookie)) if cookie else tuple(others)
        return RequestHead(cookie, headers, self.scheme, self.method, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate decided for one Set-Cookie line, or for one refused cookie of the request, and why."""

    action: Action
    reason: Reason
    number: int
    """The numbered rule of `cookiegate.policy` that decided."""
    name: str
    """The cookie's name, octets read as Latin-1."""
    category: Category | None = None
    """`None` where the line was not classified: malformed, or unregistered and not treated as any category."""
    rule: CookieRule | None = None
    before: bytes = field(default=b"", repr=False)
    """The line as the app sent it; empty for a cookie of the request that is expired. Holds the value: not for logs."""
    after: bytes | None = field(default=None, repr=False)
    """The line that leaves; `None` when dropped. Holds the value: not for logs."""
    changes: tuple[str, ...] = ()
    """What was rewritten, in words fit for a log: no value of the cookie is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response, and what was decided about its cookies: what a recorder is told."""

    method: str
    """The request's method; `"WEBSOCKET"` for a handshake."""
    path: str
    """The path as it was asked for, without the query."""
    route: str | None
    """The framework's template of the path, like `/users/{id}`, where it says so."""
    status: int
    """The response's status; 101 for an accepted websocket, 0 where the app gave none that can be read."""
    at_s: float
    """When the response started, in seconds since 1970-01-01 UTC."""
    is_https: bool
    granted: frozenset[Category]
    """The optional categories that the visitor had granted when the response left."""
    decisions: tuple[Decision, ...]
    """One for each Set-Cookie line, and for each refused cookie of the request that was expired; often none."""
    is_enforced: bool = True
    """False in report-only: whatever was decided, the lines left as the app sent them."""
