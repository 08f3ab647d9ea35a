"""An audit as one self-contained HTML file: no script, no font, no image from elsewhere.

It has a table that screen readers can read: a row for each cookie, a column for each moment, and in each
cell a sign with its own shape, colour and word; beside it the time that was promised and the time that was taken.
Law: text of the site is escaped, and the report loads nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from math import log

from jinja2 import Environment, StrictUndefined

from cookiegate.audit.assessment import Mark
from cookiegate.audit.browser.tables import cookie_rows
from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.result import Audit, AuditedCookie
from cookiegate.audit.text import duration
from cookiegate.documentation import url_of_code
from cookiegate.model import Category, CookieRule
from cookiegate.plural import counted

__all__ = ["write_html"]

_SHORTEST_S, _LONGEST_S = 60.0, 10 * 365 * 86400.0
_GROUPS = [*Category, None]
_TICKS = ((3600, "1 h"), (86400, "1 day"), (30 * 86400, "1 mo"), (365 * 86400, "1 yr"))
_LABELS = {
    Mark.BROKEN: "no consent",
    Mark.UNKNOWN: "not in policy",
    Mark.CARRIED: "in browser",
    Mark.LONGER: "too long",
    Mark.WEAK: "weak",
    Mark.KEPT: "fine",
    Mark.HELD_BACK: "held back",
    Mark.DELETED: "deleted",
}
_LEGEND = {
    Mark.BROKEN: "set although the visitor had not granted it",
    Mark.UNKNOWN: "set, and no rule of the policy names it",
    Mark.CARRIED: "in the browser without consent, set by a script or on an earlier visit",
    Mark.LONGER: "allowed, but kept longer than the policy declares",
    Mark.WEAK: "allowed, but not as safe as it should be",
    Mark.KEPT: "set as the policy promises",
    Mark.HELD_BACK: "held back by the gate",
    Mark.DELETED: "taken out of the browser",
}

_LEGEND_WITHOUT_POLICY = {
    Mark.UNKNOWN: "set, and not known to cookiegate",
    Mark.LONGER: "allowed, but kept longer than its software says",
    Mark.KEPT: "set, and nothing is wrong with it by what cookiegate knows",
}


@dataclass(frozen=True, slots=True)
class _Life:
    """One bar: how long a cookie asks to be kept, and the mark of what was promised; percentages of the scale."""

    asked: str
    promised: str
    width: float
    mark: float | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class _Row:
    cookie: AuditedCookie
    marks: tuple[Mark | None, ...]
    life: _Life
    worst: str


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    promise: str
    rows: tuple[_Row, ...]
    never: tuple[CookieRule, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """Cookies with the same problem."""

    names: tuple[str, ...]
    detail: str
    moments: str
    places: str


@dataclass(frozen=True, slots=True)
class _Problem:
    code: Code
    texts: tuple[str, str, str]
    number: int
    cases: tuple[_Case, ...]


def write_html(audit: Audit, *, version: str, made_at: str) -> str:
    """Write an audit; `made_at`: the time, as text."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"duration": duration, "counted": counted, "help": partial(url_of_code, "audit")}
    folder = files("cookiegate.audit")
    template = environment.from_string((folder / "report.html.jinja").read_text(encoding="utf-8"))
    legend = _LEGEND if audit.has_policy else {**_LEGEND, **_LEGEND_WITHOUT_POLICY}
    used = {mark for cookie in audit.cookies for mark in cookie.marks.values()}
    return template.render(
        audit=audit,
        style=(folder / "report.css").read_text(encoding="utf-8"),
        groups=list(_groups(audit)),
        problems=list(_problems(audit)),
        shares=list(_shares(audit)),
        accepted=[finding for finding in audit.findings if finding.is_accepted],
        labels=_LABELS if audit.has_policy else {**_LABELS, Mark.UNKNOWN: "unknown"},
        legend={mark: text for mark, text in legend.items() if mark in used},
        marks=list(Mark),
        ticks=[(_place(seconds), label) for seconds, label in _TICKS],
        has_lifetimes=any(cookie.is_set for cookie in audit.cookies),
        version=version,
        made_at=made_at,
        browser=audit.browser,
        browser_rows=[] if audit.browser is None else cookie_rows(audit.browser),
    )


def _groups(audit: Audit) -> Iterator[_Group]:
    promises = {
        Category.NECESSARY: "always allowed",
        Category.PREFERENCES: "only with consent",
        Category.STATISTICS: "only with consent",
        Category.MARKETING: "only with consent",
    }
    for category in _GROUPS:
        rows = tuple(_row(cookie, audit) for cookie in audit.cookies if cookie.category is category)
        never = tuple(rule for rule in audit.never_seen if rule.category is category)
        if rows:
            unknown = ("Not in the policy", "never promised") if audit.has_policy else ("Unknown", "nothing is known")
            name, promise = unknown if category is None else (category.value.capitalize(), promises[category])
            yield _Group(name, promise, rows, never)


def _row(cookie: AuditedCookie, audit: Audit) -> _Row:
    worst = audit.worst.get(cookie.name)
    marks = tuple(cookie.marks.get(moment) for moment in audit.moments)
    return _Row(cookie, marks, _life(cookie), "fine" if worst is None else worst.value)


def _life(cookie: AuditedCookie) -> _Life:
    declared = None if cookie.rule is None else cookie.rule.lifetime
    promised_s = None if declared is None else 0 if declared.is_session else declared.max_age_s
    promised = "" if declared is None else "session" if declared.is_session else str(declared)
    mark = None if promised_s is None else _place(promised_s)
    is_over = not {Code.KEPT_LONGER, Code.KEPT_TOO_LONG}.isdisjoint(cookie.codes)
    if not cookie.is_set:
        return _Life("", promised, 0, mark, is_over)
    return _Life(duration(cookie.longest_s), promised, max(_place(cookie.longest_s or 0), 1.5), mark, is_over)


def _place(seconds: float) -> float:
    """Place a lifetime on a logarithmic scale from a minute to ten years, in percent."""
    clipped = min(max(seconds, _SHORTEST_S), _LONGEST_S)
    return round(100 * log(clipped / _SHORTEST_S) / log(_LONGEST_S / _SHORTEST_S), 1)


def _problems(audit: Audit) -> Iterator[_Problem]:
    for code in Code:
        found = tuple(finding for finding in audit.open if finding.code is code)
        if found and code is not Code.NEVER_SEEN and code is not Code.OTHER_PARTY:
            yield _Problem(code, found[0].texts, len(found), tuple(_cases(found)))


def _cases(found: tuple[Finding, ...]) -> Iterator[_Case]:
    alike: dict[tuple[str, str, str], list[str]] = {}
    for finding in found:
        moments = ", ".join(moment.label for moment in finding.moments)
        key = finding.full_detail, moments, ", ".join(map(str, finding.places))
        alike.setdefault(key, []).append(finding.cookie)
    for (detail, moments, places), names in alike.items():
        yield _Case(tuple(names), detail, moments, places)


def _shares(audit: Audit) -> Iterator[Mapping[str, object]]:
    """Count the cookies by their worst finding, for the bar at the top; what the baseline accepts is not fine."""
    wrong = "break the promise" if audit.has_policy else "are wrong"
    labels = {"error": wrong, "warning": "need a look", "accepted": "accepted by the baseline", "fine": "fine"}
    accepted = {each.cookie for each in audit.findings if each.is_accepted and each.severity is not Severity.NOTE}
    kinds = [
        worst.value if (worst := audit.worst.get(cookie.name)) else "accepted" if cookie.name in accepted else "note"
        for cookie in audit.cookies
    ]
    start = 0.0
    for kind, word in labels.items():
        number = kinds.count("note" if kind == "fine" else kind)
        if number:
            width = 100 * number / len(kinds)
            yield {
                "kind": kind,
                "number": number,
                "word": word,
                "start": round(start, 2),
                "width": round(width - 0.3, 2),
            }
            start += width
