"""Lists of cookies in running text, and tables whose headings are not known."""

import pytest

from cookiegate.registry.documents.flow import Flow
from cookiegate.registry.documents.outline import Outline
from cookiegate.registry.documents.table import Cell
from cookiegate.registry.words.categories import category_of


def md(text, heading="Statistics cookies"):
    return f"# {heading}\n\n{text}\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("- **_ga**: counts visitors (2 years)", [("_ga", "2 years", "counts visitors")]),
        ("- `_ga` \u2013 counts visitors \u2013 2 years", [("_ga", "2 years", "counts visitors")]),
        ("- _ga (2 years): counts visitors", [("_ga", "2 years", "counts visitors")]),
        ("- _ga: counts visitors, 2 years", [("_ga", "2 years", "counts visitors")]),
        ("- _ga: counts visitors. Expires: 2 years.", [("_ga", "2 years", "counts visitors")]),
        ("- _ga: counts visitors", [("_ga", "", "counts visitors")]),
        ("- _ga (Google): counts visitors, 2 years", [("_ga", "2 years", "counts visitors (Google)")]),
        ("- _ga (Google): 2 years", [("_ga", "2 years", "(Google)")]),
        ("- _ga\n- _gid", [("_ga", "", ""), ("_gid", "", "")]),
        ("_ga\n: Counts visitors (2 years)", [("_ga", "2 years", "Counts visitors")]),
        ("### _ga\n\nCounts visitors. Expires after 2 years.", [("_ga", "2 years", "Counts visitors")]),
        ("**_ga**\nPurpose: counts\nExpiry: 1 day", [("_ga", "1 day", "counts")]),
        ("Name: _ga\nPurpose: a\nName: _gid\nPurpose: b", [("_ga", "", "a"), ("_gid", "", "b")]),
        ("Name: _ga; Purpose: a; Expires: 1 day", [("_ga", "1 day", "a")]),
        ("##### Name\n\n_ga\n\n##### Expiration\n\n1 day", [("_ga", "1 day", "")]),
        ("- `_ga`\n  - Purpose: counts", [("_ga", "", "counts")]),
    ],
)
def test_list_is_read(read, text, rows):
    found = read(md(text), "x.md")
    assert [(rule.name, str(rule.lifetime or ""), rule.purpose) for rule in found.declaration.rules] == rows


@pytest.mark.parametrize(
    "text",
    [
        "- Google Analytics: counts visitors",
        "- YouTube: shows videos (2 years)",
        "- LinkedIn",
        "- Web2: x",
        "- ...",
        "Name: Example Ltd",
        "Contact: us",
        "See https://example.com/_ga for more",
        "Purpose: a\nExpires: b",
        "x" * 3000,
    ],
)
def test_other_text_is_no_list_of_cookies(read, text):
    assert read(md(f"| Cookie | Purpose |\n|-|-|\n| a_b | x |\n\n{text}"), "x.md").short() == [
        ("a_b", "statistics", "")
    ]


def test_item_with_a_lifetime_whose_name_is_rather_a_word_is_listed(read):
    found = read(md("- fr: Meta, 3 months\n- _fbp: Meta, 3 months"), "x.md")
    assert found.short() == [("_fbp", "statistics", "3 months")]
    assert "line 3: 'fr': a row of the table that is not read" in found.missed


def test_table_with_unknown_headings_is_read_by_its_contents_and_marked_so(read):
    found = read(md("| Qux | Blip | Zort |\n|-|-|-|\n| _ga | Counts all visitors | 2 years |"), "x.md")
    assert found.only().purpose == "Counts all visitors"
    assert found.notes == [
        (
            "line 3: table: its headings are not known; read by its contents: column 1 as name (headed 'Qux'), "
            "column 2 as purpose (headed 'Blip'), column 3 as lifetime (headed 'Zort')"
        )
    ]


def test_table_without_headings_is_read_by_its_contents(read):
    html = (
        "<h2>Other</h2><table><tr><td>_ga</td><td>Analytics</td></tr><tr><td>_fbp</td><td>Marketing</td></tr></table>"
    )
    assert read(html, "x.html").short() == [("_ga", "statistics", ""), ("_fbp", "marketing", "")]


def test_names_of_a_table_that_is_not_read_are_listed_each(read):
    found = read(md("| Qux | Zort |\n|-|-|\n| _ga | alpha |\n| _hj, _gid | beta |"), "x.md")
    assert found.short() == []
    assert [text.split(":")[1].strip() for text in found.missed] == ["'_ga'", "'_hj'", "'_gid'"]


def test_csv_with_unknown_headings_is_read_by_its_contents(read):
    assert read("Qux;Zort;Category\n_ga;2 years;statistics\n", "x.csv").short() == [("_ga", "statistics", "2 years")]


def test_heading_of_two_things_gives_each_its_part(read):
    found = read(md("| Service / Cookie name | Duration |\n|-|-|\n| Google / _ga | 1 day |\n| _gid | 1 day |"), "x.md")
    assert found.short() == [("_ga", "statistics", "1 day"), ("_gid", "statistics", "1 day")]
    assert found.rules["_ga"].provider == "Google"


def test_key_of_local_storage_is_no_cookie(read):
    table = "| Key | Purpose | Duration |\n|-|-|-|\n| theme | x | 1 day |\n"
    assert "local storage, no cookie" in read(f"# Local storage\n{table}", "x.md").notes[0]
    assert "a key, of local storage perhaps" in read(f"# Preferences\n{table}", "x.md").missed[0]
    assert read(f"# Preferences cookies\n{table}", "x.md").short() == [("theme", "preferences", "1 day")]


@pytest.mark.parametrize(
    ("sentence", "is_listed"),
    [
        ("Everything below needs your consent.", True),
        ("Alles Weitere braucht Ihre Einwilligung.", True),
        ("Las siguientes solo se instalan si usted las acepta.", True),
        ("The following cookies are used for advertising.", True),
        ("Our partners set these too.", False),
    ],
)
def test_sentence_between_two_tables_may_end_the_category(read, sentence, is_listed):
    table = "| Cookie | Purpose |\n|-|-|\n| {} | x |\n"
    found = read(f"# Necessary cookies\n{table.format('sid')}\n{sentence}\n\n{table.format('_ga')}", "x.md")
    assert (("_ga", "necessary", "") in found.short()) is not is_listed
    assert any(repr(sentence) in text for text in (found.missed if is_listed else found.notes))


def test_row_of_its_own_may_end_the_category(read):
    rows = "| sid | x |\n| Everything below is optional ||\n| _ga | x |\n"
    found = read(md(f"| Cookie | Purpose |\n|-|-|\n{rows}", "Necessary cookies"), "x.md")
    assert found.short() == [("sid", "necessary", "")]
    assert "followed by 'Everything below is optional', which may end it" in found.missed[0]


@pytest.mark.parametrize(
    ("cell", "lifetimes"),
    [
        ("2 years, 24 hours", ["2 years", "24 hours"]),
        ("13 months / 30 minutes", ["13 months", "30 minutes"]),
        ("_gid: 1 day; _ga: 2 days", ["2 days", "1 day"]),
        ("90 minutes", ["90 minutes", "90 minutes"]),
        ("1 day, 2 days, 3 days", ["", ""]),
    ],
)
def test_each_name_of_a_cell_has_its_own_lifetime(read, cell, lifetimes):
    found = read(md(f"| Cookie | Duration |\n|-|-|\n| _ga, _gid | {cell} |"), "x.md")
    assert [text for _, _, text in found.short()] == lifetimes


def test_lifetimes_beside_the_names_count(read):
    found = read(md("| Cookie | Purpose |\n|-|-|\n| _ga (2 years), _gid (24 hours) | x |"), "x.md")
    assert [text for _, _, text in found.short()] == ["2 years", "24 hours"]


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("Cookies that measure website usage", "statistics"),
        ("Cookies that remember your settings", "preferences"),
        ("Cookies that help with our communications and marketing", "marketing"),
        ("Cookies we need", "necessary"),
    ],
)
def test_descriptive_heading_is_a_category(read, heading, category):
    assert read(md("| Cookie | Purpose |\n|-|-|\n| a_b | x |", heading), "x.md").short() == [("a_b", category, "")]


@pytest.mark.parametrize("heading", ["Cookies we need your consent for", "Cookie settings", "Cookie usage", "Cookies"])
def test_heading_that_names_no_category_is_none(read, heading):
    assert read(md("| Cookie | Purpose |\n|-|-|\n| a_b | x |", heading), "x.md").short() == []


def test_purpose_is_the_category_where_nothing_else_is(read):
    text = "| Cookie | Purpose |\n|-|-|\n| a_b | Functional |\n| c_d | Shows ads |\n"
    assert read(md(text, "List"), "x.md").short() == [("a_b", "preferences", "")]


def test_of_two_columns_for_the_purpose_the_one_of_categories_is_the_category(read):
    found = read("name,purpose,cookie function\n_ga,Statistics,Counts\n", "x.csv")
    assert (found.only().category, found.only().purpose) == ("statistics", "Counts")


def test_objects_by_name_are_read(read):
    text = (
        '{"cookies": {"necessary": {"sid": {"purpose": "login", "duration": "session"}},'
        ' "statistics": {"_ga": "2 years", "_gid": "Counts"}, "other": {"a": 1, "b": {"c": 2}}}}'
    )
    found = read(text, "x.json")
    assert found.short() == [
        ("sid", "necessary", "session"),
        ("_ga", "statistics", "2 years"),
        ("_gid", "statistics", ""),
    ]


def test_rejected_pipe_table_in_an_indented_block_is_read(read):
    assert read(md("    a_b | x | 1 day\n    c_d | y | 2 days"), "x.md").short() == [
        ("a_b", "statistics", "1 day"),
        ("c_d", "statistics", "2 days"),
    ]


def test_one_line_with_bars_is_no_table(read):
    with pytest.raises(Exception, match="no table of cookies"):
        read(md("a | b\n\n--- | ---\n\nx"), "x.md")


def test_unknown_tag_in_a_cell_of_html_stands_for_any_characters(read):
    head = "<tr><th>Cookie</th><th>Purpose</th></tr>"
    html = f"<h2>Necessary</h2><table>{head}<tr><td>wp-<user>-x</td><td>y</td></tr></table>"
    assert read(html, "x.html").short() == [("wp-*-x", "necessary", "")]


def test_terms_of_a_definition_list_may_be_several_names_and_have_labels(read):
    dd = "<dd>Provider: Google</dd><dd>Expiry: 2 years</dd>"
    html = f"<h2>Statistics</h2><dl><dt>_ga</dt>{dd}<dt>_gid, _gat_x</dt><dd>count</dd></dl>"
    found = read(html, "x.html")
    assert found.short() == [("_ga", "statistics", "2 years"), ("_gid", "statistics", ""), ("_gat_x", "statistics", "")]
    assert (found.rules["_ga"].provider, found.rules["_gid"].purpose) == ("Google", "count")


def test_name_that_stands_alone_may_have_a_placeholder_with_spaces(read):
    assert read(md("- `wp-{user id}`\n- `YSC`"), "x.md").short() == [
        ("wp-*", "statistics", ""),
        ("YSC", "statistics", ""),
    ]


def test_cell_of_other_parts_than_its_heading_is_left_as_it_is(read):
    head = "| Service | Cookie name / Provider | Duration |\n|-|-|-|\n"
    found = read(md(f"{head}| GA | _ga / Google | 1 day |\n| GA | a_b / c_d / e_f | 1 day |"), "x.md")
    assert list(found.rules) == ["_ga", "a_b", "c_d", "e_f"]
    assert found.rules["_ga"].provider == "GA"


def test_two_columns_for_the_purpose_that_are_no_categories_stay(read):
    found = read("name,purpose,description\n_ga,Counts,More\n", "x.csv", categories={"*": "statistics"})
    assert found.only().purpose == "Counts"


def test_lines_of_bars_with_one_row_are_no_table(read):
    assert read(md("- a_b: x\n\nx | y\n= | =\n"), "x.md").short() == [("a_b", "statistics", "")]


def test_code_at_the_beginning_of_an_item_is_a_name(read):
    html = "<h2>Marketing</h2><ul><li><code>YSC</code>: counts, 1 day</li></ul>"
    assert read(html, "x.html").short() == [("YSC", "marketing", "1 day")]


def test_source_of_a_line_with_other_parts_is_left_aside():
    flow = Flow(Outline())
    flow.add("line 1", Cell("Name: a_b; Purpose: c", source="Name: a_b"))
    flow.end()
    assert [cell.text for cell in flow.tables[0].rows[1].cells] == ["a_b", "c"]


def test_long_text_is_no_category():
    assert category_of("marketing " * 20) is None
