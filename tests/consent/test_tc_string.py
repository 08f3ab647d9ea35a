"""TC strings made bit by bit: what the mapping, the rules and the strictness make of them."""

import base64
from datetime import UTC, datetime

import pytest

from cookiegate.consent.iab.tc_string import decode_tc_string
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.model import Category, Consent

ALL = b"CQraFkAQraFkAEsAHBEND6FsAP_gAEPgAAYgH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AH0QCYAAgAEAAoADIAMgAtgCEAXmAxkB9AAA"
NONE = b"CQraFkAQraFkAEsAHBEND6FgAAAAAAAAAAYgAAAAAAAA"


def bits_of(text: bytes) -> str:
    return "".join(
        f"{b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.index(octet):06b}" for octet in text
    )


def text_of(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 24)
    octets = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return base64.urlsafe_b64encode(octets)


def with_bits(text: bytes, at: int, bits: str) -> bytes:
    old = bits_of(text)
    return text_of(old[:at] + bits + old[at + len(bits) :])


def vendor_field(largest: int, ranges: list[tuple[int, int]]) -> str:
    entries = "".join(f"1{start:016b}{end:016b}" for start, end in ranges)
    return f"{largest:016b}1{len(ranges):012b}{entries}"


def core(vendors: str, legitimate: str = "0" * 17, restrictions: str = "0" * 12) -> bytes:
    return text_of(bits_of(ALL)[:213] + vendors + legitimate + restrictions)


def is_unreadable(consent: Consent | None) -> bool:
    return consent is not None and not consent.granted and consent.refusal(Category.MARKETING) == "consent-unreadable"


def test_purposes_can_be_mapped_anew_and_always_need_purpose_one() -> None:
    without_storage = with_bits(ALL, 152, "0")
    tcf = Tcf(purposes={"statistics": [8], "preferences": []}, require_disclosed_vendors=False)
    assert tcf.parse(ALL).granted == {"statistics", "preferences"}
    assert tcf.parse(without_storage).granted == frozenset()


def test_legitimate_interest_never_counts() -> None:
    assert Tcf(require_disclosed_vendors=False).parse(with_bits(NONE, 176, "1" * 24)).granted == frozenset()


def test_string_for_several_services_is_no_consent() -> None:
    assert is_unreadable(Tcf(require_disclosed_vendors=False).parse(with_bits(ALL, 138, "0")))


@pytest.mark.parametrize(("policy", "least", "readable"), [(2, 2, True), (1, 2, False), (3, 4, False), (4, 4, True)])
def test_older_policies_than_allowed_are_no_consent(policy: int, least: int, readable: bool) -> None:
    text = with_bits(ALL, 132, f"{policy:06b}")
    tcf = Tcf(min_policy_version=least, require_disclosed_vendors=False)
    assert is_unreadable(tcf.parse(text)) is not readable


def test_vendor_that_is_not_disclosed_has_no_consent() -> None:
    disclosed = text_of("001" + vendor_field(10, [(2, 2)]))
    assert Tcf(vendor=2).parse(core(vendor_field(10, [(1, 3)])) + b"." + disclosed).granted
    assert not Tcf(vendor=3).parse(core(vendor_field(10, [(1, 3)])) + b"." + disclosed).granted
    tcf = Tcf(vendor=3, require_disclosed_vendors=False)
    assert tcf.parse(core(vendor_field(10, [(1, 3)]))).granted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "empty, or an octet"),
        (b"CQra=", "empty, or an octet"),
        (b"C Qra", "empty, or an octet"),
        (b"BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", "version 1; only version 2"),
        (NONE[:24], "cut off: 152 bits are needed, 144 are there"),
        (NONE + b".", "empty, or an octet"),
        (NONE + b"." + NONE, "a segment of type 0"),
        (NONE + b".YAAAAAAAAAAA.YAAAAAAAAAAA", "a segment of type 3"),
        (NONE + b".YAAA", "cut off"),
        (NONE + b"AAAAA", "no padding"),
        (NONE[:-1] + b"B", "no padding"),
        (NONE + b".IAAB", "no padding"),
        (with_bits(NONE, 108, "111111"), "no letters"),
        (core(vendor_field(10, [(3, 11)])), "ids from 3 to 11, where 1 to 10"),
        (core(vendor_field(10, [(5, 4)])), "ids from 5 to 4"),
        (core(vendor_field(10, [(0, 4)])), "ids from 0 to 4"),
        (core(vendor_field(65535, [(1, 16385)])), "more ids than the 16384 "),
        (core(vendor_field(9000, [(1, 9000)]), vendor_field(9000, [(1, 9000)])), "more ids than the 7384 "),
    ],
)
def test_broken_string_says_what_is_wrong(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_tc_string(text)


def test_segments_of_a_type_to_come_are_passed_over() -> None:
    assert decode_tc_string(NONE + b".gAAA") == decode_tc_string(NONE)


def test_largest_vendor_ids_are_read() -> None:
    string = decode_tc_string(core(vendor_field(65535, [(65000, 65535), (7, 7)])))
    assert string.vendor_consents == {7, *range(65000, 65536)}


def test_moments_hold_tenths_of_a_second() -> None:
    string = decode_tc_string(with_bits(NONE, 42, f"{17681760005:036b}"))
    assert string.last_updated == datetime(2026, 1, 12, 0, 0, 0, 500000, tzinfo=UTC)
