"""Two reports in JSON, compared: findings that are new, gone or still there, and the cookies that came and went.

Law: a finding is the same by its code and what it is about, as in a baseline; what only an audit could see that looked
at more phases is not gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cookiegate.audit.json_shape import members, objects, texts
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.severity import Severity
from cookiegate.audit.text import shown
from cookiegate.bounded import OutOfBounds, load_json

__all__ = ["Change", "Difference", "Report", "compare", "read_report"]

_MAX_OCTETS = 256 << 20


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A finding that is in one report, or in both."""

    code: str
    subject: str
    severity: Severity
    detail: str
    moments: frozenset[str] = field(default=frozenset(), compare=False)
    """The phases in which it was found; empty where it is about none."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is compared of one report."""

    name: str
    findings: Mapping[tuple[str, str], Change]
    """The open ones, by code and subject."""
    cookies: Mapping[str, Mapping[str, str]]
    """From a cookie's name to its marks, by the moment."""
    moments: frozenset[str]
    """The phases that it saw."""
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """How the new report differs from the old one."""

    old: str
    new: str
    appeared: tuple[Change, ...]
    gone: tuple[Change, ...]
    unseen: tuple[Change, ...]
    """What the old report found in phases that the new one did not see."""
    still: int
    cookies_new: tuple[str, ...]
    cookies_gone: tuple[str, ...]
    cookies_changed: tuple[str, ...]
    """What is marked differently in a moment that both reports have."""
    is_complete: bool

    def fails(self, least: Severity) -> bool:
        """Return whether a finding appeared that is at least this bad."""
        return any(change.severity.weight >= least.weight for change in self.appeared)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        changes = {"appeared": self.appeared, "gone": self.gone, "not_looked_at": self.unseen}
        return {
            "format": "cookiegate-audit-difference", "version": 1, "old": self.old, "new": self.new,
            **{
                name: [
                    {"code": each.code, "cookie": each.subject, "severity": each.severity.value, "detail": each.detail}
                    for each in of
                ]
                for name, of in changes.items()
            },
            "still_there": self.still,
            "cookies": {
                "new": list(self.cookies_new), "gone": list(self.cookies_gone), "changed": list(self.cookies_changed)
            },
            "complete": self.is_complete,
        }  # fmt: skip


def read_report(path: Path) -> Report:
    """Read what `audit --format json` wrote. Raises: `Unreadable`, `OSError`."""
    where = shown(path.name)
    if path.stat().st_size > _MAX_OCTETS:
        raise Unreadable(f"{where}: is too large for a report")
    try:
        document = members(load_json(path.read_text(encoding="utf-8-sig")), format=str, version=int, complete=bool)
        if document["format"] != "cookiegate-audit" or document["version"] != 1:
            raise ValueError("another format")
        findings = objects(document.get("findings"), code=str, cookie=str, severity=str, detail=str, accepted=bool)
        found = [
            Change(
                each["code"], each["cookie"], Severity(each["severity"]), each["detail"],
                frozenset(texts(each.get("moments"))),
            )
            for each in findings
            if not each["accepted"]
        ]  # fmt: skip
        cookies = {each["name"]: each["marks"] for each in objects(document.get("cookies"), name=str, marks=dict)}
        seen = frozenset(texts(document.get("moments"))) - frozenset(texts(document.get("unseen_moments", [])))
        is_complete = document["complete"]
    except (OutOfBounds, ValueError):
        raise Unreadable(f"{where}: no report of an audit; write one with `cookiegate audit -o report.json`") from None
    return Report(where, {(each.code, each.subject): each for each in found}, cookies, seen, is_complete)


def compare(old: Report, new: Report) -> Difference:
    """Compare two reports."""
    moments = old.moments & new.moments
    both = old.cookies.keys() & new.cookies.keys()
    changed = [name for name in sorted(both) if _differ(old.cookies[name], new.cookies[name], moments)]
    missing = _worst_first(old, new)
    unseen = tuple(each for each in missing if each.moments and not each.moments & new.moments)
    return Difference(
        old=old.name, new=new.name,
        appeared=_worst_first(new, old), gone=tuple(each for each in missing if each not in unseen), unseen=unseen,
        still=len(old.findings.keys() & new.findings.keys()),
        cookies_new=tuple(sorted(new.cookies.keys() - both)),
        cookies_gone=tuple(sorted(name for name in old.cookies.keys() - both if moments & old.cookies[name].keys())),
        cookies_changed=tuple(changed), is_complete=old.is_complete and new.is_complete,
    )  # fmt: skip


def _worst_first(one: Report, other: Report) -> tuple[Change, ...]:
    found = [change for key, change in one.findings.items() if key not in other.findings]
    return tuple(sorted(found, key=lambda change: (-change.severity.weight, change)))


def _differ(old: Mapping[str, str], new: Mapping[str, str], moments: frozenset[str]) -> bool:
    return any(old.get(moment) != new.get(moment) for moment in moments)
