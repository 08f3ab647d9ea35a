"""CookieGate: the whole configuration, checked once and compiled, shared by every adapter and request.

`settings.py` checks values, `gate_registry.py` the registry, `compiled.py` has the result.
Law: a gate that exists is valid, and does not change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any, Literal, Self

from cookiegate.compiled import Compiled
from cookiegate.consent.own import OwnConsent
from cookiegate.consent.source import ConsentSource, OneCookieSource, writable
from cookiegate.consent.terms import ConsentTerms
from cookiegate.decision import Decision, Exchange
from cookiegate.engine import Engine
from cookiegate.errors import ConfigError
from cookiegate.gate_registry import ConsentNames, read_registry, warn_of_stricter
from cookiegate.given_values import nearest, read_list
from cookiegate.memo import Memo
from cookiegate.model import Category, RequestHead
from cookiegate.notify import Notify
from cookiegate.offering import Offering
from cookiegate.policy import Policy
from cookiegate.problems import Problems
from cookiegate.reader import ConsentReader
from cookiegate.registry.registry import Registry
from cookiegate.registry.toml import read_cookies_toml
from cookiegate.response import Rules
from cookiegate.screen import Screen
from cookiegate.settings import PAGE_KEYS_IN_GATE, Checked, check_values, page_options
from cookiegate.sources import ConsentedSources
from cookiegate.wire.cache_control import CacheAdvice

__all__ = ["CookieGate", "compiled"]

_IN_CODE_ONLY = frozenset({"registry", "consent", "observer", "recorders", "clock"})
_BESIDE_GATE = frozenset({"csp"})
"""Arguments that are a section of the file of their own."""


@dataclass(frozen=True, kw_only=True)
class CookieGate:
    """One immutable configuration for all adapters; `dataclasses.replace` makes variants.

    Each argument's last line says which site needs it.

    Raises: `ConfigError`, with every mistake at once.
    """

    registry: Registry = field(default_factory=Registry.known)
    """The cookies that the site declares.
    For each site: the cookies that it declares."""
    products: Iterable[str] = ()
    """Products that the site uses whose cookies have general names: their rules are in the registry too.
    For a site with a product whose cookies have general names, like `session` of Superset."""
    uses: Iterable[str] = ()
    """Known cookies that the site uses without rules of its own: visitors see them and can choose their category.
    For a site that uses known cookies, like `django_language`, and has no rules of its own for them."""
    report_only: Iterable[str] = ()
    """Cookie names, or prefixes with a `*` at the end, that are judged and reported, but not changed.
    For a site that introduces the gate cookie by cookie."""
    consent: ConsentSource = field(default_factory=OwnConsent)
    """Where the visitor's choice is read; any callable `(RequestHead) -> Consent | None`. The guard script in a page
    can read the cookie of an unsigned `OwnConsent` alone: with any other source, its tag needs `data-state`.
    For a site with a consent platform, or with a signed, shared or renamed cookie of cookiegate's own."""
    mode: Literal["enforce", "report-only"] = "enforce"
    """In report-only neither request nor response is changed; decisions are only reported.
    For a site that is new to the gate: first it reads the reports, then it enforces."""
    unregistered: Literal["drop", "keep", "necessary", "preferences", "statistics", "marketing"] = "drop"
    """What to do with a cookie without a rule: drop it, keep it, or treat it as one of a category.
    For a site that can't list all of its cookies, because plugins or users add some."""
    unregistered_scripts: Literal["report", "drop"] = "report"
    """What the guard script does with a cookie or storage key without a rule: report it only, or refuse it too.
    For a site whose guard script is to refuse what the registry does not know, as the server does."""
    refused: Literal["drop", "session", "expire"] = "drop"
    """What to do with a cookie whose category is not granted: drop it, cut it to the browser session, or delete it.
    For a site that needs its optional cookies within a visit (`session`), or wants old ones deleted (`expire`)."""
    secure: Literal["https", "always", "keep"] = "https"
    """When Secure is added: on requests that arrived by https, always, or never.
    For a site whose proxy does not tell it about https (`always`), or whose app adds Secure itself (`keep`)."""
    same_site: Literal["none", "lax", "strict", "keep"] = "none"
    """The weakest SameSite that is sent. It is always sent, and is Lax if the app sends none. `"keep"`: the app's own
    value is kept, and none is added.
    For a site that is never embedded in others (`lax`), or whose logins return by POST (`keep`)."""
    max_lifetime: str | int | timedelta | None = "400 days"
    """The maximum lifetime of all cookies. A number means days.
    For a site whose policy or regulator allows less than 400 days."""
    host_only: bool = False
    """Domain is removed from all cookies.
    For a site whose subdomains belong to others, such as its customers."""
    strict_values: bool = False
    """Only RFC 6265 cookie-octets are allowed in values: no space, comma, backslash or inner quote.
    For a site with readers that find cookies inside of values: `http.cookies`, Bottle, WebOb, aiohttp."""
    hide_refused: bool = True
    """A registered optional cookie of the request that is refused is hidden from the app.
    For a site whose app must still see refused cookies, to move data out of them: false."""
    expire_refused: bool = True
    """Such a cookie is deleted by the response.
    For a site that shares its domain with another app that may read such a cookie: false."""
    shared_caches: Literal["private", "vary", "keep"] = "private"
    """How shared caches are prevented from sending an optional cookie to visitors who refused it.
    For a site behind a cache that keeps variants (`vary`), or that ignores Set-Cookie (`keep`)."""
    line_breaks: Literal["cut", "report"] = "cut"
    """What to do with a CR, LF or NUL in another header field, where a browser would start a new field.
    For a site that first looks for the code that sends such fields (`report`)."""
    revision: str | None = None
    """The version of the site's policy; a consent to another version is ignored.
    For a site whose policy changes, so that visitors must be asked again."""
    settings_url: str | None = None
    """The path at which the middleware serves the visitor's cookie settings: page, banner, API; none if not given.
    For a site without a consent platform."""
    settings_page: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    """Other arguments of `SettingsPage`, by the same names. If there are any, the page is served at its `url`.
    For a site that changes the page's languages, templates, categories or receipts."""
    consent_max_age: str | int | timedelta | None = None
    """Older consents are ignored. A number means days.
    For a site whose regulator limits how long consent is valid, for example to 6 months."""
    require_explicit: bool = False
    """Implied consent and defaults of a platform are ignored.
    For a site whose consent platform writes a cookie before the visitor has chosen."""
    global_privacy_control: bool = True
    """`Sec-GPC: 1` refuses marketing.
    For a site whose consent platform has the signal in its cookie already: false."""
    do_not_track: bool = False
    """`DNT: 1` refuses statistics and marketing.
    For a site whose policy promises to respect it."""
    default_consent: Iterable[str] | Callable[[RequestHead], Iterable[str]] | None = None
    """The categories that are granted before the visitor has chosen; or a function of the request that returns them.
    For a site with visitors from regions where the law is opt-out."""
    csp: Mapping[str, Iterable[str]] | None = None
    """Sources of the response's Content-Security-Policy by category, like `{"statistics": ["https://www.example.com"]}`:
    those of refused categories are removed. In a file it is the section `[csp]`.
    For a site whose Content-Security-Policy lists the sources of trackers."""
    observer: Callable[[Decision], object] | None = None
    """Called with every decision. Each response takes longer, because every line needs a decision of its own.
    For a site that logs or counts each decision by one function, which needs nothing of the request."""
    recorders: Iterable[Callable[[Exchange], object]] = ()
    """Called once for each response, with all decisions about it: an `Inventory`, `Counters`, your own.
    For a site that wants an inventory of its cookies, metrics or a log of decisions."""
    debug: bool = False
    """Each response lists its decisions in a `Cookiegate` header field, for the browser's developer tools.
    For a site in development."""
    clock: Callable[[], float] = time
    """Seconds since 1970-01-01 UTC.
    For the tests of a site, with a fixed time."""

    _compiled: Compiled = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checked = Checked("CookieGate")
        check_values(self, checked)
        unregistered = checked.action_or_category("unregistered", self.unregistered, "drop", "keep")
        object.__setattr__(self, "unregistered", unregistered)
        object.__setattr__(self, "recorders", checked.functions("recorders", self.recorders))
        object.__setattr__(self, "csp", checked.sources("csp", self.csp))
        terms = ConsentTerms(
            max_age_s=checked.seconds("consent_max_age", self.consent_max_age),
            revision=self.revision,
            require_explicit=self.require_explicit,
            global_privacy_control=self.global_privacy_control,
            do_not_track=self.do_not_track,
            default=checked.granted_by_default("default_consent", self.default_consent),
        )
        same_site = checked.same_site("same_site", self.same_site)
        max_lifetime_s = checked.seconds("max_lifetime", self.max_lifetime)
        options, settings_url = checked.page(self.settings_page, self.settings_url)
        object.__setattr__(self, "settings_page", options)
        object.__setattr__(self, "settings_url", settings_url)
        found = read_registry(self, checked)
        checked.check()
        if isinstance(self.default_consent, str):
            object.__setattr__(self, "default_consent", tuple(read_list(self.default_consent)))
        for name in ("registry", "products", "uses", "report_only"):
            object.__setattr__(self, name, getattr(found, name))
        policy = Policy(
            registry=found.judging,
            unregistered=self.unregistered if self.unregistered in ("drop", "keep") else Category(self.unregistered),
            refused=self.refused,
            secure=self.secure,
            same_site_minimum=same_site,
            max_lifetime_s=max_lifetime_s,
            host_only=self.host_only,
            strict_values=self.strict_values,
        )
        offering = Offering(
            found.offer, found.uses,
            can_choose=writable(self.consent) is not None, is_enforced=self.mode == "enforce",
        )  # fmt: skip
        notify = Notify(self.observer, tuple(self.recorders), is_debug=self.debug, offering=offering)
        object.__setattr__(self, "_compiled", self._compile(policy, terms, found.consent_names, notify, offering))
        warn_of_stricter(found.registry, found.products)

    def _compile(
        self, policy: Policy, terms: ConsentTerms, names: ConsentNames, notify: Notify, offering: Offering
    ) -> Compiled:
        # DNT is off nearly everywhere: not worth a look at every field.
        values = self.consent.values if isinstance(self.consent, OneCookieSource) and not self.do_not_track else None
        reader = ConsentReader(
            self.consent, terms, values, names, notify, has_default_function=callable(self.default_consent)
        )
        policy = replace(policy, is_consent_cookie=reader.is_consent_cookie)
        is_enforced = self.mode == "enforce"
        engine = Engine(
            policy,
            is_consent_cookie=reader.is_consent_cookie,
            on_unregistered=notify.unregistered,
            on_judged=offering.judged,
            cuts_line_breaks=self.line_breaks == "cut",
            heeds_policies=bool(self.csp),
        )
        rules = Rules(
            engine=engine,
            policy=policy,
            reader=reader,
            notify=notify,
            writer=writable(self.consent),
            is_enforced=is_enforced,
            expires=self.expire_refused,
            shared_caches=self.shared_caches,
            advice=Memo(CacheAdvice.of, limit=256, longest=8),
            sources=ConsentedSources(self.csp) if self.csp else None,
        )
        hides = is_enforced and self.hide_refused
        return Compiled(
            rules=rules,
            terms=terms,
            offering=offering,
            screen=Screen(policy.registry, reader.is_consent_cookie, hides=hides),
            clock=self.clock,
            hides=hides,
            is_watched=notify.has_recorders or self.debug or rules.sources is not None,
            records=notify.has_recorders,
        )

    @classmethod
    def from_toml(cls, path: str | Path, *, known: bool = True, **overrides: Any) -> Self:
        """Read rules and settings from one file; `overrides` are arguments that win over its `[gate]` section.

        `known`: the cookies of frameworks and platforms are registered too, and the file's rules win over them.

        Raises: `ConfigError` with every mistake in the file and in the settings.
        """
        document = read_cookies_toml(path)
        problems = Problems(document.where)
        problems.extend(document.problems)
        allowed = tuple(f.name for f in fields(cls) if f.init and f.name not in _IN_CODE_ONLY | _BESIDE_GATE)
        given: dict[str, Any] = {**document.gate}
        if document.settings_page or given.keys() & PAGE_KEYS_IN_GATE:
            given["settings_page"] = page_options(given, document.settings_page, problems)
        for key in given:
            if key in _BESIDE_GATE:
                problems.add_problem("gate", f"{key} is a section of its own; write it as [{key}]")
            elif key not in allowed:
                fix = f"give it in code: from_toml(path, {key}=...)" if key in _IN_CODE_ONLY else nearest(key, allowed)
                problems.add_problem("gate", f"unknown key {key!r}; {fix}")
        settings: dict[str, Any] = {key: value for key, value in given.items() if key in allowed}
        settings = settings | {"csp": document.csp} | overrides
        rules = Registry(document.rules)
        settings.setdefault("registry", Registry.known() | rules if known else rules)
        try:
            gate = cls(**settings)
        except ConfigError as error:
            problems.extend(_placed(problem, document.where) for problem in error.problems)
        problems.check()
        return gate


def compiled(gate: CookieGate) -> Compiled:
    """Return what a gate works with. For the package itself. Raises: `ConfigError` for what is no gate."""
    if not isinstance(gate, CookieGate):
        what_to_do = 'use a CookieGate, e.g. CookieGate.from_toml("cookies.toml")'
        raise ConfigError([f"CookieGateMiddleware: gate: is {gate!r}; {what_to_do}"])
    return gate._compiled


def _placed(problem: str, where: str) -> str:
    """Put the file and the section in the place of the class."""
    has_section = problem.startswith(("CookieGate: settings_page: ", "CookieGate: csp"))
    return problem.replace("CookieGate", where if has_section else f"{where}: gate", 1)
