"""What the templates are given: every text ready in the visitor's language, nothing left to look up or to work out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cookiegate.model import Category, CookieRule, Reason
from cookiegate.settings_page.declared import Declared
from cookiegate.settings_page.language import Language
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
    declared: Declared, state: State, language: Language, limit_s: int | None, registry_language: str
) -> list[CategoryView]:
    """Lay out the necessary cookies and every category that is offered."""
    return [
        CategoryView(
            category=category.value,
            name=language.say(f"category.{category}.name"),
            purpose=language.say(f"category.{category}.purpose"),
            caption=language.say("table.caption", category=language.say(f"category.{category}.name")),
            summary=_counted(len(rules), language),
            cookies=[
                _cookie(rule, language, limit_s, registry_language, is_choice=rule.name in declared.consent_cookies)
                for rule in rules
            ],
            is_necessary=category is Category.NECESSARY,
            is_on=category in state.granted and state.is_chosen,
            is_refused_by_signal=category in state.signals,
        )
        for category in Category
        if (rules := declared.of(category)) or category in declared.offered
        if category is Category.NECESSARY or category in declared.offered
    ]


def status_view(declared: Declared, state: State, language: Language, *, is_id_shown: bool) -> StatusView:
    """Say what the visitor chose."""
    signals = [
        language.say(
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
            details.append(language.say("choice.given_for_revision", date=date, revision=revision))
        else:
            details.append(language.say("choice.given", date=date))
        if is_id_shown and state.id is not None:
            details.append(language.say("choice.id", id=state.id))
    return StatusView(
        sentence=_sentence(declared, state, language),
        details=details,
        signals=signals,
        is_urgent=state.why_again is not None,
        can_withdraw=state.is_chosen and bool(state.granted),
    )


def names_of(categories: Sequence[Category], language: Language) -> str:
    """Name categories in a sentence."""
    return language.listed(language.say(f"category.{category}.name") for category in categories)


def revision_text(revision: str, language: Language) -> str:
    """Write a revision that is a date as one; any other as it is."""
    if _ISO_DATE.fullmatch(revision):
        try:
            return language.date(datetime.fromisoformat(revision).replace(tzinfo=UTC))
        except ValueError:
            pass
    return revision


def _sentence(declared: Declared, state: State, language: Language) -> str:
    if not declared.offered:
        return language.say("text.nothing_to_choose")
    if state.why_again is not None:
        return language.say(_AGAIN.get(state.why_again, "choice.unreadable"))
    if not state.is_chosen and not state.granted:
        return language.say("choice.none")
    if not state.is_chosen:
        return language.say("choice.default", categories=names_of(state.granted, language))
    if not state.granted:
        return language.say("choice.nothing")
    if declared.offered <= set(state.granted):
        return language.say("choice.all")
    return language.say("choice.some", categories=names_of(state.granted, language))


def _counted(count: int, language: Language) -> str:
    return language.say("table.summary_one" if count == 1 else "table.summary_other", count=count)


def _cookie(
    rule: CookieRule, language: Language, limit_s: int | None, registry_language: str, *, is_choice: bool
) -> CookieView:
    translated = language.purposes.get(rule.name)
    if translated is None and is_choice and not rule.purpose:
        translated = language.say("table.consent_cookie")
    return CookieView(
        name=rule.name,
        purpose=rule.purpose if translated is None else translated,
        lifetime=language.lifetime(rule.lifetime, limit_s),
        provider=rule.provider or language.say("table.this_site"),
        is_in_language=translated is not None or language.tag == registry_language or not rule.purpose,
    )
