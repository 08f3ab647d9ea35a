"""What both faces of the example site share: its cookies, as careless as apps are, the visitor's choices, the page."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Required, TypedDict

from cookiegate.cli.words import leaves, record
from cookiegate.current import current
from cookiegate.errors import NotGated
from cookiegate.gate import CookieGate
from cookiegate.handle import Handle
from cookiegate.model import OPTIONAL, Consent, Decision

__all__ = [
    "CHOICES",
    "COOKIES",
    "COOKIES_TOML",
    "PAGE_HEADERS",
    "SetCookieArguments",
    "decisions",
    "handle_of",
    "is_foreign",
    "page",
]

COOKIES_TOML = Path(__file__).with_name("cookies.toml")
"""The example registry and settings."""

CHOICES = {"reject": frozenset[str](), "statistics": frozenset({"statistics"}), "accept": frozenset(OPTIONAL)}
"""From a button of the page to the categories that it grants."""

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
}

_SETTINGS_LINK = ' <a href="/cookie-settings/">Cookie settings</a>'
_DAY_S = 86400
_LAST_32_BIT_SECOND = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)


class SetCookieArguments(TypedDict, total=False):
    """The arguments that `set_cookie` takes in Starlette and in Flask alike."""

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
    {"key": "folder_sidebar", "value": "open", "expires": _LAST_32_BIT_SECOND},
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
    # What a plugin sets without asking anybody: the policy does not name it
    {"key": "newsletter_popup", "value": "seen", "max_age": 365 * _DAY_S},
)
"""The policy's 24 cookies and one that it does not know; several stay longer than they were promised to."""


def is_foreign(fetch_site: str | None) -> bool:
    """Tell from `Sec-Fetch-Site` that another site posts in the visitor's name; old browsers do not say."""
    return fetch_site not in (None, "same-origin", "none")


def handle_of(request: object) -> Handle | None:
    """Return the gate's handle; `None` where the site is served without its gate."""
    try:
        return current(request)
    except NotGated:
        return None


def decisions(handle: Handle | None) -> Iterator[str]:
    """Tell as JSON what was decided about this response's cookies; without the gate nothing is.

    The head of a response leaves before its body is made, so the body can tell what became of the head.
    """
    yield json.dumps([record(decision) for decision in handle.decisions] if handle is not None else [])


def page(handle: Handle | None, carried: Iterable[str], banner: str) -> Iterator[str]:
    """Make the page.

    `carried` names the cookies that came with the request, as far as the gate shows them. `banner`: the HTML that asks
    the visitor, where there is a gate.
    """
    if handle is None:
        return _ungated_page(set(carried))
    consent = handle.consent  # asked for now: the response's head says then that it depends on the visitor

    def body() -> Iterator[str]:
        rows = _rows(handle.decisions, set(carried))
        yield _template().substitute(choice=_choice(consent), rows=rows, banner=banner, settings_link=_SETTINGS_LINK)

    return body()


def _ungated_page(carried: set[str]) -> Iterator[str]:
    """Make the page of the site without its gate: every cookie leaves as the app sets it."""
    told = [(arguments["key"], _category(arguments["key"]), "set") for arguments in COOKIES]
    choice = "There is no gate: every cookie is set."
    yield _template().substitute(choice=choice, rows=_told_rows(told, carried), banner="", settings_link="")


def _template() -> Template:
    return Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))


def _choice(consent: Consent) -> str:
    """Say what the visitor chose."""
    if consent.given_at is None:
        return "You have not chosen yet. Only necessary cookies are set."
    if not consent.granted:
        return "You rejected all optional cookies."
    return f"You allowed {', '.join(sorted(consent.granted))}."


def _rows(made: Iterable[Decision], carried: set[str]) -> str:
    """Write a table row for each cookie that the site tried to set, and for each that only the browser brought."""
    told = [(decision.name, decision.category or "unknown", _outcome(decision)) for decision in made if decision.before]
    return _told_rows(told, carried)


def _told_rows(told: list[tuple[str, str, str]], carried: set[str]) -> str:
    told += [(name, _category(name), "untouched") for name in sorted(carried - {name for name, _, _ in told})]
    return "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{category}</td>'
        f"<td>{'yes' if name in carried else 'no'}</td><td>{escape(outcome)}</td></tr>"
        for name, category, outcome in told
    )


def _outcome(decision: Decision) -> str:
    if leaves(decision):
        return ", ".join(("set", *decision.changes))
    return f"held back: {decision.reason}"


def _category(name: str) -> str:
    rule = _registry.find(name)
    return "unknown" if rule is None else rule.category.value


_registry = CookieGate.from_toml(COOKIES_TOML).policy.registry  # with the consent cookie
