"""Consent values as text."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.decoding import MAX_DEPTH, decoded, decodings, json_object, json_text


def test_decoding_ends_after_three_rounds() -> None:
    assert list(decodings(b"%2525252541")) == ["%2525252541", "%25252541", "%252541", "%2541"]


def test_decoding_ends_at_an_encoded_quote_that_is_content() -> None:
    assert list(decodings(b'"%22%41')) == ['"%22%41']
    assert list(decodings(b"'%22%41")) == ["'%22%41", "'\"A"]
    assert list(decodings(b"'%2527%41", quotes="'")) == ["'%2527%41"]


def test_decoding_keeps_a_plus() -> None:
    assert decoded(b"a+b%2Bc") == "a+b+c"


@given(st.text(st.characters(codec="utf-8")))
def test_decoding_is_unquote(text: str) -> None:
    octets = quote(text).encode()
    assert [*decodings(octets, quotes="", rounds=1)][-1] == unquote(octets.decode(), errors="strict")


@given(st.text(st.sampled_from("%27'2C,\"5a")))
def test_decoding_of_quotes_and_commas_is_unquote(text: str) -> None:
    try:
        expected = unquote(text, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            decoded(text.encode(), rounds=1)
    else:
        assert decoded(text.encode(), rounds=1) == expected


def test_json_is_nested_eight_levels_at_most() -> None:
    assert json_text("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(ValueError, match="nested too deep"):
        json_text("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_json_counts_no_bracket_inside_of_a_string() -> None:
    assert json_text('["[[[[[[[[[[{{{{{{{\\""]') == ['[[[[[[[[[[{{{{{{{"']


def test_json_that_was_cut_is_not_completed_by_its_own_content() -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        json_object(b'{"marketing":true,"url":"https://x/?%22%7D')
