"""Pages made by chance, in every shape: names in = names out + names listed, and none wrongly."""

from dataclasses import dataclass
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cookiegate.lifetime import parse_lifetime
from cookiegate.registry import parse_declaration

CATEGORIES = {
    "Strictly necessary cookies": "necessary",
    "Statistické cookies": "statistics",
    "Marketingcookies": "marketing",
    "Funktionale Cookies": "preferences",
    "分析类 Cookie": "statistics",
    "What we use": None,
}
LIFETIMES = {
    "2 years": "2 years",
    "Up to 13 months": "13 months",
    "30 perc": "30 minutes",
    "do końca sesji": "session",
    "Persistent": "persistent",
    "soon": None,
    "": None,
}
HEADINGS = [
    ("Cookie", "Purpose", "Duration"),
    ("Název", "Účel", "Doba uložení"),
    ("クッキー名", "目的", "有効期限"),
    ("Cookie name", "Reason", "Valid for"),
    ("Qux", "Blip", "Zort"),
]
# No name has an x, because `xxx` is a placeholder.
NAMES = some.from_regex(r"_[a-wyz]{1,8}[0-9]{0,3}(_\*|_<id>|_\{site_id\})?", fullmatch=True)


@dataclass(frozen=True)
class Section:
    heading: str
    columns: tuple[str, str, str]
    rows: list[tuple[str, str]]


SECTIONS = some.lists(
    some.builds(
        Section,
        some.sampled_from(list(CATEGORIES)),
        some.sampled_from(HEADINGS),
        some.lists(some.tuples(NAMES, some.sampled_from(list(LIFETIMES))), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=4,
)


def in_markdown(sections):
    for section in sections:
        yield f"# {section.heading}\n\n| {' | '.join(section.columns)} |\n| --- | --- | --- |\n"
        yield "".join(f"| {name} | Serves the visitor well | {lifetime} |\n" for name, lifetime in section.rows) + "\n"


def in_loose_markdown(sections):
    for section in sections:
        yield f"# {section.heading}\n\n{' | '.join(section.columns)}\n"
        yield "".join(f"{name} | Serves the visitor well | {lifetime} |\n" for name, lifetime in section.rows) + "\n"


def in_html(sections):
    for section in sections:
        yield f"<h2>{section.heading}</h2><table><tr>{''.join(f'<th>{each}</th>' for each in section.columns)}</tr>"
        for name, lifetime in section.rows:
            yield f"<tr><td>{escape(name)}</td><td>Serves the visitor well</td><td>{lifetime}</td></tr>"
        yield "</table>"


def in_items(sections):
    for section in sections:
        yield f"<h2>{section.heading}</h2><ul>"
        for name, lifetime in section.rows:
            yield f"<li><b>{escape(name)}</b>: serves the visitor well" + f" ({lifetime})" * bool(lifetime) + "</li>"
        yield "</ul>"


def in_labels(sections):
    for section in sections:
        yield f"<h2>{section.heading}</h2>"
        for name, lifetime in section.rows:
            yield f"<p>Name: {escape(name)}<br>Purpose: serves the visitor well<br>Expires: {lifetime}</p>"


def starred(name):
    return name.replace("<id>", "*").replace("{site_id}", "*")


@pytest.mark.parametrize(
    ("shape", "file"),
    [
        (in_markdown, "x.md"),
        (in_loose_markdown, "x.md"),
        (in_html, "x.html"),
        (in_items, "x.html"),
        (in_labels, "x.html"),
    ],
)
@settings(max_examples=20)
@given(sections=SECTIONS)
def test_every_name_is_read_or_listed_and_none_wrongly(shape, file, sections):
    found = parse_declaration("".join(shape(sections)), where=file)
    rules = {rule.name: rule for rule in found.rules}
    remarks = "\n".join(map(str, found.remarks))
    said = {}
    for section in sections:
        for name, lifetime in section.rows:
            said.setdefault(starred(name), []).append((CATEGORIES[section.heading], LIFETIMES[lifetime]))
            assert starred(name) in rules or name in remarks
    for name, rule in rules.items():
        assert rule.category in {category for category, _ in said[name]}
        limits = {None if text is None else parse_lifetime(text).max_age_s for _, text in said[name]}
        assert rule.lifetime is None or rule.lifetime.max_age_s in limits
