"""Names and paths folded: words stay, numbers and ids do not, nothing grows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.report.names import MAX_TEXT, cut, path_template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/", "/"),
        ("", ""),
        ("/shop/checkout", "/shop/checkout"),
        ("/api/v2/users/42/", "/api/v2/users/{number}/"),
        ("/orders/550e8400-e29b-41d4-a716-446655440000", "/orders/{id}"),
        ("/blob/deadbeef00", "/blob/{id}"),
        ("/reset/eyJhbGciOiJIUzI1NiJ9.x", "/reset/{text}"),
        ("/user/anna@site.example", "/user/{text}"),
        ("/anna.smith", "/{text}"),
        ("/café", "/{text}"),
        ("/index.php", "/index.php"),
        ("/file-7.pdf", "/{text}.pdf"),
        ("/" + "z" * 33, "/{text}"),
        ("/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f/{more}"),
        ("*", "{text}"),
        ("/\x1b[31m\n", "/{text}"),
        ("/\ud800", "/{text}"),
        ("/wp-admin/../etc", "/wp-admin/{text}/etc"),
    ],
)
def test_path_is_folded(path, template):
    assert path_template(path) == template


def test_long_path_is_folded_to_its_beginning():
    assert path_template("/a" * 100_000) == "/a/a/a/a/a/a/{more}"
    assert path_template("/shop/" + "9" * 100_000) == "/shop/{more}"


@given(st.text(alphabet=st.characters()) | st.from_regex(r"(/[a-z0-9@._-]{0,40}){0,9}"))
def test_folded_path_is_short_and_has_no_number_in_it(path):
    folded = path_template(path)
    assert len(folded) <= MAX_TEXT
    assert not re.search("[0-9]{3}", folded)
    assert all(segment.isascii() and segment.isprintable() for segment in folded.split("/"))


@pytest.mark.parametrize(("length", "kept"), [(128, "x" * 128), (129, "x" * 127 + "…")])
def test_long_text_is_cut(length, kept):
    assert cut("x" * length) == kept
