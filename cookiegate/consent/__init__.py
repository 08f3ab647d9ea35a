"""Consent sources: what a visitor chose, read from the request's consent cookie.

Only cookiegate's own cookie is loaded with the package; each platform's reader is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from cookiegate.consent.own import OwnConsent
from cookiegate.consent.source import ConsentSource, WritableConsentSource, first_of

if TYPE_CHECKING:
    from cookiegate.consent.aspnetcore import AspNetCore
    from cookiegate.consent.axeptio import Axeptio
    from cookiegate.consent.borlabs import Borlabs
    from cookiegate.consent.civic import Civic
    from cookiegate.consent.complianz import Complianz
    from cookiegate.consent.cookiebot import Cookiebot
    from cookiegate.consent.cookieconsent_status import CookieConsentStatus
    from cookiegate.consent.cookiefirst import CookieFirst
    from cookiegate.consent.cookieinformation import CookieInformation
    from cookiegate.consent.cookiescript import CookieScript
    from cookiegate.consent.cookieyes import CookieYes
    from cookiegate.consent.detect import Detect
    from cookiegate.consent.didomi import Didomi
    from cookiegate.consent.django_cookie_consent import DjangoCookieConsent
    from cookiegate.consent.gpp import Gpp
    from cookiegate.consent.hubspot import HubSpot
    from cookiegate.consent.iubenda import Iubenda
    from cookiegate.consent.klaro import Klaro
    from cookiegate.consent.mode import consent_mode
    from cookiegate.consent.moove import Moove
    from cookiegate.consent.onetrust import OneTrust
    from cookiegate.consent.piwikpro import PiwikPro
    from cookiegate.consent.shopify import Shopify
    from cookiegate.consent.tarteaucitron import Tarteaucitron
    from cookiegate.consent.tcf import Tcf
    from cookiegate.consent.tealium import Tealium
    from cookiegate.consent.trustarc import TrustArc
    from cookiegate.consent.us_privacy import UsPrivacy
    from cookiegate.consent.vanilla_cookieconsent import VanillaCookieConsent
    from cookiegate.consent.wix import Wix

__all__ = [
    "AspNetCore",
    "Axeptio",
    "Borlabs",
    "Civic",
    "Complianz",
    "ConsentSource",
    "CookieConsentStatus",
    "CookieFirst",
    "CookieInformation",
    "CookieScript",
    "CookieYes",
    "Cookiebot",
    "Detect",
    "Didomi",
    "DjangoCookieConsent",
    "Gpp",
    "HubSpot",
    "Iubenda",
    "Klaro",
    "Moove",
    "OneTrust",
    "OwnConsent",
    "PiwikPro",
    "Shopify",
    "Tarteaucitron",
    "Tcf",
    "Tealium",
    "TrustArc",
    "UsPrivacy",
    "VanillaCookieConsent",
    "Wix",
    "WritableConsentSource",
    "consent_mode",
    "first_of",
]

_MODULES = {
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
    "Detect": "detect",
    "Didomi": "didomi",
    "DjangoCookieConsent": "django_cookie_consent",
    "Gpp": "gpp",
    "HubSpot": "hubspot",
    "Iubenda": "iubenda",
    "Klaro": "klaro",
    "Moove": "moove",
    "OneTrust": "onetrust",
    "PiwikPro": "piwikpro",
    "Shopify": "shopify",
    "Tarteaucitron": "tarteaucitron",
    "Tcf": "tcf",
    "Tealium": "tealium",
    "TrustArc": "trustarc",
    "UsPrivacy": "us_privacy",
    "VanillaCookieConsent": "vanilla_cookieconsent",
    "Wix": "wix",
    "consent_mode": "mode",
}
"""Where each name is that is loaded when it is first asked for."""


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
