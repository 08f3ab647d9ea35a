"""Wix' `consent-policy`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"ess":1,"func":1,"anl":0,"adv":1,"dt3":1,"ts":29453760}', "marketing preferences"),
        ('{"ess":1,"dt3":1}', "unreadable"),
        ('{"func":"1"}', "unreadable"),
        ('{"func":2}', "unreadable"),
        ('{"func":1', "unreadable"),
    ],
)
def test_wix_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("Wix", f"consent-policy={value}") == expected
