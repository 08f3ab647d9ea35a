"""Moove's `moove_gdpr_popup`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"strict":"1","thirdparty":"1","advanced":"0"}', "statistics"),
        ('{"strict":"1","thirdparty":"1","performance":"0","preference":"1"}', "preferences"),
        ('{"strict":"1","thirdparty":1}', "unreadable"),
        ('{"strict":"1","thirdparty":"true"}', "unreadable"),
        ('{"other":"1"}', "unreadable"),
        ('{"strict":"1","other":{}}', ""),
        ('{"strict":"1"', "unreadable"),
    ],
)
def test_moove_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("Moove", f"moove_gdpr_popup={value}") == expected


def test_moove_reads_a_sites_own_tabs(granted: Granted) -> None:
    header = 'moove_gdpr_popup={"strict":"1","thirdparty":"1","advanced":"1"}'
    assert granted("Moove", header, categories={"advanced": "preferences"}) == "preferences"
