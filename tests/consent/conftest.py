"""What the tests of the consent platforms share: every reader by name, and how one reads a Cookie header."""

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cookiegate.model import Consent, Reason, RequestHead

PLATFORMS = {
    "AspNetCore": "aspnetcore",
    "Axeptio": "axeptio",
    "Borlabs": "borlabs",
    "Civic": "civic",
    "Complianz": "complianz",
    "CookieConsentStatus": "cookieconsent_status",
    "CookieFirst": "cookiefirst",
    "CookieInformation": "cookieinformation",
    "CookieScript": "cookiescript",
    "CookieYes": "cookieyes",
    "Cookiebot": "cookiebot",
    "Didomi": "didomi",
    "DjangoCookieConsent": "django_cookie_consent",
    "HubSpot": "hubspot",
    "Iubenda": "iubenda",
    "Klaro": "klaro",
    "Moove": "moove",
    "OneTrust": "onetrust",
    "PiwikPro": "piwikpro",
    "Shopify": "shopify",
    "Tarteaucitron": "tarteaucitron",
    "Tealium": "tealium",
    "TrustArc": "trustarc",
    "VanillaCookieConsent": "vanilla_cookieconsent",
    "Wix": "wix",
}
IAB = {"Gpp": "gpp", "Tcf": "tcf", "UsPrivacy": "us_privacy"}


@pytest.fixture(scope="session")
def platforms() -> dict[str, Any]:
    """Every reader of a platform, by its name."""
    return {name: _reader(name, module) for name, module in PLATFORMS.items()}


@pytest.fixture(scope="session")
def readers(platforms: dict[str, Any]) -> dict[str, Any]:
    """Every reader, those of the IAB's strings included."""
    return platforms | {name: _reader(name, module) for name, module in IAB.items()}


@pytest.fixture(scope="session")
def samples() -> list[dict[str, Any]]:
    """One value or more for each reader, with what it says, and at which positions a change can't be told."""
    path = Path(__file__).with_name("platform-samples.json")
    found = json.loads(path.read_text(encoding="utf-8"))["samples"]
    for sample in found:
        header, undetectable = "", set[int]()
        for number, text in enumerate(re.split("[«»]", sample["header"])):
            if number % 2:
                undetectable.update(range(len(header), len(header) + len(text)))
            header += text
        sample.update(header=header, undetectable=undetectable)
    return list(found)


@pytest.fixture(scope="session")
def read(platforms: dict[str, Any]) -> Callable[..., Consent | None]:
    """Read a Cookie header, text or octets, with a new reader of this name and these arguments."""

    def read_header(name: str, header: str | bytes, **arguments: Any) -> Consent | None:
        octets = header if isinstance(header, bytes) else header.encode("utf-8")
        return platforms[name](**arguments)(RequestHead(cookie=octets))

    return read_header


@pytest.fixture(scope="session")
def granted(read: Callable[..., Consent | None]) -> Callable[..., str | None]:
    """Say what a header grants: `"preferences statistics"`, `""`, `"unreadable"`, or `None` for no signal."""

    def words(name: str, header: str | bytes, **arguments: Any) -> str | None:
        consent = read(name, header, **arguments)
        if consent is None:
            return None
        if Reason.CONSENT_UNREADABLE in dict(consent.refusals).values():
            assert consent == Consent.none(Reason.CONSENT_UNREADABLE, source=consent.source)
            return "unreadable"
        return " ".join(sorted(consent.granted))

    return words


def _reader(name: str, module: str) -> Any:
    return getattr(importlib.import_module(f"cookiegate.consent.{module}"), name)
