"""Which hosts are the site's own: the ones that are named, and what shares a registrable domain with the first.

A guess, without the Public Suffix List: it takes two labels, and three below the usual second levels of countries
and below hosters that give each customer a subdomain. Whoever knows better names the hosts.
"""

from collections.abc import Iterable
from ipaddress import ip_address

__all__ = ["OwnHosts", "registrable_domain"]

_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "gv", "ltd", "mil", "ne", "net", "nhs", "nom", "or", "org", "plc", "sch"})  # fmt: skip  # noqa: E501
_HOSTERS = frozenset(
    {
        "appspot.com", "azurestaticapps.net", "azurewebsites.net", "cloudfront.net", "fly.dev", "github.io",
        "gitlab.io", "herokuapp.com", "myshopify.com", "netlify.app", "onrender.com", "pages.dev", "run.app",
        "vercel.app", "web.app", "workers.dev",
    }
)  # fmt: skip


def registrable_domain(host: str) -> str:
    """Guess the part of a host name that somebody registered; an address and a single label are their own."""
    labels = host.lower().rstrip(".").split(".")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        return host
    if len(labels) < 3:
        return ".".join(labels)
    is_country_level = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    has_three = is_country_level or ".".join(labels[-2:]) in _HOSTERS
    return ".".join(labels[-3:] if has_three else labels[-2:])


class OwnHosts:
    """Tells the site's own hosts from others'; where none is named, the first host that is asked about is own."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._named = {host.lower().lstrip(".") for host in named}
        self.is_guess = not self._named
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
        return ", ".join(sorted(self._named))
