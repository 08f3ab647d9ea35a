"""Shopify's `_tracking_consent`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3AMPS._USCA_f_f_0123456789abcdefghij-_", "marketing preferences statistics"),
        ("3AmPs._DEBE_t_f_0123456789abcdefghij-_", "preferences statistics"),
        ("3AMPs._USCA_f_t_0123456789abcdefghij-_", "preferences statistics"),
        ("3A.MPS_DEBE_t_f_0123456789abcdefghij-__%7B%7D", "statistics"),
        ("3.AMPS_USVA_f_f_0123456789abcdefghij-_", None),
        ("3Aa._DEBE_t_f_0123456789abcdefghij-_", "unreadable"),
        ("3AMPS._USCA_f_f_0123456789abcdefghij-", "unreadable"),
        ("3AMPS._USCA_f", "unreadable"),
        ("3AMPX._USCA_f_f_0123456789abcdefghij-_", "unreadable"),
        ("3%ff", "unreadable"),
        ('{"con":{"CMP":{"a":"1","m":"0","p":"1","s":"1"}},"v":"2.1"}', "preferences statistics"),
        ('{"con":{"CMP":{"a":"1","m":"1","p":"","s":"0"}},"v":"2.1"}', "statistics"),
        ('{"con":{"CMP":{"a":"","m":"","p":"","s":""}},"purposes":{"a":true}}', None),
        ('{"con":{"CMP":{"a":1}}}', "unreadable"),
        ('{"con":{"GDPR":"1"}}', "unreadable"),
        ('{"v":"2.0"}', "unreadable"),
        ('{"con":{"CMP":{"a":"1"', "unreadable"),
        ("4AMPS", "unreadable"),
    ],
)
def test_shopify_reads_its_value(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("Shopify", f"_tracking_consent={value}") == expected
