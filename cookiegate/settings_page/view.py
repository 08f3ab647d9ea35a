"""The values for the templates: every text is ready in the visitor's language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cookiegate.model import Category, CookieRule, Reason
from cookiegate.settings_page.language import Language
from cookiegate.settings_page.shown_policy import ShownPolicy
from cookiegate.settings_page.state import State

__all__ = ["CategoryView", "CookieView", "StatusView", "categories_view", "status_view"]

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AGAIN = {
    Reason.CONSENT_OTHER_REVISION: "choice.changed",
    Reason.CONSENT_EXPIRED: "choice.expired",
    Reason.CONSENT_NOT_EXPLICIT: "choice.none",
}
_SIGNALS = {
    Reason.GLOBAL_PRIVACY_CONTROL: "choice.global_privacy_control",
    Reason.DO_NOT_TRACK: "choice.do_not_track",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieView:
    """A row of a table."""

    name: str
    purpose: str
    lifetime: str
    provider: str
    is_in_language: bool
    """Purpose and provider are in the page's language; else they are in the registry's."""
    is_enforced: bool
    """The visitor's choice decides about it. Otherwise the site still sets it, and the page says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """A category with its switch and its table."""

    category: str
    name: str
    purpose: str
    caption: str
    summary: str
    cookies: Sequence[CookieView]
    is_necessary: bool
    is_on: bool
    is_refused_by_signal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The present choice in sentences."""

    sentence: str
    details: Sequence[str]
    signals: Sequence[str]
    is_urgent: bool
    """An earlier choice does not count any more."""
    can_withdraw: bool


def categories_view(
    shown: ShownPolicy, state: State, language: Language, limit_s: int | None, registry_language: str
) -> list[CategoryView]:
    """Lay out the necessary cookies and every category that is offered."""
    return [
        CategoryView(
            category=category.value,
            name=language.text(f"category.{category}.name"),
            purpose=language.text(f"category.{category}.purpose"),
            caption=language.text("table.caption", category=language.text(f"category.{category}.name")),
            summary=language.counted("table.summary", len(rules)),
            cookies=[
                _cookie(rule, language, limit_s, registry_language, is_choice=rule.name in shown.consent_cookies)
                for rule in rules
            ],
            is_necessary=category is Category.NECESSARY,
            is_on=category in state.granted and state.is_chosen,
            is_refused_by_signal=category in state.signals,
        )
        for category in Category
        if (rules := shown.of(category)) or category in shown.offered
        if category is Category.NECESSARY or category in shown.offered
    ]


def status_view(shown: ShownPolicy, state: State, language: Language, *, is_id_shown: bool) -> StatusView:
    """Say what the visitor chose."""
    signals = [
        language.text(
            _SIGNALS[reason],
            categories=names_of([one for one in state.signals if state.signals[one] is reason], language),
        )
        for reason in dict.fromkeys(state.signals.values())
        if reason in _SIGNALS
    ]
    details = []
    if state.is_chosen and state.given_at is not None:
        date = language.date_and_time(state.given_at)
        if state.revision:
            revision = revision_text(state.revision, language)
            details.append(language.text("choice.given_for_revision", date=date, revision=revision))
        else:
            details.append(language.text("choice.given", date=date))
        if is_id_shown and state.id is not None:
            details.append(language.text("choice.id", id=state.id))
    if not all(map(_is_enforced, shown.rules)):
        details.append(language.text("choice.not_enforced"))
    return StatusView(
        sentence=_sentence(shown, state, language),
        details=details,
        signals=signals,
        is_urgent=state.why_again is not None,
        can_withdraw=state.is_chosen and bool(state.granted),
    )


def names_of(categories: Sequence[Category], language: Language) -> str:
    """Name categories in a sentence."""
    return language.listed(language.text(f"category.{category}.name") for category in categories)


def revision_text(revision: str, language: Language) -> str:
    """Write a revision that is a date as one; any other as it is."""
    if _ISO_DATE.fullmatch(revision):
        try:
            return language.date(datetime.fromisoformat(revision).replace(tzinfo=UTC))
        except ValueError:
            pass
    return revision


def _sentence(shown: ShownPolicy, state: State, language: Language) -> str:
    if not shown.offered:
        return language.text("text.nothing_to_choose")
    if state.why_again is not None:
        return language.text(_AGAIN.get(state.why_again, "choice.unreadable"))
    if not state.is_chosen and not state.granted:
        return language.text("choice.none")
    if not state.is_chosen:
        return language.text("choice.default", categories=names_of(state.granted, language))
    if not state.granted:
        return language.text("choice.nothing")
    if shown.offered <= set(state.granted):
        return language.text("choice.all")
    return language.text("choice.some", categories=names_of(state.granted, language))


def _is_enforced(rule: CookieRule) -> bool:
    return rule.category is Category.NECESSARY or rule.mode == "enforce"


def _cookie(
    rule: CookieRule, language: Language, limit_s: int | None, registry_language: str, *, is_choice: bool
) -> CookieView:
    translated = language.purposes.get(rule.name)
    if translated is None and is_choice and not rule.purpose:
        translated = language.text("table.consent_cookie")
    lifetime = language.lifetime(rule.lifetime, limit_s)
    if rule.storage is not None:
        lifetime = language.text(f"table.{rule.storage}_storage", lifetime=language.lifetime(rule.lifetime, None))
    return CookieView(
        name=rule.name,
        purpose=rule.purpose if translated is None else translated,
        lifetime=lifetime,
        provider=rule.provider or language.text("table.this_site"),
        is_in_language=translated is not None or language.tag == registry_language or not rule.purpose,
        is_enforced=_is_enforced(rule),
    )
