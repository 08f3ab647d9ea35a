"""An audit as SARIF 2.1.0, fit to be uploaded to a code host: each finding points at its rule in the registry's file.

Law: a finding keeps its fingerprint for as long as its code and its cookie are the same.
Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import re
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.result import Audit
from cookiegate.documentation import url_of_code

__all__ = ["write_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NAME = re.compile(r"""^\s*name\s*=\s*["']([^"'\n]+)["']""")
_MAX_RESULTS = 25000  # of what a code host takes in one run


def write_sarif(audit: Audit, *, version: str, registry: Path | None = None) -> str:
    """Write an audit; `registry` is the file in which the rules' lines are looked up, if there is one."""
    lines = _lines_of_rules(registry)
    texts = {finding.code: finding.texts for finding in audit.findings}
    codes = list(texts)
    file = registry if registry is not None else Path(audit.source.path) if audit.source.path is not None else None
    uri = audit.source.name if file is None else _uri(file)
    results = [_result(finding, codes, uri, lines) for finding in audit.findings[:_MAX_RESULTS]]
    run = {
        "tool": {
            "driver": {
                "name": "cookiegate",
                "semanticVersion": version,
                "informationUri": "https://pypi.org/project/cookiegate/",
                "rules": [_rule(code, *texts[code]) for code in codes],
            }
        },
        "automationDetails": {"id": "cookiegate-audit/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"source": audit.source.name, "summary": audit.summary},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: Code, headline: str, meaning: str, remedy: str) -> dict[str, Any]:
    return {
        "id": code.value,
        "name": code.name.title().replace("_", ""),
        "shortDescription": {"text": headline},
        "fullDescription": {"text": meaning},
        "help": {"text": remedy, "markdown": remedy},
        "helpUri": url_of_code("audit", code),
        "defaultConfiguration": {"level": code.severity.value},
        "properties": {"precision": "very-high", "problem.severity": _problem_severity(code), "tags": ["privacy"]},
    }


def _problem_severity(code: Code) -> str:
    return "recommendation" if code.severity is Severity.NOTE else code.severity.value


def _result(finding: Finding, codes: list[Code], uri: str, lines: dict[str, int]) -> dict[str, Any]:
    line = lines.get(finding.rule.name, 1) if finding.rule is not None else 1
    places = f" Seen at {', '.join(map(str, finding.places))}." if finding.places else ""
    moments = f" When: {', '.join(moment.label for moment in finding.moments)}." if finding.moments else ""
    message = f"{finding.cookie}: {finding.texts[0]}: {finding.detail}. Promise: {finding.promise}.{moments}{places}"
    is_cookie = finding.code.noun == "cookie"
    result: dict[str, Any] = {
        "ruleId": finding.code.value,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity.value,
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}},
                "logicalLocations": [{"name": finding.cookie, "kind": "member" if is_cookie else "resource"}],
            }
        ],
        "partialFingerprints": {"cookiegateFinding/v1": _fingerprint(finding)},
    }
    if finding.is_accepted:
        result["suppressions"] = [{"kind": "external", "justification": "It is in the baseline."}]
    return result


def _fingerprint(finding: Finding) -> str:
    return sha256(f"{finding.code}\n{finding.cookie}".encode()).hexdigest()[:32]


def _uri(file: Path) -> str:
    """Write a path as a URI relative to the working directory, if it is below that; otherwise only its name."""
    try:
        relative: PurePath = file.resolve().relative_to(Path.cwd())
    except (ValueError, OSError):
        relative = PurePath(file.name)
    return quote(relative.as_posix())


def _lines_of_rules(registry: Path | None) -> dict[str, int]:
    """Find the line on which each rule has its name."""
    found: dict[str, int] = {}
    if registry is not None:
        with registry.open(encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                if match := _NAME.match(line):
                    found.setdefault(match[1], number)
    return found
