"""Borlabs Cookie's `borlabs-cookie`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"consents":{"essential":["borlabs-cookie"],"statistics":["matomo"]},"version":"2"}', "statistics"),
        ('{"consents":{"essential":["x"],"external-media":["youtube"]}}', "preferences"),
        ('{"consents":{"statistics":[],"marketing":["x"]}}', "marketing"),
        ('{"consents":{"statistics":true}}', "unreadable"),
        ('{"consents":["statistics"]}', "unreadable"),
        ('{"statistics":["matomo"]}', "unreadable"),
        ('{"consents":{"statistics":["matomo"]}', "unreadable"),
    ],
)
def test_borlabs_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("Borlabs", f"borlabs-cookie={value}") == expected


def test_borlabs_reads_a_sites_own_groups(granted: Granted) -> None:
    groups = {"tracking": "statistics"}
    assert granted("Borlabs", 'borlabs-cookie={"consents":{"tracking":["matomo"]}}', groups=groups) == "statistics"
