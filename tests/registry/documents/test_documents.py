"""Word, Excel, reStructuredText, AsciiDoc, and the EDPB's knowledge base both ways."""

import io
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule
from cookiegate.registry import Registry, parse_declaration, render
from cookiegate.registry.documents.office import office_tables

ROWS = [("Cookie", "Purpose", "Duration"), ("_ga", "Counts", "2 years"), ("_gid", None, "1 day")]


def test_word_document_is_read_with_its_headings_and_lists(read):
    document = Document()
    document.add_heading("Statistics cookies", level=2)
    table = document.add_table(rows=0, cols=3)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text or ""
    document.add_paragraph().add_run("Necessary cookies").bold = True
    document.add_paragraph("sid_x: login (session)", style="List Bullet")
    document.add_paragraph("plain text here")
    file = io.BytesIO()
    document.save(file)
    assert read(file.getvalue(), "policy.docx").short() == [
        ("_ga", "statistics", "2 years"),
        ("_gid", "statistics", "1 day"),
        ("sid_x", "necessary", "session"),
    ]


def test_workbook_is_read_sheet_by_sheet(read):
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Statistics cookies"
    for row in ROWS:
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    found = read(file.getvalue(), "list.xlsx")
    assert found.short() == [("_ga", "statistics", "2 years"), ("_gid", "statistics", "1 day")]


def packed(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"PK\x03\x04", "a broken zip archive"),
        (packed(a="x"), "neither Word's nor Excel's"),
        (packed(**{"word/document.xml": "x"}), "a broken document"),
        (packed(**{"xl/workbook.xml": b"\0" * (65 << 20)}), "unpacks to more than 64 MiB; save the table as CSV"),
    ],
)
def test_archive_that_is_no_document_is_an_error(octets, problem):
    with pytest.raises(ConfigError, match=problem):
        office_tables(octets)


def test_table_of_restructuredtext_keeps_stars_and_underscores(read):
    rule = "=======  ======="
    text = f"Statistics\n==========\n\n{rule}\nCookie   Purpose\n{rule}\n_ga_*    counts\n{rule}\n"
    assert read(text, "x.rst").short() == [("_ga_*", "statistics", "")]


def test_restructuredtext_reads_no_other_file(read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET_x")
    text = f".. include:: {secret}\n\n.. csv-table::\n   :file: {secret}\n\n.. raw:: html\n   :file: {secret}\n"
    with pytest.raises(ConfigError, match="no table of cookies"):
        read(text, "x.rst")


def test_long_restructuredtext_is_not_read(read):
    with pytest.raises(ConfigError, match="more than 64 KiB of reStructuredText; give the tables of cookies alone"):
        read("x" * (64 * 1024 + 1), "x.rst")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ('[cols="2*"]\n|===\n|Cookie\n|Duration\n|_ga\n|2 years\n|===', [("_ga", "statistics", "2 years")]),
        ("|===\n|Cookie |Duration\n\n|`_ga`\na|2 years\n|===", [("_ga", "statistics", "2 years")]),
        ('[cols="1,a"]\n|===\n|Cookie |Purpose\n|a\\|b |x\nmore\n|===', [("a|b", "statistics", "")]),
    ],
)
def test_table_of_asciidoc_is_read(read, table, rows):
    assert (
        read(f"= Policy\n\n== Statistics cookies\n\nSome words here.\n\n{table}\n\n|===\n|x\n", "x.adoc").short()
        == rows
    )


def test_knowledge_base_of_the_edpb_goes_both_ways():
    rules = [
        CookieRule(
            name="_ga", category="statistics", purpose="Counts", provider="Google", source="https://x.example/",
            domains="example.com",
        ),
        CookieRule(name="sid_*", category="necessary"),
    ]  # fmt: skip
    assert parse_declaration(render(rules, "edpb"), where="kb.json").registry == Registry(rules)


def test_knowledge_base_leaves_local_storage_out(read):
    text = '[{"knowledges": [{"kind": "localstorage", "name": "x", "category": "marketing", "comment": "y"}]}]'
    assert "local storage, no cookie" in read(text, "kb.json").notes[0]
