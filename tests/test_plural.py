"""Numbers with their nouns."""

import pytest

from cookiegate.plural import counted


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "rule", "0 rules"),
        (1, "rule", "1 rule"),
        (2, "rule", "2 rules"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
        (2, "day", "2 days"),
        (2, "other party", "2 other parties"),
        (1, "match", "1 match"),
        (3, "match", "3 matches"),
        (2, "address", "2 addresses"),
        (1024, "Set-Cookie line", "1,024 Set-Cookie lines"),
    ],
)
def test_noun_agrees_with_its_number(number, noun, text):
    assert counted(number, noun) == text


def test_irregular_plural_is_given():
    assert counted(1, "person", "people") == "1 person"
    assert counted(2, "person", "people") == "2 people"
