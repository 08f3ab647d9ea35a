"""CSV files: delimiters, encodings, preambles, quotes that are never closed."""

import pytest

from cookiegate.errors import ConfigError

ROWS = "name,category,purpose,duration\n_ga,statistics,Counts,2 years\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_the_one_that_gives_known_headings(read, delimiter):
    assert read(ROWS.replace(",", delimiter), "list.csv").short() == [("_ga", "statistics", "2 years")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_told_by_its_mark(read, encoding):
    assert read("Name,Kategorie,Zweck\na,Präferenzen,Größe\n".encode(encoding), "list.csv").only().purpose == "Größe"


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_of_any_system(read, ends):
    assert read(ROWS.replace("\n", ends), "list.csv").only().purpose == "Counts"


def test_lines_before_the_headings_are_passed_over(read):
    assert read(f"sep=,\nScan of example.com\n\n{ROWS}", "list.csv").only().name == "_ga"


def test_quoted_cell_may_have_lines_and_the_place_is_where_the_record_begins(read):
    found = read('name,category,purpose\na,marketing,"one\ntwo"\nb,foo,x\n', "list.csv")
    assert found.only().purpose == "one\ntwo"
    assert found.missed[0].startswith("line 4: 'b': category 'foo' is not known; give --map 'foo=...'")


def test_quote_that_is_never_closed_is_an_error_with_its_line(read):
    with pytest.raises(ConfigError, match=r"^list.csv: line 3: no CSV from here on: .*; fix the quotes there$"):
        read(f'{ROWS}b,statistics,"never closed\nc,statistics,x\n', "list.csv")


def test_cell_beyond_the_parsers_limit_is_an_error_with_its_line(read):
    with pytest.raises(ConfigError, match="line 3: no CSV from here on: field larger than field limit"):
        read(f"{ROWS}b,statistics,{'x' * 1_000_000}\n", "list.csv")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", f'"{"x" * 200_000}"\n'])
def test_file_without_known_headings_is_an_error(read, text):
    with pytest.raises(ConfigError, match="no headings of a table of cookies"):
        read(text, "list.csv")


def test_octets_that_are_not_unicode_are_an_error_with_their_place(read):
    with pytest.raises(ConfigError, match=r"^list.csv: octet 23: not utf-8; save the file as UTF-8, or give its"):
        read("name,category,purpose\na\xe4".encode("latin-1"), "list.csv")


def test_encoding_can_be_named(read):
    text = "name,category,purpose\na,marketing,Größe\n".encode("windows-1252")
    assert read(text, "list.csv", encoding="windows-1252").only().purpose == "Größe"


def test_formula_in_a_name_is_no_cookie_name(read):
    found = read("name,category\n=HYPERLINK(1),marketing\n", "list.csv")
    assert found.rules == {}
    assert "no cookie name" in found.missed[0]


def test_short_row_lacks_what_it_does_not_say(read):
    assert read("name,category,purpose\na,marketing\n", "list.csv").only().purpose == ""


def test_unknown_columns_are_remarked_on(read):
    found = read("name,category,First URL\na,marketing,http://x\n", "list.csv")
    assert found.notes == ["line 1: columns 'First URL': not read: a registry has no such field"]


@pytest.mark.parametrize("piece", ["a,", '"', "a,b,c\n", '"a"\n', ",", "\n", '""', "a;b\n"])
def test_time_grows_no_faster_than_the_file(piece, read, grows_linearly):
    def look(text):
        try:
            read(text, "policy.csv")
        except ConfigError:
            return

    before = "name,category,purpose\na,marketing,b\n"
    grows_linearly(look, lambda size: before + piece * (size // len(piece)), 60_000)
