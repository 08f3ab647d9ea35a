"""Klaro's `klaro`."""

from collections.abc import Callable

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]
SERVICES = {"matomo": "statistics", "hotjar": "statistics", "fbpixel": "marketing"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"matomo":true,"hotjar":true,"fbpixel":false}', "statistics"),
        ('{"matomo":true,"hotjar":false}', ""),
        ('{"matomo":true}', ""),
        ('{"Matomo":true,"hotjar":true}', ""),
        ('{"unknown":true,"fbpixel":true}', "marketing"),
        ('{"fbpixel":"true"}', "unreadable"),
        ('{"fbpixel":1}', "unreadable"),
        ('{"fbpixel":true,"fbpixel":false}', "unreadable"),
        ("{}", "unreadable"),
        ("[]", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_klaro_reads_its_services(granted: Granted, value: str, expected: str) -> None:
    assert granted("Klaro", f"klaro={value}", services=SERVICES) == expected


def test_klaro_takes_a_mapping_written_the_other_way_round(granted: Granted) -> None:
    services = {"statistics": ["matomo", "hotjar"], "marketing": ("fbpixel",)}
    assert granted("Klaro", "klaro=%7B%22matomo%22:true%2C%22hotjar%22:true%7D", services=services) == "statistics"


def test_klaro_grants_nothing_without_a_mapping(read: Read) -> None:
    assert read("Klaro", 'klaro={"matomo":true}') == Consent((), source="Klaro")


def test_klaro_reads_a_renamed_cookie(granted: Granted) -> None:
    assert granted("Klaro", 'mine={"fbpixel":true}', services=SERVICES, cookie_name="mine") == "marketing"


def test_klaro_collects_all_mistakes(read: Read) -> None:
    known = "use one of necessary, preferences, statistics, marketing"
    with pytest.raises(ConfigError) as caught:
        read("Klaro", "", services={"matomo": "stats", "ads": ["hotjar"], "marketing": ["ok", 3], 7: "statistics"})
    assert caught.value.problems == (
        f"Klaro: services['matomo']: unknown category 'stats'; {known} (did you mean 'statistics'?)",
        f"Klaro: services['hotjar']: unknown category 'ads'; {known} (did you mean 'marketing'?)",
        "Klaro: services: 3 is no id; give the text that the platform uses",
        "Klaro: services: 7 is no id; give the text that the platform uses",
    )
    with pytest.raises(ConfigError, match=r"Klaro: services \['matomo'\]: no mapping; give a dict like"):
        read("Klaro", "", services=["matomo"])
