"""The common part of the example site's two apps: its cookies, the visitor's choices, the page.

The cookies are set as carelessly as real apps do.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Required, TypedDict

from cookiegate.cli.text import decision_record, leaves
from cookiegate.decision import Decision
from cookiegate.errors import NotGated
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle, current
from cookiegate.model import OPTIONAL, Consent

__all__ = [
    "CHOICES",
    "COOKIES",
    "COOKIES_TOML",
    "PAGE_HEADERS",
    "SetCookieArguments",
    "cookies",
    "decisions",
    "handle_of",
    "is_cross_site",
    "page",
]

COOKIES_TOML = Path(__file__).with_name("cookies.toml")
"""The example registry and settings."""

CHOICES: dict[str, frozenset[str]] = {
    "reject": frozenset[str](),
    "statistics": frozenset({"statistics"}),
    "accept": frozenset(OPTIONAL),
}
"""From a button of the page to the categories that it grants."""

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
}

_SETTINGS_LINK = ' <a href="/cookie-settings/">Cookie settings</a> <a href="/preview">Layouts and themes</a>'
_DAY_S = 86400
_TWENTY_YEARS = timedelta(days=7300)


class SetCookieArguments(TypedDict, total=False):
    """The arguments that `set_cookie` has in both Starlette and Flask."""

    key: Required[str]
    value: Required[str]
    max_age: int
    expires: datetime
    httponly: bool


COOKIES: tuple[SetCookieArguments, ...] = (
    # Necessary
    {"key": "token", "value": "ZGVtbw.bearer", "max_age": 3600},
    {"key": "refreshToken", "value": "ZGVtbw.refresh", "max_age": 30 * _DAY_S, "httponly": True},
    {"key": "cachedSessionV1", "value": '{"user": 7, "plan": "free"}'},
    {"key": "impersonateUserToken", "value": "ZGVtbw.support", "max_age": 3600, "httponly": True},
    {"key": "countryCode", "value": "DE"},
    {"key": "currency", "value": "EUR", "max_age": 3650 * _DAY_S},
    {"key": "fair_usage_tracker", "value": "12", "max_age": _DAY_S},
    {"key": "folder_sidebar", "value": "open"},  # and Expires: see `cookies`
    {"key": "refundNotificationExpiresAt", "value": "1768208400", "max_age": 3600},
    # Preferences
    {"key": "ia_pref_theme", "value": "dark", "max_age": 365 * _DAY_S},
    {"key": "ia_pref_language", "value": "en-GB", "max_age": 180 * _DAY_S},
    {"key": "ia_pref_layout", "value": '{"gallery": "grid"}', "max_age": 90 * _DAY_S},
    {"key": "ia_pref_dismissals", "value": "welcome.upscaler", "max_age": 365 * _DAY_S},
    {"key": "ia_pref_defaults", "value": "sketch", "max_age": 180 * _DAY_S},
    # Statistics
    {"key": "ia_stats_session", "value": "s-41", "max_age": 1800},
    {"key": "ia_stats_pageviews", "value": "3", "max_age": _DAY_S},
    {"key": "ia_stats_events", "value": "open.zoom", "max_age": 30 * _DAY_S},
    {"key": "ia_stats_perf", "value": "412", "max_age": 7 * _DAY_S},
    {"key": "ia_stats_returning", "value": "1", "max_age": 730 * _DAY_S},
    # Marketing
    {"key": "ia_mkt_source", "value": "newsletter", "max_age": 30 * _DAY_S},
    {"key": "ia_mkt_campaign", "value": "winter", "max_age": 90 * _DAY_S},
    {"key": "ia_mkt_conversion", "value": "none", "max_age": 90 * _DAY_S},
    {"key": "ia_mkt_retention", "value": "w1", "max_age": 365 * _DAY_S},
    {"key": "ia_mkt_experiments", "value": "b", "max_age": 30 * _DAY_S},
    # Set by a plugin, and not declared in the policy
    {"key": "newsletter_popup", "value": "seen", "max_age": 365 * _DAY_S},
)
"""The policy's 24 cookies and an undeclared one. Several have longer lifetimes than declared."""


def cookies() -> Iterator[SetCookieArguments]:
    """Yield the cookies of a response: `COOKIES`, one of them with an Expires in twenty years and no Max-Age."""
    for arguments in COOKIES:
        if arguments["key"] == "folder_sidebar":
            yield {**arguments, "expires": datetime.now(UTC) + _TWENTY_YEARS}
        else:
            yield arguments


def is_cross_site(fetch_site: str | None) -> bool:
    """Return whether another site sent the request, by `Sec-Fetch-Site`. Old browsers do not send it."""
    return fetch_site not in (None, "same-origin", "none")


def handle_of(request: object) -> Handle | None:
    """Return the gate's handle; `None` if the site is served without the gate."""
    try:
        return current(request)
    except NotGated:
        return None


def decisions(handle: Handle | None) -> Iterator[str]:
    """Yield the decisions about this response's cookies as JSON; an empty list without the gate.

    The body is made after the response head was sent, so it can include the decisions about the head.
    """
    yield json.dumps([decision_record(decision) for decision in handle.decisions] if handle is not None else [])


def page(handle: Handle | None, received: Iterable[str], banner: str) -> Iterator[str]:
    """Make the page.

    `received`: the names of the cookies in the request that the gate does not hide. `banner`: the HTML of the consent
    banner, if there is a gate.
    """
    if handle is None:
        return _ungated_page(set(received))
    consent = handle.consent  # read before the head is sent, which then gets the right caching fields

    def body() -> Iterator[str]:
        rows = _rows(handle.decisions, set(received))
        yield _template().substitute(choice=_choice(consent), rows=rows, banner=banner, settings_link=_SETTINGS_LINK)

    return body()


def _ungated_page(received: set[str]) -> Iterator[str]:
    """Make the page of the site without the gate: every cookie leaves as the app sets it."""
    rows = [(arguments["key"], _category(arguments["key"]), "set") for arguments in COOKIES]
    choice = "There is no gate: every cookie is set."
    yield _template().substitute(choice=choice, rows=_html_rows(rows, received), banner="", settings_link="")


def _template() -> Template:
    return Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))


def _choice(consent: Consent) -> str:
    """Return a sentence about the visitor's choice."""
    if consent.given_at is None:
        return "You have not chosen yet. Only necessary cookies are set."
    if not consent.granted:
        return "You rejected all optional cookies."
    return f"You allowed {', '.join(sorted(consent.granted))}."


def _rows(made: Iterable[Decision], received: set[str]) -> str:
    """Return a table row for each cookie that the site set, and for each that only the browser sent."""
    rows = [(decision.name, decision.category or "unknown", _outcome(decision)) for decision in made if decision.before]
    return _html_rows(rows, received)


def _html_rows(rows: list[tuple[str, str, str]], received: set[str]) -> str:
    rows += [(name, _category(name), "untouched") for name in sorted(received - {name for name, _, _ in rows})]
    return "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{category}</td>'
        f"<td>{'yes' if name in received else 'no'}</td><td>{escape(outcome)}</td></tr>"
        for name, category, outcome in rows
    )


def _outcome(decision: Decision) -> str:
    if leaves(decision):
        return ", ".join(("set", *decision.changes))
    return f"held back: {decision.reason}"


def _category(name: str) -> str:
    rule = _registry.find(name)
    return "unknown" if rule is None else rule.category.value


_registry = compiled(CookieGate.from_toml(COOKIES_TOML)).policy.registry  # with the consent cookie
