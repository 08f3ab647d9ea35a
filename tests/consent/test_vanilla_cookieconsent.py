"""orestbida/cookieconsent's `cc_cookie`."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]
CHOICE = {
    "categories": ["necessary", "analytics"],
    "revision": 2,
    "consentId": "x",
    "consentTimestamp": "2026-01-01T00:00:00.000Z",
    "lastConsentTimestamp": "2026-01-02T00:00:00.000Z",
}


def header(**changes: Any) -> str:
    """Write a cookie of version 3; a field that is `None` is left out."""
    choice = {key: value for key, value in (CHOICE | changes).items() if value is not None}
    return f"cc_cookie={json.dumps(choice)}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "statistics"),
        ({"categories": ["necessary", "diger"], "services": {"analytics": []}}, ""),
        ({"categories": ["ads"], "services": {"ads": [], "targeting": []}}, ""),
        ({"categories": ["functionality", "marketing"], "services": []}, "marketing preferences"),
        ({"categories": "analytics marketing"}, "unreadable"),
        ({"categories": [1]}, "unreadable"),
        ({"categories": None}, "unreadable"),
        ({"consentId": None}, "unreadable"),
        ({"consentId": ""}, "unreadable"),
        ({"consentTimestamp": None}, "unreadable"),
        ({"lastConsentTimestamp": 5}, "unreadable"),
        ({"level": ["necessary"], "categories": ["analytics"]}, ""),  # version 2, which wrote both alike
        ({"level": ["necessary", "analytics"], "categories": None, "consentId": None}, "statistics"),
        ({"rfc_cookie": False, "consentId": None}, "statistics"),
    ],
)
def test_vanilla_reads_its_categories(granted: Granted, changes: dict[str, Any], expected: str) -> None:
    assert granted("VanillaCookieConsent", header(**changes)) == expected


def test_vanilla_refuses_a_choice_for_another_revision(granted: Granted) -> None:
    assert granted("VanillaCookieConsent", header(), revision=2) == "statistics"
    assert granted("VanillaCookieConsent", header(), revision=3) == "unreadable"


def test_vanilla_2_is_explicit_where_it_carries_a_choice(read: Read) -> None:
    for more, is_explicit in (
        ({}, False),
        ({"consent_uuid": "x"}, True),
        ({"consent_date": "2022-01-01T00:00:00Z"}, True),
        ({"consent_date": "2022-01-01T00:00:00Z", "last_consent_update": None}, True),
    ):
        consent = read("VanillaCookieConsent", f"cc_cookie={json.dumps({'level': ['ads'], **more})}")
        assert consent is not None
        assert consent.explicit is is_explicit


def test_vanilla_reads_a_sites_own_categories(granted: Granted) -> None:
    categories = {"analytics": "statistics", "heatmaps": "statistics"}
    assert granted("VanillaCookieConsent", header(), categories=categories) == ""


def test_vanilla_refuses_a_wrong_revision(read: Read) -> None:
    with pytest.raises(ConfigError, match=r"VanillaCookieConsent: revision 1\.5: no text or whole number"):
        read("VanillaCookieConsent", "", revision=1.5)
