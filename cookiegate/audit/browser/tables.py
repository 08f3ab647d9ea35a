"""What a browser saw, as tables: a row for each cookie with the phases that it came with, who set it, and when.

The JSON and the HTML report are written from these. Pure.
Law: no value, and no picture in the JSON.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cookiegate.audit.browser.evidence import BrowserEvidence, JarCookie, PhaseEvidence, SeenLine, Setter
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.hosts import registrable_domain
from cookiegate.audit.text import duration, shown, shown_octets
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["CookieRow", "cookie_rows", "evidence_as_json"]

_MAX_ROWS = 1000
_WORDS = {
    Setter.RESPONSE: "a response of", Setter.SCRIPT: "the script",
    Setter.UNKNOWN: "nobody was seen setting it",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieRow:
    """One cookie of one host, over all phases."""

    name: str
    """Safe to print."""
    domain: str
    is_first_party: bool
    """Its domain is of the same registrable domain as the audited site."""
    setters: tuple[tuple[Setter, str, tuple[str, ...]], ...]
    """Who set it: how, the URL of the response or script, the further scripts of the stack."""
    lifetime: str
    attributes: tuple[str, ...]
    set_in: tuple[Phase, ...]
    kept_in: tuple[Phase, ...]
    sent_in: tuple[Phase, ...]
    readable_in: tuple[Phase, ...]

    @property
    def only_with(self) -> Phase | None:
        """The one phase that it came with; `None` where it came with several."""
        phases = [phase for phase in Phase if phase in (*self.set_in, *self.kept_in) and phase is not Phase.WITHDRAW]
        return phases[0] if len(phases) == 1 else None

    @property
    def who(self) -> str:
        """Say in a few words who set it."""
        found = [f"{_WORDS[how]} {where}".strip() for how, where, _ in self.setters]
        return "; ".join(found[:3]) or _WORDS[Setter.UNKNOWN]


@dataclass(slots=True)
class _Gathered:
    lines: list[tuple[Phase, SeenLine]]
    jar: list[tuple[Phase, JarCookie]]


def cookie_rows(evidence: BrowserEvidence) -> list[CookieRow]:
    """Return the rows, first parties first, then by domain and name."""
    found: dict[tuple[str, str], _Gathered] = {}
    for phase in evidence.phases:
        for line in phase.lines:
            cookie = parse_set_cookie(line.line.encode("latin-1"))
            if cookie is not None and not (cookie.max_age_s is not None and cookie.max_age_s <= 0):
                domain = (cookie.domain or b"").decode("latin-1").lstrip(".").lower() or line.host
                _of(found, cookie.name.decode("latin-1"), domain).lines.append((phase.phase, line))
        for kept in phase.jar:
            _of(found, kept.name, kept.domain.lstrip(".")).jar.append((phase.phase, kept))
    own = registrable_domain(evidence.host)
    rows = [_row(name, domain, gathered, evidence, own) for (name, domain), gathered in [*found.items()][:_MAX_ROWS]]
    return sorted(rows, key=lambda row: (not row.is_first_party, row.domain, row.name))


def _of(found: dict[tuple[str, str], _Gathered], name: str, domain: str) -> _Gathered:
    return found.setdefault((name, domain), _Gathered([], []))


def _row(name: str, domain: str, gathered: _Gathered, evidence: BrowserEvidence, own: str) -> CookieRow:
    sent = {
        phase.phase
        for phase in evidence.phases
        for each in phase.sent
        if each.name == name and (each.host == domain or each.host.endswith(f".{domain}"))
    }
    setters = {(line.setter, line.where, line.chain): None for _, line in gathered.lines}
    lifetimes = [kept.lifetime_s for _, kept in gathered.jar]
    numbers = [each for each in lifetimes if each is not None]
    lifetime = duration(max(numbers)) if numbers else "session" if lifetimes else "not kept"
    return CookieRow(
        name=shown_octets(name.encode("latin-1", "replace")) or "(no name)", domain=shown(domain),
        is_first_party=registrable_domain(domain) == own, setters=tuple(setters), lifetime=lifetime,
        attributes=_attributes(gathered), set_in=_phases(phase for phase, _ in gathered.lines),
        kept_in=_phases(phase for phase, _ in gathered.jar), sent_in=_phases(sent),
        readable_in=_phases(phase for phase, kept in gathered.jar if kept.is_readable),
    )  # fmt: skip


def _phases(found: Iterable[Phase]) -> tuple[Phase, ...]:
    seen = set(found)
    return tuple(phase for phase in Phase if phase in seen)


def _attributes(gathered: _Gathered) -> tuple[str, ...]:
    """Name the attributes as the browser keeps them."""
    if not gathered.jar:
        return ()
    kept = gathered.jar[-1][1]
    words = [f"Path={shown(kept.path)}"]
    words += [f"Domain={shown(kept.domain.lstrip('.'))}"] if kept.domain.startswith(".") else []
    words += ["Secure"] if kept.secure else []
    words += ["HttpOnly"] if kept.http_only else []
    words += [f"SameSite={kept.same_site}"] if kept.same_site else []
    return (*words, "Partitioned") if kept.is_partitioned else tuple(words)


def evidence_as_json(evidence: BrowserEvidence) -> dict[str, Any]:
    """Return it as JSON values, without the pictures."""
    return {
        "browser": evidence.browser,
        "started_at": evidence.started_at,
        "ended_at": evidence.ended_at,
        "registry_sha256": evidence.registry_digest or None,
        "policy_page": evidence.policy_page or None,
        "cookies": [_row_as_json(row) for row in cookie_rows(evidence)],
        "phases": [_phase_as_json(phase) for phase in evidence.phases],
    }


def _row_as_json(row: CookieRow) -> dict[str, Any]:
    return {
        "name": row.name, "domain": row.domain, "party": "first" if row.is_first_party else "third",
        "set_by": [{"kind": how.value, "url": where, "stack": list(chain)} for how, where, chain in row.setters],
        "lifetime": row.lifetime, "attributes": list(row.attributes),
        "set_in": [phase.value for phase in row.set_in], "kept_in": [phase.value for phase in row.kept_in],
        "sent_in": [phase.value for phase in row.sent_in], "readable_in": [phase.value for phase in row.readable_in],
        "only_with": None if row.only_with is None else row.only_with.value,
    }  # fmt: skip


def _phase_as_json(phase: PhaseEvidence) -> dict[str, Any]:
    return {
        "phase": phase.phase.value,
        "label": phase.phase.label,
        "seen": phase.is_seen,
        "pages": list(phase.pages),
        "banner": phase.has_banner,
        "way_back": phase.has_way_back,
        "storage": [{"area": key.area, "origin": key.origin, "name": key.name} for key in phase.keys],
        "requests_to_others": [
            {"host": each.host, "kinds": list(each.kinds), "count": each.count} for each in phase.requests
        ],
        "refused": list(phase.refused),
        "buttons": [
            {
                "role": each.role, "name": each.name, "found_by": each.found_by, "clicks": each.clicks,
                "width": each.width, "height": each.height, "text_contrast": each.text_contrast,
                "ground_contrast": each.fill_contrast, "font_size": each.font_size,
            }
            for each in phase.controls
        ],
        "steps": [{"after_s": event.after_s, "what": event.what} for event in phase.steps],
        "not_seen": [{"what": each.subject, "why": each.what} for each in phase.missed],
        "pictures": len(phase.shots),
    }  # fmt: skip
