"""Piwik PRO's `ppms_privacy_<app id>`."""

from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.errors import ConfigError

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"consents":{"analytics":{"status":1},"remarketing":{"status":0}}}', "statistics"),
        ('{"consents":{"remarketing":{"status":1},"conversion_tracking":{"status":-1}}}', ""),
        ('{"consents":{"analytics":{"status":-1}}}', None),
        ('{"consents":{}}', None),
        ('{"consents":{"analytics":{"status":true}}}', "statistics"),
        ('{"consents":{"analytics":{"status":"1"}}}', "unreadable"),
        ('{"consents":{"analytics":{"status":2}}}', "unreadable"),
        ('{"consents":{"analytics":{"status":[1]}}}', "unreadable"),
        ('{"consents":{"analytics":1}}', "unreadable"),
        ('{"consents":[1]}', "unreadable"),
        ('{"consents":{"analytics":{"status":1}}', "unreadable"),
    ],
)
def test_piwikpro_reads_its_value(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("PiwikPro", f"ppms_privacy_00000000-1111-4222-8333-444444444444={value}") == expected


def test_piwikpro_lets_the_stricter_of_two_apps_count(granted: Granted) -> None:
    app, other = "00000000-1111-4222-8333-444444444444", "99999999-1111-4222-8333-444444444444"
    header = "; ".join(
        f'ppms_privacy_{name}={{"consents":{{"analytics":{{"status":{status}}}}}}}'
        for name, status in ((app, 1), (other, 0))
    )
    assert granted("PiwikPro", header) == ""
    assert granted("PiwikPro", header, app_id=app) == "statistics"


def test_piwikpro_leaves_other_names_unread(granted: Granted) -> None:
    assert granted("PiwikPro", 'ppms_privacy_x={"consents":{"analytics":{"status":1}}}') is None


def test_piwikpro_refuses_a_wrong_app_id(platforms: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="PiwikPro: app_id 'x': no app id; give the 36 characters"):
        platforms["PiwikPro"](app_id="x")
