"""Published declarations in every format: which one a file has, and what it declares; and a registry as such a file.

Law: a file's name and content tell its format, or the caller does; in doubt it is an error, not a guess.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule
from cookiegate.registry.categories import category_mapping
from cookiegate.registry.cookiebot_declaration import fitted, is_cookiebot
from cookiegate.registry.csv_file import csv_columns, csv_tables
from cookiegate.registry.declaration import Declaration
from cookiegate.registry.html import html_tables
from cookiegate.registry.json_file import json_content, json_tables
from cookiegate.registry.markdown import markdown_tables
from cookiegate.registry.onetrust_declaration import is_onetrust, onetrust_tables
from cookiegate.registry.open_cookie_database import CATEGORIES, is_open_cookie_database
from cookiegate.registry.reading import Reading, read_tables
from cookiegate.registry.rendering import render_html, render_json, render_markdown
from cookiegate.registry.source_text import source_text

__all__ = ["MAX_OCTETS", "Format", "Rendering", "parse_declaration", "read_declaration", "render"]

MAX_OCTETS = 64 * 1024 * 1024
"""A longer file is not read."""
_HEAD = 65536


class Format(StrEnum):
    """The formats of a published declaration."""

    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    JSON = "json"
    OPEN_COOKIE_DATABASE = "open-cookie-database"
    COOKIEBOT = "cookiebot"
    ONETRUST = "onetrust"


class Rendering(StrEnum):
    """The formats into which a registry is rendered."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_SUFFIXES = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".json": Format.JSON,
}
_NOT_READ = {
    ".toml": "is a registry already; give the published policy, a CSV or a JSON file",
    ".xml": "XML is not read; export JSON or CSV, or give the published page as HTML",
}
_HTML = re.compile(r"<(?:!doctype\s+html|html|body|table|section|div|dl|h[1-6])\b", re.IGNORECASE)
_MARKDOWN = re.compile(r"^[ ]{0,3}\|?[ ]{0,9}:?-{3,200}:?[ ]{0,9}\|", re.MULTILINE)


def read_declaration(
    path: str | Path,
    *,
    format: str | None = None,
    categories: Iterable[str] | Mapping[str, str] = (),
    encoding: str | None = None,
) -> Declaration:
    """Read a published declaration.

    `format`: one of `Format`; told by the file where it is not given. `categories`: the site's own words, like
    `{"Functional": "necessary"}` or `["Functional=necessary"]`; `*` stands for every word that is not understood.

    Raises: `ConfigError` for a file that can't be read, is broken, or declares no cookie; `ModuleNotFoundError` for
    Markdown where markdown-it-py is not installed.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}; check the path"]) from error
    return parse_declaration(octets, where=path.name, format=format, categories=categories, encoding=encoding)


def parse_declaration(
    content: bytes | str,
    *,
    where: str = "",
    format: str | None = None,
    categories: Iterable[str] | Mapping[str, str] = (),
    encoding: str | None = None,
) -> Declaration:
    """Read a declaration that is in memory, as `read_declaration` does; `where` names it, and may end like `.md`."""
    own = category_mapping(categories)
    prefix = f"{where}: " if where else ""
    if len(content) > MAX_OCTETS:
        raise ConfigError([f"{prefix}more than {MAX_OCTETS >> 20} MiB; give the tables of cookies alone"])
    try:
        known = None if format is None else _format(format)
        text = source_text(content, encoding) if isinstance(content, bytes) else content
        syntax = _syntax(text, where, known)
        source = known or _platform(text, syntax)
        found = _READERS[syntax](text, source, _reading(source, own))
    except ConfigError as error:
        raise ConfigError([f"{prefix}{problem}" for problem in error.problems]) from error
    if not found.rules and not found.remarks:
        raise ConfigError([f"{prefix}no table of cookies; give one with headings like Cookie, Purpose, Lifetime"])
    return found


def _format(name: str) -> Format:
    try:
        return Format(name)
    except ValueError:
        raise ConfigError([f"format {name!r}: not known; use one of {', '.join(Format)}"]) from None


def _syntax(text: str, name: str, known: Format | None) -> Format:
    """Say in which of four notations the text is written."""
    if known is not None and known in _READERS:
        return known
    suffix = Path(name).suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix in _NOT_READ:
        raise ConfigError([_NOT_READ[suffix]])
    head = text[:_HEAD].lstrip()
    if _MARKDOWN.search(head):
        return Format.MARKDOWN
    if head.startswith(("{", "[")):
        return Format.JSON
    if _HTML.search(head):
        return Format.HTML
    if csv_columns(text):
        return Format.CSV
    raise ConfigError([f"the format can't be told; say --from with one of {', '.join(Format)}"])


def _platform(text: str, syntax: Format) -> Format:
    """Say whose export it is; the notation itself where it is nobody's."""
    if syntax in (Format.CSV, Format.JSON) and is_open_cookie_database(text):
        return Format.OPEN_COOKIE_DATABASE
    if syntax in (Format.HTML, Format.JSON):
        if is_cookiebot(text):
            return Format.COOKIEBOT
        if is_onetrust(text):
            return Format.ONETRUST
    return syntax


def _read_json(text: str, source: Format, reading: Reading) -> Declaration:
    content = json_content(text)
    if source is Format.ONETRUST:
        return read_tables(onetrust_tables(content), reading)
    rules, tables = json_tables(content, fitted if source is Format.COOKIEBOT else None)
    return read_tables(tables, reading, rules)


_READERS: dict[Format, Callable[[str, Format, Reading], Declaration]] = {
    Format.MARKDOWN: lambda text, _source, reading: read_tables(markdown_tables(text), reading),
    Format.HTML: lambda text, _source, reading: read_tables(html_tables(text), reading),
    Format.CSV: lambda text, _source, reading: read_tables(csv_tables(text), reading),
    Format.JSON: _read_json,
}
_RENDERERS: dict[str, Callable[[Iterable[CookieRule]], str]] = {
    Rendering.MARKDOWN: render_markdown,
    Rendering.HTML: render_html,
    Rendering.JSON: render_json,
}


def _reading(source: Format, own: Mapping[str, Category]) -> Reading:
    """Say how an export of this kind is to be read."""
    is_database = source is Format.OPEN_COOKIE_DATABASE
    return Reading(
        categories={**(CATEGORIES if is_database else {}), **own},
        own_words=frozenset(own),
        is_number_sign_any=source in (Format.COOKIEBOT, Format.ONETRUST),
        are_names_exact=is_database,
        are_domains_own=not is_database,
    )


def render(rules: Iterable[CookieRule], format: str) -> str:
    """Return the policy's tables for a registry: `"markdown"`, an `"html"` fragment, or `"json"`.

    Reading the text with `parse_declaration` gives the same rules. Raises: `ConfigError` for another format.
    """
    if format not in _RENDERERS:
        raise ConfigError([f"format {format!r}: not known; use one of {', '.join(Rendering)}"])
    return _RENDERERS[format](rules)
