"""Render a registry as the tables of a policy: Markdown, an HTML fragment, JSON, or the EDPB's knowledge base.

Columns for provider, source, attributes, domains and paths appear only if a rule of the table has one. Only JSON has
`stricter` and `exempt`, which are notes for the registry's authors.
Law: everything is escaped, and reading the result gives the same rules; `documents/exact.py` has what pages can't show.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from cookiegate.model import Category, CookieRule
from cookiegate.registry.cookie_names import read_names
from cookiegate.registry.documents.exact import Value, json_of, shown_text
from cookiegate.registry.documents.table import Cell
from cookiegate.registry.importing.attributes import attribute_words, read_domains, read_paths
from cookiegate.registry.toml_text import fields_of
from cookiegate.registry.words.headings import Column
from cookiegate.registry.words.lifetimes import EMPTY_CELLS

__all__ = ["render_edpb", "render_html", "render_json", "render_markdown"]

_HEADINGS = {
    Column.NAME: "Cookie",
    Column.PURPOSE: "Purpose",
    Column.LIFETIME: "Lifetime",
    Column.PROVIDER: "Provider",
    Column.SOURCE: "Source",
    Column.ATTRIBUTES: "Attributes",
    Column.DOMAINS: "Domains",
    Column.PATHS: "Paths",
}
_VALUES: dict[Column, Callable[[CookieRule], Value]] = {
    Column.NAME: lambda rule: rule.name,
    Column.PURPOSE: lambda rule: rule.purpose,
    Column.LIFETIME: lambda rule: "" if rule.lifetime is None else rule.lifetime.text,
    Column.PROVIDER: lambda rule: rule.provider,
    Column.SOURCE: lambda rule: rule.source,
    Column.ATTRIBUTES: attribute_words,
    Column.DOMAINS: lambda rule: rule.domains,
    Column.PATHS: lambda rule: "" if rule.paths == ("/",) else rule.paths,
}
_NOTHING: dict[Column, tuple[Value, ...]] = dict.fromkeys(_VALUES, ("",)) | {Column.DOMAINS: ((),)}
_ALWAYS = (Column.NAME, Column.PURPOSE, Column.LIFETIME)
_CAPTIONS = {
    Category.NECESSARY: "Necessary cookies (always set)",
    Category.PREFERENCES: "Preferences cookies (set with your consent)",
    Category.STATISTICS: "Statistics cookies (set with your consent)",
    Category.MARKETING: "Marketing cookies (set with your consent)",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~&!])")
_BACKTICKS = re.compile(r"`+")
_UNSEEN = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class _Section:
    """The rules of one category, as cells under headings."""

    category: Category
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _sections(rules: Iterable[CookieRule]) -> list[_Section]:
    listed = list(rules)
    sections = []
    for category in Category:
        found = [rule for rule in listed if rule.category is category]
        is_used = {
            column: any(value(rule) not in _NOTHING[column] for rule in found) for column, value in _VALUES.items()
        }
        used = tuple(column for column in _HEADINGS if column in _ALWAYS or is_used[column])
        rows = tuple(tuple(_cell(column, _VALUES[column](rule)) for column in used) for rule in found)
        sections += [_Section(category, used, rows)] * bool(rows)
    return sections


def _cell(column: Column, value: Value) -> Cell:
    """Return a cell with its text, and with the exact value if the text would be read differently."""
    text = shown_text(value)
    if column is Column.DOMAINS:
        is_plain = read_domains(text) == value
    elif column is Column.PATHS:
        is_plain = value == "" or (read_paths(text) == value and value != ())
    elif column is Column.NAME:
        is_plain = read_names(text, (text,)).names == (value,)
    elif column is Column.SOURCE:
        is_plain = text == value and (value == "" or text.startswith(("https://", "http://")))
    elif column is Column.PROVIDER:
        is_plain = text == value and "\n" not in text and (value == "" or text.lower() not in EMPTY_CELLS)
    else:
        is_plain = text == value and (value == "" or text.lower() not in EMPTY_CELLS)
    return Cell(text, (text,) if column is Column.NAME else (), None if is_plain else json_of(value))


def render_markdown(rules: Iterable[CookieRule]) -> str:
    """Return a Markdown section with a pipe table for each category that has rules."""
    parts: list[str] = []
    for section in _sections(rules):
        headings = [_HEADINGS[column] for column in section.columns]
        rows = [headings, ["---"] * len(headings), *([_in_markdown(cell) for cell in row] for row in section.rows)]
        parts += [f"## {_title(section.category)}", "", *(f"| {' | '.join(row)} |" for row in rows), ""]
    return "\n".join(parts)


def _in_markdown(cell: Cell) -> str:
    text = _MARKDOWN.sub(r"\\\1", cell.text).replace("\n", "<br>")
    if cell.codes:
        fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(cell.text)), default=0))
        pad = " " if cell.text.startswith("`") or cell.text.endswith("`") else ""
        text = f"{fence}{pad}{cell.text}{pad}{fence}".replace("|", "\\|")
    return text if cell.exact is None else f"{text} <!-- cookiegate: {cell.exact} -->".strip()


def render_html(rules: Iterable[CookieRule]) -> str:
    """Return an HTML fragment for a policy page: a section with a heading and a table for each category that has rules.

    It has no styles, no classes and no scripts; the headings are `h2`.
    """
    parts: list[str] = []
    for section in _sections(rules):
        label = f"cookies-{section.category}"
        heads = "".join(f'<th scope="col">{_HEADINGS[column]}</th>' for column in section.columns)
        parts += [
            f'<section aria-labelledby="{label}">',
            f'<h2 id="{label}">{_title(section.category)}</h2>',
            "<table>",
            f"<caption>{_CAPTIONS[section.category]}</caption>",
            f"<thead><tr>{heads}</tr></thead>",
            "<tbody>",
            *(f"<tr>{''.join(map(_in_html, row))}</tr>" for row in section.rows),
            "</tbody>",
            "</table>",
            "</section>",
        ]
    return "".join(f"{part}\n" for part in parts)


def _in_html(cell: Cell) -> str:
    exact = "" if cell.exact is None else f' data-cookiegate="{escape(cell.exact)}"'
    text = escape(cell.text).replace("\n", "<br>")
    if cell.codes:
        return f'<th scope="row"{exact}><code>{text}</code></th>'
    return f'<td dir="auto"{exact}>{text}</td>' if text else f"<td{exact}></td>"


def render_json(rules: Iterable[CookieRule]) -> str:
    """Return `{"cookies": [...]}`, each with the keys of a `[[cookie]]` table; invisible characters are escaped."""
    text = json.dumps({"cookies": [fields_of(rule) for rule in rules]}, indent=2, ensure_ascii=False)
    return _UNSEEN.sub(_json_escape, text) + "\n"


def _json_escape(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() or found[0] == "\n" else json.dumps(found[0])[1:-1]


def _title(category: Category) -> str:
    return f"{category.value.capitalize()} cookies"


def render_edpb(rules: Iterable[CookieRule]) -> str:
    """Return a knowledge base for the EDPB's Website Auditing Tool: a JSON list of bases, each with its cookies.

    The tool has no fields for lifetimes and attributes. Source: https://code.europa.eu/edpb/website-auditing-tool, and
    the Open Cookie Database's file for it.
    """
    knowledges = [
        {
            "kind": "cookie",
            "domain": rule.domains[0] if rule.domains else "",
            "name": rule.name,
            "category": rule.category.value,
            "source": "",
            "controller": rule.provider,
            "policy": rule.source,
            "reference": "",
            "comment": rule.purpose,
        }
        for rule in rules
    ]
    base = {"name": "cookiegate", "author": "cookiegate", "category": "cookie", "knowledges": knowledges}
    return json.dumps([base], indent=2) + "\n"
