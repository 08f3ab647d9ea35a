"""The TCF source on strings by the official encoder, as they are and damaged."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.iab.tc_string import TcString, decode_tc_string
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.errors import ConfigError
from cookiegate.model import Category, Consent, Reason, RequestHead

STRINGS = json.loads((Path(__file__).parent / "iab" / "strings.json").read_text(encoding="utf-8"))
CASES = STRINGS["tcf"]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MAPPING = {"preferences": {1, 5, 6}, "statistics": {1, 8, 9}, "marketing": {1, 3, 4}}

ALL = b"CQraFkAQraFkAEsAHBEND6FsAP_gAEPgAAYgH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AAA.IAAA"
NONE = b"CQraFkAQraFkAEsAHBEND6FgAAAAAAAAAAYgAAAAAAAA.IAAA"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def counts(put) -> bool:
    """Say whether the standard takes a string with these fields."""
    is_new = max(put["created"], put["last_updated"]) >= "2026-03-01"
    return put["is_service_specific"] and (put["vendors_disclosed"] is not None or not is_new)


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
        created=moment(put["created"]),
        last_updated=moment(put["last_updated"]),
        policy_version=put["policy_version"],
        is_service_specific=put["is_service_specific"],
        purposes_consent=frozenset(put["purposes_consent"]),
        vendor_consents=frozenset(put["vendor_consents"]),
        publisher_restrictions=string.publisher_restrictions,
        vendors_disclosed=None if put["vendors_disclosed"] is None else frozenset(put["vendors_disclosed"]),
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
    if not counts(put):
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
    consented = set(put["purposes_consent"]) if vendor in put["vendor_consents"] and counts(put) else ()
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
    for at in range(len(text)):
        # The characters with the dates and the bit isServiceSpecific: the result can't be distinguished from another
        # string, of another time or scope.
        is_usability = at == 23 or 1 <= at <= 12
        is_purpose = 25 <= at <= 29
        if is_purpose or (is_usability and not counts(case["put"])):
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


def updated(day: str, *, created: str = "2025-01-01", disclosed: bool = False) -> bytes:
    """Return a string that was created and updated on these days, and grants everything."""
    bits = "000010"
    for text in (created, day):
        bits += f"{int(datetime.fromisoformat(text + 'T00:00:00+00:00').timestamp()) * 10:036b}"
    start = "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)).encode()
    return start + ALL.split(b".")[0][len(start) :] + (b".IAAA" if disclosed else b"")


@pytest.mark.parametrize(
    ("text", "by_default"),
    [
        (updated("2026-02-28"), True),
        (updated("2026-03-01"), False),
        (updated("2026-03-01", disclosed=True), True),
        (updated("2025-02-01", created="2026-03-01"), False),
    ],
)
def test_strings_made_since_march_2026_need_the_list_of_disclosed_vendors(text: bytes, by_default: bool) -> None:
    assert bool(Tcf().parse(text).granted) is by_default
    assert bool(Tcf(require_disclosed_vendors=True).parse(text).granted) is text.endswith(b".IAAA")
    assert Tcf(require_disclosed_vendors=False).parse(text).granted
    assert by_default or is_unreadable(Tcf().parse(text))


@pytest.mark.parametrize("dot", [b"%2E", b"%2e", b"%252E"])
def test_encoded_dots_are_read(dot: bytes) -> None:
    assert Tcf().parse(ALL.replace(b".", dot)) == Tcf().parse(ALL)
    assert Tcf().parse(ALL).granted


@pytest.mark.parametrize("end", [b"%", b"%2", b"%2E", b"%00", b"%3D", b"%25252E"])
def test_escapes_that_are_no_dot_before_a_segment_are_no_consent(end: bytes) -> None:
    assert is_unreadable(Tcf().parse(ALL + end))


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
            require_disclosed_vendors="yes",  # type: ignore[arg-type]
        )
    assert [problem.split(":")[1].strip() for problem in error.value.problems] == [
        "cookie_names 'a b'",
        "cookie_names 'ö'",
        "purposes 'stats'",
        "purposes 'marketing'",
        "vendor '755'",
        "min_policy_version 1",
        "require_disclosed_vendors 'yes'",
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
