"""Civic Cookie Control's `CookieControl`."""

from collections.abc import Callable

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            '{"optionalCookies":{"analytics":"accepted","Marketing":"accepted","functional":"revoked"}}',
            "marketing statistics",
        ),
        ('{"optionalCookies":{"analytics":"accepted","performance":"revoked"}}', ""),
        ('{"optionalCookies":{"Analytics":"accepted","analytics":"revoked"}}', ""),
        ('{"optionalCookies":{"performance":"legitimate interest","marketing":"Accepted"}}', ""),
        ('{"optionalCookies":{"analytics":true}}', ""),
        ('{"optionalCookies":{}}', ""),
        ('{"optionalCookies":["analytics"]}', "unreadable"),
        ("{'optionalCookies':{'analytics':'accepted'}}", "unreadable"),
        ('{"optionalCookies":{"analytics":"accepted"}', "unreadable"),
    ],
)
def test_civic_reads_its_value(granted: Granted, value: str, expected: str) -> None:
    assert granted("Civic", f"CookieControl={value}") == expected


def test_civic_is_explicit_by_interaction(read: Callable[..., Consent | None]) -> None:
    for more, is_explicit in ((',"interactedWith":true', True), (',"interactedWith":false', False), ("", False)):
        consent = read("Civic", f'CookieControl={{"optionalCookies":{{"analytics":"accepted"}}{more}}}')
        assert consent == Consent({"statistics"}, source="Civic Cookie Control", explicit=is_explicit)


def test_civic_reads_a_sites_own_names_in_any_case(granted: Granted) -> None:
    header = 'CookieControl={"optionalCookies":{"heat MAPS":"accepted"}}'
    assert granted("Civic", header, categories={"Heat maps": "statistics"}) == "statistics"
