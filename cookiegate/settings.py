"""Validate the settings of a gate; collect every error with its place and a fix."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from inspect import iscoroutinefunction
from os import PathLike
from typing import Any, Literal, TypeVar

from cookiegate.category import category_problem, read_category
from cookiegate.consent.source import source_problem as consent_problem
from cookiegate.given_values import meant, nearest, read_duration_s, read_list
from cookiegate.model import OPTIONAL, Category, RequestHead, SameSite
from cookiegate.problems import Problems
from cookiegate.registry.registry import Registry
from cookiegate.wire.source_list import source_problem

__all__ = [
    "DEFAULT_PAGE_URL",
    "PAGE_KEYS",
    "PAGE_KEYS_IN_GATE",
    "PLAIN_PATH",
    "TAGS",
    "Checked",
    "check_values",
    "page_options",
    "tags_problem",
]

E = TypeVar("E", bound=StrEnum)

DEFAULT_PAGE_URL = "/cookie-settings"
PAGE_KEYS = (
    "url", "registry", "known", "categories", "layout", "theme", "color_scheme", "texts", "languages",
    "default_language", "registry_language", "templates", "receipts", "policy_url", "privacy_url", "imprint_url",
    "logo", "logo_text", "home_url", "page_url", "consent_mode", "url_passthrough", "ads_data_redaction", "tags",
    "content_security_policy",
)  # fmt: skip
"""The arguments of `SettingsPage`, which is not imported for them: it needs more packages."""
PAGE_KEYS_IN_GATE = frozenset(PAGE_KEYS) - {"url", "registry", "known", "texts"}
"""Those that may be written among the gate's own settings too, since there they mean nothing else."""
TAGS = ("clarity", "matomo", "matomo-cookies", "meta", "piwikpro", "posthog", "segment", "uet")
"""The vendors whose own consent call the page's script can make, see docs/tags.md."""
PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class Checked(Problems):
    """Checks the values of settings and collects their problems."""

    __slots__ = ()

    def one_of(self, subject: str, value: object, *choices: str) -> None:
        """Check that a value is one of these texts."""
        if value not in choices:
            self.add_problem(
                subject, f"unknown value {value!r}; use one of {', '.join(choices)}{meant(value, choices)}"
            )

    def flag(self, subject: str, value: object) -> None:
        """Check that a value is true or false."""
        if not isinstance(value, bool):
            self.add_problem(subject, f"is {value!r}; use true or false")

    def text_or_none(self, subject: str, value: object) -> None:
        """Check that a value is text, or is not given."""
        if value is not None and not isinstance(value, str):
            self.add_problem(subject, f"is {value!r}; use text in quotes")

    def path_or_none(self, subject: str, value: object) -> None:
        """Check that a value is a plain path below the site's root, or is not given."""
        if value is not None and not (isinstance(value, str) and PLAIN_PATH.fullmatch(value)):
            self.add_problem(subject, f"is {value!r}; write a path like '/cookie-settings'")

    def page(self, options: object, settings_url: str | None) -> tuple[dict[str, Any], str | None]:
        """Check the names of a settings page's options; returns them, and the path at which the page is served."""
        if not isinstance(options, Mapping):
            self.add_problem("settings_page", f"is {options!r}; write a section [settings_page], or a dict")
            return {}, settings_url
        for key, value in options.items():
            if key not in PAGE_KEYS:
                self.add_problem("settings_page", f"unknown key {key!r}; {nearest(str(key), PAGE_KEYS)}")
            elif (problem := _page_problem(key, value)) is not None:
                self.add_problem("settings_page", f"{key}: {problem}")
        if not options:
            return {}, settings_url
        url = options.get("url")
        self.path_or_none("settings_page", url)
        if url is not None and settings_url is not None and url != settings_url:
            self.add_problem(
                "settings_page", f"url is {url!r}, but settings_url is {settings_url!r}; write one of them"
            )
        return {**options}, url or settings_url or DEFAULT_PAGE_URL

    def callable_or_none(self, subject: str, value: object) -> None:
        """Check that a value can be called, or is not given."""
        if value is not None and not callable(value):
            self.add_problem(subject, f"is {value!r}; use a function")

    def functions(self, subject: str, value: object) -> tuple[Callable[..., object], ...]:
        """Read several functions; one alone is taken for a slip."""
        if callable(value) or isinstance(value, str) or not isinstance(value, Iterable):
            self.add_problem(subject, f"is {value!r}; use a list of functions")
            return ()
        found = tuple(value)
        for one in found:
            if not callable(one) or iscoroutinefunction(one):
                self.add_problem(subject, f"{one!r} is among them; use plain functions of an Exchange")
        return found

    def seconds(self, subject: str, value: object) -> int | None:
        """Read a length of time: text like `"400 days"`, a timedelta, a number of days, or `None` for no limit."""
        if value is None:
            return None
        try:
            return read_duration_s(value)
        except ValueError as error:
            self.add_problem(subject, str(error))
            return None

    def sources(self, subject: str, value: object) -> dict[str, tuple[str, ...]] | None:
        """Read the sources of a Content-Security-Policy by category, or `None`."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.add_problem(subject, f'is {value!r}; use categories with sources: {{"statistics": ["https://..."]}}')
            return None
        found: dict[str, tuple[str, ...]] = {}
        for key, named in value.items():
            try:
                category = read_category(key, (Category.NECESSARY, *OPTIONAL))
            except ValueError:
                self.add_problem(subject, category_problem(key, OPTIONAL))
                continue
            if category is Category.NECESSARY:
                self.add_problem(subject, "sources of 'necessary' are never taken away; leave the category out")
            elif category.value in found:
                self.add_problem(subject, f"{category} is there twice; write it once")
            elif isinstance(named, str | Mapping) or not isinstance(named, Iterable):
                self.add_problem(subject, f"{category}: is {named!r}; use a list of sources")
            else:
                found[category.value] = self._listed_sources(f"{subject}: {category}", tuple(named))
        return found

    def _listed_sources(self, subject: str, sources: tuple[object, ...]) -> tuple[str, ...]:
        for number, source in enumerate(sources, start=1):
            problem = source_problem(source) if isinstance(source, str) else "is no text; use text in quotes"
            if problem is not None:
                self.add_problem(f"{subject}[{number}] {source!r}", problem)
        return tuple(source for source in sources if isinstance(source, str))

    def same_site(self, subject: str, value: object) -> SameSite | Literal["keep"]:
        """Read a SameSite value, in any case, or `keep`."""
        if value == "keep":
            return "keep"
        try:
            return SameSite(str(value).capitalize())
        except ValueError:
            self.add_problem(subject, f"unknown value {value!r}; use one of none, lax, strict, keep")
            return SameSite.NONE

    def granted_by_default(self, subject: str, value: object) -> Callable[[RequestHead], frozenset[Category]] | None:
        """Read what is granted without any choice: categories, or a function of the request that returns some."""
        if value is None:
            return None
        if callable(value):
            function: Callable[[RequestHead], Iterable[str]] = value
            return lambda head: frozenset(map(Category, function(head))) - {Category.NECESSARY}
        try:
            names = read_list(value)
        except ValueError:
            self.add_problem(subject, f"is {value!r}; use a set of categories like {{'statistics'}}, or a function")
            return None
        granted = frozenset(self.categories(subject, names)) - {Category.NECESSARY}
        return lambda _: granted

    def categories(
        self, subject: str, names: Iterable[object], among: Iterable[Category] = tuple(Category)
    ) -> list[Category]:
        """Read names of categories; `among`: those that are allowed."""
        allowed, found = tuple(among), []
        for name in names:
            try:
                found.append(read_category(name, allowed))
            except ValueError as error:
                self.add_problem(subject, str(error))
        return found

    def action_or_category(self, subject: str, value: object, *actions: str) -> str:
        """Read one of these texts, or the name of a category."""
        if isinstance(value, str) and value in actions:
            return value
        try:
            return read_category(value).value
        except ValueError as error:
            text = str(error).replace("unknown category", "unknown value", 1)
            text = text.replace("use one of ", f"use one of {', '.join(actions)}, ", 1)
            self.add_problem(subject, text + ("" if text.endswith("?)") else meant(value, actions)))
            return actions[0]


def _page_problem(key: str, value: object) -> str | None:
    """Say what is wrong with the kind of a page's option; whether it can be used is found when the page is made."""
    if key in ("known", "consent_mode", "url_passthrough", "ads_data_redaction"):
        return None if isinstance(value, bool) else f"is {value!r}; use true or false"
    if key == "tags":
        return tags_problem(value)
    if key in ("categories", "languages"):
        try:
            listed = [] if value is None else read_list(value)
        except ValueError:
            return f"is {value!r}; write a list of texts"
        if key == "categories":
            checked = Checked("")
            checked.categories(key, listed, OPTIONAL)
            return checked.problems[0].removeprefix(f": {key}: ") if checked.problems else None
        wrong = [each for each in listed if not isinstance(each, str | PathLike)]
        return f"{wrong[0]!r} is among them; write a tag or a file's path" if wrong else None
    if key == "texts":
        return None if isinstance(value, Mapping) else f"is {value!r}; write a section [settings_page.texts.en]"
    is_object = key == "registry" or (key == "receipts" and hasattr(value, "record"))
    is_given = is_object or isinstance(value, str | PathLike | None)
    return None if is_given else f"is {value!r}; use text in quotes"


def tags_problem(value: object) -> str | None:
    """Say what is wrong with a list of vendors; `None`: nothing."""
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        return f"is {value!r}; write a list with some of {', '.join(TAGS)}"
    wrong = [each for each in value if each not in TAGS]
    return f"unknown tag {wrong[0]!r}; {nearest(str(wrong[0]), TAGS)}" if wrong else None


def check_values(gate: Any, checked: Checked) -> None:
    """Check the fields of a gate that are used unchanged."""
    if not isinstance(gate.registry, Registry):
        checked.add_problem(
            "registry", f'is {gate.registry!r}; use a Registry, e.g. Registry.from_toml("cookies.toml")'
        )
    if (problem := consent_problem(gate.consent)) is not None:
        checked.add_problem("consent", problem)
    if iscoroutinefunction(gate.observer):
        checked.add_problem("observer", "is a coroutine function, which is never awaited; use a plain function")
    if not callable(gate.clock):
        checked.add_problem("clock", f"is {gate.clock!r}; use a function that returns seconds, like time.time")
    checked.one_of("mode", gate.mode, "enforce", "report-only")
    checked.one_of("unregistered_scripts", gate.unregistered_scripts, "report", "drop")
    checked.one_of("refused", gate.refused, "drop", "session", "expire")
    checked.one_of("secure", gate.secure, "https", "always", "keep")
    checked.one_of("shared_caches", gate.shared_caches, "private", "vary", "keep")
    checked.one_of("line_breaks", gate.line_breaks, "cut", "report")
    for name in (
        "host_only", "strict_values", "hide_refused", "expire_refused",
        "require_explicit", "global_privacy_control", "do_not_track", "debug",
    ):  # fmt: skip
        checked.flag(name, getattr(gate, name))
    checked.text_or_none("revision", gate.revision)
    checked.path_or_none("settings_url", gate.settings_url)
    checked.callable_or_none("observer", gate.observer)
    if gate.require_explicit is True and gate.default_consent is not None:
        checked.add_problem(
            "default_consent",
            "contradicts require_explicit, because the visitor did not choose it; remove one of them",
        )


def page_options(given: dict[str, Any], section: Mapping[str, object], problems: Problems) -> dict[str, object]:
    """Take the options of the settings page out of a gate's settings, and put them beside those of a section."""
    options = {**section}
    for key in [key for key in given if key in PAGE_KEYS_IN_GATE]:
        value = given.pop(key)
        if options.setdefault(key, value) is not value:
            problems.add_problem(key, "is there twice, in settings_page too; write it once")
    return options
