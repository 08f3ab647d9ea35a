"""From a site's address to an audit by a browser."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import time
from urllib.parse import urlsplit

from cookiegate.audit.auditing import Promise
from cookiegate.audit.browser import assessing
from cookiegate.audit.browser.campaign import Campaign
from cookiegate.audit.browser.evidence import BrowserEvidence
from cookiegate.audit.browser.phase import MOMENTS, Phase
from cookiegate.audit.browser.policy_page import compare_rows
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.finding import Finding
from cookiegate.audit.gap import Gap
from cookiegate.audit.hosts import OwnHosts
from cookiegate.audit.json_shape import members, objects
from cookiegate.audit.login import Login
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.result import Audit, Source
from cookiegate.audit.text import shown, shown_url
from cookiegate.bounded import OutOfBounds, load_json
from cookiegate.errors import ConfigError
from cookiegate.model import OPTIONAL, Consent, RequestHead
from cookiegate.plural import counted
from cookiegate.registry.formats import Format, parse_declaration
from cookiegate.registry.proposals import Gaps

__all__ = ["audit_browser"]

_SHORTEST_LEAF = 12
"""Of a text in a JSON value that is taken for a secret."""
_WITH_GPC = RequestHead(headers=((b"sec-gpc", b"1"),))


def audit_browser(
    url: str, promise: Promise, settings: BrowserSettings, *, registry: Path | None = None,
    on_page: Callable[[int, int], object] = lambda _done, _expected: None,
) -> Audit:  # fmt: skip
    """Audit a site by the installed browser.

    Raises: `Unreadable` where there is no browser, or no answer at all; `ValueError` for settings that can't be used.
    """
    own = OwnHosts(settings.hosts)
    url, host = _read_url(url)
    login = _login_of(settings.storage_state, promise)
    may_be = frozenset({host, *(each.lower() for each in settings.hosts)})

    def is_own(asked: str) -> bool:
        return asked in own or asked == host

    def may_open(address: str) -> bool:
        parts = urlsplit(address)
        asked = (parts.hostname or "").lower()
        named = asked in may_be or any(asked.endswith(f".{each}") for each in settings.hosts)
        return parts.scheme in ("http", "https") and named

    host in own  # noqa: B015  # where no host is named, the first one that is asked about is the site's own
    campaign = Campaign(url, settings, is_own, may_open, login.hide, on_page)
    digest = "" if registry is None else sha256(registry.read_bytes()).hexdigest()
    evidence = campaign.run(digest)
    return _assess(evidence, campaign, promise, is_own, own)


def _assess(
    evidence: BrowserEvidence, campaign: Campaign, promise: Promise, is_own: Callable[[str], bool], own: OwnHosts
) -> Audit:
    rules = [*promise.gate.registry] if promise.declared is not None else []
    listed = [*promise.declared.offer.rules] if promise.declared is not None else []
    registry, declared, timeline = promise.gate.registry, promise.declared, promise.timeline()

    def is_choice(name: str) -> bool:
        is_declared = declared is not None and declared.is_consent_cookie(name)
        return is_declared or timeline.is_of_consent(name.encode("latin-1", "replace"))

    collector = promise.collector()
    for phase in evidence.phases:
        collector.visit(MOMENTS[phase.phase])
    for observation in assessing.observations(evidence, _consents(promise), is_own, registry, is_choice):
        collector.add(observation)
    is_needed = assessing.needs_banner(evidence, listed, registry, is_choice)
    gaps = [*assessing.gaps_of(evidence, is_banner_needed=is_needed)]
    findings = [
        *assessing.stored_findings(evidence, rules, has_policy=promise.declared is not None),
        *(assessing.banner_findings(evidence) if is_needed else ()),
        *_policy_findings(campaign, evidence, promise, gaps, is_choice),
    ]
    pages = sum(len(phase.pages) for phase in evidence.phases)
    looked_at = (
        f"{counted(len(campaign.frontier.known), 'page')} in {counted(len(evidence.phases), 'phase')} by "
        f"{evidence.browser}, {counted(pages, 'visit')}"
    )
    source = Source(
        kind="browser", name=shown_url(campaign.hide(campaign.url)), looked_at=looked_at, hosts=str(own),
        registry=promise.name,
    )  # fmt: skip
    return collector.close(source, promise.declared, [*_notes(evidence, campaign)], gaps, findings, browser=evidence)


def _consents(promise: Promise) -> assessing.Consents:
    timeline, now = promise.timeline(), time()
    return {
        Phase.BEFORE: timeline.read(RequestHead(), now)[1],
        Phase.GPC: timeline.read(_WITH_GPC, now)[1],
        Phase.REJECT: Consent(()),
        Phase.ACCEPT: Consent(OPTIONAL),
        Phase.WITHDRAW: Consent(()),
    }


def _policy_findings(
    campaign: Campaign, evidence: BrowserEvidence, promise: Promise, gaps: list[Gap], is_choice: Callable[[str], bool]
) -> Iterator[Finding]:
    """Compare the policy page with the site's own file; a page that was named and can't be read is a gap."""
    asked = campaign.settings.policy_page
    if campaign.policy_why and asked:
        where, _, what = campaign.policy_why.partition(": ")
        gaps.append(Gap(where, what))
    if not campaign.policy_html or promise.declared is None:
        return
    try:
        found = parse_declaration(
            campaign.policy_html, where=evidence.policy_page, format=Format.HTML, gaps=Gaps(None, proposes=True)
        )
        rows = found.rules
    except ConfigError as error:
        rows = ()
        if asked:
            gaps.append(Gap(evidence.policy_page, f"its table of cookies can't be read: {shown(error.problems[0])}"))
    if not rows and asked and not gaps:
        gaps.append(Gap(evidence.policy_page, "no table of cookies was found in it"))
    if rows:
        yield from compare_rows(rows, promise.declared.offer.rules, is_choice)


def _notes(evidence: BrowserEvidence, campaign: Campaign) -> Iterator[str]:
    refused = sorted({each for phase in evidence.phases for each in phase.refused})
    if refused:
        yield (
            f"Not let through, since it is not on the public internet ({counted(len(refused), 'place')}): "
            f"{shown('; '.join(refused), 400)}. Name it with --allow-private if pages need it."
        )
    if evidence.left:
        yield f"Linked, and not looked at: {counted(evidence.left, 'page')}; allow more with --pages."
    if campaign.frontier.excluded:
        number = counted(len(campaign.frontier.excluded), "page")
        yield f"Excluded by robots.txt, and not looked at: {number}; audit your own site with --ignore-robots."
    if evidence.policy_page:
        yield f"The policy page that was read: {evidence.policy_page}."


def _read_url(url: str) -> tuple[str, str]:
    """Return the address and its host as a browser writes them. Raises: `Unreadable` for anything but a web address."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        host = name if name.isascii() else name.encode("idna").decode()
        parts = parts._replace(netloc=parts.netloc.replace(name, host)) if host != name else parts
        parts.port  # noqa: B018  # it raises where it can't be read
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise Unreadable("the address can't be read; write it like https://example.com/")
    return parts.geturl(), host.lower()


def _login_of(path: Path | None, promise: Promise) -> Login:
    """Read the cookies of a storage state, so that their values are in no report.

    Raises: `ValueError` for a file that Playwright did not write, and for one that holds the visitor's choice.
    """
    if path is None:
        return Login()
    hint = "save one with `playwright codegen --save-storage`, or with context.storage_state() of Playwright"
    try:
        state = members(load_json(path.read_text(encoding="utf-8")))
        pairs = [(each["name"], each["value"]) for each in objects(state.get("cookies", []), name=str, value=str)]
        areas = [each.get("localStorage", []) for each in objects(state.get("origins", []))]
        stored = [item["value"] for area in areas for item in objects(area, value=str)]
    except (OutOfBounds, ValueError):
        raise ValueError(f"--storage-state {shown(path.name)}: no storage state of Playwright; {hint}") from None
    timeline = promise.timeline()
    chosen = next((name for name, _ in pairs if timeline.is_of_consent(name.encode("utf-8", "replace"))), None)
    if chosen is not None:
        raise ValueError(
            f"--storage-state {shown(path.name)}: {shown(chosen)} holds the visitor's choice; the audit makes the "
            "choices, so take it out of the file"
        )
    cookies = tuple((name.encode(), value.encode()) for name, value in pairs)
    secrets = [*stored, *(leaf for value in stored for leaf in _leaves_of(value))]
    return Login(cookies, tuple((b"", value.encode()) for value in secrets))


def _leaves_of(text: str) -> Iterator[str]:
    """Yield the longer texts in a value that is JSON: tokens are often kept in an object."""
    try:
        waiting = [load_json(text)]
    except (OutOfBounds, ValueError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str) and len(value) >= _SHORTEST_LEAF:
            yield value
