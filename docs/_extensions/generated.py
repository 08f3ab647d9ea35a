"""Text that the code itself says: `<!-- generated: commands -->` in a page is replaced by it."""

import re
from pathlib import Path
from typing import Any

import codes
import command_line
import figures
import platforms
import settings_keys
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

MARK = re.compile(r"^<!-- generated: ([\w-]+) -->$", re.MULTILINE)
_DOCS = Path(__file__).resolve().parent.parent


def other_guides() -> str:
    """Write a table of contents of the guides that no index page lists yet, so that a new one is never lost."""
    indexes = "".join(index.read_text(encoding="utf-8") for index in sorted(_DOCS.glob("*/index.md")))
    listed = set(re.findall(r"^\.\./([\w-]+)$", indexes, re.MULTILINE))
    others = [f"../{page.stem}" for page in sorted(_DOCS.glob("*.md")) if page.stem not in listed | {"index"}]
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *others, "```"]) if others else ""


WRITERS = {
    "commands": command_line.commands,
    "settings": settings_keys.settings,
    "cookie-keys": settings_keys.cookie_keys,
    "figures": figures.figures,
    "platforms": platforms.platforms,
    "other-guides": other_guides,
    "reasons": codes.reasons,
    "audit-findings": codes.audit_findings,
    "lint-findings": codes.lint_findings,
    "doctor-findings": codes.doctor_findings,
    "django-checks": codes.django_checks,
}


def generate(text: str) -> str:
    """Replace each mark of a page."""

    def replace(mark: re.Match[str]) -> str:
        if mark[1] not in WRITERS:
            raise ExtensionError(f"nothing writes {mark[1]!r}; use one of {', '.join(WRITERS)}")
        return WRITERS[mark[1]]()

    return MARK.sub(replace, text)


def _read(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = generate(source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the marks when a page is read."""
    app.connect("source-read", _read)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
