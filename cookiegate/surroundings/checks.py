"""Findings about the surroundings of a gate: its place, cookies that it would drop, returns that would lose a login.

Pure: what was seen comes in, findings go out.
"""

from collections.abc import Iterable, Iterator, Sequence

from cookiegate.gate import CookieGate
from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.registry.registry import Registry
from cookiegate.surroundings.cookies import LibraryCookie
from cookiegate.surroundings.finding import Code, Finding
from cookiegate.surroundings.libraries import Returning
from cookiegate.surroundings.stack import Layer

__all__ = ["check_cookies", "check_outside", "check_returns", "keeps_same_site", "rule_text", "two_gates"]

_SET_NO_COOKIES = frozenset({
    "ServerErrorMiddleware", "ProxyHeadersMiddleware", "ProxyFix", "TrustedHostMiddleware", "HTTPSRedirectMiddleware",
    "GZipMiddleware", "CORSMiddleware", "OpenTelemetryMiddleware", "SentryAsgiMiddleware", "SentryWsgiMiddleware",
    "PrometheusMiddleware", "WhiteNoise", "SharedDataMiddleware", "DispatcherMiddleware",
})  # fmt: skip
"""Middleware that may be outside the gate, because it sets no cookies."""


def check_outside(outside: Iterable[Layer], fix: str) -> Iterator[Finding]:
    """Find middleware outside the gate, whose cookies the gate does not see."""
    names = [layer.name for layer in outside if layer.name not in _SET_NO_COOKIES and not layer.is_gate]
    if names:
        listed = ", ".join(names)
        what = f"the gate is not outermost: {listed} {'is' if len(names) == 1 else 'are'} outside of it, and cookies"
        yield Finding(Code.NOT_OUTERMOST, listed, f"{what} that are set there pass no gate", fix)


def two_gates(count: int = 2) -> Finding:
    """Return a finding if an app is wrapped more than once."""
    return Finding(
        Code.TWO_GATES, "gate",
        f"{'two' if count == 2 else count} gates are around one app: each line is judged twice, and what one of them"
        " lets through the other may drop",
        "wrap the app once, and take the other gate away",
    )  # fmt: skip


def check_cookies(gate: CookieGate, cookies: Iterable[LibraryCookie]) -> Iterator[Finding]:
    """Find cookies of libraries that the gate would drop for visitors who have not consented."""
    for cookie in cookies:
        rule = gate.registry.find(cookie.name)
        category = gate.unregistered if rule is None else rule.category
        if category in (Category.NECESSARY, "keep") or (rule is not None and _is_known_as_optional(cookie)):
            continue
        known = (
            "not registered, so that no visitor gets it"
            if rule is None and category == "drop"
            else (f"one of {category}, so that visitors get it with consent alone")
        )
        yield Finding(
            Code.NOT_REGISTERED, cookie.name,
            f"{cookie.where}: the cookie {cookie.name!r} is {known}, and logins or forms fail",
            f"register it as necessary:\n{rule_text(cookie.name, 'necessary')}",
        )  # fmt: skip


def _is_known_as_optional(cookie: LibraryCookie) -> bool:
    """Return whether cookiegate itself knows a cookie as one that needs consent: no login depends on it."""
    known = None if cookie.is_session else Registry.known().find(cookie.name)
    return known is not None and known.category is not Category.NECESSARY


def check_returns(
    gate: CookieGate, libraries: Iterable[Returning], cookies: Sequence[LibraryCookie]
) -> Iterator[Finding]:
    """Find libraries whose visitors return by a POST from another site, without their session."""
    for library in libraries:
        sessions = [cookie for cookie in cookies if cookie.is_session] or [LibraryCookie("session", "", None, True)]
        names = [library.cookie] if library.cookie else [cookie.name for cookie in sessions if not cookie.same_site]
        lost = [name for name in names if not keeps_same_site(gate, name)]
        if lost:
            listed = " and ".join(map(repr, lost))
            yield Finding(
                Code.RETURNS_LOSE_LOGIN, library.package,
                f"{library.package}: {library.what} come from another site by POST, and browsers send no cookie along"
                f" that is SameSite=Lax, which the gate adds to {listed}",
                'add same_site = "keep" to the rule:\n'
                + "\n\n".join(rule_text(name, "necessary", 'same_site = "keep"') for name in lost),
            )  # fmt: skip


def keeps_same_site(gate: CookieGate, name: str) -> bool:
    """Return whether the gate leaves a cookie's SameSite as the app sent it, or the rule lets other sites send it."""
    rule: CookieRule | None = gate.registry.find(name)
    own = rule.same_site if rule is not None else None
    if rule is not None and rule.attributes != "enforced":
        return True
    return own is SameSite.NONE or (own or gate.same_site) == "keep"


def rule_text(name: str, category: str, *more: str) -> str:
    """Write the lines of a cookies.toml that register a cookie."""
    return "\n".join(["[[cookie]]", f'name = "{name}"', f'category = "{category}"', *more])
