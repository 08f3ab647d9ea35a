"""tarteaucitron.js' `tarteaucitron`."""

from collections.abc import Callable

import pytest

Granted = Callable[..., str | None]
SERVICES = {"gtag": "statistics", "facebook": "marketing"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!gtag=true!", "statistics"),
        ("!gtag=true!facebook=false", "statistics"),
        ("!multiplegtag=true!gtag=false", ""),
        ("!multiplegtag=true", ""),
        ("!gtag=tru!facebook=true", "marketing"),
        ("!gtag=true!gtag=false", "unreadable"),
        ("!gtag=wait!facebook=wait", None),
        ("!gtag=wait!facebook=true", "marketing"),
        ("!id=true!gtag=true", "statistics"),
        ("%21gtag%3Dtrue", "statistics"),
        ("gtag=true", "unreadable"),
        ("!id=0123", "unreadable"),
        ("!", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_tarteaucitron_reads_its_services(granted: Granted, value: str, expected: str | None) -> None:
    assert granted("Tarteaucitron", f"tarteaucitron={value}", services=SERVICES) == expected


def test_tarteaucitron_knows_the_usual_services(granted: Granted) -> None:
    header = "tarteaucitron=!matomo=true!youtube=true!vimeo=false!facebookpixel=wait!googletagmanager=true"
    assert granted("Tarteaucitron", header) == "statistics"
    assert granted("Tarteaucitron", "tarteaucitron=!googletagmanager=true") == ""
