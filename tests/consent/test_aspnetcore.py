"""ASP.NET Core's `.AspNet.Consent`."""

from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.errors import ConfigError

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("yes", "marketing preferences statistics"),
        ("no", ""),
        ("No", "unreadable"),
        ("Yes", "unreadable"),
        ("yes!", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_aspnetcore_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("AspNetCore", f".AspNet.Consent={value}") == expected


def test_aspnetcore_reads_a_sites_own_value(granted: Granted) -> None:
    assert granted("AspNetCore", "consent=ja", cookie_name="consent", value="ja") == "marketing preferences statistics"


def test_aspnetcore_refuses_a_wrong_value(platforms: dict[str, Any]) -> None:
    for value in (None, ""):
        with pytest.raises(ConfigError, match="AspNetCore: value"):
            platforms["AspNetCore"](value=value)
