"""The Cookie request header: split as browsers join it, whatever Python's other readers make of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, cookie_pairs, cookie_values, without_cookies

HEADERS = st.lists(
    st.sampled_from([b"a", b"b", b"aa", b"=", b";", b" ", b"\t", b'"', b",", b"\xa0", b"a=1", b"; "])
).map(b"".join) | st.binary(max_size=64)
NAMES = st.sampled_from([b"a", b"b", b"aa", b"a a", b"a\xa0", b'"', b","]) | st.binary(max_size=4).map(
    lambda name: name.replace(b"=", b"").replace(b";", b"").strip(b" \t")
)


def pairs(header):
    return list(cookie_pairs(header))


def test_pairs_come_in_order():
    assert pairs(b"a=1; b=2; a=3") == [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]


def test_pairs_are_split_at_the_first_equals_sign():
    assert pairs(b"a=b=c") == [(b"a", b"b=c")]


def test_pairs_are_trimmed_of_space_and_tab():
    assert pairs(b"\t a \t=\t 1 \t;b=2") == [(b"a", b"1"), (b"b", b"2")]


def test_pairs_may_have_an_empty_value():
    assert pairs(b"a=; b") == [(b"a", b""), (b"", b"b")]


def test_pairs_may_have_an_empty_name():
    assert pairs(b"=a=1") == [(b"", b"a=1")]


def test_pairs_of_empty_pieces_are_none():
    assert pairs(b";; \t;") == []


def test_pairs_of_nothing_are_none():
    assert pairs(b"") == []


def test_pairs_keep_quotes_and_backslashes():
    assert pairs(b'c="\\141\\073b"') == [(b"c", b'"\\141\\073b"')]


def test_pairs_are_split_inside_quotes():
    assert pairs(b'c="x; d=evil; e="; z=9') == [(b"c", b'"x'), (b"d", b"evil"), (b"e", b'"'), (b"z", b"9")]


def test_pairs_are_not_split_at_a_comma():
    assert pairs(b"a=1, c=2") == [(b"a", b"1, c=2")]


def test_pairs_keep_a_space_inside_a_name():
    assert pairs(b"a b=1; c=2") == [(b"a b", b"1"), (b"c", b"2")]


@pytest.mark.parametrize("octet", [b"\xa0", b"\x85", b"\x1c", b"\x0b", b"\x0c", b"\xe2\x80\x80"])
def test_pairs_keep_what_str_strip_takes_away(octet):
    assert pairs(octet + b"c" + octet + b"=1") == [(octet + b"c" + octet, b"1")]


def test_pairs_keep_a_dollar_name():
    assert pairs(b"$Version=1; c=v") == [(b"$Version", b"1"), (b"c", b"v")]


def test_pairs_keep_attribute_names():
    assert pairs(b"path=/x; c=1") == [(b"path", b"/x"), (b"c", b"1")]


def test_pairs_decode_nothing():
    assert pairs(b"c=%31") == [(b"c", b"%31")]


def test_pairs_keep_octets_beyond_ascii():
    assert pairs(b"a=\xc3\xa9\xff") == [(b"a", b"\xc3\xa9\xff")]


def test_values_are_all_found_in_order():
    assert cookie_values(b"c=1; d=x; c=2", b"c") == [b"1", b"2"]


def test_values_are_found_without_spaces():
    assert cookie_values(b"a=1;c=2;b=3", b"c") == [b"2"]


def test_values_are_found_with_white_space_around():
    assert cookie_values(b"a=1;\t c \t= 2\t; b=3", b"c") == [b"2"]


def test_values_may_be_empty():
    assert cookie_values(b"c=; c", b"c") == [b""]


def test_values_of_a_name_with_other_case_are_none():
    assert cookie_values(b"Consent=all", b"consent") == []


@pytest.mark.parametrize(
    "header",
    [
        b"xc=1",
        b"cx=1",
        b"c c=1",
        b"x c=1",
        b"x=c=1",
        b"a=1, c=2",
        b'"c"=1',
        b"\xa0c=1",
        b"c\xa0=1",
        b"=c=1",
        b"c",
        b"c;=1",
        b"",
    ],
)
def test_values_of_another_name_are_none(header):
    assert cookie_values(header, b"c") == []


def test_values_are_found_behind_a_name_that_contains_the_name():
    assert cookie_values(b"cc=1; xc=2; c=3", b"c") == [b"3"]


def test_values_of_the_empty_name_are_none():
    assert cookie_values(b"=v; w", b"") == []


def test_values_of_a_header_as_long_as_allowed_are_found():
    header = b"a=" + b"x" * (MAX_COOKIE_OCTETS - 7) + b"; c=1"
    assert len(header) == MAX_COOKIE_OCTETS
    assert cookie_values(header, b"c") == [b"1"]


def test_values_of_a_longer_header_are_none():
    assert cookie_values(b"c=1; a=" + b"x" * (MAX_COOKIE_OCTETS - 6), b"c") == []


@given(HEADERS, NAMES)
@example(b"aa a=1;a=2", b"a")
@example(b"a a a=1; a a=2", b"a a")
def test_values_are_those_of_the_pairs(header, name):
    assert cookie_values(header, name) == [value for key, value in cookie_pairs(header) if name and key == name]


def test_without_takes_a_cookie_out_of_the_middle():
    assert without_cookies(b"a=1; ia=x; b=2", b"ia".__eq__) == b"a=1; b=2"


def test_without_takes_the_first_cookie_out():
    assert without_cookies(b"ia=x; b=2", b"ia".__eq__) == b"b=2"


def test_without_takes_the_last_cookie_out():
    assert without_cookies(b"a=1; ia=x", b"ia".__eq__) == b"a=1"


def test_without_takes_every_cookie_of_the_name_out():
    assert without_cookies(b"ia=x; a=1; ia=y; \tia\t=z", b"ia".__eq__) == b"a=1"


def test_without_leaves_nothing_of_the_only_cookie():
    assert without_cookies(b"ia=x", b"ia".__eq__) == b""


def test_without_asks_for_nameless_pieces_by_the_empty_name():
    assert without_cookies(b"a=1; ia; =x; b=2", b"".__eq__) == b"a=1; b=2"


def test_without_keeps_a_nameless_piece_that_looks_like_the_name():
    assert without_cookies(b"a=1; ia", b"ia".__eq__) == b"a=1; ia"


@given(HEADERS)
def test_without_keeps_all_octets_where_nothing_is_hidden(header):
    assert without_cookies(header, lambda _: False) == header.strip(b" \t")


@given(HEADERS, NAMES)
def test_without_keeps_the_octets_of_the_others(header, hidden):
    def is_kept(piece):
        name, equals, _ = piece.partition(b"=")
        return (name.strip(b" \t") if equals else b"") != hidden

    kept = [piece for piece in header.split(b";") if is_kept(piece)]
    assert without_cookies(header, hidden.__eq__) == b";".join(kept).strip(b" \t")


@given(HEADERS, NAMES.filter(bool))
def test_without_leaves_no_pair_of_the_name_and_every_other(header, hidden):
    left = pairs(without_cookies(header, hidden.__eq__))
    assert left == [pair for pair in cookie_pairs(header) if pair[0] != hidden]


@given(st.binary())
def test_pairs_hold_no_semicolon_and_names_no_equals_sign(header):
    assert not any(b";" in name + value or b"=" in name for name, value in cookie_pairs(header))


class Counted(bytes):
    """A header that counts how many octets are looked at one by one."""

    looked_at = 0

    def __getitem__(self, key):
        self.looked_at += 1 if isinstance(key, int) else len(range(*key.indices(len(self))))
        return super().__getitem__(key)


@pytest.mark.parametrize("piece", [b"c ", b" ", b"c", b";", b";c", b";c ", b" c;", b"=c", b";c=", b"; c = ;", b"\tc\t"])
def test_values_look_at_an_adversary_s_octets_a_few_times_each(piece):
    header = Counted(piece * (MAX_COOKIE_OCTETS // len(piece)))
    cookie_values(header, b"c")
    assert header.looked_at <= 6 * len(header)
