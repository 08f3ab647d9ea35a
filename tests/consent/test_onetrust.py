"""OneTrust's `OptanonConsent` and `OptanonAlertBoxClosed`."""

from collections.abc import Callable

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0", "statistics"),
        ("groups=C0001:1,C0002:1", "statistics"),
        ("groups=C0002:1&landingPath=https://shop.example/?a=1&b=2", "statistics"),  # decoded as a whole
        ("landingPath=https%3A%2F%2Fx%2F%3Fa%3D1%26groups%3DC0004%3A1&groups=C0002%3A1", "statistics"),
        ("landingPath=https%3A%2F%2Fx%2F%3Fa%3D1%26groups%3DC0004%3A1", "unreadable"),
        ("landingPath=https://x/?groups=C0004:1&groups=C0002:1", "statistics"),
        ("groups=C0004:1&landingPath=https://x/?a&groups=C0002:1", "unreadable"),
        ("groups%3DC0002%253A1%26interactionCount%3D1", "statistics"),
        ("groups%253DC0002%25253A1", "statistics"),
        ("groups%25253DC0002%2525253A1", "unreadable"),
        ("groups=C0002^%^3A1^%^2CC0004^%^3A1", "unreadable"),  # a Windows command line
        ("groups=C0002%3A1%2CC00040%3A1%2CxC0003%3A1", "statistics"),
        ("groups=C0002%3A1%2CC0004", "statistics"),
        ("groups=C0002%3A1%2CC0004%3A", "statistics"),
        ("groups=C0002%3A1%2CC0004%3A2", "statistics"),
        ("groups=C0005%3A1%2CC0004%3A0", ""),
        ("groups=C0004%3A1%2CC0005%3A0", ""),
        ("groups=C0004%3A1%2CC0004%3A0", "unreadable"),
        ("groups=BG36%3A1%2CV2STACK42%3A1", "unreadable"),
        ("groups=1%3A1%2C2%3A1%2C3%3A0%2C4%3A0", "statistics"),
        ("groups=C0001%3A1", ""),
        ("groups=", "unreadable"),
        ("geolocation=CA%3BQC", "unreadable"),
        ("groups=C0002%3A1&AwaitingReconsent=true", "unreadable"),
        ("groups=C0002%3A1&AwaitingReconsent=false&AwaitingReconsent=true", "unreadable"),
        ("groups=%ff", "unreadable"),
        ("datestamp=%ff&groups=C0002%3A1", "statistics"),
        ("{}", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_onetrust_reads_its_groups(granted: Granted, value: str, expected: str) -> None:
    assert granted("OneTrust", f"a=1; OptanonConsent={value}; z=9") == expected


@pytest.mark.parametrize(
    ("header", "is_explicit", "given_at"),
    [
        ("OptanonConsent=groups=C0002:1", False, None),
        ("OptanonConsent=groups=C0002:1&interactionCount=0", False, None),
        ("OptanonConsent=groups=C0002:1&interactionCount=x1", False, None),
        ("OptanonConsent=groups=C0002:1&interactionCount=12", True, None),
        (
            "OptanonAlertBoxClosed=2026-01-02T03:04:05Z; OptanonConsent=groups=C0002:1",
            True,
            "2026-01-02T03:04:05+00:00",
        ),
        (
            "OptanonConsent=groups=C0002:1; OptanonAlertBoxClosed=2026-01-02T03%3A04%3A05Z",
            True,
            "2026-01-02T03:04:05+00:00",
        ),
        (
            "OptanonConsent=groups=C0002:1; OptanonAlertBoxClosed=2026-01-02T03%253A04%253A05Z",
            True,
            "2026-01-02T03:04:05+00:00",
        ),
        ("OptanonConsent=groups=C0002:1; OptanonAlertBoxClosed=yes", False, None),
        ("OptanonConsent=groups=C0002:1; OptanonAlertBoxClosed=%ff", False, None),
    ],
)
def test_onetrust_is_explicit_by_the_closed_box_or_the_count(
    read: Read, header: str, is_explicit: bool, given_at: str | None
) -> None:
    consent = read("OneTrust", header)
    assert consent is not None
    assert (consent.explicit, consent.given_at and consent.given_at.isoformat()) == (is_explicit, given_at)


def test_onetrust_gives_no_signal_for_the_closed_box_alone(granted: Granted) -> None:
    assert granted("OneTrust", "OptanonAlertBoxClosed=2026-01-02T03:04:05Z") is None


def test_onetrust_reads_a_sites_own_groups(granted: Granted) -> None:
    groups = {"s00": "necessary", "f00": "preferences", "V2STACK42": ["statistics", "marketing"]}
    assert granted("OneTrust", "OptanonConsent=groups=s00:1,V2STACK42:1", groups=groups) == "marketing statistics"
    assert granted("OneTrust", "OptanonConsent=groups=C0002:1", groups=groups) == "unreadable"


def test_onetrust_lets_the_stricter_of_two_values_count(granted: Granted) -> None:
    assert granted("OneTrust", "OptanonConsent=groups=C0002:1,C0004:1; OptanonConsent=groups=C0002:1") == "statistics"


def test_onetrust_collects_all_mistakes(read: Read) -> None:
    known = "use one of necessary, preferences, statistics, marketing"
    with pytest.raises(ConfigError) as caught:
        read(
            "OneTrust",
            "",
            groups={"C0001": "needed", "": "marketing", "C2": 3},
            cookie_name="a b",
            closed_cookie_name=1,
        )
    assert caught.value.problems == (
        "OneTrust: cookie_name 'a b': no cookie name; use letters, digits, '-', '_' and '.'",
        "OneTrust: closed_cookie_name 1: no cookie name; use letters, digits, '-', '_' and '.'",
        f"OneTrust: groups['C0001']: unknown category 'needed'; {known} (did you mean 'necessary'?)",
        "OneTrust: groups: '' is no id; give the text that the platform uses",
        f"OneTrust: groups['C2']: 3 is no category; {known}",
    )
