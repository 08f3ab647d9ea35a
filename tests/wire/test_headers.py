"""Header fields as apps hand them to servers, and what the gate takes them for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.headers import (
    OPAQUE_NAME,
    FieldKind,
    are_plain,
    are_plain_text,
    cut_at_line_break,
    field_kind,
    has_line_break,
    in_octets,
    is_set_cookie,
    octets,
    set_cookie_lines,
    text_kind,
)

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


@pytest.mark.parametrize(
    "pair", [(b"a", b"b"), ["a", "b"], iter([b"a", "b"]), {b"a": 1, b"b": 2}, ("a", bytearray(b"b"))]
)
def test_field_is_anything_of_two_texts(pair):
    assert in_octets([pair]) == [(b"a", b"b")]


@pytest.mark.parametrize(
    "field",
    [
        None, 1, b"ab", "ab", bytearray(b"ab"), (), (b"a",), (b"a", b"b", b"c"), (b"a", 1), (1, b"b"), (b"a", "\u20ac"),
        ("\u20ac", b"set-cookie"), (b"a", None),
    ],
)  # fmt: skip
def test_field_that_is_no_pair_of_texts_is_opaque(field):
    [(name, value)] = in_octets([field])
    assert name is OPAQUE_NAME
    assert value == field


@pytest.mark.parametrize("name", [b"set-cookie", "Set-Cookie", "\x0bset-cookie "])
@pytest.mark.parametrize("value", [None, 1, "\u20ac", [b"a=1"]])
def test_line_that_can_not_go_on_the_wire_is_left_out(name, value):
    assert in_octets([(name, value)]) == []


@pytest.mark.parametrize(
    ("field", "pair"),
    [
        (("x", "\u20ac\nset-cookie: a=1"), (b"x", b"?\nset-cookie: a=1")),
        (("\u20ac", "\0"), (b"?", b"\0")),
        ((b"x", "\u20ac\r"), (b"x", b"?\r")),
        ((1, "a\nb"), (b"", b"a\nb")),
    ],
)
def test_line_break_in_what_no_server_should_send_is_not_hidden(field, pair):
    assert in_octets([field]) == [pair]


def test_opaque_field_stays_opaque():
    fields = in_octets([None, ("x", "\u20ac")])
    assert [name is OPAQUE_NAME for name, _ in in_octets(fields)] == [True, True]
    assert in_octets(fields) == fields


@given(st.lists(ANYTHING | st.lists(ANYTHING)))
def test_fields_of_anything_are_pairs_of_octets_or_opaque(fields):
    for name, value in in_octets(fields):
        assert name is OPAQUE_NAME or [type(name), type(value)] == [bytes, bytes]


PLAIN_FIELDS = [(b"a", b"b"), (b"content-type", b"text/html"), (b"vary", b"x"), (b"date", b"x")]


def as_text(fields):
    return [tuple(part.decode("latin-1") for part in field) for field in fields]


def test_plain_fields_need_no_look():
    assert are_plain(PLAIN_FIELDS)
    assert are_plain_text(as_text(PLAIN_FIELDS))
    assert are_plain([])
    assert are_plain_text([])


def test_plain_fields_of_endless_names_are_known_all_the_same():
    fields = [(f"x-{number}".encode(), b"1") for number in range(1200)]
    for _ in range(2):
        assert are_plain(fields)
        assert are_plain_text(as_text(fields))
        assert not are_plain([*fields, (b"set-cookie", b"a=1")])


@pytest.mark.parametrize(
    "field",
    [(b"Set-Cookie", b"a=1"), (b"set-cookie ", b"a=1"), (b"x:", b"1"), (b"x", b"1\n2"), (b"x", b"\r"), (b"x", b"\0")],
)
def test_plain_fields_are_not_those_that_must_be_judged_or_cut(field):
    assert not are_plain([*PLAIN_FIELDS, field])
    assert not are_plain_text(as_text([*PLAIN_FIELDS, field]))


@pytest.mark.parametrize(
    "field", [None, [b"a", b"b"], (b"a",), (b"a", 1), (bytearray(b"a"), b"b"), (b"a", "b"), ["a", "b"]]
)
def test_plain_fields_are_pairs_that_nobody_changes(field):
    assert not are_plain([field])
    assert not are_plain_text([field])


def test_lines_are_found_in_any_case_and_beside_anything():
    fields = [None, 1, "ab", (b"set-cookie",), ("set-cookie", "c=1"), (b"Set-Cookie", b"a=1"), (b"x", b"1")]
    assert set_cookie_lines([*fields, (b"set-cookie", b"b=1"), [b"set-cookie", b"d=1"]]) == [b"a=1", b"b=1"]


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


@pytest.mark.parametrize(
    "name",
    [
        b"cache-control", b"Cache-Control ", b"CDN-Cache-Control", b"Surrogate-Control", b"Edge-Control",
        b"X-Accel-Expires", b"Expires", b"Vary",
    ],
)  # fmt: skip
def test_kind_is_cache_for_what_caches_obey(name):
    assert field_kind(name) is FieldKind.CACHE


@pytest.mark.parametrize("name", [b"Secure-Session-Registration", b"secure-session-id"])
def test_kind_is_session_for_device_bound_sessions(name):
    assert field_kind(name) is FieldKind.SESSION


def test_kind_of_an_opaque_field_is_its_own():
    assert field_kind(OPAQUE_NAME) is FieldKind.OPAQUE
    assert field_kind(bytes(bytearray(OPAQUE_NAME))) is FieldKind.INVALID


@pytest.mark.parametrize("name", [b"Date", b"date", b" DATE\t"])
def test_kind_is_date(name):
    assert field_kind(name) is FieldKind.DATE


@pytest.mark.parametrize(
    "name", [b"content-type", b"x-set-cookie", b"set_cookie", b"setcookie", b"cookie", b"x-vary", b"x-date", b"x ",
     b"", b" ", b"a b", b"set-\xadcookie", b"\xc5\xbfet-cookie", b"x-set-cookie2"]
)  # fmt: skip
def test_kind_is_plain(name):
    assert field_kind(name) is FieldKind.PLAIN


@pytest.mark.parametrize(
    "name",
    [
        b":status",
        b"x\r",
        b"set-cookie:",
        b"set-cookie: ia=x\r\nx",
        b"x:\nset-cookie",
        b"Set-Cookie2",
        b" set-cookie2",
    ],
)
def test_kind_is_invalid(name):
    assert field_kind(name) is FieldKind.INVALID


def test_kind_of_a_plain_field_is_false():
    assert [kind for kind in FieldKind if not kind] == [FieldKind.PLAIN]


@given(st.binary() | st.sampled_from([b"Set-Cookie", b"set-cookie\r\n", b"set-cookie:"]))
def test_kind_of_any_octets_says_whether_a_field_of_its_own_could_start_in_it(name):
    kind = field_kind(name)
    is_line = name.strip(bytes(range(0x21)) + b"\x7f\x85\xa0").lower() == b"set-cookie"
    assert is_set_cookie(name) is is_line
    assert is_line or kind is FieldKind.INVALID or not set(name) & set(b"\r\n\0:")
    assert text_kind(name.decode("latin-1")) is kind


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
