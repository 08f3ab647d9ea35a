"""An audit as JSON, format version 1: everything that it found, and no value of a cookie.

Law: the values of cookies are never in it.
"""

import json
from typing import Any

from cookiegate.audit.browser.tables import evidence_as_json
from cookiegate.audit.finding import Finding, Severity
from cookiegate.audit.result import Audit, AuditedCookie
from cookiegate.documentation import url_of_code
from cookiegate.registry.toml_text import fields_of

__all__ = ["write_json"]


def write_json(audit: Audit, *, version: str) -> str:
    """Write an audit; `version` is cookiegate's own."""
    source = audit.source
    document = {
        "format": "cookiegate-audit",
        "version": 1,
        "cookiegate": version,
        "source": {
            "kind": source.kind, "name": source.name, "looked_at": source.looked_at, "hosts": source.hosts,
            "registry": source.registry,
        },
        "summary": audit.summary,
        "complete": audit.is_complete,
        "counts": {severity.plural: len(audit.of(severity)) for severity in reversed(Severity)}
        | {"accepted": len(audit.findings) - len(audit.open)},
        "moments": [moment.label for moment in audit.moments],
        "unseen_moments": [moment.label for moment in sorted(audit.unseen)],
        "cookies": [_of_cookie(cookie) for cookie in audit.cookies],
        "findings": [_of_finding(finding) for finding in audit.findings],
        "other_parties": [
            {
                "host": party.host, "cookies": list(party.names), "count": party.count,
                "before_consent": party.count_before,
            }
            for party in audit.parties
        ],
        "never_seen": [rule.name for rule in audit.never_seen],
        "notes": list(audit.notes),
        **({} if audit.browser is None else {"browser": evidence_as_json(audit.browser)}),
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


def _of_cookie(cookie: AuditedCookie) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "category": cookie.category,
        "rule": None if cookie.rule is None else cookie.rule.name,
        "declared_lifetime": None if cookie.rule is None or cookie.rule.lifetime is None else str(cookie.rule.lifetime),
        "longest_s": None if cookie.longest_s is None else int(cookie.longest_s),
        "count": cookie.count,
        "marks": {moment.label: mark for moment, mark in sorted(cookie.marks.items())},
        "places": [str(place) for place in cookie.places],
    }


def _of_finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "cookie": finding.cookie,
        "category": finding.category,
        "detail": finding.detail,
        "promise": finding.promise,
        "remedy": finding.texts[2],
        "help": url_of_code("audit", finding.code),
        "places": [str(place) for place in finding.places],
        "moments": [moment.label for moment in finding.moments],
        "count": finding.count,
        "accepted": finding.is_accepted,
        **({} if finding.proposal is None else {"proposal": fields_of(finding.proposal)}),
    }
