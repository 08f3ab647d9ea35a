"""The demo's preview: a page with switches, and in its frame an example page with the banner as it was asked for."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.look import CHOICES, Look

__all__ = ["FRAME_HEADERS", "HEADERS", "SCRIPT", "example", "switches"]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
}
FRAME_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "same-origin",
}
SCRIPT = "cookiegate.ready.then(() => document.getElementById('cookiegate-banner') || cookiegate.open());\n"
"""Opens the banner for a visitor who has chosen already."""

_SITES = {"light": "light", "dark": "dark", "both": "light dark"}
"""The colour schemes that the example page declares."""


def switches(settings: SettingsPage, query: Mapping[str, str]) -> str:
    """Make the page with the switches. Its frame has the look that the query asks for."""
    look = Look().changed(query)
    language = _language(settings, query)
    named = {"layout": "Layout", "theme": "Theme", "color_scheme": "Colour scheme"}
    choices = [
        *((label, name, {each: each for each in CHOICES[name]}, getattr(look, name)) for name, label in named.items()),
        ("Language", "language", {each.tag: each.name for each in settings.documents.languages.names()}, language),
        ("The site is", "site", dict(zip(_SITES, _SITES, strict=True)), _site(query)),
    ]
    address = "&".join(f"{name}={value}" for _, name, _, value in choices)
    fields = "\n".join(_field(*choice) for choice in choices)
    return _template("preview.html").substitute(fields=fields, address=escape(address))


def example(settings: SettingsPage, request: object, query: Mapping[str, str]) -> str:
    """Make the example page. Raises: `NotGated`."""
    look = Look().changed(query)
    language = _language(settings, query)
    return _template("preview_example.html").substitute(
        scheme=_SITES[_site(query)],
        language=language,
        banner=settings.fragment(request, language=language, look=look),
        link=settings.link(request, language=language),
        button=settings.reopen_button(request, language=language, look=look),
    )


def _field(label: str, name: str, values: Mapping[str, str], chosen: str) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in values.items()
    )
    return f'<label>{label} <select name="{name}">{options}</select></label>'


def _language(settings: SettingsPage, query: Mapping[str, str]) -> str:
    wish = query.get("language", "")
    return wish if wish in settings.documents.languages else settings.default_language


def _site(query: Mapping[str, str]) -> str:
    return query["site"] if query.get("site") in _SITES else "light"


def _template(name: str) -> Template:
    return Template(files(__package__).joinpath(name).read_text(encoding="utf-8"))
