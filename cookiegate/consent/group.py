"""Several cookies of one consent platform, read together: fixed names, and names that only begin alike.

Law: all cookies of a group are read together, or the group is unreadable.
"""

from collections.abc import Callable, Iterable

from cookiegate.consent.source import MAX_VALUE_OCTETS
from cookiegate.memo import Memo
from cookiegate.model import Consent, Reason, RequestHead
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, cookie_pairs, cookie_values

__all__ = ["CookieGroup", "CookieGroupSource", "Pairs", "prefixed_pairs"]

Pairs = list[tuple[str, bytes]]
"""Name and value of cookies, in the order of the reader's names, then of the header; names read as Latin-1."""

_REMEMBERED_GROUPS = 1024
_REMEMBERED_OCTETS = 4096
_SEMICOLON = 0x3B


class CookieGroup:
    """Reads every value of several cookies through one parser, and remembers what it read in bounded memory.

    `names`: a trailing `*` is a prefix. `parse` gets all pairs of these names, at least one; it raises `ValueError`
    for what it can't read. A repeated group of values costs finding the names and one dictionary look-up.
    """

    __slots__ = ("_memo", "_names", "_parse", "_prefixes")

    def __init__(self, names: Iterable[str], parse: Callable[[Pairs], Consent | None], *, source: str) -> None:
        octets = [name.encode("ascii") for name in names]
        self._names = [name for name in octets if not name.endswith(b"*")]
        self._prefixes = [name.removesuffix(b"*") for name in octets if name.endswith(b"*")]
        self._parse = parse
        unreadable = Consent.none(Reason.CONSENT_UNREADABLE, source=source)

        def read(group: bytes) -> Consent | None:
            pairs = _named(group)
            if any(len(value) > MAX_VALUE_OCTETS for _, value in pairs):
                return unreadable
            try:
                return parse(pairs)
            except ValueError:
                return unreadable

        self._memo: Memo[bytes, Consent | None] = Memo(read, limit=_REMEMBERED_GROUPS, longest=_REMEMBERED_OCTETS)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent, or `None` if the request carries none of these cookies."""
        group = self._group(head.cookie)
        return self._memo[group] if group else None

    def shrink(self, limit: int) -> None:
        """Remember at most twice `limit` groups from now on: the caller has a memory of its own."""
        self._memo.shrink(limit)

    def problem(self, head: RequestHead) -> str | None:
        """Explain why the cookies can't be read, for the site's developers; `None` if they can, or are missing."""
        pairs = _named(self._group(head.cookie))
        if any(len(value) > MAX_VALUE_OCTETS for _, value in pairs):
            return f"longer than {MAX_VALUE_OCTETS} octets"
        try:
            if pairs:
                self._parse(pairs)
        except ValueError as error:
            return str(error)
        return None

    def _group(self, header: bytes) -> bytes:
        """Return the cookies of these names, as a Cookie header of their own."""
        pairs = [name + b"=" + value for name in self._names for value in cookie_values(header, name)]
        for prefix in self._prefixes:
            pairs += prefixed_pairs(header, prefix)
        return b";".join(pairs)


class CookieGroupSource:
    """A source that reads several cookies of one platform together, by one function.

    `names`: the cookies, a trailing `*` is a prefix. `parse` and `platform` as for `CookieGroup`. `cookie_names`: what
    the gate always keeps, where these differ from `names`.
    """

    __slots__ = ("_values", "cookie_names")

    def __init__(
        self,
        names: tuple[str, ...],
        parse: Callable[[Pairs], Consent | None],
        platform: str,
        *,
        cookie_names: tuple[str, ...] | None = None,
    ) -> None:
        self.cookie_names: tuple[str, ...] = names if cookie_names is None else cookie_names
        self._values = CookieGroup(names, parse, source=platform)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the request has none of the cookies, or none holds an answer."""
        return self._values(head)


def _named(group: bytes) -> Pairs:
    return [(name.decode("latin-1"), value) for name, value in cookie_pairs(group)]


def prefixed_pairs(header: bytes, prefix: bytes) -> list[bytes]:
    """Return `name=value`, trimmed, of every cookie whose name begins with the prefix and goes on after it.

    As `cookie_values` does, it searches the octets of the name instead of splitting all pairs.
    """
    found: list[bytes] = []
    if len(header) > MAX_COOKIE_OCTETS:
        return found
    at = header.find(prefix)
    while at >= 0:
        start = at
        while start and header[start - 1] in b" \t":
            start -= 1
        stop = header.find(b";", at)
        stop = len(header) if stop < 0 else stop
        if start == 0 or header[start - 1] == _SEMICOLON:
            name, equals, value = header[at:stop].partition(b"=")
            name = name.rstrip(b" \t")
            if equals and len(name) > len(prefix):
                found.append(name + b"=" + value.strip(b" \t"))
        at = header.find(prefix, stop)
    return found
