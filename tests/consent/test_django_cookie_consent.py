"""django-cookie-consent's `cookie_consent`."""

from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.errors import ConfigError

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"analytics=2026-02-10T00:11:49.498057+00:00|marketing=-1"', "statistics"),
        ("analytics=2026-02-10T00:11:49+00:00|marketing=2026-02-10T00:11:49Z", "marketing statistics"),
        ("%22analytics=2026-02-10T00:11:49.498057%2B00:00%22", "statistics"),
        ("analytics=2026-02-10T00:11:49.498057|marketing=-1", "statistics"),  # USE_TZ = False
        ("analytics=2026-02-10T00:11:49|marketing=-1", "statistics"),
        ("analytics=2026-02-10T00:11:49.4980|marketing=-1", ""),
        ("analytics=2026-02-10T00:11|marketing=-1", ""),
        ("analytics=2026-02-10T00:11:49.498057+00:0|marketing=-1", ""),
        ("analytics=2026-99-10T00:11:49.498057+00:00|marketing=-1", ""),
        ("analytics=-1|marketing=-1", ""),
        ("analytics=2026-02-10T00:11:49+00:00|analytics=-1", "unreadable"),
        ("analytics=yes", "unreadable"),
        ("accepted", "unreadable"),
        ('"', "unreadable"),
        ("", "unreadable"),
    ],
)
def test_django_cookie_consent_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("DjangoCookieConsent", f"cookie_consent={value}") == expected


def test_django_cookie_consent_asks_anew_for_a_newer_version(granted: Granted) -> None:
    header = "cookie_consent=analytics=2026-02-10T00:11:49+00:00|social=2026-02-10T00:11:49+00:00"
    groups = {"analytics": "statistics", "social": "marketing"}
    versions = {"analytics": "2026-02-10T01:11:49+01:00", "social": "2026-02-10T00:11:50+00:00"}
    assert granted("DjangoCookieConsent", header, groups=groups, versions=versions) == "statistics"


def test_django_cookie_consent_refuses_wrong_versions(platforms: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        platforms["DjangoCookieConsent"](versions={"analytics": "2", 5: "2026-01-12T00:00:00+00:00"})
    assert caught.value.problems == (
        "DjangoCookieConsent: versions['analytics']: '2' is no time; write it like 2026-01-12T00:00:00+00:00",
        "DjangoCookieConsent: versions: 5 is no group; give its varname",
    )
    with pytest.raises(ConfigError, match="DjangoCookieConsent: versions 3: no mapping"):
        platforms["DjangoCookieConsent"](versions=3)
