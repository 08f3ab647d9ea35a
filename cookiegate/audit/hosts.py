"""Which hosts are the site's own: those that are named, else those under the registrable domain of the first one.

The Public Suffix List says where a registrable domain begins: `shop.co.uk`, `shop.github.io`.
Law: where hosts are named, no other host counts as the site's own.
Source: https://publicsuffix.org/list/, as the package publicsuffixlist ships it.
"""

from collections.abc import Iterable
from functools import cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList

from cookiegate.redaction import redacted

__all__ = ["OwnHosts", "registrable_domain"]


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # reading the list takes 80 ms: only an audit that needs it waits for it


def registrable_domain(host: str) -> str:
    """Return the part of a host name that somebody registered; an address and a public suffix are their own."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        name = host.lower().rstrip(".")
        return _suffixes().privatesuffix(name) or name
    return host


class OwnHosts:
    """Tells the site's own hosts from others'; where none is named, the first host that is asked about is own."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._named = {host.lower().lstrip(".") for host in named}
        self.is_guess: bool = not self._named
        """No host was named."""
        self._known: dict[str, bool] = {}

    def __contains__(self, host: str) -> bool:
        known = self._known.get(host)
        if known is not None:
            return known
        if self.is_guess and not self._named:
            self._named.add(registrable_domain(host))
        is_own = any(host == own or host.endswith(f".{own}") for own in self._named)
        if len(self._known) < 4096:
            self._known[host] = is_own
        return is_own

    def __str__(self) -> str:
        return redacted(", ".join(sorted(self._named)))
