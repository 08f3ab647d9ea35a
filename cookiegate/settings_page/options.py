"""The arguments of a settings page, checked: every mistake at once, each with its place and what to do."""

import re
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any
from urllib.parse import urlsplit

from cookiegate.consent.source import writable
from cookiegate.errors import ConfigError
from cookiegate.given_values import read_list
from cookiegate.model import OPTIONAL, Category
from cookiegate.registry.registry import Registry
from cookiegate.settings import Checked, tags_problem
from cookiegate.settings_page.language import ON_REQUEST, Languages, read_languages
from cookiegate.settings_page.look import CHOICES
from cookiegate.settings_page.origin import own_path
from cookiegate.settings_page.recorder import check_recorder
from cookiegate.settings_page.rendering import Templates
from cookiegate.settings_page.texts import changed_languages

__all__ = ["Options", "checked_options", "with_image_source"]

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/")

_FOR_CONSENT_MODE = ("url_passthrough", "ads_data_redaction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The arguments that are read from files, or have another type than the page's own fields."""

    categories: list[Category] | None
    languages: Languages
    templates: Templates


def checked_options(page: Any) -> Options:
    """Check the fields of a `SettingsPage`, and read its categories, languages, texts and templates.

    Raises: `ConfigError` with every mistake.
    """
    checked = Checked("SettingsPage")
    if writable(page.gate.consent) is None:
        checked.add_problem("gate", "its consent source can't write a choice; use OwnConsent(), or first_of() with it")
    if not isinstance(page.url, str) or own_path(page.url) is None or page.url.endswith("/") or "?" in page.url:
        checked.add_problem("url", f'is {page.url!r}; write a path like "/cookie-settings"')
    if page.registry is not None and not isinstance(page.registry, Registry):
        checked.add_problem(
            "registry", f'is {page.registry!r}; use a Registry, e.g. Registry.from_toml("cookies.toml")'
        )
    _check_values(page, checked)
    _check_addresses(page, checked)
    categories = _categories(page.categories, checked)
    languages = Languages({})
    templates = None
    with checked.collect():
        listed = _paths("languages", page.languages, checked)
        languages = _with_texts(read_languages(listed, str(page.default_language)), page.texts, checked)
    if languages and page.default_language not in languages:
        tags = ", ".join(languages)
        fix = ", or list it in languages" if page.default_language in ON_REQUEST else ""
        checked.add_problem("default_language", f"{page.default_language!r} is not there; use one of {tags}{fix}")
    with checked.collect():
        templates = Templates(_directory(page.templates, checked))
    if checked.problems or templates is None:
        raise ConfigError(checked.problems)
    return Options(categories=categories, languages=languages, templates=templates)


def with_image_source(policy: str, logo: str | None) -> str:
    """Return our Content-Security-Policy, with the origin of a logo that another host has."""
    if not logo or logo.startswith("/"):
        return policy
    parts = urlsplit(logo)
    return policy.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


def _with_texts(languages: Languages, texts: object, checked: Checked) -> Languages:
    problems: list[str] = []
    changed = changed_languages(languages, texts, problems)
    checked.problems += [f"{checked.where}: {problem}" for problem in problems]
    return languages | changed


def _check_values(page: Any, checked: Checked) -> None:
    for name in ("known", "consent_mode", *_FOR_CONSENT_MODE):
        checked.flag(name, getattr(page, name))
    for name in _FOR_CONSENT_MODE:
        if getattr(page, name) is True and page.consent_mode is False:
            checked.add_problem(name, "is for Google's Consent Mode; set consent_mode = true too")
    problem = tags_problem(page.tags)
    if problem is not None:
        checked.add_problem("tags", problem)
    for name, choices in CHOICES.items():
        checked.one_of(name, getattr(page, name), *choices)
    for name in ("default_language", "registry_language", "content_security_policy", "logo_text"):
        if not isinstance(getattr(page, name), str):
            checked.add_problem(name, f"is {getattr(page, name)!r}; use text in quotes")
    with checked.collect():
        check_recorder(page.receipts)


def _check_addresses(page: Any, checked: Checked) -> None:
    for name in ("policy_url", "privacy_url", "imprint_url", "home_url", "logo"):
        value = getattr(page, name)
        is_path = isinstance(value, str) and own_path(value) is not None
        if value not in (None, "") and not (is_path or str(value).startswith(("https://", "http://"))):
            checked.add_problem(name, f"is {value!r}; write a path, or a URL with https://")
    logo = page.logo if isinstance(page.logo, str) else ""
    if logo.startswith("http") and _ORIGIN.match(logo) is None:
        checked.add_problem("logo", f"is {logo!r}; write a URL like https://cdn.example/logo.svg")
    value = page.page_url
    if value is not None and (not isinstance(value, str) or own_path(value) is None):
        checked.add_problem("page_url", f'is {value!r}; write a path like "/privacy/cookies"')
    elif value is not None and f"{value}/".startswith(f"{page.url}/"):
        checked.add_problem("page_url", f"is {value!r}, which {page.url!r} hides; write another path, or leave it out")


def _categories(value: object, checked: Checked) -> list[Category] | None:
    if value is None:
        return None
    try:
        names = read_list(value)
    except ValueError:
        allowed = ", ".join(category for category in Category if category in OPTIONAL)
        checked.add_problem("categories", f"is {value!r}; write a list with some of {allowed}")
        return []
    return checked.categories("categories", names, OPTIONAL)


def _directory(value: object, checked: Checked) -> str | None:
    if value is None or isinstance(value, str | PathLike):
        return None if value is None else fspath(value)
    checked.add_problem("templates", f"is {value!r}; write the path of a directory")
    return None


def _paths(subject: str, value: object, checked: Checked) -> list[str]:
    try:
        paths = [value] if isinstance(value, PathLike) else read_list(value)
    except ValueError:
        checked.add_problem(subject, f"is {value!r}; write a list of tags and of paths of TOML files")
        return []
    for path in paths:
        if not isinstance(path, str | PathLike):
            checked.add_problem(subject, f"{path!r} is among them; write a list of tags and of paths of TOML files")
    return [fspath(path) for path in paths if isinstance(path, str | PathLike)]
