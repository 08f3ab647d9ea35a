"""An audit as JUnit XML: a test case for each cookie and each gap, which fails by its findings.

Names have printable characters only, so XML 1.0 allows all of it. ElementTree writes it: a JUnit library would add a
dependency and save no code.
Law: a case fails by its open findings of at least the threshold.
Source: https://github.com/testmoapp/junitxml
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cookiegate.audit.finding import Code, Finding, Severity
from cookiegate.audit.result import Audit

__all__ = ["write_junit"]


def write_junit(audit: Audit, *, threshold: Severity) -> str:
    """Write an audit; a finding of at least `threshold` fails its case, an accepted one skips it."""
    cases: dict[tuple[str, str], list[Finding]] = {
        (f"cookies.{cookie.category or 'unregistered'}", cookie.name): [] for cookie in audit.cookies
    }
    by_cookie = {name: findings for (_, name), findings in cases.items()}
    for finding in audit.findings:
        if finding.code.noun != "cookie" and finding.code is not Code.OTHER_PARTY:
            cases.setdefault((f"audit.{finding.code}", finding.cookie), []).append(finding)
        elif finding.code not in (Code.OTHER_PARTY, Code.NEVER_SEEN):
            by_cookie[finding.cookie].append(finding)
    suite = Element("testsuite", name="cookiegate audit")
    properties = SubElement(suite, "properties")
    facts = {"source": audit.source.name, "looked at": audit.source.looked_at, "summary": audit.summary}
    for name, value in facts.items():
        SubElement(properties, "property", name=name, value=value)
    failures = skips = 0
    for (class_name, name), findings in cases.items():
        case = SubElement(suite, "testcase", classname=class_name, name=name)
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
    for name, number in (("tests", len(cases)), ("failures", failures), ("skipped", skips), ("errors", 0)):
        suite.set(name, str(number))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _headline(finding: Finding) -> str:
    return f"{finding.texts[0]}: {finding.full_detail}"


def _told(finding: Finding) -> str:
    lines = [_headline(finding), f"promise: {finding.promise}", f"what to do: {finding.texts[2]}"]
    lines += [f"when: {', '.join(moment.label for moment in finding.moments)}"] if finding.moments else []
    return "\n".join([*lines, *(f"at {place}" for place in finding.places)])
