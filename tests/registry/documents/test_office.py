"""Word documents and Excel workbooks that are broken, and bugs of the reader: they are not the same."""

import io
import zipfile

import pytest

from cookiegate import ConfigError
from cookiegate.registry.documents import office

docx = pytest.importorskip("docx", reason="pip install 'cookiegate[import]'")
openpyxl = pytest.importorskip("openpyxl", reason="pip install 'cookiegate[import]'")


@pytest.fixture
def documents():
    """A Word document and an Excel workbook with a table each."""
    document, workbook = docx.Document(), openpyxl.Workbook()
    document.add_paragraph("Cookies")
    document.add_table(1, 1).cell(0, 0).text = "Cookie"
    workbook.active.append(["Cookie"])
    found = []
    for made in (document, workbook):
        octets = io.BytesIO()
        made.save(octets)
        found.append(octets.getvalue())
    return found


def changed(octets, part, change):
    """Return the archive with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return made.getvalue()


def test_what_libraries_raise_for_a_broken_document_is_a_clear_error(documents):
    word, excel = documents
    broken = [
        changed(word, "word/document.xml", lambda content: content[:-9]),
        changed(excel, "xl/styles.xml", lambda content: content.replace(b"<font>", b"<font a='b'>")),  # a TypeError
        changed(excel, "xl/worksheets/sheet1.xml", lambda content: content[:-9]),
    ]
    for octets in broken:
        with pytest.raises(ConfigError, match=r"a broken document: .*; save it again, or the table as CSV"):
            office.office_tables(octets)


def test_bug_of_the_reader_is_no_broken_document(documents, monkeypatch):
    monkeypatch.setattr(office, "_Paragraph", None)
    with pytest.raises(TypeError, match="not callable"):
        office.office_tables(documents[0])
