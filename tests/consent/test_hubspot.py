"""HubSpot's `__hs_cookie_cat_pref`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1:true,2:false,3:true", "preferences statistics"),
        ("1:true_2:false_3:true", "preferences statistics"),
        ("1%3Atrue%2C2%3Atrue", "marketing statistics"),
        ("1:true_2:tru", "statistics"),
        ("11:true_2:true", "marketing"),
        ("1:true_1:false", "unreadable"),
        ("1:tru", "unreadable"),
        ("4:true", "unreadable"),
        ("true", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_hubspot_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("HubSpot", f"__hs_cookie_cat_pref={value}") == expected
