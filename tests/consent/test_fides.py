"""Ethyca Fides' `fides_consent`."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from cookiegate.consent.iab.tcf import Tcf
from cookiegate.errors import ConfigError
from cookiegate.model import Consent, Reason

Read = Callable[..., Consent | None]
TC_STRING = "CQraFkAQraFkAEsAHBEND6FgAPIAAAAAAAYgF5wAQF5gAAAA.IAAA"
"""Grants marketing, and vendor 755 alone has consent; none is disclosed."""


def header(consent: Any, *, how: str | None = "save", name: str = "fides_consent", **more: Any) -> str:
    """Write the cookie as fides-js does."""
    meta = {"version": "0.9.0", "createdAt": "2026-01-02T03:04:05.000Z", "updatedAt": "2026-01-02T03:04:07.000Z"}
    value = {"consent": consent, "fides_meta": meta | ({"consentMethod": how} if how else {}), **more}
    return f"{name}={quote(json.dumps(value, separators=(',', ':')), safe='')}"


@pytest.mark.parametrize(
    ("how", "is_explicit"),
    [
        ("accept", True),
        ("reject", True),
        ("save", True),
        ("button", True),
        ("individual_notice", True),
        ("dismiss", False),
        ("gpc", False),
        ("script", False),
        ("acknowledge", False),
        ("ot_migration", False),
        (None, False),
    ],
)
def test_fides_is_explicit_by_what_the_visitor_did(read: Read, how: str | None, is_explicit: bool) -> None:
    consent = read("Fides", header({"analytics": True}, how=how))
    assert consent is not None
    assert (consent.granted, consent.explicit) == ({"statistics"}, is_explicit)


def test_fides_reads_base64_as_its_option_writes_it(read: Read) -> None:
    value = {"consent": {"analytics": True}, "fides_meta": {"updatedAt": "2026-01-02T03:04:07.000Z"}}
    text = quote(b64encode(json.dumps(value).encode()).decode(), safe="")
    consent = read("Fides", f"fides_consent={text}")
    assert consent is not None
    assert consent.granted == {"statistics"}


def test_fides_reads_the_name_with_a_suffix(read: Read) -> None:
    consent = read("Fides", header({"analytics": True}, name="fides_consent_shop"), cookie_name="fides_consent_shop")
    assert consent is not None
    assert consent.granted == {"statistics"}


def test_fides_reads_the_tc_string_where_no_notice_was_answered(read: Read) -> None:
    cookie = header({}, how="accept", fides_string=f"{TC_STRING},1~89,")
    consent, for_a_vendor = read("Fides", cookie), read("Fides", cookie, tcf=Tcf(vendor=755))
    assert consent is not None
    assert for_a_vendor is not None
    assert (consent.granted, consent.explicit, for_a_vendor.granted) == ({"marketing"}, True, frozenset())


def test_fides_leaves_the_tc_string_unread_beside_notices(read: Read) -> None:
    consent = read("Fides", header({"marketing": False}, fides_string=TC_STRING))
    assert consent is not None
    assert not consent.granted


@pytest.mark.parametrize("string", ["", ",,DBABLA~BVQqAAAAAABo.QA", None, 5])
def test_fides_without_notices_and_tc_string_is_no_signal(read: Read, string: object) -> None:
    assert read("Fides", header({}, fides_string=string)) is None


@pytest.mark.parametrize(
    "consent", [{"analytics": 1}, {"analytics": None}, {"analytics": ["opt_in"]}, {"analytics": "yes"}, [], None]
)
def test_fides_takes_no_other_answers(read: Read, consent: object) -> None:
    assert read("Fides", header(consent)) == Consent.none(Reason.CONSENT_UNREADABLE, source="Fides")


def test_fides_refuses_a_wrong_reader_of_tc_strings(read: Read) -> None:
    with pytest.raises(ConfigError, match="Fides: tcf 5: no reader of TC strings; give one like"):
        read("Fides", "", tcf=5)
