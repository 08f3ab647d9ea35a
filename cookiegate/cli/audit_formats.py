"""How an audit is written: the formats, which of them a file's name asks for, and the octets of each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import cookiegate
from cookiegate.audit.severity import Severity
from cookiegate.audit.text import shown
from cookiegate.cli.audit_browser import print_pdf

if TYPE_CHECKING:
    from cookiegate.audit.result import Audit

__all__ = ["STANDARD_OUTPUT", "SUFFIXES", "Format", "octets", "outputs", "written"]


class Format(StrEnum):
    """How an audit is written."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"
    PDF = "pdf"


STANDARD_OUTPUT = Path("-")
SUFFIXES = {
    ".txt": Format.TABLE, ".json": Format.JSON, ".sarif": Format.SARIF, ".xml": Format.JUNIT, ".html": Format.HTML,
    ".htm": Format.HTML, ".pdf": Format.PDF,
}  # fmt: skip


def outputs(paths: list[Path], form: Format | None) -> list[tuple[Path, Format]]:
    """Choose how each file is written: by how its name ends, else as --format says."""
    chosen = []
    for path in paths:
        is_standard = path == STANDARD_OUTPUT
        as_what = (form or Format.TABLE) if is_standard else SUFFIXES.get(path.suffix.lower(), form)
        if as_what is None:
            raise ValueError(f"-o {shown(str(path))}: no format that its name tells; give --format")
        chosen.append((path, as_what))
    return chosen


def octets(
    found: "Audit", form: Format, registry: Path | None, fail_on: Severity, in_browser: Mapping[str, object]
) -> bytes:
    """Write an audit in one format, as octets."""
    if form is not Format.PDF:
        return written(found, form, registry, fail_on).encode()
    path, has_sandbox = in_browser["browser_path"], bool(in_browser["has_sandbox"])
    html = written(found, Format.HTML, registry, fail_on)
    return print_pdf(html, None if path is None else str(path), has_sandbox=has_sandbox)


def written(found: "Audit", form: Format, registry: Path | None, fail_on: Severity) -> str:
    """Write an audit in one format."""
    version = cookiegate.__version__
    if form is Format.JSON:
        from cookiegate.audit.as_json import write_json

        return write_json(found, version=version)
    if form is Format.SARIF:
        from cookiegate.audit.sarif import write_sarif

        return write_sarif(found, version=version, registry=registry)
    if form is Format.JUNIT:
        from cookiegate.audit.junit import write_junit

        return write_junit(found, threshold=fail_on)
    if form is Format.HTML:
        from cookiegate.audit.report import write_html

        return write_html(found, version=version, made_at=f"{datetime.now(UTC):%B %-d, %Y, %H:%M} UTC")
    from cookiegate.cli.audit_table import written_table

    return written_table(found)
