"""iubenda's `_iub_cs-<site id>`."""

from collections.abc import Callable

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"purposes":{"1":true,"2":true,"4":false,"5":true}}', "marketing preferences"),
        ('{"purposes":{"1":true,"3":true,"4":true}}', "statistics"),
        ('{"purposes":{"1":true,"4":1}}', "unreadable"),
        ('{"purposes":[4]}', "unreadable"),
        ('{"purposes":{"4":true,"4":false}}', "unreadable"),
        ('{"consent":true}', "marketing preferences statistics"),
        ('{"consent":false}', ""),
        ('{"consent":"true"}', "unreadable"),
        ('{"consent":true,"purposes":{"4":true}}', "statistics"),
        ('{"consent":false,"purposes":{"4":true}}', ""),
        ('{"id":12345678}', None),
    ],
)
def test_iubenda_reads_its_purposes(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("Iubenda", f"_iub_cs-12345678={value}") == expected


@pytest.mark.parametrize("name", ["_iub_cs-123-granular", "_iub_cs-123-uspr", "_iub_cs-", "_iub_cs-x1", "x_iub_cs-1"])
def test_iubenda_leaves_siblings_unread(granted: Granted, name: str) -> None:
    assert granted("Iubenda", f'{name}={{"consent":true}}') is None


def test_iubenda_lets_the_stricter_of_two_sites_count(granted: Granted) -> None:
    header = '_iub_cs-123={"consent":true}; _iub_cs-s456={"purposes":{"4":true}}'
    assert granted("Iubenda", header) == "statistics"
    assert granted("Iubenda", header, site_id=123) == "marketing preferences statistics"
    assert granted("Iubenda", header, site_id="s456") == "statistics"


def test_iubenda_refuses_a_wrong_site_id(read: Read) -> None:
    with pytest.raises(ConfigError) as caught:
        read("Iubenda", "", site_id="12a")
    assert caught.value.problems == ("Iubenda: site_id '12a': no site id; give the digits in the name of the cookie",)
