"""HTML pages: spans, headings beside rows, definition lists, omitted end tags, and whatever is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.registry import parse_declaration
from cookiegate.registry.documents.html import html_tables

HEAD = "<h2>Marketing</h2><table><tr><th>Cookie<th>Purpose<th>Duration"


def texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_end_tags_may_be_left_out(read):
    found = read(f"{HEAD}<tr><td>a<td>x<td>1 day<tr><td>b<td>y<td>2 days", "page.html")
    assert found.short() == [("a", "marketing", "1 day"), ("b", "marketing", "2 days")]


def test_cell_over_several_rows_stands_in_each(read):
    found = read(f"{HEAD}<tr><td>a<td rowspan=2>both<td>1 day<tr><td>b<td>2 days<tr><td>c<td>own<td>", "page.html")
    assert {name: rule.purpose for name, rule in found.rules.items()} == {"a": "both", "b": "both", "c": "own"}


def test_cells_that_reach_down_beyond_a_short_row_stay_in_their_columns():
    (table,) = html_tables(
        "<table><tr><td>a<td>b<td rowspan=2>c<tr><td>d<tr><td rowspan=3 colspan=2>e<tr><tr><td>f</table>"
    )
    assert texts(table) == [["a", "b", "c"], ["d", "", "c"], ["e", "e"], ["e", "e"], ["e", "e", "f"]]


def test_cell_over_all_columns_that_names_a_category_heads_the_rows_below(read):
    found = read(f"{HEAD}<tr><th colspan=3>Statistics cookies<tr><td>a<td>x<td>1 day", "page.html")
    assert found.short() == [("a", "statistics", "1 day")]


def test_row_that_ends_before_the_name_is_remarked_on(read):
    page = "<h2>Marketing</h2><table><tr><th>Purpose<th>Cookie<tr><td>x<tr><td>y<td>a</table>"
    found = read(page, "page.html")
    assert found.short() == [("a", "marketing", "")]
    assert found.missed == ["line 1: row: no cookie name in it; add one"]


@pytest.mark.parametrize(
    "section", ["<![six[ a>", "<![*[>", "<![CDATA[x]]>", "<![if gte mso 9]>", "<![>", "<![ x[ ]]>"]
)
def test_marked_section_is_a_comment(section):
    (table,) = html_tables(f"{section}<table><tr><td>a{section}b</table>")
    assert texts(table) == [["ab"]]


def test_caption_counts_before_the_headings_above(read):
    page = "<h2>Marketing</h2><table><caption>Necessary</caption><tr><th>Cookie<th>Purpose<tr><td>a<td>x</table>"
    assert read(page, "page.html").short() == [("a", "necessary", "")]


def test_caption_that_is_never_closed_is_one(read):
    page = "<table><caption>Necessary<tr><th>Cookie<th>Purpose<tr><td>a<td>x</table>"
    assert read(page, "page.html").short() == [("a", "necessary", "")]


def test_lines_of_a_cell_are_kept_in_the_purpose(read):
    page = f"{HEAD}<tr><td>a<td><p>One <b>two</b></p><ul><li>three<li>four</ul><br>five<td>"
    assert read(page, "page.html").only().purpose == "One two\nthree\nfour\nfive"


@pytest.mark.parametrize(
    "heading",
    [
        "<h3>Marketing</h3>",
        "<p><strong>Marketing</strong></p>",
        "<summary>Marketing</summary>",
        "<div role=heading>Marketing</div>",
        '<div class="accordion-title"><div>Marketing</div></div>',
        '<p class="CookieHeader">Marketing (12)',
        "<dl><dt>Marketing<dd>",
    ],
)
def test_heading_in_its_many_forms(read, heading):
    page = f"<h1>Cookies</h1>{heading}<table><tr><th>Cookie<th>Purpose<tr><td>a<td>x</table>"
    assert read(page, "page.html").short() == [("a", "marketing", "")]


def test_long_text_is_no_heading(read):
    page = f"<h2>Necessary</h2><p><b>{'Marketing <i>x</i>' * 100}</b></p><table><tr><th>Cookie<th>Purpose<tr><td>a<td>x"
    assert read(page, "page.html").short() == [("a", "necessary", "")]


def test_plain_paragraph_is_no_heading(read):
    page = "<h2>Necessary</h2><p>Marketing</p><table><tr><th>Cookie<th>Purpose<tr><td>a<td>x</table>"
    assert read(page, "page.html").short() == [("a", "necessary", "")]


def test_headings_beside_the_rows_are_read(read):
    page = """<h3>Statistik</h3><table><tr><td>Name<td>Google Analytics<tr><td>Anbieter<td>Google<tr><td>Zweck<td>Zählt
    <tr><td>Cookie Name<td>_ga,_gid<tr><td>Cookie Laufzeit<td>2 Jahre</table>"""
    found = read(page, "page.html")
    assert found.short() == [("_ga", "statistics", "2 years"), ("_gid", "statistics", "2 years")]
    assert found.rules["_ga"].provider == "Google"


def test_column_for_each_cookie_is_read(read):
    page = "<h3>Statistics</h3><table><tr><th>Cookie<td>a<td>b<tr><th>Duration<td>1 day<tr><th>Why<td>x<td>y</table>"
    assert read(page, "page.html").short() == [("a", "statistics", "1 day"), ("b", "statistics", "")]


def test_definition_list_is_read_cookie_by_cookie(read):
    page = "<h3>Marketing</h3><dl><dt>Name<dd>a<dt>Purpose<dd>x<dd>y<dt>Name</dt><dd>b</dd><dt>Purpose<dd>z</dl>"
    found = read(page, "page.html")
    assert {name: rule.purpose for name, rule in found.rules.items()} == {"a": "x\ny", "b": "z"}


def test_definition_list_of_other_things_is_passed_over(read):
    found = read(f"<dl><dt>Cookie<dd>A small file.</dl><dl><dd>alone</dl>{HEAD}<tr><td>a<td>x<td>", "page.html")
    assert found.missed == []


def test_heading_row_in_the_middle_is_passed_over(read):
    row = "<tr><th>Cookie<th>Purpose<th>Duration"
    assert read(f"{HEAD}<tr><td>a<td>x<td>{row}<tr><td>b<td>y<td>", "page.html").missed == []


def test_scripts_and_styles_are_no_text(read):
    page = f"{HEAD}<tr><td>a<style>td{{}}</style><td>x<script>document.write('<td>')</script></style>y<td>"
    assert read(page, "page.html").only().purpose == "xy"


def test_table_within_a_cell_is_a_table_of_its_own():
    inner, outer = html_tables("<table><tr><td>a<table><tr><td>b</table>c</table>")
    assert (texts(inner), texts(outer)) == ([["b"]], [["ac"]])


@pytest.mark.parametrize(
    "page",
    [
        f"{HEAD}<tr><td>a<td>x<td>1 day<!-- never closed <td>b",
        f"{HEAD}<tr><td>a<td>x<td>1 day<td",
        f"{HEAD}<tr><td>a<td>x<td>1 day</div></td></dd></b></code></h2></caption></tr></dl></script>",
        f"{HEAD}</td><tr></tr><tr><td colspan=x rowspan=²>a<td>x<td>1 day",
        f"<![CDATA[<b>]]>{HEAD}<tr><td>a<td>x<td>1 day",
    ],
)
def test_broken_markup_does_not_hide_what_came_before(read, page):
    assert read(page, "page.html").short()[0] == ("a", "marketing", "1 day")


def test_name_that_is_markup_is_listed_as_text(read):
    found = read(f"{HEAD}<tr><td>&lt;script&gt;alert(1)&lt;/script&gt;<td>x<td>", "page.html")
    assert found.rules == {}
    assert found.missed[0].startswith("line 1: '<script>alert(1)</script>': no cookie name: use letters")


def test_megabyte_in_one_cell_is_a_purpose(read):
    assert len(read(f"{HEAD}<tr><td>a<td>{'x' * 1_000_000}<td>", "page.html").only().purpose) == 1_000_000


def test_megabyte_of_a_name_is_listed_short(read):
    found = read(f"{HEAD}<tr><td>{'x ' * 500_000}<td>y<td>", "page.html")
    assert found.rules == {}
    assert len(found.missed[0]) < 300


def test_row_has_a_hundred_columns_at_most():
    (table,) = html_tables(f"<table><tr>{'<td colspan=1000 rowspan=9>x' * 200}<tr><td>y</table>")
    assert [len(row.cells) for row in table.rows] == [100, 100]


def test_tables_nest_fifty_deep_at_most():
    tables = html_tables("<table><tr><td>" * 1000 + "x")
    assert len(tables) <= 50


@pytest.mark.parametrize(
    "piece",
    [
        "<td>",
        "<tr><td rowspan=9 colspan=9>",
        "<table>",
        "<div class=title>",
        "<p><b>",
        "<!--",
        "<a ",
        "</",
        "<",
        "&",
        "<?",
        "<dl><dt>x<dd>",
        "<code>",
        "<h1>",
        "<caption>",
        "<summary>",
        "<span class=header>",
        "<div role=heading>x",
        "<script>",
        "<![CDATA[",
        "<a b='",
        "<td data-cookiegate='[[['>",
        "<tr><td>a*b*c*<td>x",
    ],
)
@pytest.mark.parametrize("before", ["", HEAD + "<tr><td>a<td>"])
def test_time_grows_no_faster_than_the_page(piece, before, grows_linearly):
    grows_linearly(html_tables, lambda size: before + piece * (size // len(piece)), 40_000)


def test_headings_that_are_never_closed_still_head_what_follows():
    (table,) = html_tables("<h1>Marketing</h1>" + "<div class=title>" * 1000 + "<table><tr><td>x</table>")
    assert "Marketing" in [section.text for section in table.sections]


TAGS = ["table", "tr", "td", "th", "dl", "dt", "dd", "p", "b", "h2", "caption", "code", "script", "div", "br", "thead"]
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + ["x", "Cookie", "Purpose", "<!--", "<"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_soup_of_tags_is_read_without_an_error(soup):
    parse_declaration(f"{HEAD}<tr><td>a<td>x{soup}", where="page.html")
