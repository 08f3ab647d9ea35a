"""Axeptio's `axeptio_cookies` and `axeptio_authorized_vendors`."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]
SERVICES = {"ga": "statistics", "fb": "marketing", "ads": "marketing"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('axeptio_cookies={"ga":true,"fb":true,"ads":false,"$$completed":true}', "statistics"),
        ('axeptio_cookies={"ga":true,"$$completed":false}', None),
        ('axeptio_cookies={"ga":true}', None),
        ('axeptio_cookies={"ga":true,"$$completed":"true"}', None),
        ('axeptio_cookies={"ga":"true","$$completed":true}', ""),
        ('axeptio_cookies={"$$completed":true}', ""),
        ("axeptio_cookies={%22ga%22:true%2C%22$$completed%22:true}; axeptio_authorized_vendors=%2Cga%2C", "statistics"),
        ("axeptio_cookies={%22ga%22:true%2C%22$$completed%22:true}; axeptio_authorized_vendors=%2Cfb%2C", ""),
        ("axeptio_cookies={%22ga%22:true%2C%22$$completed%22:true}; axeptio_authorized_vendors=%2Cga", "unreadable"),
        ("axeptio_cookies={%22ga%22:true%2C%22$$complet", "unreadable"),
        ("axeptio_authorized_vendors=,fb,ads,", "marketing"),
        ("axeptio_authorized_vendors=,fb,ads,; axeptio_authorized_vendors=,ga,fb,", ""),
        ("axeptio_authorized_vendors=%2C%2C", None),
        ("axeptio_authorized_vendors=%2C", None),
        ("axeptio_authorized_vendors=", None),
        ("axeptio_cookies={%22ga%22:true%2C%22$$completed%22:true}; axeptio_authorized_vendors=%2C", ""),
        ("axeptio_cookies={%22ga%22:true%2C%22$$completed%22:true}; axeptio_authorized_vendors=", ""),
        ("axeptio_authorized_vendors=ga", "unreadable"),
        ("axeptio_all_vendors=%2Cga%2C", None),
    ],
)
def test_axeptio_reads_its_vendors(granted: Granted, header: str, expected: str | None) -> None:
    assert granted("Axeptio", header, services=SERVICES) == expected


def test_axeptio_is_not_explicit_by_the_list_alone(read: Read) -> None:
    consent = read("Axeptio", "axeptio_authorized_vendors=,ga,", services=SERVICES)
    assert consent == Consent({"statistics"}, source="Axeptio", explicit=False)


def test_axeptio_carries_a_version_that_is_one_text(read: Read) -> None:
    for version, revision in (('"shop-en"', "shop-en"), ("{}", None), ("[]", "")):
        consent = read("Axeptio", f'axeptio_cookies={{"$$cookiesVersion":{version},"$$completed":true}}')
        assert consent is not None
        assert consent.revision == revision
