"""The login that an audit is given: cookies and header fields, sent to the audited origin and to no other.

Law: the values leave this file in requests alone; `hide` takes them out of every text that the site sends back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, quote_plus, urlsplit

from cookiegate.wire.token import is_token

__all__ = ["HIDDEN", "Login"]

HIDDEN = "(hidden)"
_SHORTEST_HIDDEN = 4
_SET_BY_THE_AUDIT = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade", "trailer"}
)
_DEFAULT_PORTS = {"http": 80, "https": 443}

Pair = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Login:
    """What is sent to see the pages behind the site's login."""

    cookies: tuple[Pair, ...] = field(default=(), repr=False)
    headers: tuple[Pair, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, cookies: Iterable[str], headers: Iterable[str]) -> "Login":
        """Read `NAME=VALUE` and `Name: value`; a `Cookie` header may hold several cookies.

        Raises: `ValueError` that says which one is wrong, and holds no value.
        """
        texts = [("--cookie", number, text) for number, text in enumerate(cookies, start=1)]
        fields: list[Pair] = []
        for number, text in enumerate(headers, start=1):
            name, colon, value = text.partition(":")
            octets, name = value.strip().encode("utf-8", "surrogateescape"), name.strip()
            if not colon or not name.isascii() or not is_token(name.encode()) or _has_control(octets):
                raise ValueError(f"--header {number}: write it as 'Name: value', without line breaks")
            if name.lower() in _SET_BY_THE_AUDIT:
                raise ValueError(f"--header {number}: {name} is set by the audit itself; leave it out")
            if name.lower() == "cookie":
                texts.append(("--header", number, value))
            else:
                fields.append((name.encode(), octets))
        pairs: dict[bytes, bytes] = {}
        for option, number, text in texts:
            for part in text.encode("utf-8", "surrogateescape").split(b";"):
                key, equals, octets = part.strip().partition(b"=")
                if not equals or not is_token(key) or _has_control(octets):
                    raise ValueError(f"{option} {number}: write a cookie as NAME=VALUE, without line breaks")
                pairs[key] = octets
        return cls(tuple(pairs.items()), tuple(fields))

    def __bool__(self) -> bool:
        return bool(self.cookies or self.headers)

    def is_for(self, url: str, audited: str) -> bool:
        """Return whether a URL is of the audited origin, or of the same host where http became https."""
        asked, own = urlsplit(url), urlsplit(audited)
        if asked.hostname != own.hostname or (own.scheme == "https" and asked.scheme != "https"):
            return False
        if asked.scheme == own.scheme:
            return _port(asked) == _port(own)
        return own.scheme == "http" and _port(own) == 80 and _port(asked) == 443

    def hide(self, text: str) -> str:
        """Take the values out of a text, as they were given and as a URL writes them."""
        for secret in self._secrets():
            for form in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
                text = text.replace(form, HIDDEN)
        return text

    def hide_name(self, line: bytes) -> bytes:
        """Take the values out of the name of a Set-Cookie line: a site may send back what it was sent."""
        name, equals, rest = line.partition(b"=")
        for secret in self._secrets():
            name = name.replace(secret.encode("utf-8", "surrogateescape"), b"hidden")
        return name + equals + rest

    def _secrets(self) -> list[str]:
        """List the values, the longest first; of `Bearer abc` its second half too."""
        texts = [value.decode("utf-8", "surrogateescape") for _, value in (*self.cookies, *self.headers)]
        texts += [word for _, value in self.headers for word in value.decode("utf-8", "surrogateescape").split()]
        return sorted({text for text in texts if len(text) >= _SHORTEST_HIDDEN}, key=len, reverse=True)


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _has_control(octets: bytes) -> bool:
    return any(octet < 32 or octet == 127 for octet in octets)
