"""Which addresses the audited site may lead the browser to: public ones, and hosts that were named.

Law: an address that is not on the public internet is refused, in every form in which IPv6 can hold an IPv4 address;
no host that was public when the audit first looked it up leads to one later.
Source: the IANA registries of special-purpose addresses, as Python's `ipaddress` has them.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["NamedPlaces", "is_public"]

_OF_CLOUDS = frozenset({IPv4Address("168.63.129.16")})
"""Public by its number, and answered inside of a cloud's virtual machines (Azure's host)."""
_OLD = ("192.88.99.0/24", "2002::/16", "2001::/23")
"""6to4 and its relays (RFC 7526), Teredo and what else is no place of a site: they lead to IPv4 addresses within."""
_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "198.18.0.0/15", "2001:db8::/32", "3fff::/20", *_OLD)))
"""Not globally reachable, and taken for that by some versions of Python (gh-113171)."""
_UNICAST = IPv6Network("2000::/3")
"""All that is given out in IPv6, as IANA's registry of its address space has it; not `fec0::/10` (RFC 3879)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
_ISATAP = (0x00005EFE, 0x02005EFE)
"""RFC 5214 §6.1: the last 32 bits are an IPv4 address where these are before it."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet. What is no IP address is not."""
    try:
        found = ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public(found)
    last = IPv4Address(int(found) & 0xFFFFFFFF)
    if found.ipv4_mapped is not None or found in _NAT64:
        return _is_public(last)
    is_isatap = (int(found) >> 32) & 0xFFFFFFFF in _ISATAP
    return found in _UNICAST and _is_public(found) and (not is_isatap or _is_public(last))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved or address in _OF_CLOUDS:
        return False
    return not any(address in network for network in _SPECIAL if network.version == address.version)


class NamedPlaces:
    """The hosts and ports that somebody named: the audited site's, and further ones; they may be private.

    A site's host may be so where it was from its first look-up in this audit on. One that was public then is not
    followed inside when its name leads there later (DNS rebinding), unless it is among what was `allowed`.
    """

    def __init__(
        self, places: Iterable[tuple[str, int | None]] = (), allowed: Iterable[tuple[str, int | None]] = ()
    ) -> None:
        """`places`: host and port; without a port every port of the host."""
        self._allowed = {(_normal(host), port) for host, port in allowed}
        self._places = {(_normal(host), port) for host, port in places} | self._allowed
        self._hosts = {host for host, _ in self._places}
        self._is_inside: dict[str, bool] = {}
        """Whether all addresses of a named host were private when it was first looked up."""

    def __contains__(self, place: tuple[str, int]) -> bool:
        return _holds(self._places, *place)

    def first_refused(self, host: str, port: int, addresses: list[str]) -> str:
        """Return an address of a look-up because of which no connection is made; empty where there is none."""
        inside = [address for address in addresses if not is_public(address)]
        name = _normal(host)
        if addresses and name in self._hosts:
            self._is_inside.setdefault(name, len(inside) == len(addresses))
        if not inside or _holds(self._allowed, host, port):
            return ""
        return "" if (host, port) in self and self._is_inside[name] else inside[0]

    @classmethod
    def of(
        cls, scheme: str, host: str, port: int | None, hosts: Iterable[str], allowed: Iterable[str]
    ) -> "NamedPlaces":
        """Name the audited origin, the site's own `hosts` on the usual ports and its port, and what is `allowed`.

        Raises: `ValueError` for an `allowed` text that is no `HOST` or `HOST:PORT`.
        """
        own = port or _DEFAULT_PORTS.get(scheme, 80)
        places: list[tuple[str, int | None]] = [(host, own)]
        places += [(each, of) for each in hosts for of in {80, 443, own}]
        return cls(places, map(_place, allowed))


def _holds(places: set[tuple[str, int | None]], host: str, port: int) -> bool:
    name = _normal(host)
    return (name, port) in places or (name, None) in places


def _place(text: str) -> tuple[str, int | None]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host.strip("[]") and not host.startswith("[")):
        host, port = text, ""
    if (
        not host.strip("[]")
        or "/" in text
        or (port and not (port.isdecimal() and port.isascii() and 0 < int(port) < 65536))
    ):
        raise ValueError(f"--allow-private {text[:80]!r}: write HOST or HOST:PORT")
    return host, int(port) if port else None


def _normal(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")
