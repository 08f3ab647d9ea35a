"""What visitors and programs read: page, banner, links and problems as HTML, choice and registry as JSON's types."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle, head_of
from cookiegate.memo import Memo
from cookiegate.model import Category
from cookiegate.settings_page.accept_language import choose_language
from cookiegate.settings_page.language import Language, Languages
from cookiegate.settings_page.look import Look
from cookiegate.settings_page.rendering import Templates
from cookiegate.settings_page.shown_policy import ShownPolicy
from cookiegate.settings_page.state import State
from cookiegate.settings_page.view import (
    CategoryView,
    CookieView,
    categories_view,
    names_of,
    revision_text,
    status_view,
)

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Documents", "Links"]

_Key: TypeAlias = tuple[str, str, str | None, Look, *tuple[Category, ...]]
"""What a banner depends on: language, base, the path to return to, look, and the categories that stay off."""

MAX_COOKIES_IN_BANNER = 100
"""A banner for more cookies links to their lists on the settings page. It is part of every page that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The site's own addresses, and its logo."""

    policy_url: str | None = None
    privacy_url: str | None = None
    imprint_url: str | None = None
    home_url: str | None = None
    page_url: str | None = None
    """The path of the site's own page with the settings in it, seen from the app's root."""
    logo: str | None = None
    logo_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of one site, in each of its languages."""

    gate: CookieGate
    url: str
    shown: ShownPolicy
    languages: Languages
    templates: Templates
    look: Look
    links: Links
    default_language: str
    registry_language: str
    is_id_shown: bool
    _banners: "Memo[_Key, Markup]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_banners", Memo(self._new_banner, limit=32, longest=16))

    def language(self, handle: Handle, wish: str | None) -> Language:
        """Return the language of this name, else the one that the browser asks for, else the default."""
        tags = tuple(self.languages)
        asked = choose_language([wish.encode("ascii", "replace")], tags, "") if wish else ""
        header = head_of(handle).header(b"accept-language")
        return self.languages[asked or choose_language(header, tags, self.default_language)]

    def page(
        self, state: State, language: Language, base: str, *, is_saved: bool, notice: str | None = None
    ) -> "Markup":
        """Write the page. `is_saved`: the visitor has just chosen. `notice`: another sentence at the beginning."""
        return self.templates.render(
            "page.html",
            **self._whole(state, language, base),
            notice=language.text("choice.saved") if is_saved else notice,
            is_saved=is_saved,
            languages=self.languages.names(),
        )

    def settings(self, state: State, language: Language, base: str, back: str | None, nonce: str | None) -> "Markup":
        """Write the settings without a document around them, for a template of the site."""
        return self.templates.render("settings.html", **self._whole(state, language, base), back=back, nonce=nonce)

    def banner(
        self,
        state: State,
        language: Language,
        base: str,
        back: str | None = None,
        *,
        look: Look | None = None,
        is_opened: bool = False,
    ) -> "Markup":
        """Write the banner without its style sheet and script. `is_opened`: by the visitor, who can close it again.

        Visitors who are to be asked get the same banner, which takes 1 ms for 25 cookies: it is cached.
        """
        key: _Key = (language.tag, base, back, look or self.look, *state.signals)
        if is_opened or compiled(self.gate).rules.notify.is_development:
            return self._new_banner(key, state, language, is_opened=is_opened)
        found = self._banners.known.get(key)
        return self._banners.learn(key, state, language) if found is None else found

    def _new_banner(self, key: "_Key", state: State, language: Language, *, is_opened: bool = False) -> "Markup":
        _, base, back, look, *_ = key
        offered = [category for category in Category if category in self.shown.offered]
        return self.templates.render(
            "banner.html",
            **self._common(language, base),
            look=look,
            policy=self.shown.digest,
            text=language.text("banner.text", categories=names_of(offered, language)),
            sentence=status_view(self.shown, state, language, is_id_shown=False).sentence if is_opened else None,
            categories=self._categories(state, language),
            has_lists=len(self.shown.rules) <= MAX_COOKIES_IN_BANNER,
            registry_language=self.registry_language,
            back=back,
            is_opened=is_opened,
        )

    def opener(
        self, language: Language, base: str, *, look: Look | None, nonce: str | None, is_button: bool
    ) -> "Markup":
        """Write the link, or the button, that opens the banner again."""
        return self.templates.render(
            "opener.html", **self._common(language, base), look=look or self.look, nonce=nonce, is_button=is_button
        )

    def problem(self, code: str, language: Language, base: str) -> "Markup":
        """Write a page that says why nothing was changed."""
        return self.templates.render(
            "problem.html", **self._common(language, base), look=self.look, problem=language.text(f"problem.{code}")
        )

    def choice(self, state: State) -> dict[str, object]:
        """Put the choice into JSON's types."""
        return {"choice": state.record(self.shown, self.gate.revision)}

    def words(self, language: Language) -> dict[str, object]:
        """Put the texts that replace a frame into JSON's types; the script fills in `{host}` and `{category}`."""
        return {
            **{name: language.texts[f"frame.{name}"] for name in ("text", "once", "always")},
            "language": language.tag,
            "direction": "rtl" if language.is_right_to_left else "ltr",
            "categories": {category.value: language.text(f"category.{category}.name") for category in Category},
        }

    def document(self, state: State, language: Language) -> dict[str, object]:
        """Put choice and registry into JSON's types."""
        registry = [
            {
                "category": view.category,
                "name": view.name,
                "purpose": view.purpose,
                "is_optional": not view.is_necessary,
                "cookies": [_record(one) for one in view.cookies],
            }
            for view in self._categories(state, language)
        ]
        return {**self.choice(state), "language": language.tag, "registry": registry}

    def site_page(self, base: str) -> str | None:
        """Return the path of the site's own page, as browsers see it; `None` without one. `base`: where ours is."""
        return None if self.links.page_url is None else f"{base.removesuffix(self.url)}{self.links.page_url}"

    def _categories(self, state: State, language: Language) -> list[CategoryView]:
        limit_s = compiled(self.gate).policy.max_lifetime_s
        return categories_view(self.shown, state, language, limit_s, self.registry_language)

    def _common(self, language: Language, base: str) -> dict[str, object]:
        """Return what every template needs."""
        return {
            "language": language,
            "direction": "rtl" if language.is_right_to_left else "ltr",
            "texts": language.texts,
            "base": base,
            "page_href": self.site_page(base) or f"{base}/?language={language.tag}",
            "links": self.links,
        }

    def _whole(self, state: State, language: Language, base: str) -> dict[str, object]:
        """Return what the settings need, on our page and on the site's."""
        revision = self.gate.revision
        return {
            **self._common(language, base),
            "look": self.look,
            "policy": self.shown.digest,
            "status": status_view(self.shown, state, language, is_id_shown=self.is_id_shown),
            "categories": self._categories(state, language),
            "has_choice": bool(self.shown.offered),
            "registry_language": self.registry_language,
            "revision": language.text("choice.revision", revision=revision_text(revision, language))
            if revision
            else None,
            "policy_url": self.links.policy_url,
            "home_url": self.links.home_url,
        }


def _record(view: CookieView) -> dict[str, object]:
    record: dict[str, object] = {
        "name": view.name,
        "purpose": view.purpose,
        "lifetime": view.lifetime,
        "provider": view.provider,
    }
    return record if view.is_enforced else {**record, "is_enforced": False}
