"""CookieFirst's `cookiefirst-consent`."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"necessary":true,"performance":true,"functional":false,"advertising":true}', "marketing statistics"),
        ("%7B%22functional%22%3Atrue%7D", "preferences"),
        ("%257B%2522functional%2522%253Atrue%257D", "preferences"),
        ('{"functional":true%2C"performance":false}', "preferences"),
        ('{"functional":true%2C"x":"%22"}', "unreadable"),
        ('{"functional":"true"}', "unreadable"),
        ('{"functional":1}', "unreadable"),
        ('{"necessary":true}', "unreadable"),
        ('{"functional":true,"functional":false}', "unreadable"),
        ('{"functional":true,"functional":true}', "preferences"),
        ('{"functional":true,"functional":1}', "unreadable"),
        ('{"functional":true,"timestamp":NaN}', "unreadable"),
        ('{"functional":true,"timestamp":-Infinity}', "unreadable"),
        ('{"functional":true,"timestamp":1e999}', "preferences"),
        ('{"functional":true', "unreadable"),
        ("[true]", "unreadable"),
        ('"functional"', "unreadable"),
    ],
)
def test_cookiefirst_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("CookieFirst", f"cookiefirst-consent={value}") == expected


@pytest.mark.parametrize(
    ("timestamp", "given_at"),
    [
        ("1767225600", "2026-01-01T00:00:00+00:00"),
        ('"2026-01-01T01:00:00+01:00"', "2026-01-01T00:00:00+00:00"),
        ('"2026-01-01T00:00:00"', "2026-01-01T00:00:00+00:00"),
        ('"2030-11-26T07:40:16.059Z"', "2030-11-26T07:40:16.059000+00:00"),
        ('"0001-01-01T00:00:00+23:59"', None),
        (f'"{"2" * 50}"', None),
        ("1e999", None),
        ("1e300", None),
        ("-1", None),
        ("true", None),
        ('"soon"', None),
        ("[]", None),
    ],
)
def test_cookiefirst_takes_no_absurd_time(
    read: Callable[..., Consent | None], timestamp: str, given_at: str | None
) -> None:
    consent = read("CookieFirst", f'cookiefirst-consent={{"functional":true,"timestamp":{timestamp}}}')
    assert consent is not None
    assert (consent.given_at and consent.given_at.isoformat()) == given_at


@pytest.mark.parametrize(
    ("version", "revision"),
    [('"a1-b2"', "a1-b2"), ("7", "7"), ("null", None), ("true", ""), ("{}", ""), ('"\\u0000"', ""), ("9" * 30, "")],
)
def test_cookiefirst_carries_its_version_as_text(
    read: Callable[..., Consent | None], version: str, revision: str | None
) -> None:
    consent = read("CookieFirst", f'cookiefirst-consent={{"functional":true,"version":{version}}}')
    assert consent is not None
    assert consent.revision == revision
