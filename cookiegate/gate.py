"""CookieGate: the whole configuration, checked once and compiled, shared by every adapter and request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path
from time import time
from typing import Any, Literal, Self

from cookiegate.consent.own import OwnConsent
from cookiegate.consent.recall import Recall
from cookiegate.consent.source import ConsentSource, OneCookieSource, cookie_names_of, source_problem
from cookiegate.consent.terms import ConsentTerms
from cookiegate.errors import ConfigError
from cookiegate.log import Log
from cookiegate.memo import Memo
from cookiegate.model import Category, Consent, CookieRule, Decision, Exchange, Reason, RequestHead
from cookiegate.policy import Policy
from cookiegate.registry.registry import Registry
from cookiegate.registry.rule import nearest
from cookiegate.registry.toml import read_cookies_toml
from cookiegate.settings import Checked
from cookiegate.verdicts import Verdicts
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS
from cookiegate.wire.headers import FieldKind, field_kind, judged_kind, judged_text_kind, text_kind
from cookiegate.wire.token import is_token, token_runs

__all__ = ["CookieGate"]

_MAX_RUNS = 8
_UNREADABLE_NAME = CookieRule(name="*", category=Category.MARKETING, purpose="A name that no site gives a cookie.")
_IN_CODE_ONLY = frozenset({"registry", "consent", "observer", "recorders", "clock"})


@dataclass(frozen=True, kw_only=True)
class CookieGate:
    """What is allowed to leave: one immutable configuration for all adapters; `dataclasses.replace` makes variants.

    Raises: `ConfigError`, with every mistake at once.
    """

    registry: Registry = field(default_factory=Registry.known)
    """Which cookies the site promises to set."""
    consent: ConsentSource = field(default_factory=OwnConsent)
    """Where the visitor's choice is read; any callable `(RequestHead) -> Consent | None`."""
    mode: Literal["enforce", "report-only"] = "enforce"
    """In report-only nothing is changed, in the request or the response; decisions are only told."""
    unregistered: Literal["drop", "keep", "necessary", "preferences", "statistics", "marketing"] = "drop"
    """What becomes of a cookie that no rule knows: dropped, kept, or treated as one of a category."""
    refused: Literal["drop", "session", "expire"] = "drop"
    """What becomes of a cookie whose category is not granted: dropped, cut to the browser session, or deleted."""
    secure: Literal["https", "always", "keep"] = "https"
    """When Secure is added: on requests that arrived by https, always, or never."""
    same_site: Literal["none", "lax", "strict"] = "none"
    """The weakest SameSite that leaves; it is always written out, and is Lax where the app says nothing."""
    max_lifetime: str | int | timedelta | None = "400 days"
    """No cookie is kept longer, whatever the app and its rule say. A number counts days."""
    host_only: bool = False
    """Domain is cut off every cookie."""
    strict_values: bool = False
    """Only RFC 6265 cookie-octets are allowed in values: no space, comma, backslash or inner quote."""
    hide_refused: bool = True
    """A registered optional cookie of the request that is refused is hidden from the app."""
    expire_refused: bool = True
    """Such a cookie is deleted by the response."""
    shared_caches: Literal["private", "vary", "keep"] = "private"
    """How shared caches are kept from handing an optional cookie to visitors who refused it."""
    line_breaks: Literal["cut", "report"] = "cut"
    """What becomes of a CR, LF or NUL in another header field, where a browser would start a new one."""
    revision: str | None = None
    """The site's policy version; a consent that was given to another one does not count."""
    settings_url: str | None = None
    """The path at which the middleware serves the visitor's cookie settings: page, banner, API; none if not given."""
    consent_max_age: str | int | timedelta | None = None
    """Older consents don't count. A number counts days."""
    require_explicit: bool = False
    """Only what the visitor did counts, no implied consent and no default of a platform."""
    global_privacy_control: bool = True
    """`Sec-GPC: 1` refuses marketing."""
    do_not_track: bool = False
    """`DNT: 1` refuses statistics and marketing."""
    default_consent: Iterable[str] | Callable[[RequestHead], Iterable[str]] | None = None
    """What is granted while the visitor has not chosen: for regions where the law lets visitors opt out."""
    observer: Callable[[Decision], object] | None = None
    """Called with every decision; slows each response down, since nothing can be left unsaid."""
    recorders: Iterable[Callable[[Exchange], object]] = ()
    """Called once for each response, with all that was decided about it: an `Inventory`, `Counters`, your own."""
    debug: bool = False
    """Each response tells in a `Cookiegate` header field what was decided, for the browser's developer tools."""
    clock: Callable[[], float] = time
    """Seconds since 1970-01-01 UTC."""

    consent_names: tuple[frozenset[str], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """The cookies that the consent source reads: exact names, and prefixes."""
    policy: Policy = field(init=False, repr=False, compare=False)
    terms: ConsentTerms = field(init=False, repr=False, compare=False)
    recall: Recall | None = field(init=False, repr=False, compare=False)
    """What counts of a consent that was read before, if the source reads one cookie alone."""
    verdicts: Verdicts = field(init=False, repr=False, compare=False)
    log: Log = field(init=False, repr=False, compare=False)
    field_kinds: Memo[bytes, FieldKind] = field(init=False, repr=False, compare=False)
    text_kinds: Memo[str, FieldKind] = field(init=False, repr=False, compare=False)
    """The same for names that are text, as in WSGI."""
    judged_kinds: Memo[bytes, FieldKind] = field(init=False, repr=False, compare=False)
    """From a field name to what must be judged; false for all others, and for what matters beside a cookie only."""
    judged_text_kinds: Memo[str, FieldKind] = field(init=False, repr=False, compare=False)
    """The same for names that are text, as in WSGI."""
    handle_classes: dict[type, Any] = field(init=False, repr=False, compare=False)
    is_watched: bool = field(init=False, repr=False, compare=False)
    """Each decision must be told, or nothing may be changed: the tables alone don't serve."""
    refusable: Memo[bytes, tuple[CookieRule, ...]] = field(init=False, repr=False, compare=False)
    """From a raw name in the request to the optional rules that may refuse it."""

    def __post_init__(self) -> None:
        checked = Checked("CookieGate")
        if not isinstance(self.registry, Registry):
            checked.complain(
                "registry", f'is {self.registry!r}; use a Registry, e.g. Registry.from_toml("cookies.toml")'
            )
        if (problem := source_problem(self.consent)) is not None:
            checked.complain("consent", problem)
        if iscoroutinefunction(self.observer):
            checked.complain("observer", "is a coroutine function, which nobody awaits; use a plain function")
        if not callable(self.clock):
            checked.complain("clock", f"is {self.clock!r}; use a function that returns seconds, like time.time")
        checked.one_of("mode", self.mode, "enforce", "report-only")
        checked.one_of("unregistered", self.unregistered, "drop", "keep", *Category)
        checked.one_of("refused", self.refused, "drop", "session", "expire")
        checked.one_of("secure", self.secure, "https", "always", "keep")
        checked.one_of("shared_caches", self.shared_caches, "private", "vary", "keep")
        checked.one_of("line_breaks", self.line_breaks, "cut", "report")
        for name in (
            "host_only", "strict_values", "hide_refused", "expire_refused",
            "require_explicit", "global_privacy_control", "do_not_track", "debug",
        ):  # fmt: skip
            checked.flag(name, getattr(self, name))
        checked.text_or_none("revision", self.revision)
        checked.path_or_none("settings_url", self.settings_url)
        checked.callable_or_none("observer", self.observer)
        object.__setattr__(self, "recorders", checked.functions("recorders", self.recorders))
        terms = ConsentTerms(
            max_age_s=checked.seconds("consent_max_age", self.consent_max_age),
            revision=self.revision,
            require_explicit=self.require_explicit,
            global_privacy_control=self.global_privacy_control,
            do_not_track=self.do_not_track,
            default=checked.granted_by_default("default_consent", self.default_consent),
        )
        if self.require_explicit is True and self.default_consent is not None:
            checked.complain(
                "default_consent", "contradicts require_explicit, since nobody chose it; take one of them away"
            )
        same_site = checked.same_site("same_site", self.same_site)
        max_lifetime_s = checked.seconds("max_lifetime", self.max_lifetime)
        registry = self._with_consent_cookies(checked)
        if checked.problems:
            raise ConfigError(checked.problems)
        policy = Policy(
            registry=registry,
            unregistered=self.unregistered if self.unregistered in ("drop", "keep") else Category(self.unregistered),
            refused=self.refused,
            secure=self.secure,
            same_site_minimum=same_site,
            max_lifetime_s=max_lifetime_s,
            host_only=self.host_only,
            strict_values=self.strict_values,
        )
        # DNT is off nearly everywhere: not worth a look at every field.
        values = self.consent.values if isinstance(self.consent, OneCookieSource) and not self.do_not_track else None
        log = Log()
        verdicts = Verdicts(
            policy, is_consent_cookie=self.is_consent_cookie, on_unregistered=log.unregistered, clock=self.clock
        )
        compiled = {
            "policy": policy,
            "terms": terms,
            "recall": Recall(values, terms) if values is not None else None,
            "log": log,
            "verdicts": verdicts,
            "field_kinds": Memo(field_kind, limit=256, longest=64),
            "text_kinds": Memo(text_kind, limit=256, longest=64),
            "judged_kinds": Memo(judged_kind, limit=256, longest=64),
            "judged_text_kinds": Memo(judged_text_kind, limit=256, longest=64),
            "handle_classes": {},
            "is_watched": self.observer is not None
            or self.recorders != ()
            or self.debug
            or self.mode == "report-only"
            or self.strict_values,
            "refusable": Memo(self._find_refusable, limit=1024, longest=128),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_toml(cls, path: str | Path, *, known: bool = True, **overrides: Any) -> Self:
        """Read rules and settings from one file; `overrides` are arguments that win over its `[gate]` section.

        `known`: the cookies of frameworks and platforms are registered too, and the file's rules win over them.

        Raises: `ConfigError` with every mistake in the file and in the settings.
        """
        document = read_cookies_toml(path)
        problems = list(document.problems)
        allowed = tuple(f.name for f in fields(cls) if f.init and f.name not in _IN_CODE_ONLY)
        problems += [
            f"{document.where}: gate: unknown key {key!r}; "
            + (f"give it in code: from_toml(path, {key}=...)" if key in _IN_CODE_ONLY else nearest(key, allowed))
            for key in document.gate
            if key not in allowed
        ]
        settings: dict[str, Any] = {key: value for key, value in document.gate.items() if key in allowed} | overrides
        rules = Registry(document.rules)
        settings.setdefault("registry", Registry.known() | rules if known else rules)
        try:
            gate = cls(**settings)
        except ConfigError as error:
            problems += [problem.replace("CookieGate", f"{document.where}: gate", 1) for problem in error.problems]
        if problems:
            raise ConfigError(problems)
        return gate

    def is_consent_cookie(self, name: str) -> bool:
        """Tell whether the consent source reads this cookie."""
        exact, prefixes = self.consent_names
        return name in exact or name.startswith(prefixes)

    def read_consent(self, head: RequestHead, now: float) -> Consent:
        """Read what counts as consent for a request; whatever goes wrong grants nothing. Raises nothing."""
        if len(head.cookie) > MAX_COOKIE_OCTETS:  # it is not read, and that must not look like "no choice yet"
            return Consent.none(Reason.CONSENT_UNREADABLE)
        try:
            consent = self.consent(head)
            if consent is not None and not isinstance(consent, Consent):
                raise TypeError(f"a consent source returned {type(consent).__name__}; return a Consent or None")
            return self.terms.apply(consent, head, now)
        except Exception as error:  # noqa: BLE001  # foreign code: whatever it raises must not reach the visitor
            self.log.source_failed(error)
            return Consent.none(Reason.CONSENT_SOURCE_FAILED)

    def tell(self, decision: Decision) -> None:
        """Hand a decision to the log and the observer. Raises nothing."""
        self.log.decision(decision)
        if self.observer is not None:
            try:
                self.observer(decision)
            except Exception as error:  # noqa: BLE001  # foreign code, as above
                self.log.observer_failed(error)

    def record(self, exchange: Exchange) -> None:
        """Hand an exchange to the recorders. Raises nothing."""
        for recorder in self.recorders:
            try:
                recorder(exchange)
            except Exception as error:  # noqa: BLE001  # foreign code, as above
                self.log.recorder_failed(error)

    def _with_consent_cookies(self, checked: Checked) -> Registry:
        """Return the registry with the consent source's cookies as necessary ones: without them nobody can choose."""
        if not isinstance(self.registry, Registry):
            return Registry()
        names = () if isinstance(self.consent, type) else cookie_names_of(self.consent)
        wrong = [name for name in names if not isinstance(name, str) or not is_token(name.rstrip("*").encode())]
        if wrong or isinstance(getattr(self.consent, "cookie_names", ()), str):
            checked.complain("consent", f"cookie_names is {self.consent.cookie_names!r}; use a tuple of cookie names")  # type: ignore[attr-defined]  # it is there, or nothing would be wrong
            return Registry()
        object.__setattr__(
            self,
            "consent_names",
            (
                frozenset(name for name in names if not name.endswith("*")),
                tuple(name[:-1] for name in names if name.endswith("*")),
            ),
        )
        for rule in self.registry:
            if rule.category is not Category.NECESSARY and self.is_consent_cookie(rule.name.rstrip("*")):
                checked.complain(
                    "registry", f"{rule.name!r} is the consent cookie and can't be {rule.category}; make it necessary"
                )
        known = {rule.name for rule in self.registry}
        purpose = "Remembers the choice about cookies."
        return self.registry | Registry(
            CookieRule(name=name, category=Category.NECESSARY, purpose=purpose) for name in names if name not in known
        )

    def _find_refusable(self, raw_name: bytes) -> tuple[CookieRule, ...]:
        """Find the optional rules for a name in the request; of a name that is no token, for every token in it.

        Python's cookie readers strip more than browsers do, and find cookies inside of such names.
        """
        found: dict[str, CookieRule] = {}
        runs = token_runs(raw_name)
        if len(runs) > _MAX_RUNS:
            return (_UNREADABLE_NAME,)
        for run in runs:
            name = run.decode("ascii")
            if not self.is_consent_cookie(name):
                match = self.policy.registry.match(name)
                for rule in (match.rule, match.refusing):
                    if rule is not None and rule.category is not Category.NECESSARY:
                        found[rule.name] = rule
        return tuple(found.values())
