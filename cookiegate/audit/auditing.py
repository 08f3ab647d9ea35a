"""From a source to an audit: each of the three kinds, held against the site's own registry and settings."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import cookiegate.consent
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.judgement import Judge
from cookiegate.audit.ledger import Ledger
from cookiegate.audit.result import Audit, Source
from cookiegate.audit.sighting import Moment, Sighting, Unreadable
from cookiegate.audit.timeline import Timeline
from cookiegate.audit.words import counted, shown, shown_url
from cookiegate.consent.source import ConsentSource, cookie_names_of
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.model import CookieRule
from cookiegate.registry import Registry

if TYPE_CHECKING:
    from cookiegate.audit.site import Site

__all__ = ["Promise", "audit_har", "audit_inventory", "audit_site", "is_inventory", "is_url", "platform"]


@dataclass(frozen=True)
class Promise:
    """What a site is held against: its registry and settings, and where its visitors' consent is read."""

    gate: CookieGate
    consent: ConsentSource
    declared: tuple[CookieRule, ...] = ()
    """The rules that the site wrote itself."""
    name: str | None = None

    @classmethod
    def of(cls, registry: Path | None, consent: ConsentSource) -> "Promise":
        """Read a registry's file; without one only the cookies that are known anyway are promised.

        Raises: `ConfigError` with every mistake in the file.
        """
        if registry is None:
            return cls(CookieGate(), consent)
        return cls(CookieGate.from_toml(registry), consent, tuple(Registry.from_toml(registry)), shown(registry.name))

    def ledger(self) -> Ledger:
        """Make a ledger that holds sightings against this promise."""
        return Ledger(Judge(self.gate.policy, cookie_names_of(self.consent)))

    def timeline(self) -> Timeline:
        """Make a timeline that reads consent as the site does."""
        return Timeline(self.consent, self.gate.terms)


def platform(name: str | None) -> ConsentSource:
    """Return the consent source of this name, upper and lower case alike; `None`: whatever is recognised.

    Raises: `ValueError`.
    """
    if name is None:
        return cookiegate.consent.Detect()
    known = {each.lower(): each for each in cookiegate.consent.__all__ if each[0].isupper()}
    try:
        source: ConsentSource = getattr(cookiegate.consent, known[name.lower()])()
    except (KeyError, TypeError, ConfigError) as error:
        raise ValueError(
            f"--consent {shown(name)!r}: no consent platform that can be read without the site's own ids; use a class "
            "of cookiegate.consent like Cookiebot or OneTrust, or leave it away"
        ) from error
    return source


def audit_har(path: Path, promise: Promise, hosts: Sequence[str], on_octets: Callable[[int], object]) -> Audit:
    """Audit a HAR file; `on_octets` is told how much of it was read.

    Raises: `Unreadable`.
    """
    from cookiegate.audit.har import HarFile

    own, timeline, ledger = OwnHosts(hosts), promise.timeline(), promise.ledger()
    har = HarFile(path, own, timeline, time())
    _fill(ledger, har.sightings(on_octets))
    if not har.own_entries:
        raise Unreadable(f"{shown(path.name)}: no request to {own} is in it; name the site's host with --host")
    notes = []
    if own.is_guess:
        notes.append(f"Taken for the site's own: {own}, after the first request. Name its hosts with --host.")
    if not timeline.has_signal:
        notes.append(
            "No request carries the consent cookie of a known platform: everything counts as before consent. Where the "
            "visitor did choose, name the platform with --consent."
        )
    if har.misread:
        notes.append(f"{counted(har.misread, 'entry').replace('entrys', 'entries')} without a URL that can be read.")
    if har.left_out:
        notes.append(f"{counted(har.left_out, 'header')} found no room: there is some for 4,096 in each entry.")
    looked_at = f"{counted(har.entries, 'request')}, {har.own_entries:,} of them to the site itself"
    source = Source(
        kind="har", name=shown(path.name), path=str(path), looked_at=looked_at, hosts=str(own), registry=promise.name
    )
    return ledger.close(source, promise.declared, notes)


def audit_site(
    url: str, promise: Promise, hosts: Sequence[str], *, granted: Sequence[str], consent_cookies: Sequence[str],
    pages: int, seconds: float, version: str, on_request: Callable[[], object],
) -> Audit:  # fmt: skip
    """Audit a running site as several visitors, one after the other.

    Raises: `Unreadable`, and `ValueError` for a consent cookie that says nothing.
    """
    from cookiegate.audit.site import Site
    from cookiegate.audit.variants import own_variants, variants_of_cookies

    timeline, ledger, now = promise.timeline(), promise.ledger(), time()
    if consent_cookies:
        variants = variants_of_cookies(consent_cookies, timeline, now)
    else:
        variants = own_variants(granted, timeline, revision=promise.gate.revision, now=now)
    site = Site(url, OwnHosts(hosts), variants, pages, seconds, f"cookiegate-audit/{version}")
    return _of_site(site, [*site.sightings(on_request)], promise, ledger, is_own=not consent_cookies)


def _of_site(site: "Site", seen: list[Sighting | Moment], promise: Promise, ledger: Ledger, *, is_own: bool) -> Audit:
    _fill(ledger, seen)
    found: dict[Moment, set[bytes]] = {variant.moment: set() for variant in site.variants}
    for each in seen:
        if isinstance(each, Sighting):
            found[each.moment].add(each.line.partition(b"=")[0])
    notes = list(site.problems)
    if len(found) > 1 and any(found.values()) and len(set(map(frozenset, found.values()))) == 1:
        sent = "cookiegate_consent" if is_own else "the given consent cookies"
        notes.append(
            f"Every visitor got the same cookies: the site does not look at {sent}, or nothing depends on it. "
            "For another consent platform give its cookies with --consent-cookie."
        )
        if is_own:
            given = promise.gate.revision
            said = "names no revision" if given is None else f"names the revision {shown(given)}"
            notes.append(
                f"The registry {said}, and a gate for another one counts no such choice: give audit and site the same."
            )
    notes.append("Cookies that scripts set are not seen this way; record a HAR file in a browser for those.")
    looked_at = f"{counted(site.seen_pages, 'page')} as {counted(len(site.variants), 'visitor')}"
    source = Source(kind="site", name=shown_url(site.url), looked_at=looked_at, registry=promise.name)
    return ledger.close(source, promise.declared, notes)


def audit_inventory(path: Path, promise: Promise) -> Audit:
    """Audit what a gate has recorded.

    Raises: `Unreadable`.
    """
    from cookiegate.audit.inventory import Inventory

    inventory, ledger = Inventory(path), promise.ledger()
    _fill(ledger, inventory.sightings())
    notes = [*inventory.problems]
    if inventory.report.unnamed:
        notes.append(f"{counted(inventory.report.unnamed, 'decision')} found no room in the inventory.")
    if inventory.is_enforced:
        notes.append("The gate enforced the policy while this was recorded: attributes left as it made them.")
    source = Source(
        kind="inventory", name=shown(path.name or str(path)), path=str(path), looked_at=inventory.looked_at,
        registry=promise.name,
    )  # fmt: skip
    return ledger.close(source, promise.declared, notes)


def _fill(ledger: Ledger, seen: Iterable[Sighting | Moment]) -> None:
    for each in seen:
        if isinstance(each, Moment):
            ledger.visit(each)
        else:
            ledger.add(each)


def is_url(source: str) -> bool:
    """Tell whether a source is a web address."""
    return source.lower().startswith(("http://", "https://"))


def is_inventory(path: Path) -> bool:
    """Tell an inventory from a HAR file by how it begins; a directory holds inventories.

    Raises: `OSError`.
    """
    if path.is_dir():
        return True
    with path.open("rb") as file:
        return b'"cookiegate-inventory"' in file.read(4096)
