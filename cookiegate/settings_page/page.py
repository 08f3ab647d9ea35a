"""SettingsPage: the whole of it without IO. A request's values and its handle go in, an answer comes out.

Paths below the place where it is mounted: `/` the page, `/api` registry and choice, `/banner` the banner alone,
`/cookiegate.js`, `/page.css`, `/banner.css`.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cookiegate.consent.source import writable
from cookiegate.current import current
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.handle import Handle
from cookiegate.model import OPTIONAL, Category
from cookiegate.registry.registry import Registry
from cookiegate.settings_page.assets import ASSETS, asset
from cookiegate.settings_page.choice import Choice, Where, Word, read_choice
from cookiegate.settings_page.declared import Declared, declared
from cookiegate.settings_page.exchange import Answer, PageRequest, Problem
from cookiegate.settings_page.language import Language, read_languages
from cookiegate.settings_page.mounting import mounted_at
from cookiegate.settings_page.origin import check_same_origin, own_path, path_of_referer
from cookiegate.settings_page.recorder import ChoiceRecorder, recorder_of
from cookiegate.settings_page.rendering import Templates
from cookiegate.settings_page.sheets import Sheets
from cookiegate.settings_page.state import State, read_state, refused_by_signals

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["SettingsPage", "page_of"]

_logger = logging.getLogger("cookiegate")

_METHODS = {
    "": ("GET", "HEAD"),
    "/api": ("GET", "HEAD", "POST", "DELETE"),
    "/banner": ("GET", "HEAD"),
    **dict.fromkeys(ASSETS, ("GET", "HEAD")),
}
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
    """The cookies that are shown; `None`: those of the gate, without what `Registry.known()` brought along."""
    known: bool = False
    """Those of `Registry.known()` are shown, too."""
    categories: Iterable[str] | None = None
    """What can be chosen; `None`: the optional categories that have a cookie."""
    languages: Iterable[str | Path] = ()
    """TOML files with further languages, or with other words for those that are built in."""
    default_language: str = "en"
    """Where a browser asks for none that is there."""
    registry_language: str = "en"
    """The language in which the registry's purposes are written."""
    templates: str | Path | None = None
    """A directory whose `page.html`, `banner.html`, `fragment.html`, `problem.html` count before ours."""
    receipts: ChoiceRecorder | str | Path | None = None
    """Where each choice is recorded: a store like `"sqlite:///receipts.db"`, or an object of one's own. A recorder that
    raises is logged, and the choice is honoured."""
    policy_url: str | None = None
    """The whole cookie policy, for people: a path, or an https URL."""
    home_url: str | None = "/"
    """Where the link back to the site leads."""
    consent_mode: bool = False
    """The fragment's script tells Google's tags (Consent Mode v2)."""
    content_security_policy: str = _POLICY
    """For the page itself; a site whose own template needs more writes its own."""

    declared: Declared = field(init=False, repr=False, compare=False)
    """What visitors are shown and asked."""
    sheets: Sheets = field(init=False, repr=False, compare=False)
    recorder: ChoiceRecorder | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems: list[str] = []
        if not isinstance(self.gate, CookieGate):
            raise ConfigError([f"SettingsPage: gate: is {self.gate!r}; use the CookieGate of the middleware"])
        if self.url == "":
            object.__setattr__(self, "url", self.gate.settings_url or "/cookie-settings")
        if writable(self.gate.consent) is None:
            problems.append(
                "SettingsPage: gate: its consent source can't write a choice; use OwnConsent(), or first_of() with it"
            )
        if not isinstance(self.url, str) or own_path(self.url) is None or self.url.endswith("/") or "?" in self.url:
            problems.append(f'SettingsPage: url: is {self.url!r}; write a path like "/cookie-settings"')
        for name in ("policy_url", "home_url"):
            value = getattr(self, name)
            if value is not None and not (own_path(value) or str(value).startswith(("https://", "http://"))):
                problems.append(f"SettingsPage: {name}: is {value!r}; write a path, or a URL with https://")
        categories = None if self.categories is None else list(self.categories)
        for category in categories or ():
            if category not in list(OPTIONAL):
                allowed = ", ".join(category for category in Category if category in OPTIONAL)
                problems.append(f"SettingsPage: categories: unknown category {category!r}; use some of {allowed}")
        languages: Mapping[str, Language] = {}
        try:
            languages = read_languages(self.languages)
        except ConfigError as error:
            problems += error.problems
        if languages and self.default_language not in languages:
            tags = ", ".join(languages)
            problems.append(
                f"SettingsPage: default_language: {self.default_language!r} is not there; use one of {tags}"
            )
        try:
            templates = Templates(self.templates)
        except ConfigError as error:
            problems += error.problems
        if problems:
            raise ConfigError(problems)
        shown = declared(
            self.gate,
            registry=self.registry,
            is_known_shown=self.known,
            categories=None if categories is None else [Category(category) for category in categories],
        )
        sheets = Sheets(
            gate=self.gate,
            declared=shown,
            languages=languages,
            templates=templates,
            default_language=self.default_language,
            registry_language=self.registry_language,
            policy_url=self.policy_url,
            home_url=self.home_url,
            is_id_shown=self.receipts is not None,
        )
        recorder = recorder_of(
            self.receipts, shown=shown.rules, revision=self.gate.revision, max_age_s=shown.choice_max_age_s
        )
        object.__setattr__(self, "recorder", recorder)
        object.__setattr__(self, "declared", shown)
        object.__setattr__(self, "sheets", sheets)

    # For the faces

    def answer(self, request: PageRequest, handle: Handle) -> Answer:
        """Answer a request. What a visitor, a script or another site sends ends in an answer, never in an exception."""
        method = handle.head().method
        try:
            return self._answer(method, request, handle).sent(method)
        except Problem as problem:
            return self._refusal(problem, request, handle).with_headers(*problem.headers).sent(method)

    # For the site's own templates

    def fragment(
        self, request: object, *, language: str | None = None, nonce: str | None = None, back: str | None = None
    ) -> "Markup":
        """Return HTML for the beginning of a page's body: the banner, if the visitor is to be asked, and the script.

        `request`: as `cookiegate.current` takes it. `language`: that of the page; else what the browser asks for.
        `nonce`: that of the page's Content-Security-Policy. `back`: the path to return to without JavaScript; else
        the page that the browser says it came from.

        Raises: `NotGated`.
        """
        handle = current(request)
        base = f"{mounted_at(request)}{self.url}"
        state = self._state(handle)
        return self.sheets.templates.render(
            "fragment.html",
            base=base,
            nonce=nonce,
            has_consent_mode=self.consent_mode,
            state=json.dumps(state.record(self.declared, self.gate.revision)),
            banner=self.sheets.banner(self.sheets.language(handle, language), base, own_path(back))
            if state.asks
            else None,
        )

    # The way of a request

    def _answer(self, method: str, request: PageRequest, handle: Handle) -> Answer:
        path = request.path.removesuffix("/")
        allowed = _METHODS.get(path)
        if allowed is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", "there is nothing at this path")
        allow = ("Allow", ", ".join((*allowed, "OPTIONS")))
        if method == "OPTIONS":
            return Answer.nothing(allow)
        if method not in allowed:
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", f"{method[:20]} can't be done here", (allow,)
            )
        if path in ASSETS:
            return asset(path, handle.head())
        if method in ("POST", "DELETE"):
            return self._change(method, request, handle)
        query = _query(request.query)
        language = self.sheets.language(handle, query.get("language"))
        state = self._state(handle)
        if path == "/api":
            is_whole = query.get("part") != "choice"
            return Answer.json(self.sheets.document(state, language) if is_whole else self.sheets.choice(state))
        if path == "/banner":
            return self._html(self.sheets.banner(language, request.base, None) if state.asks else "")
        is_saved = "saved" in query and state.is_chosen
        return self._html(self.sheets.page(state, language, request.base, is_saved=is_saved))

    def _change(self, method: str, request: PageRequest, handle: Handle) -> Answer:
        """Carry a choice out: it counts for this very response."""
        check_same_origin(handle.head())
        if method == "DELETE":
            choice = Choice(granted=frozenset(), word=Word.WITHDRAWN, where=Where.API, is_form=False)
        else:
            choice = read_choice(request.content_type, request.body, self.declared.offered)
        if choice.granted and choice.policy not in (None, self.declared.digest):
            raise Problem(
                HTTPStatus.CONFLICT,
                "policy-changed",
                "the policy has changed since; show the present one and ask again",
            )
        language = self.sheets.language(handle, choice.language)
        refused = refused_by_signals(handle, self.gate, choice.granted)
        granted = choice.granted - refused.keys()  # the page said that these stay off: nobody consented to them
        handle.choose(granted)
        how = "gpc" if refused else choice.word.value
        is_asked_here = choice.where is not Where.API or choice.language is not None
        self._record(handle, granted, how, choice.where.value, language.tag if is_asked_here else None)
        if choice.is_form:
            return Answer.see_other(self._onward(choice, request, handle, language))
        return Answer.json(self.sheets.choice(self._state(handle)))

    def _record(self, handle: Handle, granted: Iterable[str], how: str, where: str, language: str | None) -> None:
        if self.recorder is None:
            return
        try:
            self.recorder.record(id=handle.consent.id, granted=granted, how=how, where=where, language=language)
        except Exception as error:  # noqa: BLE001  # foreign code: a choice is honoured whatever becomes of its proof
            _logger.error("settings page: a choice could not be recorded: %s: %s", type(error).__name__, error)

    def _onward(self, choice: Choice, request: PageRequest, handle: Handle, language: Language) -> str:
        """Return where a form's sender goes: the page again, or with the banner the page where it stood."""
        if choice.where is Where.BANNER:
            back = own_path(choice.back) or path_of_referer(handle.head())
            if back is not None:
                return back
        return f"{request.base}/?saved&language={language.tag}"

    def _refusal(self, problem: Problem, request: PageRequest, handle: Handle) -> Answer:
        """Tell a person, or a program, why nothing was done."""
        if not any(b"text/html" in value for value in handle.head().header(b"accept")):
            return Answer.json(problem.record(), status=problem.status)
        language = self.sheets.language(handle, _query(request.query).get("language"))
        if problem.code == "policy-changed":
            state = self._state(handle)
            notice = language.say("choice.meanwhile")
            html = self.sheets.page(state, language, request.base, is_saved=False, notice=notice)
        else:
            html = self.sheets.problem(problem.code, language, request.base)
        return self._html(html, problem.status)

    def _state(self, handle: Handle) -> State:
        return read_state(handle, self.gate, self.declared)

    def _html(self, html: str, status: int = 200) -> Answer:
        return Answer.page(html, self.content_security_policy, status=status)


def page_of(gate: CookieGate, settings: str | SettingsPage) -> SettingsPage:
    """Return the page that a middleware is told to serve: of a path, or as it was configured for the same gate.

    Raises: `ConfigError`.
    """
    if not isinstance(settings, SettingsPage):
        return SettingsPage(gate, url=settings)
    if settings.gate is not gate:
        raise ConfigError(["CookieGateMiddleware: settings: is a page of another gate; give both the same CookieGate"])
    return settings


def _query(text: str) -> dict[str, str]:
    """Read a query; one that can't be read says nothing."""
    try:
        return dict(parse_qsl(text[:1024], keep_blank_values=True, errors="replace", max_num_fields=16))
    except ValueError:
        return {}
