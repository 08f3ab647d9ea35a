"""The page of the consent platforms: a section for each source, from its class and from the guide's tables."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import cookiegate.consent

_GUIDE = Path(__file__).resolve().parent.parent / "consent.md"
_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)
_SOURCE = re.compile(r"`(\w+)`")
_NEEDED = {
    "Klaro": 'services={"matomo": "statistics"}',
    "Axeptio": 'services={"google_analytics": "statistics"}',
    "Zaraz": 'purposes={"pUrp": "statistics"}',
}
"""Sources that grant nothing without a mapping of the site's own ids."""


def tables() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the rows of the guide's two tables by source: platforms and categories; explicit, time, revision."""
    first: dict[str, list[str]] = {}
    second: dict[str, list[str]] = {}
    for row in _ROW.findall(_GUIDE.read_text(encoding="utf-8")):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
        if len(cells) == 6 and _SOURCE.fullmatch(cells[1]):
            first[cells[1].strip("`")] = cells
        elif len(cells) == 4 and _SOURCE.match(cells[0]):
            second.update((name, cells) for name in _SOURCE.findall(cells[0]))
    return first, second


def platforms() -> str:
    """Write a section for each platform. Raises: `KeyError` for a source that one of the tables does not have."""
    first, second = tables()
    others = {"ConsentSource", "WritableConsentSource", "Detect", "OwnConsent"}
    sources = {name for name in cookiegate.consent.__all__ if name[0].isupper()} - others
    missing = sorted(name for name in sources if name not in first or name not in second)
    if missing:
        raise KeyError(f"docs/consent.md: no row for {', '.join(missing)}")
    ordered = [name for name in first if name in sources]
    return "\n".join(line for name in ordered for line in _section(name, first[name], second[name]))


def _section(name: str, row: list[str], terms: list[str]) -> Iterator[str]:
    title, _, cookies, preferences, statistics, marketing = row
    yield f"(platform-{name.lower()})=\n## {title}\n"
    yield f"```python\nfrom cookiegate import CookieGate\nfrom cookiegate.consent import {name}\n"
    yield f"gate = CookieGate(consent={name}({_NEEDED.get(name, '')}))\n```\n"
    yield f"Read: {cookies}.\n"
    yield "| granted | if the visitor accepted |\n|---|---|"
    for category, ids in zip(
        ("preferences", "statistics", "marketing"), (preferences, statistics, marketing), strict=True
    ):
        yield f"| {category} | {_without_note(ids)} |"
    yield ""
    yield f"Counts as the visitor's own act: {_without_note(terms[1])}. Time of the choice: {_without_note(terms[2])}."
    yield f"Revision of the policy: {_without_note(terms[3])}.\n"
    for paragraph in re.split(r"\n\s*\n", inspect.getdoc(getattr(cookiegate.consent, name)) or ""):
        if not paragraph.startswith(("Raises:", "Source:")):
            yield f"{' '.join(paragraph.split())}\n"


def _without_note(text: str) -> str:
    """Leave out the number of a note below the guide's table."""
    return re.sub(r" \(\d\)$", "", text)
