"""c15t's `c15t`, in the form that the packages 1.8 and 2.2 write."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cookiegate.model import Consent

Read = Callable[..., Consent | None]
TIME = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "granted"),
    [
        ("c.necessary:1,c.measurement:1,i.t:1767225600000,i.sid:sub_2b8x9Q", {"statistics"}),
        ("c.necessary:1,c.measurement:1,i.t:1767225600000,i.subjectId:sub_2b8x9Q", {"statistics"}),
        ("c.necessary:1,i.t:1767225600000,i.sid:sub_2b8x9Q", set()),
        ("c.necessary:1,c.experience:1,i.t:1767225600000", set()),
    ],
)
def test_c15t_reads_what_its_packages_write(read: Read, value: str, granted: set[str]) -> None:
    assert read("C15t", f"c15t={value}") == Consent(granted, source="c15t", given_at=TIME)


def test_c15t_fingerprint_of_the_policy_is_the_revision(read: Read) -> None:
    consent = read("C15t", "c15t=c.necessary:1,i.t:1767225600000,i.mpf:a1b2")
    assert consent is not None
    assert consent.revision == "a1b2"


@pytest.mark.parametrize("time", ["", "0", "x", "-1", "99999999999999999999", "1e3"])
def test_c15t_without_a_time_is_no_choice(read: Read, time: str) -> None:
    for value in (f"c.marketing:1,i.t:{time}", "c.marketing:1"):
        assert read("C15t", f"c15t={value}") == Consent.none("consent-unreadable", source="c15t")


def test_c15t_reads_the_sites_own_storage_key(read: Read) -> None:
    consent = read("C15t", "shop-consent=c.marketing:1,i.t:1767225600000", cookie_name="shop-consent")
    assert consent is not None
    assert consent.granted == {"marketing"}
