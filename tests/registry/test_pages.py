"""Policy pages in the shapes that real sites publish, in many languages: names in = names out + names listed.

`pages/*.txt` hold the pages, each with what it declares: `name | category | lifetime`, and `? name` for what must be
listed. They are our own: the shapes are real, the sites are not.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "pages"
MIN_PAGES = 30
MIN_LANGUAGES = 15


@dataclass(frozen=True)
class Page:
    name: str
    text: str
    rules: tuple[tuple[str, str, str], ...]
    listed: tuple[str, ...]


def pages_of(file):
    for part in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, rest = part.partition("\n")
        text, _, expected = rest.partition("--- expected\n")
        lines = [line for line in expected.splitlines() if line.strip()]
        rules = [tuple(cell.strip() for cell in line.split("|")) for line in lines if not line.startswith("?")]
        listed = [line.removeprefix("?").strip() for line in lines if line.startswith("?")]
        yield Page(head.strip(), text, tuple(rules), tuple(listed))


ALL = [page for file in sorted(PAGES.glob("*.txt")) for page in pages_of(file)]


def is_listed(found, name):
    return any(name in remark for remark in found.missed + found.notes)


def outcome(page, read):
    """Compare what was read with what the page declares: right, listed, wrong or lost, for each name."""
    found = read(page.text, page.name)
    got = {name: (category, lifetime) for name, category, lifetime in found.short()}
    expected = {name: (category, lifetime) for name, category, lifetime in page.rules}
    outcomes = {}
    for name, said in expected.items():
        if name in got:
            outcomes[name] = "right" if got[name] == said else f"wrong: {got[name]}"
        else:
            outcomes[name] = "listed" if is_listed(found, name.strip("*")) else "lost"
    for name in page.listed:
        outcomes[name] = "wrong: a rule" if name in got else "right" if is_listed(found, name) else "lost"
    outcomes |= {name: "phantom" for name in got if name not in expected and name not in page.listed}
    return outcomes


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_page_is_read_as_it_declares(page, read):
    outcomes = outcome(page, read)
    assert outcomes == dict.fromkeys(outcomes, "right")


def test_pages_are_many_and_in_many_languages():
    languages = {page.name for page in pages_of(PAGES / "languages.txt")}
    assert len(ALL) >= MIN_PAGES
    assert len(languages) + 2 >= MIN_LANGUAGES  # English and German are in the other files
