"""The index over names: exact, longest prefix, pattern; held beside a definition that looks at every entry."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.registry.names import Names

_LETTERS = st.text(alphabet="ab_", max_size=5)
_ENTRIES = st.lists(st.text(alphabet="ab_*", min_size=1, max_size=6), unique=True, max_size=25)


def naive_longest_prefix(entries, name):
    found = [
        entry for entry in entries if entry.count("*") == 1 and entry.endswith("*") and name.startswith(entry[:-1])
    ]
    return max(found, key=len, default=None)


def naive_pattern(entries, name):
    """Of the patterns that fit: the longest head, then the longest pattern, then the first that was given."""
    found = []
    for entry in entries:
        head, star, rest = entry.partition("*")
        if star and rest and re.fullmatch(".*".join(map(re.escape, entry.split("*"))), name, re.DOTALL):
            found.append((len(head), len(entry), entry))
    return max(found, key=lambda item: item[:2])[2] if found else None


@given(entries=_ENTRIES, name=_LETTERS)
def test_names_agree_with_a_look_at_every_entry(entries, name):
    names = Names({entry: entry for entry in entries})
    assert names.exact(name) == (name if name in entries else None)
    assert names.longest_prefix(name) == naive_longest_prefix(entries, name)
    assert names.pattern(name) == naive_pattern(entries, name)


@given(entries=st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=20), name=st.text(max_size=12))
def test_names_agree_with_a_look_at_every_entry_for_any_characters(entries, name):
    names = Names({entry: entry for entry in entries})
    assert names.longest_prefix(name) == naive_longest_prefix(entries, name)
    assert names.pattern(name) == naive_pattern(entries, name)


def test_names_prefer_the_longest_prefix():
    names = Names({"ia_*": 1, "ia_mkt_*": 2, "ia_mkt_source_*": 3})
    assert [names.longest_prefix(name) for name in ("ia_x", "ia_mkt_x", "ia_mkt_source_x")] == [1, 2, 3]


def test_names_find_the_shorter_prefix_beside_a_longer_one_that_does_not_fit():
    assert Names({"ia_*": 1, "ia_mkt_*": 2}).longest_prefix("ia_mkz") == 1


def test_names_prefix_fits_its_own_text():
    assert Names({"ia_*": 1}).longest_prefix("ia_") == 1


def test_names_prefix_is_not_found_in_the_middle():
    assert Names({"ia_*": 1}).longest_prefix("x_ia_y") is None


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("sb-*-auth-token", "sb-abc-auth-token", True),
        ("sb-*-auth-token", "sb--auth-token", True),
        ("sb-*-auth-token", "sb-auth-token", False),  # head and end may not share characters
        ("sb-*-auth-token", "sb-abc-auth-token2", False),
        ("*_session", "_session", True),
        ("*_session", "my_session", True),
        ("*_session", "my_sessions", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c", False),
        ("a*b*", "a-b", True),
        ("a*b*", "a-c", False),
        ("a**", "abc", True),
    ],
)
def test_names_pattern(pattern, name, fits):
    assert Names({pattern: True}).pattern(name) is (True if fits else None)


def test_names_prefer_the_pattern_with_the_longest_head():
    assert Names({"a*z": 1, "ab*z": 2}).pattern("abz") == 2


def test_names_prefer_the_longer_of_two_patterns_with_one_head():
    assert Names({"a*z": 1, "a*yz": 2}).pattern("abyz") == 2


def test_names_without_entries_find_nothing():
    names = Names({})
    assert (names.exact("a"), names.longest_prefix("a"), names.pattern("a")) == (None, None, None)


def test_names_find_a_chain_of_a_thousand_prefixes():
    names = Names({"a" * length + "*": length for length in range(1, 1001)})
    assert names.longest_prefix("a" * 4000) == 1000
    assert names.longest_prefix("a" * 10 + "b") == 10


def test_names_pattern_of_many_stars_needs_no_going_back():
    assert Names({"a*" * 30 + "b": 1}).pattern("a" * 4000) is None  # exponential for a reader that goes back
