"""What a visitor or a program gets to read: page, banner, problem as HTML, choice and registry as JSON's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cookiegate.gate import CookieGate
from cookiegate.handle import Handle
from cookiegate.model import Category
from cookiegate.settings_page.accept_language import choose_language
from cookiegate.settings_page.declared import Declared
from cookiegate.settings_page.language import Language
from cookiegate.settings_page.rendering import Templates
from cookiegate.settings_page.state import State
from cookiegate.settings_page.view import CategoryView, categories_view, names_of, revision_text, status_view

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Sheets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """One site's sheets, in every language that it has."""

    gate: CookieGate
    declared: Declared
    languages: Mapping[str, Language]
    templates: Templates
    default_language: str
    registry_language: str
    policy_url: str | None
    home_url: str | None
    is_id_shown: bool

    def language(self, handle: Handle, wish: str | None) -> Language:
        """Find the language: what was asked for by name, else what the browser asks for, else the default."""
        tags = tuple(self.languages)
        asked = choose_language([wish.encode("ascii", "replace")], tags, "") if wish else ""
        header = handle.head().header(b"accept-language")
        return self.languages[asked or choose_language(header, tags, self.default_language)]

    def page(
        self, state: State, language: Language, base: str, *, is_saved: bool, notice: str | None = None
    ) -> "Markup":
        """Write the page; `is_saved`: the visitor comes from choosing. `notice`: what else there is to say first."""
        revision = self.gate.revision
        return self.templates.render(
            "page.html",
            **_of(language),
            base=base,
            policy=self.declared.digest,
            notice=language.say("choice.saved") if is_saved else notice,
            is_saved=is_saved,
            status=status_view(self.declared, state, language, is_id_shown=self.is_id_shown),
            categories=self._categories(state, language),
            has_choice=bool(self.declared.offered),
            registry_language=self.registry_language,
            revision=language.say("choice.revision", revision=revision_text(revision, language)) if revision else None,
            policy_url=self.policy_url,
            home_url=self.home_url,
            languages=tuple(self.languages.values()),
        )

    def banner(self, language: Language, base: str, back: str | None) -> "Markup":
        """Write the banner alone, without its style sheet and script."""
        offered = [category for category in Category if category in self.declared.offered]
        return self.templates.render(
            "banner.html",
            **_of(language),
            base=base,
            policy=self.declared.digest,
            text=language.say("banner.text", categories=names_of(offered, language)),
            back=back,
        )

    def problem(self, code: str, language: Language, base: str) -> "Markup":
        """Write a page that says why nothing was done."""
        return self.templates.render(
            "problem.html", **_of(language), base=base, problem=language.say(f"problem.{code}")
        )

    def choice(self, state: State) -> dict[str, object]:
        """Put the choice into JSON's types."""
        return {"choice": state.record(self.declared, self.gate.revision)}

    def document(self, state: State, language: Language) -> dict[str, object]:
        """Put choice and registry into JSON's types."""
        registry = [
            {
                "category": view.category,
                "name": view.name,
                "purpose": view.purpose,
                "is_optional": not view.is_necessary,
                "cookies": [
                    {"name": one.name, "purpose": one.purpose, "lifetime": one.lifetime, "provider": one.provider}
                    for one in view.cookies
                ],
            }
            for view in self._categories(state, language)
        ]
        return {**self.choice(state), "language": language.tag, "registry": registry}

    def _categories(self, state: State, language: Language) -> list[CategoryView]:
        limit_s = self.gate.policy.max_lifetime_s
        return categories_view(self.declared, state, language, limit_s, self.registry_language)


def _of(language: Language) -> dict[str, object]:
    direction = "rtl" if language.is_right_to_left else "ltr"
    return {"language": language, "direction": direction, "texts": language.texts}
