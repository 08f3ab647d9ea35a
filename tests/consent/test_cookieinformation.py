"""Cookie Information's `CookieInformationConsent`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            '{"consents_approved":["cookie_cat_necessary","cookie_cat_statistic"],"consents_denied":["cookie_cat_marketing"]}',
            "statistics",
        ),
        ('{"consents_approved":["cookie_cat_marketing"],"consents_denied":["cookie_cat_marketing"]}', ""),
        ('{"consents_approved":["cookie_cat_functional","cookie_cat_unclassified"]}', "preferences"),
        ('{"consents_approved":[],"consents_denied":["cookie_cat_marketing"]}', ""),
        ('{"consents_approved":[["cookie_cat_marketing"],1]}', ""),
        ('{"consents_approved":"cookie_cat_marketing"}', "unreadable"),
        ('{"consents_approved":["cookie_cat_marketing"],"consents_denied":"x"}', "unreadable"),
        ('{"consents_denied":[]}', "unreadable"),
        ('{"consents_approved":["cookie_cat_marketing"]', "unreadable"),
    ],
)
def test_cookieinformation_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("CookieInformation", f"CookieInformationConsent={value}") == expected
