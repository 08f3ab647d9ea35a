"""Header fields as apps hand them to servers, and what the gate takes them for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.headers import (
    FieldKind,
    cut_at_line_break,
    field_kind,
    has_line_break,
    octet_pair,
    octets,
)
from cookiegate.wire.token import is_token

ANYTHING = (
    st.none() | st.integers() | st.binary() | st.text() | st.binary().map(bytearray) | st.binary().map(memoryview)
)


@pytest.mark.parametrize("text", [b"a\xff", bytearray(b"a\xff"), memoryview(b"a\xff"), "a\xff"])
def test_octets_are_those_of_bytes_and_of_latin_1_text(text):
    assert octets(text) == b"a\xff"


@pytest.mark.parametrize("text", [b"a", bytearray(b"a"), memoryview(b"a"), "a"])
def test_octets_are_bytes(text):
    assert type(octets(text)) is bytes


@pytest.mark.parametrize("text", ["\u0100", "\U0001f36a", "\ud800", None, 1, [115], ("a",)])
def test_octets_of_what_servers_refuse_are_none(text):
    assert octets(text) is None


@pytest.mark.parametrize("pair", [(b"a", b"b"), ["a", "b"], iter([b"a", "b"]), {b"a": 1, b"b": 2}])
def test_pair_is_anything_of_two_texts(pair):
    assert octet_pair(pair) == (b"a", b"b")


@pytest.mark.parametrize(
    "pair",
    [None, 1, b"ab", "ab", bytearray(b"ab"), memoryview(b"ab"), (), (b"a",), (b"a", b"b", b"c"), (b"a", 1), (1, b"b")],
)
def test_pair_is_none_where_it_is_no_pair_of_texts(pair):
    assert octet_pair(pair) is None


@given(ANYTHING | st.lists(ANYTHING))
def test_pair_of_anything_is_two_octet_strings_or_none(pair):
    found = octet_pair(pair)
    assert found is None or [type(part) for part in found] == [bytes, bytes]


@pytest.mark.parametrize("name", [b"set-cookie", b"Set-Cookie", b"SET-COOKIE", b"sEt-cOOkie"])
def test_kind_is_set_cookie_in_any_case(name):
    assert field_kind(name) is FieldKind.SET_COOKIE


@pytest.mark.parametrize(
    "name",
    [
        b"set-cookie ",
        b" Set-Cookie",
        b"set-cookie\t",
        b"\r\nset-cookie",
        b"set-cookie\x00",
        b"\x0bset-cookie\x7f",
        b"\xa0set-cookie",
        b"set-cookie\x85",
    ],
)
def test_kind_is_padded_set_cookie_with_stray_octets_around(name):
    assert field_kind(name) is FieldKind.PADDED_SET_COOKIE


@pytest.mark.parametrize("name", [b"cache-control", b"Cache-Control ", b"CDN-Cache-Control", b"Surrogate-Control"])
def test_kind_is_cache_control_for_what_tells_caches(name):
    assert field_kind(name) is FieldKind.CACHE_CONTROL


def test_kind_is_cache_control_for_what_tells_nginx():
    assert field_kind(b"X-Accel-Expires") is FieldKind.CACHE_CONTROL


@pytest.mark.parametrize("name", [b"Date", b"date", b" DATE\t"])
def test_kind_is_date(name):
    assert field_kind(name) is FieldKind.DATE


def test_kind_is_vary():
    assert field_kind(b"Vary") is FieldKind.VARY


@pytest.mark.parametrize(
    "name", [b"content-type", b"x-set-cookie", b"set_cookie", b"setcookie", b"cookie", b"x-vary", b"x-date", b"x "]
)
def test_kind_is_plain(name):
    assert field_kind(name) is FieldKind.PLAIN


@pytest.mark.parametrize(
    "name",
    [
        b"",
        b" ",
        b":status",
        b"a b",
        b"set-cookie:",
        b"set-cookie: ia=x\r\nx",
        b"x:\nset-cookie",
        b"set-\xadcookie",
        b"\xc5\xbfet-cookie",
        b"Set-Cookie2",
        b" set-cookie2",
    ],
)
def test_kind_is_invalid(name):
    assert field_kind(name) is FieldKind.INVALID


def test_kind_of_a_plain_field_is_false():
    assert [kind for kind in FieldKind if not kind] == [FieldKind.PLAIN]


@given(st.binary())
def test_kind_of_any_octets_but_invalid_is_a_token_within_noise(name):
    assert field_kind(name) is FieldKind.INVALID or is_token(name.strip(bytes(range(0x21)) + b"\x7f\x85\xa0"))


@pytest.mark.parametrize("value", [b"a\rb", b"a\nb", b"a\x00", b"\r\n"])
def test_line_break_is_cr_lf_or_nul(value):
    assert has_line_break(value)


@pytest.mark.parametrize("value", [b"", b"a\x0bb", b"a\x0cb", b"a\x85b", b"a\tb", b"\xe2\x80\xa8"])
def test_line_break_is_no_other_octet(value):
    assert not has_line_break(value)


@pytest.mark.parametrize("value", [b"1\r\nSet-Cookie: ia=x", b"1\rSet-Cookie: ia=x", b"1\nx\ny", b"1\x00", b"1"])
def test_cut_leaves_the_first_line(value):
    assert cut_at_line_break(value) == b"1"


@given(st.binary())
def test_cut_leaves_a_start_without_line_breaks(value):
    cut = cut_at_line_break(value)
    assert value.startswith(cut)
    assert not has_line_break(cut)
    assert cut == value or has_line_break(value)
