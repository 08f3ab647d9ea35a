"""Reads the consent cookie of any known platform; a way to start, before the site names its own.

Law: of several readable cookies only what all of them grant is granted, and an opt-out of US states only narrows that.
An unreadable cookie is ignored where another one is readable.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from cookiegate.consent.group import CookieGroup, prefixed_pairs
from cookiegate.consent.iab.gpp import Gpp, split_gpp_string
from cookiegate.consent.iab.opt_out import StringCookies
from cookiegate.consent.iab.tc_string import decode_tc_string
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.consent.iab.us_privacy import UsPrivacy, decode_us_privacy
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
from cookiegate.consent.source import ConsentSource, CookieValues, cookie_names_of, is_cookie_name_of, strictest
from cookiegate.memo import Memo, Once
from cookiegate.model import OPTIONAL, Consent, Reason, RequestHead
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, cookie_pairs, cookie_values

__all__ = ["Detect", "Finding"]

_logger = logging.getLogger("cookiegate")
_REMEMBERED = 1024
_REMEMBERED_OCTETS = 4096
_REMEMBERED_BY_A_READER = 16  # forty of them would else hold 175 MB of what hostile clients send

_READERS: dict[str, Callable[[], ConsentSource]] = {
    "cookiegate": OwnConsent,
    "Cookiebot": Cookiebot,
    "OneTrust": OneTrust,
    "CookieYes": CookieYes,
    "orestbida/cookieconsent": VanillaCookieConsent,
    "Complianz": Complianz,
    "Klaro": Klaro,
    "tarteaucitron": Tarteaucitron,
    "Didomi": Didomi,
    "iubenda": Iubenda,
    "Axeptio": Axeptio,
    "CookieScript": CookieScript,
    "Cookie Information": CookieInformation,
    "TrustArc": TrustArc,
    "Borlabs Cookie": Borlabs,
    "Civic Cookie Control": Civic,
    "CookieFirst": CookieFirst,
    "HubSpot": HubSpot,
    "Shopify": Shopify,
    "Wix": Wix,
    "Tealium": Tealium,
    "Moove GDPR": Moove,
    "Piwik PRO": PiwikPro,
    "cookieconsent_status": CookieConsentStatus,
    "django-cookie-consent": DjangoCookieConsent,
    "ASP.NET Core": AspNetCore,
    "c15t": C15t,
    "Fides": Fides,
    "Cloudflare Zaraz": Zaraz,
    "IAB TCF": Tcf,
}
"""The source of each platform that stores a visitor's choice in a cookie."""

_OPT_OUTS: dict[str, tuple[Callable[[], ConsentSource], Callable[[], ConsentSource]]] = {
    "IAB GPP": (Gpp, partial(Gpp, unless_refused=OPTIONAL)),
    "IAB US Privacy": (UsPrivacy, partial(UsPrivacy, unless_refused=OPTIONAL)),
}
"""The sources of opt-outs: one for a request with nothing else, one beside a platform's choice."""


_DECODERS: dict[type, Callable[[bytes], object]] = {
    Tcf: decode_tc_string,
    Gpp: split_gpp_string,
    UsPrivacy: decode_us_privacy,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A platform whose cookie is in a request, and the consent read from it."""

    platform: str
    reader: str
    """The class in `cookiegate.consent` that reads it."""
    cookie_names: tuple[str, ...]
    """The cookies that were found, in the order of the request."""
    consent: Consent | None
    """`None`: the cookie holds no answer yet."""
    has_conflict: bool = False
    """A cookie comes several times with different values."""

    @property
    def is_unreadable(self) -> bool:
        """Whether the cookie can't be read: it was truncated, is outdated, or belongs to other software."""
        consent = self.consent
        return consent is not None and consent == Consent.none(Reason.CONSENT_UNREADABLE, source=consent.source)

    @property
    def counts(self) -> bool:
        """Whether this reading counts.

        An unreadable cookie does not count beside another platform's. One with several values does: a second value
        must not hide what the first refused.
        """
        return self.consent is not None and (self.has_conflict or not self.is_unreadable)


class Detect:
    """Tries the cookies of every platform that cookiegate can read, each with its usual ids; a way to start.

    The readable ones count, the stricter where several differ. Where all are unreadable, so is the consent. A string
    of a US opt-out regime (GPP, US Privacy) takes marketing away from what a platform says, and adds nothing to it;
    where no platform gave an answer, it is read as `Gpp()` and `UsPrivacy()` do. A site's own ids grant nothing.

    The name of each platform is logged when it is first found (a warning of the logger "cookiegate"). Then use
    that platform's source: it takes the site's own ids, ignores other cookies, and is faster.
    """

    __slots__ = ("_logged", "_memo", "_names", "_narrowing", "_prefixes", "_readers", "cookie_names")

    def __init__(self) -> None:
        self._readers = {platform: make() for platform, make in _READERS.items()}
        self._readers |= {platform: alone() for platform, (alone, _) in _OPT_OUTS.items()}
        self._narrowing = {platform: beside() for platform, (_, beside) in _OPT_OUTS.items()}
        for reader in (*self._readers.values(), *self._narrowing.values()):
            for part in (*_parts(reader), getattr(reader, "_read", None)):
                if isinstance(part, CookieValues | CookieGroup | StringCookies):
                    part.shrink(_REMEMBERED_BY_A_READER)
        platforms = {name: platform for platform, reader in self._readers.items() for name in cookie_names_of(reader)}
        self.cookie_names: tuple[str, ...] = tuple(platforms)
        octets = {name.encode("ascii"): platform for name, platform in platforms.items()}
        self._names = {name: platform for name, platform in octets.items() if not name.endswith(b"*")}
        self._prefixes = {name.removesuffix(b"*"): platform for name, platform in octets.items() if name.endswith(b"*")}
        self._logged = Once(limit=len(self._readers))
        self._memo: Memo[bytes, Consent | None] = Memo(self._read, limit=_REMEMBERED, longest=_REMEMBERED_OCTETS)

    def is_cookie_name(self, name: str) -> bool:
        """Return whether a platform reads a cookie of this name."""
        return any(is_cookie_name_of(reader, name) for reader in self._readers.values())

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the request has no platform's cookie, or none holds an answer."""
        known = self.known_cookies(head.cookie)
        return self._memo[known] if known else None

    def findings(self, header: bytes) -> list[Finding]:
        """Return what each platform says whose cookie is in this Cookie header. Raises nothing."""
        head = RequestHead(cookie=header)
        names: dict[str, dict[str, set[bytes]]] = {}
        for name, value in cookie_pairs(self.known_cookies(header)):
            names.setdefault(self._platform(name), {}).setdefault(name.decode("latin-1"), set()).add(value)
        return [
            Finding(
                platform,
                type(self._readers[platform]).__name__,
                tuple(values),
                self._readers[platform](head),
                any(len(different) > 1 for different in values.values()),
            )
            for platform, values in names.items()
        ]

    def known_cookies(self, header: bytes) -> bytes:
        """Return the Cookie header with nothing in it but the cookies that some platform reads.

        One look at every name: among 80 cookies less than Starlette's cookie parser takes, and a quarter of what
        searching for each known name would.
        """
        if not header or len(header) > MAX_COOKIE_OCTETS:
            return b""
        names = self._names
        found = [
            piece.strip(b" \t")
            for piece in header.split(b";")
            if piece.partition(b"=")[0].strip(b" \t") in names and b"=" in piece
        ]
        for prefix in self._prefixes:
            if prefix in header:
                found += prefixed_pairs(header, prefix)
        return b"; ".join(found)

    def _platform(self, name: bytes) -> str:
        exact = self._names.get(name)
        return exact or next(of for prefix, of in self._prefixes.items() if name.startswith(prefix))

    def _read(self, header: bytes) -> Consent | None:
        found = self.findings(header)
        choices = [finding for finding in found if finding.platform not in self._narrowing]
        consent = self._strictest(choices)
        if consent is None:  # no platform's answer can be read: is a cookie there all the same?
            consent = strictest(finding.consent for finding in choices)
            if consent is None:
                objections = [finding for finding in found if finding.platform in self._narrowing]
                consent = self._strictest(objections) or strictest(finding.consent for finding in objections)
            return consent
        return self._narrowed(consent, RequestHead(cookie=header))

    def _strictest(self, findings: list[Finding]) -> Consent | None:
        """Combine the readings that have a say, and name their platforms in the log."""
        counting = [finding for finding in findings if finding.counts]
        for finding in counting:
            if not finding.is_unreadable and self._logged.is_first(finding.platform):
                _logger.warning(
                    "Detect() found the consent of %s (cookie %s); write consent=%s(), with the site's own ids if it "
                    "has some, to read that alone",
                    finding.platform, finding.cookie_names[0], finding.reader,
                )  # fmt: skip
        return strictest(finding.consent for finding in counting)

    def _narrowed(self, consent: Consent, head: RequestHead) -> Consent:
        """Take out what an opt-out in the same request refuses; one that can't be read refuses nothing."""
        for platform, reader in self._narrowing.items():
            objection = reader(head)
            if objection is None or Finding(platform, "", (), objection).is_unreadable:
                continue
            taken = sorted(consent.granted - objection.granted)
            consent = replace(
                consent,
                granted=consent.granted & objection.granted,
                refusals=(*consent.refusals, *((category, objection.refusal(category)) for category in taken)),
            )
        return consent

    def problem(self, finding: Finding, header: bytes) -> str:
        """Explain why a cookie that was found is unreadable, for developers: the text may quote an octet of it."""
        reader, head = self._readers[finding.platform], RequestHead(cookie=header)
        for part in _parts(reader):
            if problem := part.problem(head):
                return problem
        decode = _DECODERS.get(type(reader))
        if decode is not None:
            for name in finding.cookie_names:
                for value in cookie_values(header, name.encode("latin-1")):
                    try:
                        decode(value)
                    except ValueError as error:
                        return str(error)
        return "not of a kind that still counts"


def _parts(reader: ConsentSource) -> list[CookieValues | CookieGroup]:
    """Return what a platform's reader reads its cookies with."""
    parts = (getattr(reader, name, None) for name in ("_values", "_legacy"))
    return [part for part in parts if isinstance(part, CookieValues | CookieGroup)]
