"""TCF Canada, section 5 of GPP strings, on strings by the official encoders, in both ways of writing vendors."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.iab.gpp import Gpp, split_gpp_string
from cookiegate.consent.iab.tc_string_canada import CanadianString, decode_canadian_string
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.model import Category, Consent

CASES = json.loads((Path(__file__).parent / "iab" / "canada.json").read_text(encoding="utf-8"))["strings"]
WAYS = ("fibonacci", "fixed")
MAPPING = {"preferences": {1, 5, 6}, "statistics": {1, 8, 9}, "marketing": {1, 3, 4}}
PURPOSES = ("purposes_express", "purposes_implied")
VENDORS = ("vendors_express", "vendors_implied")
EXPRESS = "BQsVacAQsVacAEsAAAFRAACAAf___gAAAABQ7z88Ze0AKAIAG7gAgAA"
"""Express consent to every purpose."""


def section(text: str) -> bytes:
    return dict(split_gpp_string(text.encode()))[5]


def expected(put: dict[str, Any], vendor: int | None = None) -> tuple[set[str], bool]:
    """Say what the fields grant, and whether by express consent alone."""
    express = put["purposes_express"] if vendor is None or vendor in put["vendors_express"] else []
    implied = put["purposes_implied"] if vendor is None or vendor in put["vendors_implied"] else []
    both, alone = ({name for name, of in MAPPING.items() if of <= set(ids)} for ids in (express + implied, express))
    return both, both == alone


def test_both_ways_of_writing_differ_in_most_strings() -> None:
    assert len(CASES) == 60
    assert sum(case["fibonacci"] != case["fixed"] for case in CASES) >= 50


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["fixed"][7:31])
def test_official_string_decodes_to_what_was_put_in(case: dict[str, Any], way: str) -> None:
    put = case["put"]
    assert decode_canadian_string(section(case[way])) == CanadianString(
        last_updated=datetime.fromisoformat(put["last_updated"]),
        publisher_restrictions=(),
        vendors_disclosed=frozenset(put["vendors_disclosed"]) or None,  # no segment of an empty list
        **{name: frozenset(put[name]) for name in (*PURPOSES, *VENDORS)},
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["fixed"][7:31])
def test_official_string_grants_by_its_purposes(case: dict[str, Any], way: str) -> None:
    consent = Gpp().parse(case[way].encode(), "__gpp")
    granted, is_explicit = expected(case["put"])
    given_at = datetime.fromisoformat(case["put"]["last_updated"])
    assert consent == Consent(granted, source="__gpp", explicit=is_explicit, given_at=given_at)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("vendor", [3, 755, 1200, 65535])
def test_official_string_grants_a_vendor_by_its_bits(way: str, vendor: int) -> None:
    gpp = Gpp(tcf=Tcf(vendor=vendor))
    for case in CASES:
        consent = gpp.parse(case[way].encode())
        assert consent is not None
        assert (consent.granted, consent.explicit) == expected(case["put"], vendor)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["fixed"][7:31])
def test_official_string_cut_off_anywhere_grants_no_more(case: dict[str, Any]) -> None:
    tcf = Tcf()
    for way in WAYS:
        text = section(case[way])
        whole = tcf.parse_canadian(text)
        for length in range(len(text)):
            assert tcf.parse_canadian(text[:length]).granted <= whole.granted


def test_implied_consent_counts_but_not_as_explicit() -> None:
    put = {"purposes_express": [1, 8, 9], "purposes_implied": [3, 4], "vendors_express": [], "vendors_implied": []}
    assert expected(put) == ({"statistics", "marketing"}, False)
    assert any(expected(case["put"])[0] and not expected(case["put"])[1] for case in CASES)


def test_restrictions_take_the_ground_that_they_forbid() -> None:
    for kind, left in [(0, set()), (1, {"statistics"}), (2, set())]:
        for way in WAYS:
            assert Tcf(vendor=7).parse_canadian(made(express=[1, 8, 9], kind=kind, way=way)).granted == left
    for kind, left in [(0, set()), (1, set()), (2, {"statistics"})]:
        for way in WAYS:
            assert Tcf(vendor=7).parse_canadian(made(implied=[1, 8, 9], kind=kind, way=way)).granted == left
    assert Tcf(vendor=8).parse_canadian(made(express=[1, 8, 9], kind=0)).granted == {"statistics"}


def made(*, express: list[int] | None = None, implied: list[int] | None = None, kind: int, way: str = "fixed") -> bytes:
    """Return a string with consent for vendors 7 and 8, and one restriction of purpose 8 for vendor 7."""
    purposes = "".join("1" if each in ids else "0" for ids in (express or [], implied or []) for each in range(1, 25))
    head = "000001" + "0" * (72 + 30 + 12 + 31)
    vendors = f"{8:016b}000000011" * 2
    ids = f"{7:016b}00000001" if way == "fibonacci" else f"{1:012b}0{7:016b}"
    bits = head + purposes + vendors + f"{1:012b}{8:06b}{kind:02b}{ids}"
    bits += "0" * (-len(bits) % 6)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(alphabet[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "empty, or an octet"),
        (b"C" + EXPRESS[1:].encode(), "version 2; only version 1"),
        (EXPRESS[:24].encode(), "cut off"),
        (EXPRESS.encode() + b"_", "no padding"),
        (EXPRESS.encode() + b".AAAA", "a segment of type 0"),
        (EXPRESS.encode() + b".YAAAAAAAAAA.YAAAAAAAAAA", "a segment of type 3"),
        (EXPRESS.encode() + b".YAAA", "cut off"),
        (EXPRESS.encode() + b".IAUP", "cut off"),
    ],
)
def test_broken_string_says_what_is_wrong(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_canadian_string(text)
    assert Tcf().parse_canadian(text) == Consent.none("consent-unreadable", source="euconsent-v2")


@pytest.mark.parametrize("segment", ["gAAA", "QAAA"], ids=["type 4", "allowed vendors, which only Europe has"])
def test_segments_of_a_type_to_come_are_passed_over(segment: str) -> None:
    assert decode_canadian_string(f"{EXPRESS}.{segment}".encode()) == decode_canadian_string(EXPRESS.encode())


def test_opt_out_beside_it_takes_marketing_away() -> None:
    whole, narrowed = (Gpp().parse(f"DBABjw~{EXPRESS}~1Y{answer}N".encode()) for answer in "NY")
    assert whole is not None
    assert narrowed is not None
    assert whole.granted - narrowed.granted == {Category.MARKETING}
    assert narrowed.explicit


def test_of_two_tc_strings_the_stricter_counts() -> None:
    refusal = "CQraFkAQraFkAEsAHBEND6FgAAAAAAAAAAYgAAAAAAAA.IAAA"
    consent = Gpp().parse(f"DBACMY~{refusal}~{EXPRESS}".encode())
    assert consent is not None
    assert not consent.granted


@given(st.text("ABCDEFGabcdefg0129-_.", max_size=300))
def test_arbitrary_base64url_never_raises(value: str) -> None:
    assert isinstance(Tcf().parse_canadian(b"B" + value.encode()), Consent)
