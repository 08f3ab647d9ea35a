"""CookieScript's `CookieScriptConsent`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"action":"accept","categories":"[\\"performance\\"]"}', "statistics"),
        (
            '{"action":"accept","categories":["strict","functionality","targeting","unclassified"]}',
            "marketing preferences",
        ),
        ('{"googleconsentmap":{"ad_storage":"targeting"},"action":"reject","categories":"[]"}', ""),
        ('{"action":"reject","categories":"[\\"targeting\\"]"}', ""),
        ('{"action":"reject"}', ""),
        ('{"action":"accept"}', "unreadable"),
        ('{"action":"accept","categories":"targeting"}', "unreadable"),
        ('{"action":"accept","categories":"\\"targeting\\""}', "unreadable"),
        ('{"action":"accept","categories":[1,"performance"]}', "statistics"),
        ('{"action":"close","categories":["performance"]}', "unreadable"),
        ('{"action":["accept"],"categories":["performance"]}', "unreadable"),
        ('{"bannershown":1}', None),
        ('{"categories":["performance"]}', "unreadable"),
        ('{"action":"accept","categories":"[\\"performance\\"', "unreadable"),
        ("", "unreadable"),
    ],
)
def test_cookiescript_reads_its_value(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("CookieScript", f"CookieScriptConsent={value}") == expected
