"""Read published declarations in every format, and render a registry in a format.

`documents/` has a reader for each format, `importing/` makes rules of its tables, `rendering.py` writes.
Law: the format is known from the file's name, its content or the caller; otherwise it is an error.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from cookiegate.bounded import MAX_FILE_OCTETS
from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule
from cookiegate.registry.declaration import Declaration, Remark
from cookiegate.registry.documents.asciidoc import asciidoc_tables
from cookiegate.registry.documents.banner_configuration import configuration_tables, is_configuration
from cookiegate.registry.documents.cookiebot_declaration import fitted, is_cookiebot
from cookiegate.registry.documents.csv_file import csv_columns, csv_tables
from cookiegate.registry.documents.html import html_tables
from cookiegate.registry.documents.javascript import javascript_objects
from cookiegate.registry.documents.json_file import json_content, json_tables
from cookiegate.registry.documents.markdown import markdown_tables
from cookiegate.registry.documents.office import is_office, office_tables
from cookiegate.registry.documents.onetrust_declaration import is_onetrust, onetrust_tables
from cookiegate.registry.documents.open_cookie_database import CATEGORIES, WORDS_BY_NAME, is_open_cookie_database
from cookiegate.registry.documents.restructuredtext import restructuredtext_tables
from cookiegate.registry.documents.source_text import source_text
from cookiegate.registry.importing.options import Reading
from cookiegate.registry.importing.reading import read_tables
from cookiegate.registry.proposals import NO_GAPS, Filling, Gaps
from cookiegate.registry.rendering import render_edpb, render_html, render_json, render_markdown
from cookiegate.registry.words.categories import category_mapping, words_given

__all__ = ["MAX_OCTETS", "Format", "Rendering", "parse_declaration", "read_declaration", "read_filling", "render"]

MAX_OCTETS = MAX_FILE_OCTETS
"""The maximum size of a file, in octets."""
MAX_MARKDOWN = 4 * 1024 * 1024
"""The maximum of characters of Markdown, whose parser needs far more time and memory for each than the others."""
MAX_RESTRUCTUREDTEXT = 64 * 1024
"""The maximum of characters of reStructuredText: Docutils needs quadratic time for some texts."""
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
    RESTRUCTUREDTEXT = "restructuredtext"
    ASCIIDOC = "asciidoc"
    BANNER = "banner"
    OFFICE = "office"


class Rendering(StrEnum):
    """The formats in which a registry can be rendered."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    EDPB = "edpb"


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
    ".rst": Format.RESTRUCTUREDTEXT,
    ".adoc": Format.ASCIIDOC,
    ".asciidoc": Format.ASCIIDOC,
    ".js": Format.BANNER,
    ".mjs": Format.BANNER,
    ".cjs": Format.BANNER,
    ".ts": Format.BANNER,
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
    gaps: Gaps | None = None,
) -> Declaration:
    """Read a published declaration.

    `format`: one of `Format`; by default it is recognized. `categories`: the site's own words, like
    `{"Functional": "necessary"}` or `["Functional=necessary"]`; `*` means every word that is not understood.
    `gaps`: how missing categories and texts are filled in; by default they are not.

    Raises: `ConfigError` for a file that can't be read, is broken, or declares no cookie; `ModuleNotFoundError` if
    the library for a format is not installed.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}; check the path"]) from error
    return parse_declaration(
        octets, where=path.name, format=format, categories=categories, encoding=encoding, gaps=gaps
    )


def parse_declaration(
    content: bytes | str,
    *,
    where: str = "",
    format: str | None = None,
    categories: Iterable[str] | Mapping[str, str] = (),
    encoding: str | None = None,
    gaps: Gaps | None = None,
) -> Declaration:
    """Read a declaration from memory, like `read_declaration`. `where`: its name, perhaps with a suffix like `.md`."""
    categories = categories if isinstance(categories, Mapping) else tuple(categories)
    own, words = category_mapping(categories), words_given(categories)
    prefix = f"{where}: " if where else ""
    if len(content) > MAX_OCTETS:
        raise ConfigError([f"{prefix}more than {MAX_OCTETS >> 20} MiB; give the tables of cookies alone"])
    try:
        known = None if format is None else _format(format)
        if isinstance(content, bytes) and is_office(content):
            return _complete(read_tables(office_tables(content), _reading(Format.OFFICE, own, words, gaps)), prefix)
        text = source_text(content, encoding) if isinstance(content, bytes) else content
        syntax = _syntax(text, where, known)
        if len(text) > _LIMITS.get(syntax, MAX_OCTETS):
            limit = _LIMITS[syntax]
            shown = f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
            raise ConfigError([f"more than {shown} of {_NOTATIONS[syntax]}; give the tables of cookies alone"])
        source = known or _platform(text, syntax)
        found = _READERS[syntax](text, source, _reading(source, own, words, gaps))
    except ConfigError as error:
        raise ConfigError([f"{prefix}{problem}" for problem in error.problems]) from error
    return _complete(found, prefix)


def _complete(found: Declaration, prefix: str) -> Declaration:
    if not found.rules and not found.remarks:
        raise ConfigError([f"{prefix}no table of cookies; give one with headings like Cookie, Purpose, Lifetime"])
    return found


def _format(name: str) -> Format:
    try:
        return Format(name)
    except ValueError:
        raise ConfigError([f"format {name!r}: not known; use one of {', '.join(Format)}"]) from None


def _syntax(text: str, name: str, known: Format | None) -> Format:
    """Return the notation of a text."""
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
    raise ConfigError([f"the format is not recognized; give --from with one of {', '.join(Format)}"])


def _platform(text: str, syntax: Format) -> Format:
    """Return the platform whose export it is, else the notation."""
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
    if is_configuration(content):
        return _read_configuration([content], reading)
    remarks: list[Remark] = []
    if source is Format.ONETRUST:
        return _with_remarks(remarks, read_tables(onetrust_tables(content, remarks), reading))
    rules, tables = json_tables(content, fitted if source is Format.COOKIEBOT else None, remarks)
    return _with_remarks(remarks, read_tables(tables, reading, rules))


def _read_configuration(objects: list[object], reading: Reading) -> Declaration:
    remarks: list[Remark] = []
    tables = configuration_tables(objects, remarks)
    return _with_remarks(remarks, read_tables(tables, reading))


def _with_remarks(remarks: list[Remark], found: Declaration) -> Declaration:
    return Declaration(found.rules, (*remarks, *found.remarks), found.comments)


_LIMITS = {Format.MARKDOWN: MAX_MARKDOWN, Format.RESTRUCTUREDTEXT: MAX_RESTRUCTUREDTEXT}
_NOTATIONS = {Format.MARKDOWN: "Markdown", Format.RESTRUCTUREDTEXT: "reStructuredText"}
_READERS: dict[Format, Callable[[str, Format, Reading], Declaration]] = {
    Format.MARKDOWN: lambda text, _source, reading: read_tables(markdown_tables(text), reading),
    Format.HTML: lambda text, _source, reading: read_tables(html_tables(text), reading),
    Format.CSV: lambda text, _source, reading: read_tables(csv_tables(text), reading),
    Format.JSON: _read_json,
    Format.RESTRUCTUREDTEXT: lambda text, _source, reading: read_tables(restructuredtext_tables(text), reading),
    Format.ASCIIDOC: lambda text, _source, reading: read_tables(asciidoc_tables(text), reading),
    Format.BANNER: lambda text, _source, reading: _read_configuration(list(javascript_objects(text)), reading),
}
_RENDERERS: dict[str, Callable[[Iterable[CookieRule]], str]] = {
    Rendering.MARKDOWN: render_markdown,
    Rendering.HTML: render_html,
    Rendering.JSON: render_json,
    Rendering.EDPB: render_edpb,
}


def _reading(source: Format, own: Mapping[str, Category], words: Mapping[str, str], gaps: Gaps | None) -> Reading:
    """Return the options for reading this format."""
    is_database = source is Format.OPEN_COOKIE_DATABASE
    return Reading(
        gaps=gaps or NO_GAPS,
        categories={**(CATEGORIES if is_database else {}), **own},
        own_words=words,
        is_number_sign_any=source in (Format.COOKIEBOT, Format.ONETRUST),
        are_names_exact=is_database,
        are_domains_own=not is_database,
        words_by_name=WORDS_BY_NAME - own.keys() if is_database else frozenset(),
        is_known_left_out=is_database,
    )


def read_filling(path: str | Path) -> Filling:
    """Read a list from which gaps are filled, such as the Open Cookie Database; "Functional" is read as preferences.

    Raises: as `read_declaration`.
    """
    found = read_declaration(path, categories={"functional": "preferences"})
    return Filling(found.rules, Path(path).name)


def render(rules: Iterable[CookieRule], format: str) -> str:
    """Return a registry as the tables of a policy. `format`: `"markdown"`, `"html"` (a fragment), `"json"` or `"edpb"`.

    Reading the text with `parse_declaration` gives the same rules. Raises: `ConfigError` for another format.
    """
    if format not in _RENDERERS:
        raise ConfigError([f"format {format!r}: not known; use one of {', '.join(Rendering)}"])
    return _RENDERERS[format](rules)
