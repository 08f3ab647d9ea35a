import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.iab.opt_out import OptOut
from cookiegate.consent.iab.us_privacy import UsPrivacy, decode_us_privacy
from cookiegate.errors import ConfigError
from cookiegate.model import Category, Consent, RequestHead

STRINGS = [f"1{notice}{answer}{lspa}" for notice in "YN-" for answer in "YN-" for lspa in "YN-"]
IUBENDA = '{"uspString":"1YN-"}'


def is_unreadable(consent: Consent | None) -> bool:
    return consent is not None and not consent.granted and consent.refusal(Category.MARKETING) == "consent-unreadable"


@pytest.mark.parametrize("text", STRINGS)
def test_third_letter_decides(text: str) -> None:
    consent = UsPrivacy()(RequestHead(cookie=b"a=1; usprivacy=" + text.encode()))
    answer = None if consent is None else (consent.granted, consent.explicit)
    assert answer == {"Y": (set(), True), "N": ({"marketing"}, False), "-": None}[text[2]]


@pytest.mark.parametrize("text", STRINGS)
def test_lower_case_reads_alike(text: str) -> None:
    assert decode_us_privacy(text.lower().encode()) is decode_us_privacy(text.encode())


@pytest.mark.parametrize("text", STRINGS)
def test_string_cut_off_anywhere_is_unreadable(text: str) -> None:
    for length in range(len(text)):
        assert is_unreadable(UsPrivacy().parse(text[:length].encode()))


@pytest.mark.parametrize("at", range(4))
def test_one_octet_changed_to_what_no_field_has_is_unreadable(at: int) -> None:
    for octet in set(range(256)) - set(b"YNyn-1"):
        assert is_unreadable(UsPrivacy().parse(b"1YYN"[:at] + bytes([octet]) + b"1YYN"[at + 1 :]))


@given(st.binary(max_size=60))
def test_arbitrary_octets_grant_nothing_and_never_raise(value: bytes) -> None:
    assert is_unreadable(UsPrivacy().parse(value))


@given(st.text('{}[]":,%7B22 uspString1YN-', max_size=60))
def test_arbitrary_json_never_raises(value: str) -> None:
    assert isinstance(UsPrivacy().parse(value.encode()), Consent | None)


@pytest.mark.parametrize("rounds", range(4))
def test_json_form_of_iubenda_is_read_encoded_at_most_three_times(rounds: int) -> None:
    text = IUBENDA
    for _ in range(rounds):
        text = quote(text, safe="")
    consent = UsPrivacy().parse(text.encode())
    assert consent is not None
    assert consent.granted == {"marketing"}
    assert is_unreadable(UsPrivacy().parse(quote(quote(quote(quote(IUBENDA)))).encode()))


@pytest.mark.parametrize(
    "text",
    [
        '{"uspString":"1YN-"',
        '{"uspString":"1YN-","uspString":"1YN-"}',
        '{"uspString":"1YNNN"}',
        '{"uspString":1}',
        '{"usp":"1YN-"}',
        '["1YN-"]',
        '"1YN-"',
        '{"a":{"uspString":"1YN-"}}',
        "[" * 4000,
        "%7B%ff%7D",
        "2YNN",
        "1YNNN",
        json.dumps({"uspString": "2YNN"}),
    ],
)
def test_anything_else_is_unreadable(text: str) -> None:
    assert is_unreadable(UsPrivacy().parse(text.encode()))


def test_no_cookie_is_no_signal() -> None:
    assert UsPrivacy()(RequestHead(cookie=b"a=1")) is None


def test_two_values_that_differ_grant_what_both_grant() -> None:
    consent = UsPrivacy()(RequestHead(cookie=b"usprivacy=1YNN; usprivacy=1YYN"))
    assert consent is not None
    assert not consent.granted


def test_silence_grants_what_the_site_sets_unless_refused() -> None:
    source = UsPrivacy(cookie_names="us_privacy", unless_refused=("statistics", "marketing"))
    assert source.cookie_names == ("us_privacy",)
    granted = [consent.granted for text in (b"1---", b"1YYN", b"1YNN") if (consent := source.parse(text))]
    assert granted == [{"statistics", "marketing"}, {"statistics"}, {"statistics", "marketing"}]


def test_objection_beside_an_implied_grant_is_not_explicit() -> None:
    consent = UsPrivacy(unless_refused=["statistics"]).parse(b"1YYN")
    assert consent is not None
    assert not consent.explicit


def test_decoder_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="no US Privacy string of version 1"):
        decode_us_privacy(b"1YN")
    assert decode_us_privacy(b"1YYN") is OptOut.OPTED_OUT


def test_configuration_problems_are_raised_all_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        UsPrivacy(cookie_names=[], unless_refused=["ads"])
    assert error.value.problems == (
        "UsPrivacy: cookie_names: empty; name the cookie that is to be read",
        "UsPrivacy: unless_refused 'ads': not a category that needs consent; use marketing, preferences, statistics",
    )
