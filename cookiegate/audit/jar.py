"""What a visitor of a running site carries: the cookies that it set, in bounded memory, sent back to its own host."""

from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Jar"]

_MAX_COOKIES = 100
_MAX_OCTETS = 6144


class Jar:
    """One visitor's cookies; the consent cookie that the visitor came with stays as it is."""

    def __init__(self, consent: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self._consent = dict(consent)
        self._stored: dict[tuple[str, bytes], tuple[bytes, bytes, bool]] = {}

    def store(self, line: bytes, host: str, now: float) -> None:
        """Take what a response sets, or takes away."""
        cookie = parse_set_cookie(line)
        if cookie is None or not cookie.name or cookie.name in self._consent:
            return
        key = (host, cookie.name)
        is_over = cookie.max_age_s <= 0 if cookie.max_age_s is not None else (cookie.expires_s or now + 1) <= now
        if is_over:
            self._stored.pop(key, None)
        elif key in self._stored or len(self._stored) < _MAX_COOKIES:
            self._stored[key] = cookie.value, cookie.path or b"/", cookie.secure

    def header(self, host: str, path: str, *, is_https: bool) -> bytes:
        """Return the Cookie header for a request, no longer than servers read; empty where there is none."""
        pairs = [name + b"=" + value for name, value in self._consent.items()]
        size = sum(map(len, pairs))
        for (of, name), (value, prefix, secure) in self._stored.items():
            fits = of == host and (is_https or not secure) and path.encode("utf-8", "replace").startswith(prefix)
            size += len(name) + len(value) + 3 if fits else 0
            if fits and size <= _MAX_OCTETS:
                pairs.append(name + b"=" + value)
        return b"; ".join(pairs)
