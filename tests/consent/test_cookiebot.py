"""Cookiebot's `CookieConsent`."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{stamp:'a,marketing:true,b',necessary:true,statistics:true,marketing:false}", "statistics"),
        ("{stamp:%27a%27%2C+necessary:true%2C+statistics:true}", "statistics"),
        ("{ stamp : 'a' , statistics : true }", "statistics"),
        ("%7Bstatistics%3Atrue%2Cmarketing%3A%27true%27%7D", "marketing statistics"),
        ("%25257Bstatistics%25253Atrue%25257D", "statistics"),
        ("%2525257Bstatistics%2525253Atrue%2525257D", "unreadable"),  # four rounds
        ('{"statistics":"true","marketing":"false","x":"a\\"b"}', "statistics"),
        ("{necessary:false,statistics:true}", "statistics"),
        ("{statistics:true,statistics:true}", "statistics"),
        ("{statistics:true,statistics:false}", "unreadable"),
        ("{statistics:true", "unreadable"),
        ("{statistics:true,}", "unreadable"),
        ("{statistics:true}x", "unreadable"),
        ("{statistics:1}", "unreadable"),
        ("{statistics:TRUE}", "unreadable"),
        ("{statistics:%27true,marketing:true}", "unreadable"),
        ("{necessary:true}", "unreadable"),
        ("{}", "unreadable"),
        ("", "unreadable"),
        ("true", "unreadable"),
        ("only_necessary", "unreadable"),
        ("mandatory", "unreadable"),
        ("%ff", "unreadable"),
        ("{" + ",".join(f"k{number}:1" for number in range(70)) + ",statistics:true}", "unreadable"),
        ("0", ""),
        ("-1", "marketing preferences statistics"),
    ],
)
def test_cookiebot_reads_its_literal(granted: Granted, value: str, expected: str) -> None:
    assert granted("Cookiebot", f"a=1; CookieConsent={value}; z=9") == expected


def test_cookiebot_is_explicit_by_method_alone(read: Read) -> None:
    for method, is_explicit in (("method:'explicit',", True), ("method:'implied',", False), ("", False)):
        consent = read("Cookiebot", f"CookieConsent={{{method}statistics:true}}")
        assert consent is not None
        assert consent.explicit is is_explicit


def test_cookiebot_carries_time_and_version(read: Read) -> None:
    consent = read("Cookiebot", "CookieConsent={statistics:true,ver:4,utc:1767225600000}")
    assert consent == Consent(
        {"statistics"}, source="Cookiebot", given_at=datetime(2026, 1, 1, tzinfo=UTC), revision="4", explicit=False
    )


def test_cookiebot_takes_no_absurd_time(read: Read) -> None:
    consent = read("Cookiebot", "CookieConsent={statistics:true,utc:99999999999999999999}")
    assert consent is not None
    assert consent.given_at is None


def test_cookiebot_gives_no_signal_without_its_cookie(granted: Granted) -> None:
    assert granted("Cookiebot", "CookieConsentBulkTicket=x; XCookieConsent={statistics:true}") is None


def test_cookiebot_lets_the_stricter_of_two_values_count(granted: Granted) -> None:
    header = "CookieConsent={statistics:true,marketing:true}; CookieConsent={statistics:true,marketing:false}"
    assert granted("Cookiebot", header) == "statistics"


def test_cookiebot_refuses_a_wrong_cookie_name(read: Read) -> None:
    with pytest.raises(ConfigError) as caught:
        read("Cookiebot", "", cookie_name="")
    assert caught.value.problems == (
        "Cookiebot: cookie_name '': no cookie name; use letters, digits, '-', '_' and '.'",
    )
