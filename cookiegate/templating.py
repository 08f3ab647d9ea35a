"""The common part of the tags for template engines: the visitor's consent, the banner, the guard's script.

Law: a page that asks for the consent depends on it for shared caches, as with `handle.allows`.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from cookiegate.category import read_category
from cookiegate.errors import NotGated
from cookiegate.handle import Handle, current, served_page
from cookiegate.problems import Problems
from cookiegate.settings_page.mounting import mounted_at

__all__ = [
    "allows_all",
    "banner",
    "category_problem",
    "check_categories",
    "handle_for",
    "link",
    "reopen_button",
    "scripts",
    "settings",
]


def category_problem(category: str) -> str | None:
    """Return what is wrong with the name of a category, and a fix; else `None`."""
    try:
        read_category(category)
    except ValueError as error:
        return str(error)
    return None


def check_categories(where: str, categories: Iterable[str]) -> None:
    """Check the names of categories. Raises: `ConfigError`, whose messages begin with `where`."""
    problems = Problems(where)
    for category in categories:
        if (problem := category_problem(category)) is not None:
            problems.add(problem)
    problems.check()


def handle_for(request: object) -> Handle:
    """Return the handle for the request of a template's context. Raises: `NotGated`; also where there is no request."""
    if not request:  # neither given, nor an undefined value of the engine's
        raise NotGated(
            "no request in the template's context; render the template with its request, import Jinja's macros "
            '"with context", and in Django use render(request, ...)'
        )
    return current(request)


def allows_all(request: object, categories: Iterable[str]) -> bool:
    """Return whether cookies of all these categories may be set now. Raises: `NotGated`; `ValueError`, as `allows`."""
    handle = handle_for(request)
    found = [handle.allows(category) for category in categories]  # all of them, so that an unknown category raises
    return all(found)


def banner(request: object, *, language: str | None = None, nonce: object = None, back: str | None = None) -> Any:
    """Return the banner, if the visitor has not chosen yet, and its script, as escaped markup.

    Arguments: as `SettingsPage.fragment` takes them. Raises: `NotGated`; `ConfigError` if no settings page is served.
    """
    page = served_page(handle_for(request))
    return page.fragment(request, language=language, nonce=_text(nonce), back=back)


def settings(request: object, *, language: str | None = None, nonce: object = None, back: str | None = None) -> Any:
    """Return the settings without a document around them, as markup that is escaped already.

    Arguments: as `SettingsPage.settings` takes them. Raises: as `banner`.
    """
    page = served_page(handle_for(request))
    return page.settings(request, language=language, nonce=_text(nonce), back=back)


def link(request: object, *, language: str | None = None) -> Any:
    """Return the link that opens the banner again, as markup that is escaped already. Raises: as `banner`."""
    return served_page(handle_for(request)).link(request, language=language)


def reopen_button(request: object, *, language: str | None = None, nonce: object = None) -> Any:
    """Return the button that opens the banner again, as markup that is escaped already. Raises: as `banner`."""
    return served_page(handle_for(request)).reopen_button(request, language=language, nonce=_text(nonce))


def scripts(request: object, *, nonce: object = None) -> Any:
    """Return the element of the guard's script, with what the visitor granted, as escaped markup.

    `nonce`: that of the page's Content-Security-Policy. Raises: as `banner`.
    """
    handle = handle_for(request)
    page = served_page(handle)
    tags = import_module("cookiegate.scripts")
    return tags.script_tags(page.gate, handle, nonce=_text(nonce), base=f"{mounted_at(request)}{page.url}")


def _text(nonce: object) -> str | None:
    """Return a nonce as text; that of django-csp and of Django 6.0 is created on access."""
    return str(nonce) if nonce else None
