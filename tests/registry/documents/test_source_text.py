"""Octets as text: marks, declared encodings, and files that are no text."""

import pytest

from cookiegate.errors import ConfigError
from cookiegate.registry.documents.source_text import source_text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_names_the_encoding(encoding):
    assert source_text("äöü".encode(encoding)) == "äöü"


def test_page_names_its_encoding():
    page = '<meta charset="iso-8859-1">“ü”'  # the quotes are windows-1252's: browsers read the name as that
    assert source_text(page.encode("windows-1252")) == page


def test_encoding_of_the_caller_counts():
    assert source_text("ü".encode("latin-1"), "latin-1") == "ü"


@pytest.mark.parametrize(
    ("octets", "what"),
    [(b"PK\x03\x04x", "Excel"), (b"%PDF-1.7", "PDF"), (b"\xd0\xcf\x11\xe0", "old Office"), (b"\x1f\x8b", "gzip")],
)
def test_file_that_is_no_text_is_told_what_it_is(octets, what):
    with pytest.raises(ConfigError, match=f"octet 0: .*{what}"):
        source_text(octets)


def test_octet_that_does_not_fit_is_placed_in_the_file():
    with pytest.raises(ConfigError, match="octet 5: not utf-8"):
        source_text(b"\xef\xbb\xbfab\xff")


@pytest.mark.parametrize("encoding", ["rot13", "idna", "zlib", "x" * 50, "iso-8859-99"])
def test_other_encodings_are_not_taken(encoding):
    with pytest.raises(ConfigError, match="not known"):
        source_text(b"a", encoding)
