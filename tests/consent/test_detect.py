"""Detect: finds the platform by its cookie, lets the stricter count, says once what it found."""

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, Reason, RequestHead
from cookiegate.consent import Detect, UsPrivacy
from cookiegate.consent.detect import Finding
from cookiegate.gate import compiled

SAMPLES = json.loads(Path(__file__).with_name("platform-samples.json").read_text(encoding="utf-8"))["samples"]

COOKIEBOT = (
    "CookieConsent={{stamp:'x',preferences:{},statistics:{},marketing:{},method:'explicit',ver:1,utc:1767225600000}}"
)
COOKIEBOT_ALL = COOKIEBOT.format("true", "true", "true")
COOKIEBOT_STATISTICS = COOKIEBOT.format("false", "true", "false")
ONETRUST_ALL = "OptanonAlertBoxClosed=2026-03-04T05:06:07Z; OptanonConsent=groups=C0001:1,C0002:1,C0003:1,C0004:1"
ONETRUST_NONE = "OptanonConsent=groups=C0001:1,C0002:0,C0003:0,C0004:0&interactionCount=1"
OUTDATED = "OptanonConsent=groups=C0001:1,C0002:1,C0004:1&AwaitingReconsent=true"
HOME_GROWN = "CookieConsent=true"
UNANSWERED = "tarteaucitron=!gtag=wait"
OPTED_OUT, NOT_OPTED_OUT, SILENT = "usprivacy=1YYN", "usprivacy=1YNN", "usprivacy=1---"
TC_STRING = "CQraFkAQraFkAEsAHBEND6FgAPIAAAAAAAYgF5wAQF5gAAAA.IAAA"
GPP_OPTED_OUT = "OTGPPConsent=DBABBg~BUUAAAGA.QA"


def detected(cookie, detect=None):
    return (detect or Detect())(RequestHead(cookie=cookie.encode("latin-1")))


def granted(cookie):
    consent = detected(cookie)
    return None if consent is None else " ".join(sorted(consent.granted))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["reader"])
def test_detect_reads_a_platform_as_its_reader_does(sample, readers):
    header = sample["header"].replace("«", "").replace("»", "").encode()
    assert Detect()(RequestHead(cookie=header)) == readers[sample["reader"]]()(RequestHead(cookie=header))


def test_detect_reads_the_125_vectors_as_their_readers_do(shared_json, readers):
    detect = Detect()
    for vector in shared_json("consent-vectors.json"):
        value = vector["cookie_value"]
        pairs = [value if vector.get("header_fragment") else f"{vector['cookie_name']}={value}"]
        pairs += [f"{name}={text}" for name, text in vector.get("companions", {}).items()]
        head = RequestHead(cookie="; ".join(pairs).encode())
        found = [reader()(head) for reader in readers.values()]
        assert detect(head) in found, vector


def test_detect_without_a_known_cookie_is_no_signal():
    assert detected("") is None
    assert detected("a=1; OptanonConsentX=1; xcmplz_marketing=allow; CookieConsent; =CookieConsent") is None


def test_detect_reads_no_header_that_is_too_long():
    assert detected("a=" + "x" * 65536 + "; " + COOKIEBOT_ALL) is None


def test_detect_finds_names_as_all_readers_do_with_white_space_around():
    assert granted("a=1;\tCookieConsent =0 ;b=2") == ""
    assert granted("a=1;\t cmplz_marketing\t= allow") == "marketing"


def test_detect_names_every_cookie_that_some_reader_reads(readers):
    names = {name for reader in readers.values() for name in reader().cookie_names}
    assert set(Detect().cookie_names) == names | {"cookiegate_consent"}


def test_detect_finds_each_cookie_name_in_one_reader_only(readers):
    names = [name for reader in readers.values() for name in reader().cookie_names]
    assert len(names) == len(set(names))


def test_detect_serves_a_gate():
    gate = CookieGate(consent=Detect())
    assert compiled(gate).reader.is_consent_cookie("OptanonConsent")
    assert compiled(gate).reader.is_consent_cookie("cmplz_rt_marketing")


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ((COOKIEBOT_ALL, ONETRUST_ALL), "marketing preferences statistics"),
        ((COOKIEBOT_STATISTICS, ONETRUST_ALL), "statistics"),
        ((COOKIEBOT_ALL, ONETRUST_NONE), ""),
        ((ONETRUST_ALL, f"eupubconsent-v2={TC_STRING}"), "marketing"),
    ],
)
def test_detect_takes_the_stricter_of_two_platforms(cookies, expected):
    assert granted("; ".join(cookies)) == granted("; ".join(reversed(cookies))) == expected


def test_detect_says_that_platforms_differ():
    consent = detected(f"{COOKIEBOT_STATISTICS}; {ONETRUST_ALL}")
    assert consent.refusal(Category.MARKETING) is Reason.CONSENT_CONFLICT
    assert consent.source == "Cookiebot, OneTrust"


@pytest.mark.parametrize(
    "unreadable", [HOME_GROWN, "didomi_token=%", "eupubconsent-v2=COR", "klaro={", "cookie_consent=1"]
)
def test_detect_takes_the_readable_cookie_beside_one_that_is_not(unreadable):
    assert detected(f"{unreadable}; {ONETRUST_ALL}") == detected(ONETRUST_ALL)


def test_detect_of_nothing_that_can_be_read_is_unreadable_and_no_silence():
    consent = detected(f"{HOME_GROWN}; klaro={{")
    assert not consent.granted
    assert consent.refusal(Category.STATISTICS) is Reason.CONSENT_UNREADABLE


def test_detect_counts_an_unreadable_value_beside_a_refusal_of_the_same_name():
    assert granted(f"CookieConsent=0; {HOME_GROWN}; {ONETRUST_ALL}") == ""
    assert granted(f"{ONETRUST_NONE}; OptanonConsent=x; {COOKIEBOT_ALL}") == ""


def test_detect_takes_the_same_unreadable_value_twice_for_one():
    assert detected(f"{HOME_GROWN}; {HOME_GROWN}; {ONETRUST_ALL}") == detected(ONETRUST_ALL)


@pytest.mark.parametrize(
    ("answered", "unanswered"),
    [
        ('_iub_cs-1={"consent":true}', "_iub_cs-1={}"),
        ('_iub_cs-1={"consent":true}', "_iub_cs-2={}"),
        ('axeptio_cookies={"$$completed":true,"x":true}', "axeptio_cookies={}"),
        (COOKIEBOT_ALL, "CookieConsent=0"),
    ],
)
def test_detect_counts_an_unanswered_value_beside_an_answered_one_as_no_grant(answered, unanswered):
    assert granted(f"{answered}; {unanswered}") == granted(f"{unanswered}; {answered}") == ""


def test_detect_leaves_out_a_platform_that_was_not_answered():
    assert detected(UNANSWERED) is None
    assert detected(f"{UNANSWERED}; {ONETRUST_ALL}") == detected(ONETRUST_ALL)


@pytest.mark.parametrize("signal", [NOT_OPTED_OUT, SILENT, "usprivacy=broken", "OTGPPConsent=broken"])
def test_detect_us_signal_that_does_not_refuse_leaves_a_platform_as_it_is(signal):
    assert detected(f"{ONETRUST_ALL}; {signal}") == detected(ONETRUST_ALL)


@pytest.mark.parametrize("signal", [OPTED_OUT, GPP_OPTED_OUT])
def test_detect_us_opt_out_takes_marketing_from_a_platform_and_nothing_else(signal):
    alone, narrowed = detected(ONETRUST_ALL), detected(f"{ONETRUST_ALL}; {signal}")
    assert narrowed.granted == {"preferences", "statistics"}
    assert (narrowed.given_at, narrowed.explicit, narrowed.source) == (alone.given_at, alone.explicit, alone.source)


def test_detect_us_opt_out_says_where_it_is_global_privacy_control():
    consent = detected(f"{ONETRUST_ALL}; __gpp=DBABLA~BVQqAAAAAgA.YA")
    assert consent.granted == {"preferences", "statistics"}
    assert consent.refusal(Category.MARKETING) is Reason.GLOBAL_PRIVACY_CONTROL


def test_detect_us_signal_adds_nothing_to_a_platform():
    assert granted(f"{COOKIEBOT_STATISTICS}; {NOT_OPTED_OUT}") == "statistics"


@pytest.mark.parametrize("unreadable", [OUTDATED, HOME_GROWN])
def test_detect_us_signal_grants_nothing_beside_a_choice_that_can_not_be_read(unreadable):
    assert granted(f"{unreadable}; {NOT_OPTED_OUT}") == ""


@pytest.mark.parametrize("cookie", [OPTED_OUT, NOT_OPTED_OUT, SILENT, "usprivacy=broken"])
def test_detect_us_signal_alone_is_read_as_its_reader_does(cookie):
    expected = UsPrivacy()(RequestHead(cookie=cookie.encode()))
    assert detected(cookie) == expected
    assert detected(f"{UNANSWERED}; {cookie}") == expected


def test_detect_names_what_it_found_once(caplog):
    detect = Detect()
    with caplog.at_level(logging.INFO, logger="cookiegate"):
        for number in range(3):
            detected(f"{ONETRUST_ALL}; {OPTED_OUT}; {HOME_GROWN}; n={number}", detect)
            detected(f"{ONETRUST_NONE}; n={number}", detect)
    assert [record.getMessage() for record in caplog.records] == [
        (
            "Detect() found the consent of OneTrust (cookie OptanonAlertBoxClosed); write consent=OneTrust(), with the "
            "site's own ids if it has some, to read that alone"
        )
    ]


def test_detect_findings_tell_what_each_platform_says():
    findings = Detect().findings(f"z=1; {HOME_GROWN}; {ONETRUST_ALL}; {UNANSWERED}".encode())
    assert [(found.platform, found.reader, found.cookie_names) for found in findings] == [
        ("Cookiebot", "Cookiebot", ("CookieConsent",)),
        ("OneTrust", "OneTrust", ("OptanonAlertBoxClosed", "OptanonConsent")),
        ("tarteaucitron", "Tarteaucitron", ("tarteaucitron",)),
    ]
    assert [found.is_unreadable for found in findings] == [True, False, False]
    assert [found.counts for found in findings] == [False, True, False]
    assert findings[2].consent is None


@pytest.mark.parametrize(
    ("cookie", "problem"),
    [
        (HOME_GROWN, "no object literal"),
        (OUTDATED, "outdated"),
        ("klaro={}", "no service"),
        ("klaro=" + "x" * 8193, "longer than 8192 octets"),
        ("cmplz_marketing=allow; cmplz_policy_id=1; cmplz_policy_id=2", "several policies"),
        ("OptanonConsent=" + "x" * 8193, "longer than 8192 octets"),
        ("CookieLawInfoConsent=!", "not base64"),
        ("eupubconsent-v2=COR", "cut off: 42 bits are needed, 18 are there"),
        ("usprivacy=2YNN", "no US Privacy string of version 1"),
        ("__gpp=x", "cut off: 12 bits are needed, 6 are there"),
        ("cookiegate_consent=x", "not of a kind that still counts"),
        ("euconsent-v2=CQraFkAQraFkAEsAHBENAAAgAPIAAAAAAAYgF5wAQF5gAAAA", "not of a kind that still counts"),
    ],
)  # fmt: skip
def test_detect_says_why_a_cookie_is_unreadable(cookie, problem):
    detect = Detect()
    [finding] = detect.findings(cookie.encode())
    assert finding.is_unreadable
    assert detect.problem(finding, cookie.encode()) == problem


def test_finding_without_an_answer_is_not_unreadable():
    assert not Finding("x", "X", ("x",), None).is_unreadable
    assert not Finding("x", "X", ("x",), Consent([])).is_unreadable


PIECES = [COOKIEBOT_ALL, COOKIEBOT_STATISTICS, ONETRUST_ALL, ONETRUST_NONE, OUTDATED, HOME_GROWN, UNANSWERED,
          OPTED_OUT, NOT_OPTED_OUT, SILENT, GPP_OPTED_OUT, "klaro={", "a=1", "cmplz_marketing=allow"]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=6), added=st.sampled_from(PIECES))
def test_detect_never_grants_more_by_a_cookie_that_is_added_to_a_choice(pieces, added):
    before, after = detected("; ".join(pieces)), detected("; ".join([*pieces, added]))
    findings = Detect().findings("; ".join(pieces).encode())
    has_choice = any(found.counts for found in findings if found.reader not in {"Gpp", "UsPrivacy"})
    assert not has_choice or before is None or after is None or after.granted <= before.granted


@given(octets=st.binary(max_size=200), name=st.sampled_from(Detect().cookie_names))
def test_detect_raises_nothing(octets, name):
    consent = Detect()(RequestHead(cookie=name.replace("*", "1").encode() + b"=" + octets))
    assert consent is None or consent.granted <= frozenset(Category)
