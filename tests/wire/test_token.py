"""The token: the only names that all readers agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.token import is_token, token_runs

TOKEN_OCTETS = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_token_octets_are_the_77_of_the_standard():
    assert bytes(octet for octet in range(256) if is_token(bytes([octet]))) == bytes(sorted(TOKEN_OCTETS))


@pytest.mark.parametrize("name", [b"ia", b"__Host-id", b"_ga_1", b"$Version", b"a.b", b"0", TOKEN_OCTETS])
def test_token_is(name):
    assert is_token(name)


@pytest.mark.parametrize(
    "name",
    [
        b"",
        b"a b",  # aiohttp and webob read a cookie `b`
        b" ia",
        b"ia\t",
        b"ia\n",  # `$` in a pattern would let it through
        b"\xa0ia",  # str.strip() makes it `ia`
        b"ia\x85",
        b"\x1cia",
        b"\xe2\x80\x80ia",
        b"\xef\xbb\xbfia",
        b'"ia"',
        b"a=b",
        b"a;b",
        b"a,b",
        b"a[1]",
        b"a(b",
        b"a/b",
        b"a:b",
        b"a@b",
        b"a\\b",
        b"{a}",
        b"<a>",
        b"a?",
        b"\xb2",
        b"\xc5\xbfecure",  # U+017F: casefold() makes it `secure`
        b"a\x00",
        b"a\x7f",
    ],
)
def test_token_is_not(name):
    assert not is_token(name)


@given(st.binary())
def test_token_is_what_consists_of_token_octets_alone(name):
    assert is_token(name) is (bool(name) and not set(name) - set(TOKEN_OCTETS))


def test_runs_are_found_in_order():
    assert token_runs(b'a b; c="d"') == [b"a", b"b", b"c", b"d"]


def test_runs_of_nothing_are_none():
    assert token_runs(b"") == []


@given(st.binary())
def test_runs_are_tokens_and_hold_every_token_octet(text):
    runs = token_runs(text)
    assert all(map(is_token, runs))
    assert b"".join(runs) == bytes(octet for octet in text if octet in TOKEN_OCTETS)
