"""Osano's open-source `cookieconsent_status`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("allow", "marketing preferences statistics"),
        ("deny", ""),
        ("dismiss", None),
        ("ALLOW", "unreadable"),
        ("allowed", "unreadable"),
        ("true", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_cookieconsent_status_reads_its_value(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("CookieConsentStatus", f"cookieconsent_status={value}") == expected
