"""SettingsPage: the cookie settings of one site, configured once: the markup for its pages, and answers without IO."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle, current
from cookiegate.problems import Problems
from cookiegate.registry.registry import Registry
from cookiegate.settings import DEFAULT_PAGE_URL
from cookiegate.settings_page.documents import Documents, Links
from cookiegate.settings_page.endpoint import Endpoint
from cookiegate.settings_page.exchange import Answer, PageRequest
from cookiegate.settings_page.look import Look
from cookiegate.settings_page.mounting import mounted_at
from cookiegate.settings_page.options import checked_options, with_image_source
from cookiegate.settings_page.origin import own_path
from cookiegate.settings_page.recorder import ChoiceRecorder, check_recorder, recorder_of
from cookiegate.settings_page.shown_policy import ShownPolicy, shown_policy

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["SettingsPage", "page_of", "page_problems"]

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class SettingsPage:
    """The cookie settings of one site: configuration, checked once.

    Raises: `ConfigError` with every mistake at once; `cookiegate[settings]` must be installed.
    """

    gate: CookieGate
    """It reads the choice and writes it: its consent source must be able to write, as `OwnConsent` is."""
    _: KW_ONLY
    url: str = ""
    """Where it is mounted, seen from the app's root; if not given, the gate's `settings_url`, or `/cookie-settings`."""
    registry: Registry | None = None
    """The cookies that are shown; `None`: the site's own, and the known ones that it uses."""
    known: bool = False
    """Those of `Registry.known()` are shown, too."""
    categories: Iterable[str] | None = None
    """What can be chosen; if not given: the optional categories that have a cookie that is shown."""
    layout: str = "bar"
    """The form of the banner: `bar` at the lower edge, `box` in the corner, `modal` in the middle."""
    theme: str = "neutral"
    """The colours: `neutral`, `govuk`, or `dark`."""
    color_scheme: str = "page"
    """`light`, `dark`, `auto`: what the visitor's system prefers, or `page`: dark only where the page around the banner
    declares a dark colour scheme and has it."""
    texts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """The site's own sentences, by language and dotted name: `{"en": {"banner.title": "..."}}`."""
    languages: Iterable[str | Path] = ()
    """Tags: the page has these languages and the default one, instead of all. Paths: TOML files with your own texts."""
    default_language: str = "en"
    """For a browser that asks for none of the languages."""
    registry_language: str = "en"
    """The language in which the registry's purposes are written."""
    templates: str | Path | None = None
    """A directory with templates of the site, which replace ours of the same name."""
    receipts: ChoiceRecorder | str | Path | None = field(default=None, repr=False)
    """Where each choice is recorded: a store like `"sqlite:///receipts.db"`, or an object of one's own. A recorder that
    raises is logged, and the choice is honoured."""
    policy_url: str | None = None
    """The whole cookie policy, for people: a path, or an https URL."""
    privacy_url: str | None = None
    """The site's privacy notice: a path, or an https URL."""
    imprint_url: str | None = None
    """The site's legal notice: a path, or an https URL."""
    logo: str | None = None
    """The image above the texts: a path, or an https URL."""
    logo_text: str = ""
    """What the logo says, for those who don't see it; empty where it only decorates."""
    home_url: str | None = "/"
    """The link back to the site; empty for none."""
    page_url: str | None = None
    """The site's own page with `settings(request)` in it, seen from the app's root; our page then redirects there."""
    consent_mode: bool = False
    """The fragment's script updates Google's tags (Consent Mode v2)."""
    url_passthrough: bool = False
    """In Consent Mode, without ad storage, ad click identifiers are passed on in links."""
    ads_data_redaction: bool = False
    """In Consent Mode, without ad storage, no ad click identifiers are sent."""
    tags: Collection[str] = ()
    """Other vendors whose consent calls the fragment makes, see docs/tags.md: `"clarity"`, `"uet"`, ..."""
    content_security_policy: str = _POLICY
    """For the page itself; a site whose own template needs more writes its own."""

    shown: ShownPolicy = field(init=False, repr=False, compare=False)
    """What visitors see and are asked."""
    documents: Documents = field(init=False, repr=False, compare=False)
    endpoint: Endpoint = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.gate, CookieGate):
            raise ConfigError([f"SettingsPage: gate: is {self.gate!r}; use the CookieGate of the middleware"])
        if self.url == "":
            object.__setattr__(self, "url", self.gate.settings_url or DEFAULT_PAGE_URL)
        checked = checked_options(self)
        policy = shown_policy(
            self.gate, registry=self.registry, is_known_shown=self.known, categories=checked.categories
        )
        compiled(self.gate).offering.also_shows((rule.name for rule in policy.rules), policy.offered)
        documents = Documents(
            gate=self.gate,
            url=self.url,
            shown=policy,
            languages=checked.languages,
            templates=checked.templates,
            look=Look(layout=self.layout, theme=self.theme, color_scheme=self.color_scheme),
            links=Links(
                policy_url=self.policy_url,
                privacy_url=self.privacy_url,
                imprint_url=self.imprint_url,
                home_url=self.home_url,
                page_url=self.page_url,
                logo=self.logo,
                logo_text=self.logo_text,
            ),
            default_language=self.default_language,
            registry_language=self.registry_language,
            is_id_shown=self.receipts is not None,
        )
        endpoint = Endpoint(
            gate=self.gate,
            shown=policy,
            documents=documents,
            recorder=recorder_of(
                self.receipts, shown=policy.rules, revision=self.gate.revision, max_age_s=policy.choice_max_age_s
            ),
            content_security_policy=self.content_security_policy
            if self.content_security_policy != _POLICY
            else with_image_source(_POLICY, self.logo),
        )
        for name, value in (("shown", policy), ("documents", documents), ("endpoint", endpoint)):
            object.__setattr__(self, name, value)
        compiled(self.gate).served[:] = [self]

    @property
    def recorder(self) -> ChoiceRecorder | None:
        """What records each choice."""
        return self.endpoint.recorder

    @classmethod
    def of(cls, gate: CookieGate, **arguments: Any) -> Self:
        """Make the page from the gate's own settings, `[settings_page]` in its file; `arguments` replace them.

        Raises: `ConfigError`, as the class does.
        """
        return cls(gate, **{**gate.settings_page, **arguments})

    def answer(self, request: PageRequest, handle: Handle) -> Answer:
        """Answer a request. Raises nothing for anything that a visitor, a script or another site sends."""
        return self.endpoint.answer(request, handle)

    # For the site's own templates

    def fragment(
        self,
        request: object,
        *,
        language: str | None = None,
        nonce: str | None = None,
        back: str | None = None,
        look: Look | None = None,
    ) -> "Markup":
        """Return HTML for the beginning of a page's body: the banner, if the visitor is to be asked, and the script.

        `request`: as `cookiegate.current` takes it. `language`: that of the page; else what the browser asks for.
        `nonce`: that of the page's Content-Security-Policy. `back`: the path to return to without JavaScript; else
        the page that the browser says it came from. `look`: another one than the page's own, for this page alone.

        Raises: `NotGated`.
        """
        handle = current(request)
        base = self._base(request)
        state = self.endpoint.state(handle)
        documents = self.documents
        return documents.templates.render(
            "fragment.html",
            base=base,
            nonce=nonce,
            has_consent_mode=self.consent_mode,
            has_url_passthrough=self.url_passthrough,
            has_ads_data_redaction=self.ads_data_redaction,
            tags=",".join(self.tags),
            look=look,
            state=json.dumps(state.record(self.shown, self.gate.revision)),
            banner=documents.banner(state, documents.language(handle, language), base, own_path(back), look=look)
            if state.asks
            else None,
        )

    def settings(
        self, request: object, *, language: str | None = None, nonce: str | None = None, back: str | None = None
    ) -> "Markup":
        """Return the settings as HTML for a page of the site: what our own page has, without a document around it.

        Arguments: as `fragment` takes them; `back` is the path of the page itself. Raises: `NotGated`.
        """
        handle = current(request)
        base = self._base(request)
        back = own_path(back) or self.documents.site_page(base) or ""
        state = self.endpoint.state(handle)
        return self.documents.settings(state, self.documents.language(handle, language), base, back, nonce)

    def link(self, request: object, *, language: str | None = None) -> "Markup":
        """Return a link "Cookies" for the end of a page: it opens the banner again, without the script our page.

        Arguments: as `fragment` takes them. Raises: `NotGated`.
        """
        return self._opener(request, language, None, None, is_button=False)

    def reopen_button(
        self, request: object, *, language: str | None = None, nonce: str | None = None, look: Look | None = None
    ) -> "Markup":
        """Return a button "Cookies" that stays in the corner of the page, and does what `link` does.

        Arguments: as `fragment` takes them. Raises: `NotGated`.
        """
        return self._opener(request, language, nonce, look, is_button=True)

    def _opener(
        self, request: object, language: str | None, nonce: str | None, look: Look | None, *, is_button: bool
    ) -> "Markup":
        found = self.documents.language(current(request), language)
        return self.documents.opener(found, self._base(request), look=look, nonce=nonce, is_button=is_button)

    def _base(self, request: object) -> str:
        return f"{mounted_at(request)}{self.url}"


def page_of(gate: CookieGate, settings: str | SettingsPage) -> SettingsPage:
    """Return the page that a middleware serves: at a path, or as it was configured for the same gate.

    Raises: `ConfigError`.
    """
    if not isinstance(settings, SettingsPage):
        return SettingsPage.of(gate, url=settings)
    if settings.gate is not gate:
        raise ConfigError(["CookieGateMiddleware: settings: is a page of another gate; give both the same CookieGate"])
    return settings


def page_problems(gate: CookieGate) -> list[str]:
    """Describe what is wrong with the gate's settings for the page; no store is opened. For checks."""
    problems = Problems("SettingsPage")
    with problems.collect():
        SettingsPage.of(gate, receipts=None)
    with problems.collect():
        check_recorder(gate.settings_page.get("receipts"))
    return problems.problems
