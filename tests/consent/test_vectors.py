"""The 125 conformance values of consent platforms, each read as the platform itself would report it."""

from collections.abc import Callable
from typing import Any

from cookiegate.model import Reason, RequestHead

READERS = {
    "aspnet": "AspNetCore",
    "axeptio": "Axeptio",
    "borlabs": "Borlabs",
    "civic": "Civic",
    "complianz": "Complianz",
    "cookiebot": "Cookiebot",
    "cookieconsent-v3-osano": "CookieConsentStatus",
    "cookiefirst": "CookieFirst",
    "cookieinformation": "CookieInformation",
    "cookiescript": "CookieScript",
    "cookieyes": "CookieYes",
    "cookieyes-legacy": "CookieYes",
    "didomi": "Didomi",
    "django-cookie-consent": "DjangoCookieConsent",
    "hubspot": "HubSpot",
    "iab-gpp": "Gpp",
    "iab-tcf": "Tcf",
    "iubenda": "Iubenda",
    "klaro": "Klaro",
    "moove": "Moove",
    "onetrust": "OneTrust",
    "orestbida": "VanillaCookieConsent",
    "piwikpro": "PiwikPro",
    "shopify": "Shopify",
    "tarteaucitron": "Tarteaucitron",
    "tealium": "Tealium",
    "trustarc": "TrustArc",
    "us-privacy": "UsPrivacy",
    "wix": "Wix",
}
NOT_READABLE = {"osano"}
"""An encrypted value: no reader knows the name of its cookie, and none grants anything by it."""


def test_vectors_are_125_and_each_platform_has_a_reader(shared_json: Callable[[str], Any]) -> None:
    vectors = shared_json("consent-vectors.json")
    assert len(vectors) == 125
    assert {vector["cmp"] for vector in vectors} == READERS.keys() | NOT_READABLE


def test_every_vector_reads_as_the_platform_reports(shared_json: Callable[[str], Any], readers: dict[str, Any]) -> None:
    wrong = []
    for number, vector in enumerate(shared_json("consent-vectors.json")):
        names = [READERS[vector["cmp"]]] if vector["cmp"] in READERS else sorted(readers)
        for name in names:
            consent = readers[name](**vector.get("config", {}))(RequestHead(cookie=_header(vector)))
            if not _agrees(vector, consent):
                wrong.append((number, name, vector["cookie_value"], vector["expect"], vector["explicit"], consent))
    assert wrong == []


def _header(vector: dict[str, Any]) -> bytes:
    value = vector["cookie_value"]
    pairs = [value if vector.get("header_fragment") else f"{vector['cookie_name']}={value}"]
    pairs += [f"{name}={companion}" for name, companion in vector.get("companions", {}).items()]
    return "; ".join(["first=1", *pairs, "last=9"]).encode()


def _agrees(vector: dict[str, Any], consent: Any) -> bool:
    expected = vector["expect"]
    if expected is None:
        unreadable = consent is not None and Reason.CONSENT_UNREADABLE in dict(consent.refusals).values()
        return consent is None or (unreadable and not consent.granted)
    says_nothing = all(is_granted is None for is_granted in expected.values())
    if consent is None:
        return says_nothing
    if {name for name, is_granted in expected.items() if is_granted} != set(consent.granted):
        return False
    return vector["explicit"] is None or vector["explicit"] == consent.explicit
