"""The workload: the 24 cookies of the example policy as an application sends them, its registry, its visitors.

The lines are what such sites send: a JWT of about 900 octets, JSON with its quotes and commas, percent-encoded JSON,
attributes in several orders and cases, some complete, some without SameSite or Secure, some kept longer than promised.
Dates lie in the near future, so that they are under every limit on the day of the run.
"""

import time
from base64 import urlsafe_b64encode
from email.utils import formatdate
from hashlib import sha512

from cookiegate.adapter import filter_fields
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, Consent, CookieRule, RequestHead
from cookiegate.registry.registry import Registry
from cookiegate.wire.request_head import ScopeHead

__all__ = [
    "CONSENT_NAME", "EVERYTHING", "NEITHER", "PARTLY", "RULES", "Field", "consent_cookie",
    "cookie_header", "date_in", "expiring_fields", "filter_alone", "five_cookies", "lines", "make_gate", "numbered",
    "policy_rules", "random_text",
    "realistic", "set_cookies",
]  # fmt: skip

Field = tuple[bytes, bytes]

CONSENT_NAME = "cookiegate_consent"
NEITHER: frozenset[str] = frozenset()
PARTLY = frozenset({"statistics"})
EVERYTHING = frozenset({"preferences", "statistics", "marketing"})

# name: category, promised lifetime, must be HttpOnly. Exact here, so that rivals need one look-up in a dictionary;
# the gate's registry says the optional ones with three prefixes, like the example policy.
RULES: dict[str, tuple[Category, str | None, bool]] = {
    "token": (Category.NECESSARY, None, True),
    "refreshToken": (Category.NECESSARY, "7 days", True),
    "cachedSessionV1": (Category.NECESSARY, None, False),
    "impersonateUserToken": (Category.NECESSARY, "session", True),
    "countryCode": (Category.NECESSARY, "session", False),
    "currency": (Category.NECESSARY, None, False),
    "fair_usage_tracker": (Category.NECESSARY, None, False),
    "folder_sidebar": (Category.NECESSARY, None, False),
    "refundNotificationExpiresAt": (Category.NECESSARY, "1 hour", False),
    **dict.fromkeys(
        [f"ia_pref_{name}" for name in ("theme", "language", "layout", "dismissals", "defaults")],
        (Category.PREFERENCES, "180 days", False),
    ),
    **dict.fromkeys(
        [f"ia_stats_{name}" for name in ("session", "pageviews", "events", "perf", "returning")],
        (Category.STATISTICS, "90 days", False),
    ),
    **dict.fromkeys(
        [f"ia_mkt_{name}" for name in ("source", "campaign", "conversion", "retention", "experiments")],
        (Category.MARKETING, "90 days", False),
    ),
}


def random_text(length: int, seed: str) -> str:
    """Return text like the inside of a token: base64url, the same in every run."""
    octets = b"".join(sha512(f"{seed}{number}".encode()).digest() for number in range(length // 80 + 1))
    return urlsafe_b64encode(octets).decode().rstrip("=")[:length]


def date_in(seconds: float) -> str:
    """Write the date so many seconds from now, as frameworks write Expires."""
    return formatdate(time.time() + seconds, usegmt=True)


def lines() -> list[bytes]:
    """Return the 24 lines, in the order of the policy."""
    jwt = f"{random_text(36, 'h')}.{random_text(820, 'p')}.{random_text(43, 's')}"
    json = '{"user":{"id":4711,"name":"Ada, Countess","plan":"pro"},"flags":["beta","eu"],"exp":1893456000}'
    month = 30 * 86400
    texts = [
        f"token={jwt}; Path=/; HttpOnly; Secure; SameSite=Lax",
        f"refreshToken={random_text(64, 'r')}; Max-Age=604800; Path=/api; HttpOnly; Secure; SameSite=Strict",
        f"cachedSessionV1={json}; path=/; secure",
        f"impersonateUserToken={random_text(120, 'i')}; HttpOnly; Path=/admin; SameSite=Strict; Secure",
        "countryCode=DE; Path=/",
        "currency=EUR; Max-Age=31536000; Path=/; SameSite=Lax",
        f"fair_usage_tracker=17.42.{random_text(22, 'f')}; expires={date_in(month)}; path=/; secure; samesite=lax",
        "folder_sidebar=%7B%22open%22%3Atrue%2C%22width%22%3A280%7D; Max-Age=31536000; Path=/",
        "refundNotificationExpiresAt=1893456000; Max-Age=3600; Path=/; Secure; SameSite=Lax",
        "ia_pref_theme=dark; Max-Age=31536000; Path=/; SameSite=Lax",
        "ia_pref_language=en-GB; Domain=example.com; Path=/; Max-Age=15552000; Secure; SameSite=Lax",
        "ia_pref_layout=%5B%22grid%22%2C3%5D; Path=/; Max-Age=7776000; SameSite=Lax; Secure",
        f"ia_pref_dismissals=tip1.tip4.tip9; Path=/; Expires={date_in(month)}; Secure; SameSite=Lax",
        "ia_pref_defaults=model%3Dlarge%26ratio%3D16x9; Path=/; Max-Age=15552000",
        f"ia_stats_session={random_text(32, 'a')}; Path=/; Secure; SameSite=Lax",
        "ia_stats_pageviews=41; Max-Age=86400; Path=/; Secure; SameSite=Lax",
        f"ia_stats_events={random_text(180, 'e')}; Path=/; Max-Age=2592000; Secure; SameSite=Lax",
        "ia_stats_perf=lcp.1240.fid.12.cls.0.04; Path=/; Max-Age=604800",
        f"ia_stats_returning=1768204800.1; Domain=example.com; Path=/; Expires={date_in(2 * month)}; Secure",
        "ia_mkt_source=newsletter; Max-Age=2592000; Path=/; SameSite=None; Secure",
        "ia_mkt_campaign=spring-2026%2Fdach; Max-Age=2592000; Domain=example.com; Path=/; Secure; SameSite=None",
        f"ia_mkt_conversion={random_text(48, 'c')}; Max-Age=7776000; Path=/; Secure; SameSite=Lax",
        "ia_mkt_retention=w3; Max-Age=31536000; Path=/; Secure; SameSite=Lax",
        "ia_mkt_experiments=hero:b,cta:a; Path=/; Max-Age=2592000; SameSite=Lax",
    ]
    return [text.encode() for text in texts]


def set_cookies(names: list[str] | None = None) -> list[Field]:
    """Return the lines (of these cookies) as header fields."""
    return [(b"set-cookie", line) for line in lines() if names is None or line.partition(b"=")[0].decode() in names]


def policy_rules() -> list[CookieRule]:
    """Return the registry's rules: exact names for the necessary ones, a prefix for each optional category."""
    rules = {name: rule for name, rule in RULES.items() if rule[0] is Category.NECESSARY}
    rules |= {"ia_pref_*": RULES["ia_pref_theme"], "ia_stats_*": RULES["ia_stats_perf"]}
    rules |= {"ia_mkt_*": RULES["ia_mkt_source"]}
    return [
        CookieRule(
            name=name,
            category=category,
            lifetime=parse_lifetime(lifetime) if lifetime else None,
            http_only=http_only,
        )
        for name, (category, lifetime, http_only) in rules.items()
    ]


def make_gate(**settings: object) -> CookieGate:
    """Make a gate as the README does: known cookies, the policy's on top, everything else by default."""
    return CookieGate(**{"registry": Registry.known() | Registry(policy_rules()), **settings})  # type: ignore[arg-type]


def consent_cookie(gate: CookieGate, granted: frozenset[str], number: int = 0) -> bytes:
    """Return the pair with which a visitor's browser says what was granted."""
    from datetime import UTC, datetime

    consent = Consent(granted, given_at=datetime.fromtimestamp(int(time.time()), UTC), id=f"{number:020}")
    written: bytes = gate.consent.write(consent, is_https=True)  # type: ignore[attr-defined]
    return written.partition(b";")[0]


def cookie_header(gate: CookieGate, granted: frozenset[str] | None, *names: str) -> bytes:
    """Return a Cookie header: some cookies with short values, then the consent; `None`: no consent cookie."""
    pairs = [f"{name}={random_text(24, name)}".encode() for name in names]
    return b"; ".join(pairs if granted is None else [*pairs, consent_cookie(gate, granted)])


def five_cookies(gate: CookieGate, granted: frozenset[str], number: int = 0) -> bytes:
    """Return a visitor's usual Cookie header, of which no cookie is a registered optional one; `number`: whose."""
    pairs = [
        f"sessionid={random_text(32, f's{number}')}".encode(),
        f"csrftoken={random_text(32, f'c{number}')}".encode(),
        consent_cookie(gate, granted, number),
        b"countryCode=DE",
        b"fair_usage_tracker=" + random_text(24, f"u{number}").encode(),
    ]
    return b"; ".join(pairs)


def realistic() -> dict[str, list[Field]]:
    """Return twelve lines each of a kind that real sites send, under names of the policy that last beyond a session."""
    names = [name for name, rule in RULES.items() if rule[1] != "session"][:12]
    jwt = f"{random_text(36, 'h')}.{random_text(820, 'p')}.{random_text(43, 's')}"
    json = '{"user":{"id":4711,"name":"Ada, Countess"},"flags":["beta","eu"],"seen":1893456000}'
    endings = (
        "; path=/; secure; HTTPONLY; samesite=lax",
        ";Path=/;Max-Age=3600;SameSite=Strict;Secure",
        "; SameSite=Lax; Secure; Max-Age=1800; Path=/; HttpOnly",
        "; Max-Age=99999999; Domain=example.com; Path=/; Secure",
        "; Path=/",
        "; HttpOnly; Path=/shop; SameSite=Lax; MAX-AGE=600",
    )
    texts = {
        "a JWT of 900 octets": [
            f"{name}={jwt}; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=Lax" for name in names
        ],
        "JSON in the value": [f"{name}={json}; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=Lax" for name in names],
        "mixed attributes": [f"{name}=v{endings[number % len(endings)]}" for number, name in enumerate(names)],
    }
    return {kind: [(b"set-cookie", text.encode()) for text in lines] for kind, lines in texts.items()}


def numbered(count: int) -> tuple[Registry, list[Field]]:
    """Return `count` lines with names of their own, the 24 lines over and over, and a registry that knows them all."""
    models = [line.partition(b"=") for line in lines()]
    fields = []
    for number in range(count):
        name, equals, rest = models[number % len(models)]
        fields.append((b"set-cookie", b"%b_%d%b%b" % (name, number, equals, rest)))
    rules = [
        CookieRule(name=f"{name}_*", category=category, lifetime=parse_lifetime(lifetime) if lifetime else None)
        for name, (category, lifetime, _) in RULES.items()
    ]
    return Registry(rules), fields


def expiring_fields(count: int, moments: int) -> list[list[Field]]:
    """Return `moments` responses of `count` lines each, whose Expires is a second later each time."""
    names = [name for name, rule in RULES.items() if rule[1] != "session"][:count]
    return [
        [
            (b"set-cookie", f"{name}=v; Expires={date_in(1800 + second)}; Path=/; Secure; SameSite=Lax".encode())
            for name in names
        ]
        for second in range(moments)
    ]


def filter_alone(gate: CookieGate, request: RequestHead, fields: list[Field]) -> list[Field]:
    """Filter one response without a server: the gate's own work, and nothing of an adapter's."""
    line = (request.scheme, request.method, request.path)
    handle = Handle(compiled(gate), (request.cookie, ScopeHead, request.headers, line))
    return filter_fields(handle, [*fields], "https")
