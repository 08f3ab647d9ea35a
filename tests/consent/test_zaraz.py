"""Cloudflare Zaraz' `cf_consent`."""

from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.model import Consent

Granted = Callable[..., str | None]
PURPOSES = {"jnaU": "statistics", "rvqG": "marketing", "qdlB": "marketing"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"jnaU":true,"rvqG":true,"qdlB":true}', "marketing statistics"),
        ('{"jnaU":true,"rvqG":true,"qdlB":false}', "statistics"),
        ('{"jnaU":true,"rvqG":true}', "statistics"),
        ("%7B%22jnaU%22%3Atrue%7D", "statistics"),
        ('{"jnaU":false}', ""),
        ('{"xxxx":true}', ""),
        ("{}", None),
        ('{"jnaU":null}', "unreadable"),
        ('{"jnaU":1}', "unreadable"),
        ('["jnaU"]', "unreadable"),
        ("granted", "unreadable"),
    ],
)
def test_zaraz_reads_its_purposes(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("Zaraz", f"cf_consent={value}", purposes=PURPOSES) == expected


def test_zaraz_refusal_is_the_visitors_own(read: Callable[..., Consent | None]) -> None:
    assert read("Zaraz", 'cf_consent={"jnaU":false}') == Consent((), source="Cloudflare Zaraz")


def test_zaraz_without_the_sites_purposes_says_what_is_missing(platforms: dict[str, Any]) -> None:
    reader = platforms["Zaraz"]()
    with pytest.raises(ValueError, match=r"only the site knows its purposes; .* Zaraz\(purposes=\.\.\.\)"):
        reader._parse(b'{"jnaU":true}')
