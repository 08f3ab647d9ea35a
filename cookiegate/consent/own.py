"""cookiegate's own consent cookie, for sites without a consent platform.

`v=1&c=preferences.statistics&t=1768204800&r=2026-01-12&id=3q2-7wEjRWeJq83v`: what `URLSearchParams` reads and writes
in a browser. `v` is the format's version, `c` the granted optional categories, `t` when the visitor chose (seconds
since 1970, UTC), `r` the policy revision, `id` a random id for the record. With a secret, `&s=` and an HMAC-SHA256
over everything before it (itsdangerous) ends the value, and a value without it is not read.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from cookiegate.consent.source import CookieValues, OneCookieSource
from cookiegate.errors import ConfigError
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import OPTIONAL, Category, Consent, Reason, SameSite, SetCookie
from cookiegate.wire.set_cookie import write_set_cookie
from cookiegate.wire.token import is_token

if TYPE_CHECKING:
    from itsdangerous import Signer

__all__ = ["OwnConsent"]

_VALUE = re.compile(rb"[A-Za-z0-9&=%+._*~-]{1,1024}")  # what is longer could not be written again with its id
_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = b"&s="
_HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_LAST_SECOND = 253402300799  # in the year 9999, the last that datetime knows


class OwnConsent(OneCookieSource):
    """Reads and writes cookiegate's own consent cookie.

    `name`: the cookie. `lifetime`: how long a choice counts, and the cookie is kept. `secret`: text of at least 16
    characters, or several of them, the newest last, so that secrets can be changed; needs `cookiegate[signed]`. A
    signed cookie can't be written by a script in the page. `domain`: to share the choice with subdomains.

    Raises: `ConfigError`.
    """

    __slots__ = ("_domain", "_is_http_only", "_is_secure", "_lifetime_s", "_signer", "_values", "cookie_names")

    def __init__(
        self,
        name: str = "cookiegate_consent",
        *,
        lifetime: str = "6 months",
        secret: str | list[str] | None = None,
        domain: str | None = None,
    ) -> None:
        problems = []
        if not _is_cookie_name(name):
            problems.append(f"OwnConsent: name {name!r} is no cookie name; use letters, digits, '-' and '_'")
        if domain is not None and not (isinstance(domain, str) and _HOST.fullmatch(domain)):
            problems.append(f"OwnConsent: domain {domain!r} is no host name; write it like 'example.com'")
        lower = name.lower() if isinstance(name, str) else ""
        if domain is not None and lower.startswith("__host-"):
            problems.append("OwnConsent: a __Host- cookie has no domain; take domain away or change the name")
        try:
            limit_s = parse_lifetime(lifetime).max_age_s if isinstance(lifetime, str) else None
            if limit_s is None:
                problems.append(f"OwnConsent: lifetime {lifetime!r} names no number; write one like '6 months'")
        except ValueError as error:
            problems.append(f"OwnConsent: {error}")
        secrets = list(secret) if isinstance(secret, list | tuple) else [secret] if isinstance(secret, str) else []
        if secret is not None and not (secrets and all(isinstance(text, str) and len(text) >= 16 for text in secrets)):
            problems.append("OwnConsent: secret is too short, or no text; use at least 16 random characters")
        if problems:
            raise ConfigError(problems)
        self.cookie_names = (name,)
        self._domain = domain.removeprefix(".").lower().encode("ascii") if domain is not None else None
        self._is_secure = lower.startswith(("__host-", "__secure-", "__http-"))  # browsers refuse such a name without
        self._is_http_only = lower.startswith(("__http-", "__host-http-"))
        self._lifetime_s = limit_s
        self._signer = _signer(secrets) if secrets else None
        self._values = CookieValues(name, self.parse)

    def parse(self, value: bytes) -> Consent:
        """Read one value of the cookie; what is broken in any way grants nothing. Raises nothing."""
        unreadable = Consent.none(Reason.CONSENT_UNREADABLE, source=self.cookie_names[0])
        if not _VALUE.fullmatch(value):
            return unreadable
        if self._signer is not None:
            value, _, signature = value.rpartition(_SIGNATURE)
            if not self._signer.verify_signature(value, signature):
                return unreadable
        try:
            pairs = parse_qsl(
                value.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=16
            )
        except ValueError:
            return unreadable
        fields = dict(pairs)
        if len(fields) != len(pairs) or fields.get("v") != "1" or not _SECONDS.fullmatch(fields.get("t", "")):
            return unreadable
        if "c" not in fields:
            return unreadable
        return Consent(
            OPTIONAL.intersection(fields["c"].split(".")),  # a name that is not known grants nothing
            source=self.cookie_names[0],
            given_at=datetime.fromtimestamp(min(int(fields["t"]), _LAST_SECOND), UTC),
            revision=fields.get("r", ""),
            explicit=True,
            max_age_s=self._lifetime_s,
            id=fields.get("id"),
        )

    def write(self, consent: Consent, *, is_https: bool) -> bytes:
        """Return the Set-Cookie line for a consent that has a time."""
        given_at = consent.given_at or datetime.fromtimestamp(0, UTC)
        fields = {
            "v": "1",
            "c": ".".join(category for category in Category if category in consent.granted),
            "t": str(int(given_at.timestamp())),
            "r": consent.revision or "",
            "id": consent.id or "",
        }
        value = urlencode({key: text for key, text in fields.items() if text or key == "c"}).encode("ascii")
        if self._signer is not None:
            value += _SIGNATURE + self._signer.get_signature(value)
        return write_set_cookie(
            SetCookie(
                self.cookie_names[0].encode(),
                value,
                max_age_s=self._lifetime_s,
                domain=self._domain,
                path=b"/",
                secure=is_https or self._is_secure,
                http_only=self._is_http_only,
                same_site=SameSite.LAX,
            )
        )


def _is_cookie_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and is_token(name.encode()) and not name.startswith("$")


def _signer(secrets: list[str]) -> "Signer":
    try:
        from itsdangerous import Signer
    except ImportError as error:
        raise ConfigError(["OwnConsent: secret needs itsdangerous; pip install 'cookiegate[signed]'"]) from error
    return Signer(secrets, salt="cookiegate.consent", digest_method=sha256)
