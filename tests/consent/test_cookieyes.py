"""CookieYes' `cookieyes-consent` and the cookies of the old plugin."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "consentid:x,consent:yes,action:yes,necessary:yes,functional:yes,analytics:no,advertisement:no",
            "preferences",
        ),
        ("consent:yes,action:yes,necessary:yes,functional:no,analytics:no,advertisement:no", ""),  # CCPA: opted out
        ("consent:no,action:yes,functional:yes,analytics:yes,advertisement:yes", "marketing preferences statistics"),
        ("analytics:no,performance:yes", ""),
        ("performance:yes", "statistics"),
        ("analytics:ye,performance:yes", ""),
        ("functional:yes, +analytics:yes", "preferences statistics"),
        ("xanalytics:yes,functional:yes", "preferences"),
        ("analytics:YES,functional:yes", "preferences"),
        ("functional:yes,functional:no", "unreadable"),
        ("functional%3Ayes%2Canalytics%3Ano", "preferences"),
        ("consent:yes,action:yes", "unreadable"),
        ("", "unreadable"),
        ("accepted", "unreadable"),
    ],
)
def test_cookieyes_reads_its_list(granted: Granted, value: str, expected: str) -> None:
    assert granted("CookieYes", f"cookieyes-consent={value}") == expected


def test_cookieyes_is_explicit_by_action_yes_alone(read: Read) -> None:
    for action, is_explicit in (("action:yes,", True), ("action:no,", False), ("action:,", False), ("", False)):
        consent = read("CookieYes", f"cookieyes-consent={action}functional:yes")
        assert consent is not None
        assert consent.explicit is is_explicit


def test_cookieyes_reads_a_sites_own_categories(granted: Granted) -> None:
    categories = {"stats": "statistics", "performance": "statistics"}
    assert granted("CookieYes", "cookieyes-consent=stats:yes,performance:yes", categories=categories) == "statistics"
    assert granted("CookieYes", "cookieyes-consent=stats:yes", categories=categories) == ""


@pytest.mark.parametrize(
    ("header", "expected", "is_explicit"),
    [
        ("cookielawinfo-checkbox-analytics=yes; viewed_cookie_policy=yes", "statistics", True),
        ("cookielawinfo-checkbox-analytics=yes", "statistics", False),
        ("cookielawinfo-checkbox-analytics=yes; viewed_cookie_policy=no", "", True),
        ("cookielawinfo-checkbox-analytics=yes; cookielawinfo-checkbox-analytics=no", "", False),
        ("cookielawinfo-checkbox-performance=yes; cookielawinfo-checkbox-analytics=no", "", False),
        ("CookieLawInfoConsent=eyJhbmFseXRpY3MiOnRydWV9; cookielawinfo-checkbox-analytics=no", "", False),
        ("CookieLawInfoConsent=eyJhbmFseXRpY3MiOnRydWV9", "statistics", False),
        ("CookieLawInfoConsent=eyJhbmFseXRpY3MiOiJ0cnVlIn0=", "", False),  # "true", a text
    ],
)
def test_cookieyes_reads_the_old_cookies(read: Read, header: str, expected: str, is_explicit: bool) -> None:
    consent = read("CookieYes", header)
    assert consent is not None
    assert (" ".join(consent.granted), consent.explicit) == (expected, is_explicit)


def test_cookieyes_takes_no_old_cookie_of_other_software(granted: Granted) -> None:
    assert granted("CookieYes", "CookieLawInfoConsent=true; viewed_cookie_policy=yes") == "unreadable"
    assert granted("CookieYes", "CookieLawInfoConsent=MQ==") == "unreadable"
    assert granted("CookieYes", "CookieLawInfoConsent=!") == "unreadable"
    assert granted("CookieYes", "cookielawinfo-checkbox-others=yes") == "unreadable"


def test_cookieyes_gives_no_signal_for_the_viewed_policy_alone(granted: Granted) -> None:
    assert granted("CookieYes", "viewed_cookie_policy=yes") is None


def test_cookieyes_prefers_the_new_cookie(granted: Granted) -> None:
    old = "cookielawinfo-checkbox-analytics=yes; viewed_cookie_policy=yes"
    assert granted("CookieYes", f"{old}; cookieyes-consent=action:yes,functional:yes") == "preferences"


def test_cookieyes_leaves_the_old_cookies_if_told_so(granted: Granted) -> None:
    assert granted("CookieYes", "cookielawinfo-checkbox-analytics=yes", legacy=False) is None
