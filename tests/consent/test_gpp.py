import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.iab.gpp import SECTIONS, Gpp, decode_opt_outs, split_gpp_string
from cookiegate.consent.iab.opt_out import OptOut
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.errors import ConfigError
from cookiegate.model import Category, Consent, Reason, RequestHead

STRINGS = json.loads((Path(__file__).parent / "iab" / "strings.json").read_text(encoding="utf-8"))
CASES = STRINGS["gpp"]
BY_PREFIX = {layout.prefix: number for number, layout in SECTIONS.items()}
MAPPING = {"preferences": {1, 5, 6}, "statistics": {1, 8, 9}, "marketing": {1, 3, 4}}
OPT_OUTS = ("SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut")
EVERYTHING = frozenset({"preferences", "statistics", "marketing"})

TC_ALL = "CQraFkAQraFkAEsAHBEND6FsAP_gAEPgAAYgAAAAAAAA.IAAA"
USNAT_NO = b"DBABLA~BVQqAAAAAgA.QA"
USNAT_GPC = b"DBABLA~BVQqAAAAAgA.YA"
USNAT_SILENT = b"DBABLA~BAAAAAAAAgA.QA"
USCA_OPT_OUT = b"DBABBg~BUUAAAGA.YA"


def of_section(put) -> OptOut:
    """Judge one section by the field values that were put in."""
    if isinstance(put, str):
        return {"Y": OptOut.OPTED_OUT, "N": OptOut.NOT_OPTED_OUT, "-": OptOut.SILENT}[put[2]]
    answers = [put[name] for name in OPT_OUTS if name in put]
    assert answers
    if 1 in answers:
        return OptOut.OPTED_OUT
    if put.get("Gpc"):
        return OptOut.GLOBAL_PRIVACY_CONTROL
    return OptOut.NOT_OPTED_OUT if 2 in answers else OptOut.SILENT


def expected(case) -> tuple[frozenset[str], bool] | None:
    """Say what a string grants by the field values that were put in, and whether that is explicit."""
    put = dict(case["put"])
    tcf = put.pop("tcfeuv2", None)
    said = [of_section(section) for section in put.values()]
    objects = OptOut.OPTED_OUT in said or OptOut.GLOBAL_PRIVACY_CONTROL in said
    if tcf is not None:
        granted = {name for name, needed in MAPPING.items() if needed <= set(tcf["purposes_consent"])}
        return frozenset(granted - {"marketing"} if objects else granted), True
    if objects:
        return frozenset(), True
    return (frozenset({"marketing"}), False) if OptOut.NOT_OPTED_OUT in said else None


def head(value: bytes, name: bytes = b"__gpp") -> RequestHead:
    return RequestHead(cookie=b"a=1; " + name + b"=" + value + b"; z=9")


def is_unreadable(consent: Consent | None) -> bool:
    return consent is not None and not consent.granted and consent.refusal(Category.MARKETING) == "consent-unreadable"


def granted(consent: Consent | None) -> frozenset[str]:
    return frozenset() if consent is None else frozenset(consent.granted)


def test_every_section_of_the_table_has_official_strings() -> None:
    seen = {name for case in CASES for name in case["put"]}
    assert seen == {*BY_PREFIX, "uspv1", "tcfeuv2"}
    assert len(CASES) > 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_header_lists_the_sections(case) -> None:
    assert [number for number, _ in split_gpp_string(case["string"].encode())] == case["ids"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_sections_say_what_was_put_in(case) -> None:
    sections = dict(split_gpp_string(case["string"].encode()))
    for prefix, put in case["put"].items():
        if prefix in BY_PREFIX:
            number = BY_PREFIX[prefix]
            assert decode_opt_outs(SECTIONS[number], sections[number]) is of_section(put)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_grants_by_what_was_put_in(case) -> None:
    consent = Gpp()(head(case["string"].encode()))
    assert (None if consent is None else (consent.granted, consent.explicit)) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"][:24])
def test_official_string_cut_off_anywhere_grants_no_more_except_before_a_gpc_subsection(case) -> None:
    gpp = Gpp()
    text = case["string"].encode()
    whole = granted(gpp.parse(text))
    core = text.rfind(b".") if text.rfind(b".") > text.rfind(b"~") else len(text)
    for length in range(len(text)):
        consent = gpp.parse(text[:length])
        if length <= core - 3 or length == core + 1:  # the last characters of a core may hold nothing but padding
            assert not granted(consent) or "tcfeuv2" in case["put"]
            assert granted(consent) <= whole


def test_string_cut_off_before_its_gpc_subsection_reads_as_one_without() -> None:
    assert granted(Gpp().parse(USNAT_GPC)) == frozenset()
    assert granted(Gpp().parse(USNAT_GPC[:-3])) == {"marketing"}


@pytest.mark.parametrize("value", [USNAT_GPC, USNAT_SILENT, USCA_OPT_OUT, b"DBABTA~1YYN"])
def test_one_octet_that_is_not_base64url_is_never_passed_over(value: bytes) -> None:
    for at in range(len(value)):
        for octet in b"\x00%=+/ \xff":
            assert is_unreadable(Gpp().parse(value[:at] + bytes([octet]) + value[at + 1 :]))


@given(st.binary(max_size=200))
def test_arbitrary_octets_grant_nothing_and_never_raise(value: bytes) -> None:
    assert is_unreadable(Gpp().parse(value))


@given(st.text("ABCDEFGabcdefg0129-_.~YN", max_size=200), st.sampled_from(["DB", "DBABLA~", "DBACNYA~", "DBABjw~"]))
def test_arbitrary_sections_never_raise(value: str, start: str) -> None:
    assert isinstance(Gpp().parse(start.encode() + value.encode()), Consent | None)


@given(st.sampled_from(CASES), st.integers(0), st.binary(max_size=3))
def test_official_string_with_octets_put_in_or_taken_out_never_raises(case, at: int, octets: bytes) -> None:
    text = case["string"].encode()
    at %= len(text)
    assert isinstance(Gpp().parse(text[:at] + octets + text[at + 1 :]), Consent | None)


def test_no_cookie_is_no_signal() -> None:
    assert Gpp()(RequestHead(cookie=b"a=1")) is None


@pytest.mark.parametrize("name", [b"OTGPPConsent", b"__gpp"])
def test_usual_names_are_read_and_named_as_the_source(name: bytes) -> None:
    consent = Gpp()(head(USNAT_NO, name))
    assert consent is not None
    assert (consent.granted, consent.source, consent.explicit) == ({"marketing"}, name.decode(), False)


@pytest.mark.parametrize("header", [b"DBABM", b"DBABMA"])
def test_both_ways_to_pad_the_header_are_read(header: bytes) -> None:
    assert split_gpp_string(header + b"~x") == [(2, b"x")]


@pytest.mark.parametrize("tilde", [b"%7E", b"%7e", b"%257E"])
def test_encoded_tilde_is_read(tilde: bytes) -> None:
    assert Gpp().parse(USNAT_NO.replace(b"~", tilde)) == Gpp().parse(USNAT_NO)


def test_encoded_dots_are_read() -> None:
    assert Gpp().parse(USCA_OPT_OUT.replace(b".", b"%2E")) == Gpp().parse(USCA_OPT_OUT)
    assert Gpp().parse(f"DBABMA%7E{TC_ALL}".replace(".", "%2E").encode()) == Gpp().parse(f"DBABMA~{TC_ALL}".encode())


def test_run_of_section_ids_is_read() -> None:
    assert split_gpp_string(b"DBABjw~x~1YNN") == [(5, b"x"), (6, b"1YNN")]


@pytest.mark.parametrize("value", [b"DBAA", USNAT_SILENT, b"DBABTA~1---"])
def test_string_that_says_nothing_is_no_signal(value: bytes) -> None:
    assert Gpp().parse(value) is None


def test_silence_grants_what_the_site_sets_unless_refused() -> None:
    gpp = Gpp(unless_refused=["preferences", "statistics"])
    silent, refused, allowed = gpp.parse(USNAT_SILENT), gpp.parse(USCA_OPT_OUT), gpp.parse(USNAT_NO)
    assert granted(silent) == {"preferences", "statistics"}
    assert granted(refused) == {"preferences", "statistics"}
    assert granted(allowed) == EVERYTHING
    assert [consent.explicit for consent in (silent, refused, allowed) if consent] == [False] * 3


def test_opt_out_takes_marketing_from_what_is_set_unless_refused() -> None:
    assert granted(Gpp(unless_refused="marketing").parse(USCA_OPT_OUT)) == frozenset()


def test_global_privacy_control_in_the_string_is_the_reason() -> None:
    consent = Gpp().parse(USNAT_GPC)
    assert consent is not None
    assert consent.refusal(Category.MARKETING) is Reason.GLOBAL_PRIVACY_CONTROL
    assert consent.explicit


def test_opt_out_is_stronger_than_global_privacy_control_as_a_reason() -> None:
    consent = Gpp().parse(USCA_OPT_OUT)
    assert consent is not None
    assert consent.refusal(Category.MARKETING) is Reason.NOT_GRANTED


def test_opt_out_narrows_the_tc_string_beside_it() -> None:
    whole = Gpp().parse(f"DBACNYA~{TC_ALL}~1YNN".encode())
    narrowed = Gpp().parse(f"DBACNYA~{TC_ALL}~1YYN".encode())
    assert whole is not None
    assert narrowed is not None
    assert whole.granted == EVERYTHING
    assert narrowed.granted == EVERYTHING - {"marketing"}
    assert (narrowed.explicit, narrowed.given_at) == (True, whole.given_at)


def test_tc_string_is_read_as_its_reader_is_configured() -> None:
    value = f"DBABMA~{TC_ALL}".encode()
    assert granted(Gpp(tcf=Tcf(vendor=2)).parse(value)) == frozenset()
    assert is_unreadable(Gpp(tcf=Tcf(min_policy_version=6)).parse(value))


def test_broken_tc_string_is_no_consent_whatever_stands_beside_it() -> None:
    assert is_unreadable(Gpp(unless_refused=EVERYTHING).parse(f"DBACNYA~{TC_ALL[:30]}~1YNN".encode()))


@pytest.mark.parametrize("value", [b"DBACTQY~1YNN~BAAA", b"DBABBg~CUoAAAKA.QA"])
def test_beside_a_section_that_is_not_known_nothing_is_granted(value: bytes) -> None:
    assert granted(Gpp(unless_refused=EVERYTHING).parse(value)) == frozenset()


def test_objection_beside_a_section_that_is_not_known_counts() -> None:
    consent = Gpp().parse(b"DBACTQY~1YYN~BAAA")
    assert consent is not None
    assert consent.explicit


def test_subsection_of_sensitive_data_is_not_global_privacy_control() -> None:
    assert decode_opt_outs(SECTIONS[26], b"BZlk.qA") is decode_opt_outs(SECTIONS[26], b"BZlk.YA")


def test_later_version_with_more_bits_is_read_by_its_known_fields() -> None:
    assert decode_opt_outs(SECTIONS[7], b"CVQqAAAAAgA_") is OptOut.NOT_OPTED_OUT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "empty, or an octet"),
        (b"DBABLA", "more ids than the 0"),
        (b"DBABLA~BAAA~BAAA", "lists 1 sections, 2 follow"),
        (b"DBABLA~", "one is empty"),
        (b"CBABLA~BAAA", "header of type 2 and version 1"),
        (b"DCABLA~BAAA", "header of type 3 and version 2"),
        (b"DBABAA~BAAA", "cut off"),
        (b"DBABAAAAAAAA~BAAA", "does not end"),
        (b"DBABLB~BAAA", "no padding"),
        (b"DBABLAAAAAA~BAAA", "no padding"),
        (b"DB__" + b"_" * 200 + b"~A" * 64, "cut off"),
        (b"DBACAiBJgRAkw~A~A", "ids from 120000 to 120000, where 1 to 65535"),
        (b"DBABsw~A", "more ids than the 1 "),
        (b"DBABLA" + b"~A" * 65, "65 sections"),
    ],
)
def test_broken_header_says_what_is_wrong(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        split_gpp_string(text)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (b"BVQqAAA", "cut off"),
        (b"BVQ_AAAAAgA", "value 3"),
        (b"BVQqAAAAAgA.", "empty, or an octet"),
        (b"BVQqAAAAAgA=", "empty, or an octet"),
    ],
)
def test_broken_section_says_what_is_wrong(section: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_opt_outs(SECTIONS[7], section)


def test_configuration_problems_are_raised_all_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        Gpp(cookie_names=["a b"], unless_refused=["stats", "necessary"])
    assert [problem.split(":")[1].strip() for problem in error.value.problems] == [
        "cookie_names 'a b'",
        "unless_refused 'necessary'",
        "unless_refused 'stats'",
    ]


def test_arguments_of_a_wrong_type_are_problems_of_the_configuration() -> None:
    with pytest.raises(ConfigError) as error:
        Gpp(cookie_names=[1], unless_refused=5, tcf=Tcf)  # type: ignore[arg-type, list-item]
    assert error.value.problems == (
        "Gpp: cookie_names 1: no cookie name; use letters, digits, '-' and '_'",
        "Gpp: unless_refused 5: not a category that needs consent; use marketing, preferences, statistics",
        f"Gpp: tcf {Tcf!r}: no reader of TC strings; give one like Tcf(vendor=755)",
    )
