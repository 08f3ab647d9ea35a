"""An audit as JUnit XML: a test case for each cookie, which fails by its findings.

Names come in printable characters alone, so nothing is in it that XML 1.0 forbids.
Source: https://github.com/testmoapp/junitxml
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.result import Audit

__all__ = ["write_junit"]


def write_junit(audit: Audit, *, threshold: Severity) -> str:
    """Write an audit; a finding of at least `threshold` fails its cookie's case, an accepted one skips it."""
    by_cookie: dict[str, list[Finding]] = {cookie.name: [] for cookie in audit.cookies}
    for finding in audit.findings:
        if finding.code not in (Code.OTHER_PARTY, Code.NEVER_SEEN):
            by_cookie[finding.cookie].append(finding)
    suite = Element("testsuite", name="cookiegate audit")
    properties = SubElement(suite, "properties")
    told = {"source": audit.source.name, "looked at": audit.source.looked_at, "summary": audit.summary}
    for name, value in told.items():
        SubElement(properties, "property", name=name, value=value)
    failures = skips = 0
    for cookie in audit.cookies:
        case = SubElement(suite, "testcase", classname=f"cookies.{cookie.category or 'unregistered'}", name=cookie.name)
        findings = by_cookie[cookie.name]
        failing = [each for each in findings if not each.is_accepted and each.severity.weight >= threshold.weight]
        others = [each for each in findings if each not in failing]
        if failing:
            failures += 1
            failure = SubElement(case, "failure", type=failing[0].code, message="; ".join(map(_headline, failing)))
            failure.text = "\n\n".join(map(_told, failing))
        elif any(each.is_accepted for each in others):
            skips += 1
            SubElement(case, "skipped", message="accepted by the baseline: " + "; ".join(map(_headline, others)))
        if failing and others:
            SubElement(case, "system-out").text = "\n".join(map(_headline, others))
    if audit.notes or audit.never_seen or audit.parties:
        never = [f"never seen: {rule.name}" for rule in audit.never_seen]
        parties = [f"other party: {party.host}" for party in audit.parties]
        SubElement(suite, "system-out").text = "\n".join([*audit.notes, *never, *parties])
    for name, number in (("tests", len(audit.cookies)), ("failures", failures), ("skipped", skips), ("errors", 0)):
        suite.set(name, str(number))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _headline(finding: Finding) -> str:
    return f"{finding.code.headline}: {finding.detail}"


def _told(finding: Finding) -> str:
    lines = [_headline(finding), f"promise: {finding.promise}", f"what to do: {finding.code.remedy}"]
    lines += [f"when: {', '.join(moment.label for moment in finding.moments)}"] if finding.moments else []
    return "\n".join([*lines, *(f"at {place}" for place in finding.places)])
