"""TrustArc's `cmapi_cookie_privacy`, `notice_gdpr_prefs`, `notice_preferences` and `notice_behavior`."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("cmapi_cookie_privacy=permit 1,2,3", "marketing preferences statistics"),
        ("cmapi_cookie_privacy=permit_1|2|3", "marketing preferences statistics"),
        ("cmapi_cookie_privacy=permit 1 required", ""),
        ("cmapi_cookie_privacy=permit+1,2", "preferences statistics"),
        ("cmapi_cookie_privacy=permit 1,12,13", ""),
        ("cmapi_cookie_privacy=permit 1,2,", "unreadable"),
        ("cmapi_cookie_privacy=deny 1,2", "unreadable"),
        ("cmapi_cookie_privacy=", "unreadable"),
        ("notice_gdpr_prefs=0,1,2:", "marketing preferences statistics"),
        ("notice_gdpr_prefs=0|1:0123456789abcdef", "preferences statistics"),
        ("notice_gdpr_prefs=0::implied,eu", ""),
        ("notice_gdpr_prefs=0,1,2", "unreadable"),
        ("notice_preferences=2:", "marketing preferences statistics"),
        ("notice_preferences=1:", "preferences statistics"),
        ("notice_preferences=0:", ""),
        ("notice_preferences=2", "unreadable"),
        ("notice_preferences=222:", "unreadable"),
        ("notice_preferences=2:; notice_gdpr_prefs=0,1:", "preferences statistics"),
        ("notice_preferences=2:; cmapi_cookie_privacy=x", "unreadable"),
        ("notice_behavior=expressed,eu", None),
    ],
)
def test_trustarc_reads_its_levels(granted: Granted, header: str, expected: str | None) -> None:
    assert granted("TrustArc", header) == expected


@pytest.mark.parametrize(
    ("behavior", "is_explicit"),
    [
        ("; notice_behavior=expressed,eu", True),
        ("; notice_behavior=expressed%2Ceu", True),
        ("; notice_behavior=expressed|eu", True),
        ("; notice_behavior=expressed", True),
        ("; notice_behavior=implied,eu", False),
        ("; notice_behavior=expressed,eu; notice_behavior=implied,us", False),
        ("", False),
    ],
)
def test_trustarc_is_explicit_by_its_behavior(
    read: Callable[..., Consent | None], behavior: str, is_explicit: bool
) -> None:
    consent = read("TrustArc", f"notice_preferences=0:{behavior}")
    assert consent == Consent((), source="TrustArc", explicit=is_explicit)


@pytest.mark.parametrize("behavior", ["", "; notice_behavior=expressed,eu", "; notice_behavior=implied,us"])
@pytest.mark.parametrize("value", ["permit 1 required", "permit+1+required", "permit%201%20required", "permit 1"])
def test_trustarc_required_alone_is_the_visitors_own_refusal(
    read: Callable[..., Consent | None], value: str, behavior: str
) -> None:
    consent = read("TrustArc", f"cmapi_cookie_privacy={value}{behavior}")
    assert consent == Consent((), source="TrustArc", explicit=True)


def test_trustarc_more_than_required_is_no_proof_of_a_choice(read: Callable[..., Consent | None]) -> None:
    consent = read("TrustArc", "cmapi_cookie_privacy=permit 1,2 functional")
    assert consent == Consent({"preferences", "statistics"}, source="TrustArc", explicit=False)


def test_trustarc_reads_a_sites_own_levels(granted: Granted) -> None:
    levels = {"2": "preferences", "3": "statistics", "4": "marketing"}
    assert granted("TrustArc", "notice_preferences=2:", levels=levels) == "preferences statistics"
