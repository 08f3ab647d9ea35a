"""Consent sources: what a visitor chose, read from the request's consent cookie.

`platforms/` has one file for each consent platform, `iab/` the IAB's strings, `own.py` cookiegate's own cookie,
`detect.py` all of them at once; `source.py` says what a source is, and `terms.py` which consents count.
Law: importing the package loads no source; each is loaded when it is first used.
"""

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.consent.detect import Detect
    from cookiegate.consent.iab.gpp import Gpp
    from cookiegate.consent.iab.tcf import Tcf
    from cookiegate.consent.iab.us_privacy import UsPrivacy
    from cookiegate.consent.mode import consent_mode
    from cookiegate.consent.own import OwnConsent
    from cookiegate.consent.platforms.aspnetcore import AspNetCore
    from cookiegate.consent.platforms.axeptio import Axeptio
    from cookiegate.consent.platforms.borlabs import Borlabs
    from cookiegate.consent.platforms.c15t import C15t
    from cookiegate.consent.platforms.civic import Civic
    from cookiegate.consent.platforms.complianz import Complianz
    from cookiegate.consent.platforms.cookiebot import Cookiebot
    from cookiegate.consent.platforms.cookieconsent_status import CookieConsentStatus
    from cookiegate.consent.platforms.cookiefirst import CookieFirst
    from cookiegate.consent.platforms.cookieinformation import CookieInformation
    from cookiegate.consent.platforms.cookiescript import CookieScript
    from cookiegate.consent.platforms.cookieyes import CookieYes
    from cookiegate.consent.platforms.didomi import Didomi
    from cookiegate.consent.platforms.django_cookie_consent import DjangoCookieConsent
    from cookiegate.consent.platforms.fides import Fides
    from cookiegate.consent.platforms.hubspot import HubSpot
    from cookiegate.consent.platforms.iubenda import Iubenda
    from cookiegate.consent.platforms.klaro import Klaro
    from cookiegate.consent.platforms.moove import Moove
    from cookiegate.consent.platforms.onetrust import OneTrust
    from cookiegate.consent.platforms.piwikpro import PiwikPro
    from cookiegate.consent.platforms.shopify import Shopify
    from cookiegate.consent.platforms.tarteaucitron import Tarteaucitron
    from cookiegate.consent.platforms.tealium import Tealium
    from cookiegate.consent.platforms.trustarc import TrustArc
    from cookiegate.consent.platforms.vanilla_cookieconsent import VanillaCookieConsent
    from cookiegate.consent.platforms.wix import Wix
    from cookiegate.consent.platforms.zaraz import Zaraz
    from cookiegate.consent.source import ConsentSource, WritableConsentSource, first_of

__all__ = [
    "AspNetCore",
    "Axeptio",
    "Borlabs",
    "C15t",
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
    "Fides",
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
    "Zaraz",
    "consent_mode",
    "first_of",
]

_MODULES = {
    "AspNetCore": "platforms.aspnetcore",
    "Axeptio": "platforms.axeptio",
    "Borlabs": "platforms.borlabs",
    "C15t": "platforms.c15t",
    "Civic": "platforms.civic",
    "Complianz": "platforms.complianz",
    "CookieConsentStatus": "platforms.cookieconsent_status",
    "CookieFirst": "platforms.cookiefirst",
    "CookieInformation": "platforms.cookieinformation",
    "CookieScript": "platforms.cookiescript",
    "CookieYes": "platforms.cookieyes",
    "Cookiebot": "platforms.cookiebot",
    "Detect": "detect",
    "Didomi": "platforms.didomi",
    "DjangoCookieConsent": "platforms.django_cookie_consent",
    "Fides": "platforms.fides",
    "Gpp": "iab.gpp",
    "HubSpot": "platforms.hubspot",
    "Iubenda": "platforms.iubenda",
    "Klaro": "platforms.klaro",
    "Moove": "platforms.moove",
    "OneTrust": "platforms.onetrust",
    "PiwikPro": "platforms.piwikpro",
    "Shopify": "platforms.shopify",
    "Tarteaucitron": "platforms.tarteaucitron",
    "Tcf": "iab.tcf",
    "Tealium": "platforms.tealium",
    "TrustArc": "platforms.trustarc",
    "UsPrivacy": "iab.us_privacy",
    "VanillaCookieConsent": "platforms.vanilla_cookieconsent",
    "Wix": "platforms.wix",
    "Zaraz": "platforms.zaraz",
}
"""The module of each source."""
_OTHERS = {
    "ConsentSource": "source", "WritableConsentSource": "source", "consent_mode": "mode", "first_of": "source",
}  # fmt: skip

SOURCES = ("OwnConsent", *_MODULES)
"""The classes of sources, each of which can be made without arguments."""

_MOVED = {path.rpartition(".")[2]: path for path in _MODULES.values() if "." in path} | {
    "bits": "iab.bits",
    "didomi_consent_string": "platforms.didomi_consent_string",
    "tc_string": "iab.tc_string",
    "tc_string_canada": "iab.tc_string_canada",
}
"""Modules that moved into a folder, by their old names: `cookiegate.consent.cookiebot` still imports."""


class _OldModuleNames(MetaPathFinder, Loader):
    """Imports a module that has moved by its old name; Python asks this only for names that it can't find itself."""

    def find_spec(self, fullname: str, *_: object, **__: object) -> ModuleSpec | None:
        package, dot, name = fullname.rpartition(".")
        return ModuleSpec(fullname, self) if package + dot == f"{__name__}." and name in _MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__.rpartition(".")[2]
        sys.modules[module.__name__] = import_module(f"{__name__}.{_MOVED[name]}")


sys.meta_path.append(_OldModuleNames())

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, {"OwnConsent": "own"} | _MODULES | _OTHERS)
