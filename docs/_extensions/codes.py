"""The entries of reference/codes.md: each stable code with an anchor, what it means, and what to do.

The text is the code's own, where it has one; else it is that of a guide's table, so that nothing is said twice.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cookiegate.audit.finding import Code as AuditCode
from cookiegate.cli.text import REASONS
from cookiegate.documentation import url_of_code
from cookiegate.model import Reason
from cookiegate.registry.finding import Code as LintCode
from cookiegate.surroundings.finding import Code as DoctorCode

_DOCS = Path(__file__).resolve().parent.parent
_ROW = re.compile(r"^\| `([\w.-]+)` \| (.*) \|$", re.MULTILINE)
_CELLS = re.compile(r"(?<!\\)\s\|\s")


def anchor(kind: str, code: str) -> str:
    """Return the anchor of a code on the page: what its URL ends in."""
    return url_of_code(kind, code).partition("#")[2]  # type: ignore[arg-type]  # one of the kinds, by the callers below


def rows_of(page: str, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return the cells behind each code in a guide's tables. Raises: `KeyError` for a code without a row."""
    found = {row[1]: _CELLS.split(row[2]) for row in _ROW.finditer((_DOCS / page).read_text(encoding="utf-8"))}
    missing = [code for code in codes if code not in found]
    if missing:
        raise KeyError(f"docs/{page}: no row for {', '.join(missing)}")
    return {code: found[code] for code in codes}


def _entry(kind: str, code: str, *paragraphs: str) -> Iterator[str]:
    yield f"({anchor(kind, code)})="
    yield f"### `{code}`\n"
    for paragraph in paragraphs:
        yield f"{paragraph}\n"


def _entries(kind: str, entries: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(line for code, *paragraphs in entries for line in _entry(kind, code, *paragraphs))


def reasons() -> str:
    """Write the reasons of decisions, with what to do about each, from the table in the explanation of a line."""
    rows = rows_of("explanation/line.md", [reason.value for reason in Reason])

    def paragraphs(reason: Reason) -> tuple[str, ...]:
        rule, advice = rows[reason.value]
        said = REASONS[reason].replace("{category}", "the category's")
        return reason.value, said, f"**Rule {rule}.** {advice}"

    return _entries("reason", map(paragraphs, Reason))


def audit_findings() -> str:
    """Write the findings of `cookiegate audit`, worst first."""
    entries = (
        (code.value, f"**{code.severity}: {code.headline}.** {code.meaning}", f"What to do: {code.remedy}")
        for code in sorted(AuditCode, key=lambda code: -code.severity.weight)
    )
    return _entries("audit", entries)


def lint_findings() -> str:
    """Write the findings of `cookiegate check` and `registry lint`."""
    rows = rows_of("lint.md", [code.value for code in LintCode])
    return _entries("lint", ((code.value, f"**{code.severity}.** {rows[code.value][-1]}") for code in LintCode))


def doctor_findings() -> str:
    """Write the findings of `cookiegate doctor`."""
    rows = rows_of("doctor.md", [code.value for code in DoctorCode])

    def paragraphs(code: DoctorCode) -> tuple[str, ...]:
        means, advice = rows[code.value]
        return code.value, _sentence(means), f"What to do: {advice}."

    return _entries("doctor", map(paragraphs, DoctorCode))


def django_checks() -> str:
    """Write Django's checks."""
    rows = rows_of("frameworks.md", django_ids())
    return _entries("django", ((code, _sentence(cells[0])) for code, cells in rows.items()))


def django_ids() -> list[str]:
    """Return the ids of the checks, as the source has them."""
    text = (_DOCS.parent / "cookiegate" / "django" / "checks.py").read_text(encoding="utf-8")
    return [f"cookiegate.{code}" for code in sorted(set(re.findall(r'(?:"|cookiegate\.)([EW]\d{3})"', text)))]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
