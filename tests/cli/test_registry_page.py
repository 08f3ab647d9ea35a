"""`registry render --check` and `--standalone`: a page that says what the registry says, and a page of its own."""

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.cli.demo.site import COOKIES_TOML

TOML = """
[[cookie]]
name = "sessionid"
category = "necessary"
lifetime = "7 days"
purpose = "Keeps the visitor | logged in."
[[cookie]]
name = "_ga"
category = "statistics"
lifetime = "2 years"
purpose = "Counts visits."
provider = "Google"
"""
PAGE = """# Our policy

We like cookies. | not a row |

| Day | Opens |
|---|---|
| Monday | 9 |

{tables}

Bye.
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cookies.toml").write_text(TOML)
    assert CliRunner().invoke(app, ["registry", "render", "-o", "policy.md"]).exit_code == 0

    def check(page, *more):
        (tmp_path / "page.md").write_text(page, encoding="utf-8")
        return CliRunner().invoke(app, ["registry", "render", "--check", "page.md", *more], env={"COLUMNS": "200"})

    check.tables = (tmp_path / "policy.md").read_text()
    return check


def test_larger_page_with_the_same_rows_is_true(run):
    found = run(PAGE.format(tables=run.tables))
    assert (found.exit_code, found.stdout, found.stderr) == (0, "page.md: 2 cookies, as in cookies.toml\n", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [("7 days", "1 week"), ("2 years", "24 months"), ("Counts visits.", "Counts   visits."), ("`_ga`", "_ga")],
)
def test_other_words_for_the_same_are_true(run, before, after):
    assert before in run.tables
    assert run(run.tables.replace(before, after)).exit_code == 0


def test_order_makes_no_difference(run):
    necessary, statistics = run.tables.split("## Statistics")
    assert run(f"## Statistics{statistics}\n\n{necessary}").exit_code == 0


def test_rows_that_differ_are_a_diff(run):
    found = run(run.tables.replace("7 days", "8 days").replace("Google", "Alphabet"))
    assert found.exit_code == 1
    assert found.stdout == (
        "--- page.md\n+++ cookies.toml\n@@ -1,2 +1,2 @@\n"
        "-sessionid | necessary | 8 days | Keeps the visitor | logged in.\n"
        "-_ga | statistics | 2 years | Counts visits. | Alphabet\n"
        "+sessionid | necessary | 7 days | Keeps the visitor | logged in.\n"
        "+_ga | statistics | 2 years | Counts visits. | Google\n"
    )
    assert found.stderr == "cookiegate: page.md: 2 cookies differ; - is the page, + the registry\n"


def test_row_that_is_missing_and_row_too_many(run):
    rows = run.tables.splitlines(keepends=True)
    without = "".join(line for line in rows if "_ga" not in line)
    found = run(without)
    assert (found.exit_code, "+_ga | statistics | 2 years | Counts visits. | Google" in found.stdout) == (1, True)
    assert "1 cookie differs" in found.stderr
    more = "".join(f"{line}| `_gid` | Counts. | 1 day | Google |\n" if "`_ga`" in line else line for line in rows)
    found = run(more)
    assert (found.exit_code, "-_gid | statistics | 1 day | Counts. | Google" in found.stdout) == (1, True)


def test_columns_that_count_can_be_chosen(run):
    page = run.tables.replace("Google", "Alphabet").replace("Counts visits.", "Counts them.")
    assert run(page).exit_code == 1
    assert run(page, "--columns", "Cookie, category,lifetime").exit_code == 0
    assert run(page.replace("2 years", "1 year"), "--columns", "lifetime").exit_code == 1
    assert run(page.replace("2 years", "1 year"), "--columns", "category").exit_code == 0
    found = run(page, "--columns", "lifetimes")
    assert (found.exit_code, "no column 'lifetimes'; did you mean 'lifetime'?" in found.stderr) == (2, True)


def test_lifetime_that_the_page_does_not_say_differs(run):
    found = run(run.tables.replace("7 days", ""))
    assert (found.exit_code, "-sessionid | necessary | Keeps" in found.stdout) == (1, True)


def test_row_that_is_not_understood_fails(run):
    found = run(run.tables + "| `a b` | Nothing. | session | |\n")
    assert found.exit_code == 1
    assert "page.md: not understood: " in found.stderr
    assert "0 cookies differ, 1 not understood" in found.stderr


def test_own_words_for_categories_are_mapped(run):
    page = run.tables.replace("## Statistics cookies", "## Wibble cookies")
    assert run(page).exit_code == 1
    assert run(page, "--map", "wibble=statistics").exit_code == 0
    found = run(page, "--map", "wibble=statistics,wobble=marketing")
    assert (found.exit_code, "not understood: --map 'wobble': no such category" in found.stderr) == (1, True)
    found = run(page, "--map", "wibble")
    assert (found.exit_code, "there is no '=' in it" in found.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--map a=marketing", "--map goes with --check"), ("--columns cookie", "--columns goes with --check"),
        ("--check policy.md -o x", "--check writes nothing"),
        ("--check policy.md --format html", "--check writes nothing"),
        ("--check policy.md --standalone", "--check writes nothing"),
        ("--standalone --format json", "is a page of HTML"),
        ("--check nowhere.md", "can't be read"), ("--check cookies.toml", "is a registry already"),
    ],
)  # fmt: skip
def test_contradictions_and_bad_pages_are_told(run, arguments, problem):
    found = CliRunner().invoke(app, ["registry", "render", *arguments.split()], env={"COLUMNS": "200"})
    assert (found.exit_code, problem in found.stderr) == (2, True)


def test_reading_a_page_may_need_a_package(run, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "markdown_it", None)
    found = run(run.tables)
    assert (found.exit_code, "reading this needs markdown_it; pip install 'cookiegate[import]'" in found.stderr) == (
        2,
        True,
    )


def test_page_of_its_own_says_what_the_registry_says(run, tmp_path):
    for registry in ("cookies.toml", str(COOKIES_TOML)):
        arguments = ["registry", "render", registry, "--standalone", "-o", "page.html", "--force"]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert page.startswith('<!doctype html>\n<html lang="en">')
        assert "<script" not in page
        assert "http" not in page
        assert CliRunner().invoke(app, ["registry", "render", registry, "--check", "page.html"]).exit_code == 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_page_of_its_own_fits_and_is_accessible(run, tmp_path, chromium, axe_source, width, scheme):
    arguments = ["registry", "render", str(COOKIES_TOML), "--standalone", "-o", "page.html", "--format", "html"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe_source)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    context.close()
    assert [(each["id"], [node["target"] for node in each["nodes"][:3]]) for each in found] == []
