"""From a source (HAR file, running site, inventory) to an audit, by the site's own registry and settings.

Law: what could not be seen becomes a gap in the audit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import cookiegate.consent
from cookiegate.audit.assessment import Assessor
from cookiegate.audit.collector import Collector
from cookiegate.audit.declared_rules import DeclaredRules
from cookiegate.audit.gap import Gap
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.login import Login
from cookiegate.audit.observation import Moment, Observation, Unreadable
from cookiegate.audit.result import Audit, Source
from cookiegate.audit.text import listed, shown, shown_url
from cookiegate.audit.timeline import Timeline
from cookiegate.consent.source import ConsentSource, cookie_names_of
from cookiegate.gate import CookieGate, compiled
from cookiegate.gate_registry import no_warnings
from cookiegate.plural import counted

if TYPE_CHECKING:
    from cookiegate.audit.site import Site
    from cookiegate.report import Phase

__all__ = [
    "Promise", "audit_har", "audit_inventory", "audit_site", "is_inventory", "is_url", "platform", "refuse_other_kinds",
]  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """What a site promises: its registry and settings, and the source of its visitors' consent."""

    gate: CookieGate
    consent: ConsentSource
    declared: DeclaredRules | None = None
    """What the site's own file says; `None` where none was given."""
    name: str | None = None

    @classmethod
    def of(cls, registry: Path | None, consent: ConsentSource) -> "Promise":
        """Read a registry's file; without one only the cookies that cookiegate knows are promised.

        Raises: `ConfigError` with every mistake in the file.
        """
        if registry is None:
            return cls(CookieGate(), consent)
        with no_warnings():  # `cookiegate check` says it
            gate = CookieGate.from_toml(registry)
        choices, reader = Timeline(consent, compiled(gate).terms), compiled(gate).reader

        def is_choice(name: str) -> bool:
            return reader.is_consent_cookie(name) or choices.is_of_consent(name.encode("latin-1", "replace"))

        declared = DeclaredRules(compiled(gate).offering.offer, gate.registry, tuple(gate.uses), is_choice)
        return cls(gate, consent, declared, shown(registry.name))

    def collector(self) -> Collector:
        """Return a collector that compares observations with this promise."""
        return Collector(Assessor(compiled(self.gate).policy, cookie_names_of(self.consent)))

    def timeline(self) -> Timeline:
        """Make a timeline that reads consent as the site does."""
        return Timeline(self.consent, compiled(self.gate).terms)


def platform(name: str | None) -> ConsentSource:
    """Return the consent source of this name, upper and lower case alike; `None`: any platform.

    Raises: `ValueError`.
    """
    if name is None:
        return cookiegate.consent.Detect()
    known = {each.lower(): each for each in cookiegate.consent.SOURCES}
    if name.lower() not in known:
        raise ValueError(
            f"--consent {shown(name)!r}: no consent platform that can be read without the site's own ids; use a class "
            "of cookiegate.consent like Cookiebot or OneTrust, or leave it out"
        )
    source: ConsentSource = getattr(cookiegate.consent, known[name.lower()])()
    return source


def audit_har(path: Path, promise: Promise, hosts: Sequence[str], on_octets: Callable[[int], object]) -> Audit:
    """Audit a HAR file; `on_octets` is called with the number of octets that were read.

    Raises: `Unreadable`.
    """
    from cookiegate.audit.har import HarFile

    own, timeline, collector = OwnHosts(hosts), promise.timeline(), promise.collector()
    har = HarFile(path, own, timeline, time())
    _fill(collector, har.observations(on_octets))
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
    gaps = []
    if sum(har.own_statuses.values()) == har.own_entries and not any(map(_is_answer, har.own_statuses)):
        statuses = listed([str(status) if status else "nothing" for status in sorted(har.own_statuses)])
        what = f"the site answers {statuses} alone; record it while it works, and logged in where it asks for that"
        gaps.append(Gap(shown(path.name), what, is_whole=True))
    if har.misread:
        what = f"the URL of {counted(har.misread, 'entry')} can't be read; record again"
        gaps.append(Gap("requests without an address", what))
    if har.left_out:
        what = f"{counted(har.left_out, 'header')} left out: an audit reads 4,096 in each entry"
        gaps.append(Gap("headers beyond the limit", what))
    looked_at = f"{counted(har.entries, 'request')}, {har.own_entries:,} of them to the site itself"
    source = Source(
        kind="har", name=shown(path.name), path=str(path), looked_at=looked_at, hosts=str(own), registry=promise.name
    )
    return collector.close(source, promise.declared, notes, gaps)


def _is_answer(status: int) -> bool:
    """Return whether a response shows something of the site: no error, no redirect, no login; 304: it did before."""
    return 200 <= status < 300 or status in (101, 304)


def audit_site(
    url: str, promise: Promise, hosts: Sequence[str], *, granted: Sequence[str], consent_cookies: Sequence[str],
    pages: int, seconds: float, version: str, on_request: Callable[[], object], cookies: Sequence[str] = (),
    headers: Sequence[str] = (),
) -> Audit:  # fmt: skip
    """Audit a running site as several visitors, one after the other.

    `cookies` and `headers` are a login: they are sent to the origin of `url`, and their values are in no audit.

    Raises: `Unreadable`, and `ValueError` for a consent cookie that says nothing, or a login that can't be sent.
    """
    from cookiegate.audit.site import Site
    from cookiegate.audit.variants import own_variants, variants_of_cookies

    timeline, collector, now, login = promise.timeline(), promise.collector(), time(), Login.of(cookies, headers)
    chosen = [name.decode("latin-1") for name, _ in login.cookies if timeline.is_of_consent(name)]
    if chosen:
        raise ValueError(f"--cookie: {chosen[0]} holds the visitor's choice; give it with --consent-cookie")
    if consent_cookies:
        variants = variants_of_cookies(consent_cookies, timeline, now)
    else:
        variants = own_variants(granted, timeline, revision=promise.gate.revision, now=now)
    site = Site(url, OwnHosts(hosts), variants, pages, seconds, f"cookiegate-audit/{version}", login)
    return _of_site(site, [*site.observations(on_request)], promise, collector, is_own=not consent_cookies)


def _of_site(
    site: "Site", seen: list[Observation | Moment], promise: Promise, collector: Collector, *, is_own: bool
) -> Audit:
    _fill(collector, seen)
    found: dict[Moment, set[bytes]] = {variant.moment: set() for variant in site.variants}
    for each in seen:
        if isinstance(each, Observation):
            found[each.moment].add(each.line.partition(b"=")[0])
    notes = []
    is_seen = not any(gap.is_whole for gap in site.gaps)
    if is_seen and len(found) > 1 and any(found.values()) and len(set(map(frozenset, found.values()))) == 1:
        sent = "cookiegate_consent" if is_own else "the given consent cookies"
        notes.append(
            f"Every visitor got the same cookies: the site does not look at {sent}, or nothing depends on it. "
            "For another consent platform give its cookies with --consent-cookie."
        )
        if is_own and promise.declared is not None:
            given = promise.gate.revision
            names = "names no revision" if given is None else f"names the revision {shown(given)}"
            notes.append(
                f"The registry {names}, and a gate for another one counts no such choice: give audit and site the same."
            )
    if site.left:
        notes.append(f"Linked, and not looked at: {counted(len(site.left), 'page')}; allow more with --pages.")
    notes.append("Cookies that scripts set are not seen this way; record a HAR file in a browser for those.")
    asked, seen_pages = len(site.known), len(site.seen)
    pages = counted(asked, "page") if seen_pages == asked else f"{seen_pages:,} of {counted(asked, 'page')}"
    looked_at = f"{pages} as {counted(len(site.variants), 'visitor')}{', with the given login' if site.login else ''}"
    source = Source(kind="site", name=site.shown(shown_url(site.url)), looked_at=looked_at, registry=promise.name)
    return collector.close(source, promise.declared, notes, site.gaps)


def audit_inventory(path: Path, promise: Promise) -> Audit:
    """Audit what a gate has recorded.

    Raises: `Unreadable`.
    """
    from cookiegate.audit.inventory import Inventory

    inventory, collector = Inventory(path), promise.collector()
    _fill(collector, inventory.observations())
    notes = [*inventory.twins]
    gaps = [Gap(where, what) for where, _, what in (problem.partition(": ") for problem in inventory.unread)]
    if inventory.report.unnamed:
        what = f"{counted(inventory.report.unnamed, 'decision')} beyond the limits of the inventory; see Limits"
        gaps.append(Gap("further names", what))
    if not inventory.report.responses:
        what = "no response was recorded; let the app answer requests first, then audit again"
        gaps.append(Gap(shown(path.name or str(path)), what, is_whole=True))
    notes += [_left_out(phase) for phase in inventory.over]
    if any(inventory.is_enforced(phase.mode) for phase in inventory.phases):
        notes.append("The gate enforced the policy while this was recorded: attributes left as it made them.")
    source = Source(
        kind="inventory", name=shown(path.name or str(path)), path=str(path), looked_at=inventory.looked_at,
        registry=promise.name,
    )  # fmt: skip
    return collector.close(source, promise.declared, notes, gaps)


def _left_out(phase: "Phase") -> str:
    mode = "an unknown mode" if phase.mode is None else phase.mode.value
    until = f"{phase.last_at:%Y-%m-%d %H:%M} UTC"
    return f"Left out, since it is over: {counted(phase.responses, 'response')} recorded in {mode}, until {until}."


def _fill(collector: Collector, seen: Iterable[Observation | Moment]) -> None:
    for each in seen:
        if isinstance(each, Moment):
            collector.visit(each)
        else:
            collector.add(each)


def is_url(source: str) -> bool:
    """Return whether a source is a web address."""
    return source.lower().startswith(("http://", "https://"))


def is_inventory(path: Path) -> bool:
    """Return whether a file is an inventory, by how it begins; a directory holds inventories.

    Raises: `OSError`.
    """
    if path.is_dir():
        return True
    with path.open("rb") as file:
        return b'"cookiegate-inventory"' in file.read(4096)


def refuse_other_kinds(path: Path) -> None:
    """Refuse a file that is no HAR file by its name and its beginning: a registry, a page, a list of addresses.

    Raises: `OSError`, and `Unreadable`.
    """
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.suffix.lower() != ".har" and not start.startswith((b"{", b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(
            f"{shown(path.name)}: no HAR file and no inventory, since it does not begin with a brace; give one of "
            "them, or an address that begins with http:// or https://; the registry goes after --registry"
        )
