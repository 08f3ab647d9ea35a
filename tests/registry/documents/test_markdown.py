"""Markdown policies: tables by their headings, categories by the headings above, places by line."""

import builtins
import json
from pathlib import Path

import pytest

from cookiegate.errors import ConfigError
from cookiegate.registry import read_declaration

POLICY = Path(__file__).parents[2] / "cli" / "policy.json"


@pytest.fixture(scope="module")
def published(shared_file):
    return read_declaration(shared_file("cookie-policy.md"))


def test_published_policy_gives_its_24_cookies(published):
    expected = json.loads(POLICY.read_text(encoding="utf-8"))
    found = {rule.name: {"category": rule.category.value, "expiration": str(rule.lifetime)} for rule in published.rules}
    assert found == expected
    assert len(found) == 24


def test_published_policy_gives_every_purpose(published):
    purposes = {rule.name: rule.purpose for rule in published.rules}
    assert all(purposes.values())
    assert purposes["refreshToken"] == "Enables secure session renewal"


def test_published_policy_is_understood_as_a_whole(published):
    assert published.not_understood == ()


def test_alias_is_no_cookie_and_is_remarked_on(published):
    assert [str(note) for note in published.notes] == [
        ("line 47: 'token': 'BEARER_TOKEN' is read as an alias, not as a cookie; add a rule if the site sets it")
    ]
    assert "BEARER_TOKEN" not in {rule.name for rule in published.rules}


def test_category_comes_from_the_nearest_heading_that_is_one(read):
    text = """
## Statistics cookies
### Google Analytics
Name | Zweck | Dauer
--- | --- | ---
`_ga` | zählt | zwei Jahre

## Other
Name | Zweck
--- | ---
x | y
"""
    found = read(text, "policy.md")
    assert found.short() == [("_ga", "statistics", "2 years")]
    assert found.missed == [
        (
            "line 11: 'x': no category; the headings above are 'Other'; give --map 'other=...' "
            "with one of necessary, preferences, statistics, marketing"
        )
    ]


def test_paragraph_in_bold_is_a_heading(read):
    text = "**Marketing**\n\n|Cookie|Purpose|\n|-|-|\n|a|b|\n\n**not** all bold\n\n|Cookie|Purpose|\n|-|-|\n|c|d|\n"
    assert read(text, "policy.md").short() == [("a", "marketing", ""), ("c", "marketing", "")]


def test_heading_that_names_preferences_among_other_words_is_no_category(read):
    found = read("# Managing Your Cookie Preferences\n|Cookie|Purpose|\n|-|-|\n|a|b|\n", "policy.md")
    assert found.short() == []
    assert "no category" in found.missed[0]


def test_row_with_nothing_but_a_category_heads_the_rows_below(read):
    text = "|Cookie|Purpose|\n|-|-|\n|**Necessary**||\n|a|x|\n|Statistics||\n|b|x|\n"
    assert read(text, "policy.md").short() == [("a", "necessary", ""), ("b", "statistics", "")]


def test_cookie_that_is_called_like_a_category_is_a_cookie(read):
    text = "# Necessary\n|Cookie|Purpose|\n|-|-|\n|`Statistics`||\n|a|x|\n"
    assert read(text, "policy.md").short() == [("Statistics", "necessary", ""), ("a", "necessary", "")]


def test_table_in_html_is_read_with_its_line(read):
    table = "<table>\n<tr><th>Cookie</th><th>Lifetime</th></tr>\n\n<tr><td>a</td><td>soon</td></tr>\n</table>\n"
    found = read(f"# Marketing\n\n{table}", "policy.md")
    assert found.short() == [("a", "marketing", "")]
    assert found.missed == [
        "line 6: 'a': lifetime 'soon' is not understood and left out; add one like '7 days' or 'session'"
    ]


def test_markup_in_a_cell_is_read_as_its_text(read):
    text = (
        "# Marketing\n|Cookie|Purpose|\n|-|-|\n"
        '|[a](http://x "t")|*What* ~~not~~ ![alt](x.png) `code` \\| &amp; <b>bold</b><br>next|\n'
    )
    assert read(text, "policy.md").only().purpose == "What not alt code | & bold\nnext"


def test_heading_over_two_lines_is_one(read):
    assert read("Marketing\ncookies\n===\n|Cookie|Purpose|\n|-|-|\n|a|b|\n", "policy.md").short()[0][1] == "marketing"


def test_other_table_is_remarked_on(read):
    found = read("|Browser|Version|\n|-|-|\n|x|1|\n", "policy.md")
    assert found.notes == ["line 1: table 'Browser', 'Version': no heading of a table of cookies; not read"]


def test_table_without_a_name_column_is_not_understood(read):
    found = read("|Was|Dauer|\n|-|-|\n|x|1 Tag|\n", "policy.md")
    assert found.missed == [
        (
            "line 1: table 'Was', 'Dauer': no column for the cookie's name and one more that a registry holds; "
            "head them like 'Cookie', 'Purpose'"
        ),
        "line 3: 'x': a row of the table that is not read",
    ]


def test_exact_value_that_the_page_does_not_show_does_not_count(read):
    text = '# Marketing\n|Cookie|Purpose|\n|-|-|\n|a|good <!-- cookiegate: "evil" -->|\n'
    found = read(text, "policy.md")
    assert found.only().purpose == "good"
    assert found.missed == [
        "line 4: purpose: the page shows another text than its exact value; the shown text is used",
    ]


@pytest.mark.parametrize("exact", ["{", "1", "[1]", "[" * 100_000])
def test_exact_value_that_is_none_does_not_count(read, exact):
    found = read(f"# Marketing\n|Cookie|Purpose|\n|-|-|\n|a|good <!-- cookiegate: {exact} -->|\n", "policy.md")
    assert found.only().purpose == "good"


def test_missing_parser_is_told_by_its_error(monkeypatch, read):
    real = builtins.__import__

    def without(name, *arguments):
        if name.startswith("markdown_it"):
            raise ModuleNotFoundError("No module named 'markdown_it'", name="markdown_it")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="markdown_it"):
        read("|Cookie|Purpose|\n|-|-|\n", "policy.md")


@pytest.mark.parametrize(
    "piece",
    [
        "|",
        "`",
        "*a ",
        "<!--",
        "&",
        "> ",
        "a,",
        "[",
        "![",
        "[a](",
        "**",
        "- ",
        "\n- a",
        "\n> a",
        "\n|a|b|",
        "[a]: b\n",
        "<b>",
    ],
)
def test_time_grows_no_faster_than_the_text(read, piece, grows_linearly):
    before = "# Marketing\n|Cookie|Purpose|\n|-|-|\n|a|"
    grows_linearly(lambda text: read(text, "policy.md"), lambda size: before + piece * (size // len(piece)), 20_000)


def test_markdown_of_many_megabytes_is_not_read(read):
    with pytest.raises(ConfigError, match=r"policy\.md: more than 4 MiB of Markdown; give the tables of cookies alone"):
        read("x" * (4 * 1024 * 1024 + 1), "policy.md")


@pytest.mark.parametrize("text", ["", "\n", "<!-- -->"])
def test_file_without_content_has_no_table(read, text):
    with pytest.raises(ConfigError, match=r"policy\.md: no table of cookies"):
        read(text, "policy.md")
