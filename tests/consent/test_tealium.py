"""Tealium's `CONSENTMGR`."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("c1:1|c3:0|c6:1|ts:1767225600000|consent:true", "preferences statistics"),
        ("c1:1|c2:0|consent:false|ts:1767225600000", ""),
        ("consent:true|ts:1767225600000", "marketing preferences statistics"),
        ("consent:false|ts:1767225600000", ""),
        ("consent:true", "unreadable"),
        ("consent:yes|ts:1767225600000", "unreadable"),
        ("1767225600000:undefined|consent:true|ts:1767225600000", "unreadable"),
        ("1767225600000:undefined|consent:true|c1:1|ts:1767225600000", "statistics"),
        ("c1:1|c3:", "statistics"),
        ("c11:1|consent:true", ""),
        ("c1:1|c1:0", "unreadable"),
        ("c1:1%7Cc3:1", "marketing statistics"),
        ("", "unreadable"),
    ],
)
def test_tealium_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("Tealium", f"CONSENTMGR={value}") == expected


def test_tealium_is_explicit_where_it_carries_a_time(read: Callable[..., Consent | None]) -> None:
    for time, is_explicit in (("|ts:1767225600000", True), ("|ts:x", False), ("", False)):
        consent = read("Tealium", f"CONSENTMGR=c1:1{time}")
        assert consent is not None
        assert consent.explicit is is_explicit
