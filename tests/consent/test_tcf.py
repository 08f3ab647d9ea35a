"""The TCF source on strings by the official encoder, as they are and damaged."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.tcf import Tcf, TcString, decode_tc_string
from cookiegate.errors import ConfigError
from cookiegate.model import Category, Consent, Reason, RequestHead

STRINGS = json.loads((Path(__file__).parent / "iab" / "strings.json").read_text(encoding="utf-8"))
CASES = STRINGS["tcf"]
MAPPING = {"preferences": {1, 5, 6}, "statistics": {1, 8, 9}, "marketing": {1, 3, 4}}

ALL = b"CQraFkAQraFkAEsAHBEND6FsAP_gAEPgAAYgH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AAA"
NONE = b"CQraFkAQraFkAEsAHBEND6FgAAAAAAAAAAYgAAAAAAAA"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def head(value: bytes, name: bytes = b"euconsent-v2") -> RequestHead:
    return RequestHead(cookie=b"a=1; " + name + b"=" + value + b"; z=9")


def is_unreadable(consent: Consent | None) -> bool:
    return consent is not None and not consent.granted and consent.refusal(Category.MARKETING) == "consent-unreadable"


def test_there_are_enough_official_strings() -> None:
    assert len(CASES) == 160


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_decodes_to_what_was_put_in(case) -> None:
    put = case["put"]
    string = decode_tc_string(case["string"].encode())
    assert string == TcString(
        version=2,
        created=moment(put["created"]),
        last_updated=moment(put["last_updated"]),
        consent_language="EN",
        vendor_list_version=48,
        publisher_restrictions=string.publisher_restrictions,
        **{
            name: put[name]
            for name in (
                "cmp_id",
                "cmp_version",
                "consent_screen",
                "policy_version",
                "is_service_specific",
                "use_non_standard_texts",
                "purpose_one_treatment",
                "publisher_cc",
            )
        },
        **{
            name: None if put[source] is None else frozenset(put[source])
            for name, source in {
                "purposes_consent": "purposes_consent",
                "purposes_legitimate_interest": "purposes_legitimate_interest",
                "special_feature_opt_ins": "special_feature_opt_ins",
                "vendor_consents": "vendor_consents",
                "vendor_legitimate_interests": "vendor_legitimate_interests",
                "vendors_disclosed": "vendors_disclosed",
                "vendors_allowed": "vendors_allowed",
                "publisher_purposes_consent": "publisher_purposes_consent",
                "publisher_purposes_legitimate_interest": "publisher_purposes_legitimate_interest",
                "publisher_custom_purposes_consent": "custom_consent",
                "publisher_custom_purposes_legitimate_interest": "custom_legitimate_interest",
            }.items()
        },
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_restrictions_decode_to_what_was_put_in(case) -> None:
    string = decode_tc_string(case["string"].encode())
    listed = STRINGS["vendor_lists"][case["list"]]
    found = sorted(
        [each.purpose, each.kind, [v for v in listed if any(start <= v <= end for start, end in each.vendors)]]
        for each in string.publisher_restrictions
    )
    assert found == sorted(case["put"]["restrictions"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_grants_by_its_purposes(case) -> None:
    put = case["put"]
    consent = Tcf()(head(case["string"].encode()))
    assert consent is not None
    if not put["is_service_specific"]:
        assert is_unreadable(consent)
        return
    consented = set(put["purposes_consent"])
    assert consent == Consent(
        {category for category, needed in MAPPING.items() if needed <= consented},
        source="euconsent-v2",
        given_at=moment(put["last_updated"]),
        explicit=True,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_grants_a_vendor_by_its_bits_and_restrictions(case) -> None:
    put = case["put"]
    vendor = STRINGS["vendor_lists"][case["list"]][-1]
    consented = set(put["purposes_consent"]) if vendor in put["vendor_consents"] and put["is_service_specific"] else ()
    allowed = set(consented) - {
        purpose for purpose, kind, vendors in put["restrictions"] if kind != 1 and vendor in vendors
    }
    consent = Tcf(vendor=vendor)(head(case["string"].encode()))
    assert consent is not None
    assert consent.granted == {category for category, needed in MAPPING.items() if needed <= allowed}


def test_some_official_restrictions_take_something_away() -> None:
    assert any(
        kind != 1 and purpose in put["purposes_consent"] and set(vendors) & set(put["vendor_consents"])
        for put in (case["put"] for case in CASES)
        for purpose, kind, vendors in put["restrictions"]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_cut_off_anywhere_grants_nothing_unless_cut_at_a_dot(case) -> None:
    tcf = Tcf()
    text = case["string"].encode()
    whole = tcf.parse(text)
    first = text.index(b".") if b"." in text else len(text)
    for length in range(len(text)):
        consent = tcf.parse(text[:length])
        assert consent.granted <= whole.granted
        if length < first - 4:  # the last characters of a segment may hold nothing but padding
            assert is_unreadable(consent)


@pytest.mark.parametrize("case", CASES[:24], ids=lambda case: case["string"][:24])
def test_one_octet_changed_outside_the_purposes_never_grants_what_was_refused(case) -> None:
    tcf = Tcf()
    text = case["string"].encode()
    whole = tcf.parse(text)
    is_usable = case["put"]["is_service_specific"]
    for at in range(len(text)):
        is_scope = at == 23  # the character with the bit isServiceSpecific: it can't be told from another string
        is_purpose = 25 <= at <= 29
        if is_purpose or (is_scope and not is_usable):
            continue
        for octet in b"A_g-\x00\xff%. ~":
            consent = tcf.parse(text[:at] + bytes([octet]) + text[at + 1 :])
            assert consent.granted <= whole.granted, (at, octet)


@given(st.binary(max_size=200))
def test_arbitrary_octets_grant_nothing_and_never_raise(value: bytes) -> None:
    assert is_unreadable(Tcf().parse(value))


@given(st.text("ABCDEFGabcdefg0129-_.", max_size=300))
def test_arbitrary_base64url_never_raises(value: str) -> None:
    assert isinstance(Tcf().parse(b"C" + value.encode()), Consent)


@given(st.sampled_from(CASES), st.integers(0), st.binary(max_size=3))
def test_official_string_with_octets_put_in_or_taken_out_never_raises(case, at: int, octets: bytes) -> None:
    text = case["string"].encode()
    at %= len(text)
    assert isinstance(Tcf().parse(text[:at] + octets + text[at + 1 :]), Consent)


def test_no_cookie_is_no_signal() -> None:
    assert Tcf()(RequestHead(cookie=b"a=1")) is None


@pytest.mark.parametrize("name", [b"euconsent-v2", b"eupubconsent-v2", b"pl_euconsent-v2"])
def test_usual_names_are_read_and_named_as_the_source(name: bytes) -> None:
    consent = Tcf()(head(ALL, name))
    assert consent is not None
    assert consent.granted == {"preferences", "statistics", "marketing"}
    assert consent.source == name.decode()


def test_cookie_names_replace_the_usual_ones() -> None:
    tcf = Tcf(cookie_names="tc")
    assert tcf.cookie_names == ("tc",)
    assert tcf(head(ALL)) is None
    assert tcf(head(ALL, b"tc")) is not None


def test_two_cookies_that_differ_grant_what_both_grant() -> None:
    consent = Tcf()(RequestHead(cookie=b"euconsent-v2=" + ALL + b"; eupubconsent-v2=" + NONE))
    assert consent is not None
    assert not consent.granted
    assert consent.refusal(Category.MARKETING) is Reason.CONSENT_CONFLICT


def test_parse_without_source_names_the_first_cookie() -> None:
    assert Tcf().parse(ALL).source == "euconsent-v2"


def test_configuration_problems_are_raised_all_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        Tcf(
            cookie_names=["a b", "ö"],
            purposes={"stats": 1, "marketing": [25, 3, "4"]},  # type: ignore[list-item]
            vendor="755",  # type: ignore[arg-type]
            min_policy_version=1,
        )
    assert [problem.split(":")[1].strip() for problem in error.value.problems] == [
        "cookie_names 'a b'",
        "cookie_names 'ö'",
        "purposes 'stats'",
        "purposes 'marketing'",
        "vendor '755'",
        "min_policy_version 1",
    ]


def test_no_cookie_name_at_all_is_a_problem() -> None:
    with pytest.raises(ConfigError, match="name the cookie that is to be read"):
        Tcf(cookie_names=[])


def test_arguments_of_a_wrong_type_are_problems_of_the_configuration() -> None:
    with pytest.raises(ConfigError) as error:
        Tcf(cookie_names=5, purposes=[1, 3])  # type: ignore[arg-type]
    assert error.value.problems == (
        "Tcf: cookie_names 5: no cookie name; use letters, digits, '-' and '_'",
        "Tcf: purposes [1, 3]: no mapping; give a dict like {'statistics': [8, 9]}",
    )
    with pytest.raises(ConfigError, match=r"purposes 'statistics': no purposes of TCF: \[None\]; use 1 to 24"):
        Tcf(purposes={"statistics": None})  # type: ignore[dict-item]
