"""Fuzz one Set-Cookie line: parse it, judge it by policy, send it through a whole gate.

The first two octets choose the settings, the consent and the connection; the rest is the line. What must hold is told
by a naive reading of what leaves, which knows nothing of how the registry looks names up.
"""

import re
from contextlib import suppress

from cookiegate import Action, Category, Consent, CookieGate, CookieRule, Reason, Registry, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.policy import Policy
from cookiegate.wire.set_cookie import parse_set_cookie, write_set_cookie

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
OPTIONAL = {"theme": "preferences", "visitor": "statistics", "source": "marketing"}
UNREGISTERED = ("drop", "keep", "necessary", "marketing")
REFUSED = ("drop", "session", "expire", "drop")
REGISTRY = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY, http_only=True),
        CookieRule(name="short", category=Category.NECESSARY, lifetime=parse_lifetime("session"), host_only=True),
        CookieRule(name="theme", category=Category.PREFERENCES, lifetime=parse_lifetime("7 days")),
        CookieRule(name="Visitor", category=Category.STATISTICS, secure=False),
        CookieRule(name="source", category=Category.MARKETING),
    ]
)
POLICIES = {
    (unregistered, refused): Policy(
        registry=REGISTRY,
        unregistered=unregistered if unregistered in ("drop", "keep") else Category(unregistered),
        refused=refused,
        max_lifetime_s=34560000,
    )
    for unregistered in UNREGISTERED
    for refused in set(REFUSED)
}


class _Granting:
    """A consent source that says what it is told."""

    consent = Consent(())

    def __call__(self, head):
        return self.consent


SOURCE = _Granting()


def _gates(**more):
    """Make a gate for each answer to what is refused."""
    common = {"registry": REGISTRY, "consent": SOURCE, "clock": lambda: NOW, **more}
    return {refused: CookieGate(refused=refused, **common) for refused in REFUSED}


FAST = _gates()
GENERAL = _gates(observer=lambda decision: None)
"""An observer must be told of everything: such a gate leaves the tables alone."""


def check(octets: bytes) -> None:
    """Try one input. Raises: `AssertionError`, or whatever the package raised."""
    if len(octets) < 2:
        return
    how, who, line = octets[0], octets[1], octets[2:]
    consent = Consent(name for bit, name in enumerate(OPTIONAL.values()) if who >> bit & 1)
    is_https = bool(who & 8)
    unregistered, refused = UNREGISTERED[how & 3], REFUSED[how >> 2 & 3]
    policy = POLICIES[unregistered, refused]
    decision = policy.decide(line, consent, is_https=is_https, now=NOW)
    assert decision.before == line
    assert (decision.after is None) == (decision.action is Action.DROP)
    assert decision.action is not Action.KEEP or decision.after == line
    if decision.after is not None:
        _check_line(decision.after, consent, refused, decision.reason)
        again = policy.decide(decision.after, consent, is_https=is_https, now=NOW)
        assert again.after == decision.after, (decision.after, again.after)
    _check_gate(line, consent, is_https=is_https, refused=refused)


def _check_line(line: bytes, consent: Consent, refused: str, reason: Reason) -> None:
    """Look at a line that leaves as browsers and readers will."""
    cookie = parse_set_cookie(line)
    assert cookie is not None
    assert cookie.name
    assert parse_set_cookie(write_set_cookie(cookie)) is not None
    is_deletion = (cookie.value, cookie.max_age_s, cookie.expires_s) == (b"", 0, 0)
    assert is_deletion or reason is not Reason.DELETION
    if is_deletion or _naive_categories(line) <= {str(category) for category in consent.granted}:
        return
    assert refused == "session", line
    assert cookie.max_age_s is None, line
    assert cookie.expires_s is None, line


def _naive_categories(line: bytes) -> set[str]:
    """Return the optional categories of every name that some reader may see where the cookie's name stands."""
    pair = line.split(b";")[0]
    name, equals, _ = pair.partition(b"=")
    raw = name if equals else pair
    texts = [raw.decode("latin-1"), raw.decode("utf-8", "ignore"), raw.decode("utf-8", "replace")]
    words = {word for text in texts for word in re.split(r"[^\w!#$%&'*+.^`|~-]+", text, flags=re.ASCII)}
    found = set()
    for word in words:
        bare = re.sub(r"\A__(host-http|host|secure|http)-", "", word.lower())
        for known, category in OPTIONAL.items():
            if re.fullmatch(re.escape(known) + r"(c[1-9]\d?)?", bare, re.ASCII):
                found.add(category)
    return found


def _check_gate(line: bytes, consent: Consent, *, is_https: bool, refused: str) -> None:
    """Send the line through a gate by both of its paths: they agree, and nothing refused leaves."""
    SOURCE.consent = consent
    fast, general = (_through(gates[refused], line, is_https=is_https) for gates in (FAST, GENERAL))
    assert fast == general, (fast, general)
    for left in fast:
        _check_line(left, consent, refused, Reason.GRANTED)


def _through(gate: CookieGate, line: bytes, *, is_https: bool) -> list[bytes]:
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", line)]})

    async def send(message):
        sent.extend(message["headers"])

    scope = {"type": "http", "scheme": "https" if is_https else "http", "headers": []}
    with suppress(StopIteration):
        CookieGateMiddleware(app, gate)(scope, None, send).send(None)
    return [value for name, value in sent if name == b"set-cookie"]
