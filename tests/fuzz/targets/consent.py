"""Fuzz the consent readers: nothing raises, and garbage grants nothing.

The first octet is the letter of a reader (`READERS`), the rest is a whole Cookie header. Where a refusal is there too,
it stands, whatever else the visitor's browser was made to send.
"""

import re

from cookiegate import consent as readers
from cookiegate.model import OPTIONAL, RequestHead

SERVICES = {"matomo": "statistics", "youtube": "preferences", "pixel": "marketing"}
READERS = {
    "A": readers.AspNetCore(),
    "B": readers.Axeptio(services=SERVICES),
    "C": readers.Borlabs(),
    "D": readers.Civic(),
    "E": readers.Complianz(),
    "F": readers.CookieConsentStatus(),
    "G": readers.CookieFirst(),
    "H": readers.CookieInformation(),
    "I": readers.CookieScript(),
    "J": readers.CookieYes(),
    "K": readers.Cookiebot(),
    "L": readers.Detect(),
    "M": readers.Didomi(),
    "N": readers.DjangoCookieConsent(groups={"stats": "statistics", "ads": "marketing"}),
    "O": readers.Gpp(),
    "P": readers.HubSpot(),
    "Q": readers.Iubenda(),
    "R": readers.Klaro(services=SERVICES),
    "S": readers.Moove(),
    "T": readers.OneTrust(),
    "U": readers.OwnConsent(),
    "V": readers.PiwikPro(),
    "W": readers.Shopify(),
    "X": readers.Tarteaucitron(services=SERVICES),
    "Y": readers.Tcf(),
    "Z": readers.Tealium(),
    "a": readers.TrustArc(),
    "b": readers.UsPrivacy(),
    "c": readers.VanillaCookieConsent(),
    "d": readers.Wix(),
    "e": readers.C15t(),
    "f": readers.Fides(),
    "g": readers.Zaraz(purposes={"aBcD": "statistics", "eFgH": "marketing"}),
    "h": readers.Didomi(purpose_numbers={"statistics": [16816], "marketing": [16817]}),
}
REFUSALS = {
    "A": ".AspNet.Consent=no",
    "B": 'axeptio_cookies={"matomo":false,"youtube":false,"pixel":false,"$$completed":true}',
    "C": 'borlabs-cookie={"consents":{"essential":["borlabs-cookie"]},"version":"1"}',
    "D": 'CookieControl={"optionalCookies":{"analytics":"revoked","marketing":"revoked"},"interactedWith":true}',
    "E": "cmplz_preferences=deny; cmplz_statistics=deny; cmplz_marketing=deny; cmplz_banner-status=dismissed",
    "F": "cookieconsent_status=deny",
    "G": 'cookiefirst-consent={"necessary":true,"performance":false,"functional":false,"advertising":false}',
    "H": 'CookieInformationConsent={"consents_approved":["cookie_cat_necessary"],"consents_denied":[]}',
    "I": 'CookieScriptConsent={"action":"reject","categories":"[]"}',
    "J": "cookieyes-consent=consent:no,action:yes,necessary:yes,functional:no,analytics:no,advertisement:no",
    "K": "CookieConsent={necessary:true,preferences:false,statistics:false,marketing:false,ver:1}",
    "N": "cookie_consent=stats=-1|ads=-1",
    "P": "__hs_cookie_cat_pref=1:false_2:false_3:false",
    "Q": '_iub_cs-1={"purposes":{"1":true,"2":false,"3":false,"4":false,"5":false}}',
    "R": 'klaro={"matomo":false,"youtube":false,"pixel":false}',
    "S": 'moove_gdpr_popup={"strict":"1","thirdparty":"0","advanced":"0"}',
    "T": "OptanonConsent=groups=C0001%3A1%2CC0002%3A0%2CC0003%3A0%2CC0004%3A0&interactionCount=1",
    "U": "cookiegate_consent=v=1&c=&t=1768204800",
    "W": "_tracking_consent=3amp._AT_t_f_Zm9vYmFyLXdpdGgtMTZvYQ",
    "X": "tarteaucitron=!matomo=false!youtube=false!pixel=false",
    "Z": "CONSENTMGR=consent:false|ts:1767225600000",
    "a": "cmapi_cookie_privacy=permit 1 required",
    "c": 'cc_cookie={"categories":["necessary"]}',
    "d": 'consent-policy={"ess":1,"func":0,"anl":0,"adv":0}',
    "e": "c15t=c.necessary:1,i.t:1767225600000,i.sid:sub_2b8x9Q",
    "f": 'fides_consent={"consent":{"analytics":false},"fides_meta":{"updatedAt":"2026-01-02T03:04:05.678Z"}}',
    "g": 'cf_consent={"aBcD":false,"eFgH":false}',
}
"""A visitor's refusal, for each reader whose cookie can say no."""
LETTERS = sorted(READERS)


def check(octets: bytes) -> None:
    """Try one input. Raises: `AssertionError`, or whatever the package raised."""
    if not octets:
        return
    letter = chr(octets[0])
    if letter not in READERS:
        letter = LETTERS[octets[0] % len(LETTERS)]
    reader, header = READERS[letter], octets[1:]
    granted = _granted(reader, header)
    assert granted <= OPTIONAL
    assert granted == _granted(reader, header), "what was remembered is not what was read"
    if re.fullmatch(rb"[^0-9A-Za-z]*", b"".join(piece.partition(b"=")[2] for piece in header.split(b";"))):
        assert not granted, (letter, header)
    if b"%" not in header and not _is_utf_8(header) and header.count(b";") == 0:
        assert not granted, (letter, header)
    refusal = REFUSALS.get(letter)
    if granted and refusal is not None:
        no = refusal.encode("ascii")
        assert not _granted(reader, no + b"; " + header), (letter, header)
        assert not _granted(reader, header + b"; " + no), (letter, header)


def _granted(reader: readers.ConsentSource, header: bytes) -> frozenset[str]:
    consent = reader(RequestHead(cookie=header))
    return frozenset() if consent is None else consent.granted


def _is_utf_8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
