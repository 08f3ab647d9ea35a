"""Which format a file has, and the errors for files that can't be read."""

import sys
from subprocess import run

import pytest

import cookiegate.registry
from cookiegate.errors import ConfigError
from cookiegate.registry import parse_declaration, read_declaration
from cookiegate.registry.formats import MAX_OCTETS

TEXTS = {
    "markdown": "# Marketing\n\n| Cookie | Purpose |\n| --- | --- |\n| a | x |\n",
    "html": "<!DOCTYPE html><h2>Marketing</h2><table><tr><th>Cookie<th>Purpose<tr><td>a<td>x</table>",
    "csv": "name;category;purpose\na;marketing;x\n",
    "json": '  [{"name": "a", "category": "marketing", "purpose": "x"}]',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("name", ["", "policy", "policy.txt"])
def test_format_is_told_by_the_content(text, name):
    assert [(rule.name, rule.purpose) for rule in parse_declaration(text, where=name).rules] == [("a", "x")]


@pytest.mark.parametrize("format", TEXTS)
def test_format_can_be_named(format, tmp_path):
    file = tmp_path / "policy.xml"
    file.write_text(TEXTS[format])
    assert len(read_declaration(file, format=format).rules) == 1


def test_named_platform_keeps_its_notation_by_the_content():
    text = TEXTS["csv"].replace("a;", "a_#;")
    assert parse_declaration(text, format="cookiebot").rules[0].name == "a_*"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("cookies.toml", "x", "cookies.toml: is a registry already; give the published policy, a CSV or a JSON file"),
        ("list.xml", "<a/>", "list.xml: XML is not read; export JSON or CSV, or give the published page as HTML"),
        (
            "x",
            "Hello",
            (
                "x: the format is not recognized; give --from with one of markdown, html, csv, json, "
                "open-cookie-database, cookiebot, onetrust, restructuredtext, asciidoc, banner, office"
            ),
        ),
        ("x.md", "Hello", "x.md: no table of cookies; give one with headings like Cookie, Purpose, Lifetime"),
        ("", b"\xff", "octet 0: not utf-8; save the file as UTF-8, or give its encoding, like windows-1252"),
    ],
)
def test_file_that_can_not_be_read_is_an_error(name, text, problem):
    with pytest.raises(ConfigError) as caught:
        parse_declaration(text, where=name)
    assert caught.value.problems == (problem,)


def test_unknown_format_is_an_error():
    with pytest.raises(ConfigError, match=r"format 'xls': not known; use one of markdown, html"):
        parse_declaration("", format="xls")


def test_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"none.md: can't be read: No such file or directory; check the path"):
        read_declaration(tmp_path / "none.md")


def test_file_that_is_too_long_is_an_error():
    with pytest.raises(ConfigError, match=r"^x: more than 64 MiB; give the tables of cookies alone"):
        parse_declaration(bytes(MAX_OCTETS + 1), where="x")


def test_what_reads_declarations_is_loaded_when_it_is_asked_for():
    late = ("markdown_it", "cookiegate.registry.formats", "csv")
    code = f"import sys, cookiegate; print([name for name in sys.modules if name.startswith({late})])"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_public_name_is_there():
    assert all(hasattr(cookiegate.registry, name) for name in cookiegate.registry.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = cookiegate.registry.nothing
