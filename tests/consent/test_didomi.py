"""Didomi's `didomi_token`."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cookiegate.model import RequestHead

Granted = Callable[..., str | None]
PURPOSES = {"audience": "statistics", "ads": "marketing"}


def header(token: Any) -> str:
    """Write the cookie."""
    return f"didomi_token={b64encode(json.dumps(token).encode()).decode()}"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ({"purposes": {"enabled": ["audience"], "disabled": ["ads"]}}, "statistics"),
        ({"purposes": {"enabled": ["audience", "ads"], "disabled": ["ads"]}}, "statistics"),
        ({"purposes": {"disabled": ["audience", "ads"]}}, ""),
        ({"purposes": {"enabled": [], "disabled": []}}, None),
        ({"vendors": {"enabled": ["google"]}}, None),
        ({"purposes": {"enabled": "audience"}}, "unreadable"),
        ({"purposes": {"enabled": [1]}}, "unreadable"),
        ({"purposes": ["audience"]}, "unreadable"),
        (["audience"], "unreadable"),
    ],
)
def test_didomi_reads_its_purposes(granted: Granted, token: Any, expected: str | None) -> None:
    assert granted("Didomi", header(token), purposes=PURPOSES) == expected


def test_didomi_reads_padding_and_alphabet_as_they_come(granted: Granted) -> None:
    token = json.dumps({"purposes": {"enabled": ["audience"]}, "x": "\xff\xfe?>~"}, ensure_ascii=False)
    for text in (
        urlsafe_b64encode(token.encode()).decode(),
        b64encode(token.encode()).decode().rstrip("="),
        b64encode(token.encode()).decode().replace("=", "%3D"),
    ):
        assert granted("Didomi", f"didomi_token={text}", purposes=PURPOSES) == "statistics"


def test_didomi_takes_no_value_of_other_software(granted: Granted) -> None:
    for value in ("accepted", "", "1", "true", "e30"):
        assert granted("Didomi", f"didomi_token={value}") in {"unreadable", None}


def test_didomi_knows_its_names_of_the_usual_purposes(granted: Granted) -> None:
    enabled = ["cookies", "create_ads_profile", "select_personalized_ads", "market_research"]
    assert granted("Didomi", header({"purposes": {"enabled": enabled}})) == "marketing"
    assert granted("Didomi", header({"purposes": {"enabled": enabled[1:]}})) == ""


def test_didomi_takes_the_time_that_is_there(platforms: dict[str, Any]) -> None:
    created = "2025-10-25T16:33:45.693Z"
    for token in ({"created": created}, {"created": created, "updated": None}, {"created": "x", "updated": created}):
        cookie = header({"purposes": {"enabled": ["cookies"]}} | token).encode()
        consent = platforms["Didomi"]()(RequestHead(cookie=cookie))
        assert consent.given_at == datetime(2025, 10, 25, 16, 33, 45, 693000, tzinfo=UTC)
