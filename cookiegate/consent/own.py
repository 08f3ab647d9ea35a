"""cookiegate's own consent cookie, for sites without a consent platform.

`v=1&c=preferences.statistics&t=1768204800&r=2026-01-12&id=3q2-7wEjRWeJq83v`: what `URLSearchParams` reads and writes
in a browser. `v` is the format's version, `c` the granted optional categories, `t` when the visitor chose (seconds
since 1970, UTC), `r` the policy revision, `id` a random id for the record. With a secret, `&s=` and an HMAC-SHA256
over everything before it (itsdangerous) ends the value, and a value without it is not read.
Law: a value that is not exactly of this form, or whose signature is wrong, grants nothing.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from cookiegate.consent.source import FormerPlace, OneCookieSource
from cookiegate.errors import ConfigError
from cookiegate.given_values import read_duration_s
from cookiegate.model import OPTIONAL, Category, Consent, Reason, SameSite, SetCookie
from cookiegate.problems import Problems
from cookiegate.wire.host import is_domain
from cookiegate.wire.set_cookie import write_set_cookie
from cookiegate.wire.token import is_token

if TYPE_CHECKING:
    from itsdangerous import Signer

__all__ = ["OwnConsent"]

_VALUE = re.compile(rb"[A-Za-z0-9&=%+._*~-]{1,1024}")  # what is longer could not be written again with its id
_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = b"&s="
_LAST_SECOND = 253402300799  # in the year 9999, the last that datetime knows


class OwnConsent(OneCookieSource, reads_one_cookie=True):
    """Reads and writes cookiegate's own consent cookie.

    `name`: the cookie. `lifetime`: how long a choice counts, and the cookie is kept. `secret`: text of at least 16
    characters, or several of them, the newest last, so that secrets can be changed; needs `cookiegate[signed]`. A
    signed cookie can't be written by a script in the page. `domain`: to share the choice with subdomains.

    `former_domains`, `former_names`, `former_partitioned`: where this site wrote the cookie before it was moved. Each
    time the cookie is written, its forms at these places are deleted, so that no older choice counts beside it.
    The guard script can't read a signed cookie, nor one with a `__Http-` name: its tag then needs `data-state`.

    Raises: `ConfigError`.
    """

    __slots__ = ("_domain", "_is_http_only", "_is_secure", "_lifetime_s", "_signer", "former_places")

    def __init__(
        self,
        name: str = "cookiegate_consent",
        *,
        lifetime: str = "6 months",
        secret: str | list[str] | None = None,
        domain: str | None = None,
        former_domains: Iterable[str] = (),
        former_names: Iterable[str] = (),
        former_partitioned: bool = False,
    ) -> None:
        problems = Problems("OwnConsent")
        if not _is_cookie_name(name):
            problems.add(f"name {name!r} is no cookie name; use letters, digits, '-' and '_'")
        if domain is not None and not _is_host(domain):
            problems.add(f"domain {domain!r} is no host name; write it like 'example.com'")
        former_domains = _texts(
            "former_domains", former_domains, _is_host, "host name", example="example.com", problems=problems
        )
        former_names = _texts(
            "former_names", former_names, _is_cookie_name, "cookie name", example="__Host-consent", problems=problems
        )
        if not isinstance(former_partitioned, bool):
            problems.add(f"former_partitioned is {former_partitioned!r}; use true or false")
        lower = name.lower() if isinstance(name, str) else ""
        if domain is not None and lower.startswith("__host-"):
            problems.add("a __Host- cookie has no domain; take domain away or change the name")
        try:
            limit_s = read_duration_s(lifetime)
        except ValueError as error:
            limit_s = 0
            problems.add(f"lifetime {error}".replace("lifetime lifetime", "lifetime"))
        secrets = list(secret) if isinstance(secret, list | tuple) else [secret] if isinstance(secret, str) else []
        if secret is not None and not (secrets and all(isinstance(text, str) and len(text) >= 16 for text in secrets)):
            problems.add("secret is too short, or no text; use at least 16 random characters")
        problems.check()
        self._domain = _as_domain(domain) if domain is not None else None
        domains = (None, self._domain, *map(_as_domain, former_domains))
        self.former_places: tuple[FormerPlace, ...] = tuple(
            FormerPlace(each.encode(), place, is_partitioned)
            for each in dict.fromkeys((name, *former_names))
            for place in dict.fromkeys(domains)
            for is_partitioned in (False, True)[: 1 + former_partitioned]
            if place is None or not each.lower().startswith("__host-")  # browsers store no such cookie with a domain
            if (each, place, is_partitioned) != (name, self._domain, False)
        )
        """The places where the browser may still have the cookie: it is deleted there whenever it is written."""
        self._is_secure = lower.startswith(("__host-", "__secure-", "__http-"))  # browsers refuse such a name without
        self._is_http_only = lower.startswith(("__http-", "__host-http-"))
        self._lifetime_s = limit_s
        self._signer = _signer(secrets) if secrets else None
        super().__init__(name, self.parse, name)

    @property
    def script_lifetime_s(self) -> int | None:
        """How long a choice counts where scripts in the page can read the cookie, in seconds; `None` where they can't.

        A signature can be checked by the server alone, and a `__Http-` cookie is hidden from scripts.
        """
        return None if self._signer is not None or self._is_http_only else self._lifetime_s

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


def _is_host(domain: object) -> bool:
    return isinstance(domain, str) and domain.isascii() and is_domain(domain.lower())


def _as_domain(domain: str) -> bytes:
    return domain.removeprefix(".").lower().encode("ascii")


def _texts(
    subject: str, value: object, is_sound: Callable[[object], bool], what: str, *, example: str, problems: Problems
) -> tuple[str, ...]:
    """Read a list of texts."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        problems.add(f"{subject} is {value!r}; use a list like [{example!r}]")
        return ()
    found = tuple(value)
    for each in found:
        if not is_sound(each):
            problems.add_problem(subject, f"{each!r} is no {what}; write it like {example!r}")
    return found


def _is_cookie_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and is_token(name.encode()) and not name.startswith("$")


def _signer(secrets: list[str]) -> "Signer":
    try:
        from itsdangerous import Signer
    except ImportError as error:
        raise ConfigError(["OwnConsent: secret needs itsdangerous; pip install 'cookiegate[signed]'"]) from error
    return Signer(secrets, salt="cookiegate.consent", digest_method=sha256)
