"""Where else the browser may have the consent cookie that is being written, and the lines that delete it there.

A cookie is one of its kind for each name, domain, path and partition (RFC 6265bis §5.7, CHIPS). A choice that was kept
at another place would be sent beside the new one, and the stricter of the two counts.
"""

from collections.abc import Iterable, Sequence

from cookiegate.consent.source import FormerPlace
from cookiegate.model import SameSite, SetCookie
from cookiegate.wire.set_cookie import deletion

__all__ = ["delete_place", "other_places"]

_MAX_PARENTS = 8  # domains at which a cookie is deleted that nobody named


def other_places(
    cookie: SetCookie, former: Iterable[FormerPlace], values: Sequence[bytes], host: bytes
) -> list[FormerPlace]:
    """Return the places at which a consent cookie is deleted when it is written, each once.

    `cookie`: as it leaves. `former`: what its source says. `values`: those that the request carries under its name;
    where there are several, the cookie may be at each domain above the host. `host`: lower case, without a port; empty
    if the request does not say.
    """
    found = [place for place in former if place.domain is None or not host or _is_below(host, place.domain)]
    if values:
        found += [FormerPlace(cookie.name, None, is_partitioned=False)]
    if len(values) > 1:
        labels = host.split(b".")
        parents = [b".".join(labels[at:]) for at in range(max(len(labels) - 1, 0))[:_MAX_PARENTS]]
        found += [FormerPlace(cookie.name, parent, is_partitioned=False) for parent in parents]
    here = FormerPlace(cookie.name, cookie.domain or None, cookie.partitioned)
    return [place for place in dict.fromkeys(found) if place != here]


def delete_place(place: FormerPlace, cookie: SetCookie, *, is_https: bool) -> bytes | None:
    """Write the line that deletes a consent cookie at one place; `None` where no browser would follow it.

    `cookie`: the one that is written, whose SameSite the line repeats where it lets other sites send the cookie.
    """
    if place.is_partitioned and not is_https:
        return None  # Partitioned needs Secure, which needs https
    is_foreign = place.is_partitioned or (cookie.same_site is SameSite.NONE and is_https)
    return deletion(
        place.name,
        domain=place.domain,
        path=b"/",
        secure=is_https or place.name.startswith(b"__"),
        partitioned=place.is_partitioned,
        same_site=SameSite.NONE if is_foreign else None,
    )


def _is_below(host: bytes, domain: bytes) -> bool:
    return host == domain or host.endswith(b"." + domain)
