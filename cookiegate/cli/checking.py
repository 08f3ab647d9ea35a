"""The checks of `cookiegate check` and `registry lint`: mistakes in rules and settings, and lint findings.

Law: all findings come at once, so that correcting them needs no second run.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cookiegate.cli.partial_rules import make_partial_rule
from cookiegate.documentation import url_of_code
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.gate_registry import no_warnings
from cookiegate.registry.finding import Code, Finding, Severity
from cookiegate.registry.lint import lint, lint_toml
from cookiegate.registry.proposals import count_proposals
from cookiegate.registry.toml import parse_cookies_toml, read_text
from cookiegate.registry.toml_tables import cookie_lines, read_tables

__all__ = ["CheckResult", "check_file", "finding_record", "format_finding", "is_mistake", "list_mistakes"]

_SECTION = re.compile(r"[ \t]*\[[ \t]*(\[)?[ \t]*[\"']?(\w+)[\"']?[ \t]*\]")
_KEY = re.compile(r"[ \t]*[\"']?([\w-]+)[\"']?[ \t]*=")
_OF_GATE = re.compile(r"(?:gate|settings_page): (?:unknown key )?'?([\w-]+)'?")
MISTAKES = frozenset({Code.MISTAKE, Code.HOST_PREFIX})
"""The codes of what no gate can be made of; such a finding names no subject, since it was no rule yet."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result for one file."""

    gate: CookieGate | None
    """The gate, with the rules of the file alone; `None` if there are mistakes."""
    findings: tuple[Finding, ...]
    """Sorted by line; findings without a line are last."""
    proposals: int = 0
    """What `registry import` proposed and nobody confirmed."""

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(found for found in self.findings if found.severity is severity)


def check_file(path: Path, ignore: Iterable[Code] = (), *, is_strict: bool = False) -> CheckResult:
    """Check a file. `ignore`: codes to leave out. `is_strict`: findings that depend on cookiegate's version are errors.

    Raises: `ConfigError` if the file can't be opened, or is not UTF-8.
    """
    content = read_text(path)
    gate, problems = _build_gate(path)
    found = _lint_text(content, path.name)
    listed = {problem for each in found for problem in (f"{each.what}; {each.fix}", each.what)}
    lines = _setting_lines(content)
    for problem in problems:
        text = problem.removeprefix(f"{path.name}: ")
        if text not in listed:
            what, _, fix = text.rpartition("; ")
            key = _OF_GATE.match(text)
            line = lines.get(key[1], lines.get("")) if key else None
            found.append(Finding(Code.MISTAKE, "", what or fix, fix if what else "correct it", line))
    kept = sorted(
        (each for each in found if each.code not in ignore), key=lambda each: (each.line is None, each.line or 0)
    )
    return CheckResult(gate, tuple(replace(each, is_strict=is_strict) for each in kept), count_proposals(content))


def is_mistake(finding: Finding) -> bool:
    """Return whether `CookieGate` refuses the file because of this finding. It has no subject: it is not a rule yet."""
    return finding.code in MISTAKES and not finding.subject


def list_mistakes(path: Path, error: ConfigError) -> tuple[str, ...]:
    """Return the mistakes in a file that `CookieGate` refused with `error`, with their lines."""
    try:
        checked = check_file(path)
    except ConfigError as unreadable:
        return unreadable.problems
    found = tuple(format_finding(each, path.name) for each in checked.findings if is_mistake(each))
    return found if checked.gate is None and found else error.problems


def format_finding(found: Finding, file_name: str) -> str:
    """Format a finding: file, line, problem, fix."""
    has_place = found.line is None or found.what.startswith("not TOML")  # the TOML parser's message has the line
    place = file_name if has_place else f"{file_name}:{found.line}"
    return f"{place}: {found.what}; {found.fix}" if is_mistake(found) else f"{place}: {found}"


def finding_record(found: Finding) -> dict[str, object]:
    """Return a finding as JSON types."""
    return {
        "code": found.code,
        "severity": found.severity,
        "line": found.line,
        "subject": found.subject,
        "what": found.what,
        "fix": found.fix,
        "help": url_of_code("lint", found.code),
    }


def _lint_text(text: str, file_name: str) -> list[Finding]:
    """Lint a text. Of rules with mistakes, the valid parts are checked against the other rules."""
    found = lint_toml(text, where=file_name)
    if not any(is_mistake(each) for each in found):
        return found
    try:
        document = parse_cookies_toml(text, where=file_name)
        tables = read_tables(text).get("cookie", ())
    except (ConfigError, ValueError, RecursionError):
        return found
    if document.table_count == len(document.rules) or not isinstance(tables, list):
        return found
    lines = cookie_lines(text, document.table_count)
    rules = dict(zip(document.numbers, document.rules, strict=True))
    first = {rule.name: number for number, rule in rules.items()}
    mistakes = [each for each in found if is_mistake(each)]
    for number, table in enumerate(tables, start=1):
        rule = None if number in rules else make_partial_rule(table)
        if rule is None:
            continue
        other = first.setdefault(rule.name, number)
        if other == number:
            rules[number] = rule
        elif not _is_listed(f"cookie[{number}] {rule.name!r}: the same name", mistakes):
            what = f"cookie[{number}] {rule.name!r}: the same name as cookie[{other}]"
            line = lines[number - 1] if lines else None
            mistakes.append(Finding(Code.MISTAKE, "", what, "keep one of them", line))
    line_of = {rule.name: lines[number - 1] for number, rule in rules.items() if lines}
    in_order = [rule for _, rule in sorted(rules.items())]
    warnings = [replace(each, line=line_of.get(each.subject)) for each in lint(in_order, document.gate)]
    return [*mistakes, *warnings]


def _is_listed(beginning: str, mistakes: Iterable[Finding]) -> bool:
    return any(each.what.startswith(beginning) for each in mistakes)


def _build_gate(path: Path) -> tuple[CookieGate | None, tuple[str, ...]]:
    """Build the gate as an app would; return it, or the problems."""
    try:
        with no_warnings():  # they are among the findings
            gate = CookieGate.from_toml(path, known=False)  # its registry holds the file's rules alone
    except ConfigError as error:
        return None, error.problems
    if gate.settings_page:
        from cookiegate.settings_page.page import page_problems  # its packages are needed for nothing else

        problems = [problem.replace("SettingsPage: ", "settings_page: ", 1) for problem in page_problems(gate)]
        if problems:
            return None, tuple(problems)
    return gate, ()


def _setting_lines(text: str) -> dict[str, int]:
    """Return the line of each key under `[gate]`; the empty key is the section itself."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _SECTION.match(line):
            section = "" if header[1] else header[2]
            if section == "gate":
                found.setdefault("", number)
        elif section in ("gate", "settings_page") and (key := _KEY.match(line)):
            found.setdefault(key[1], number)
    return found
