"""A run as JSON, for comparison with another run: written whole; reading reports each mistake with its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import Row
from benchmarks.timing import Quartiles

__all__ = ["Document", "Unreadable", "read_json", "write_json"]

_FORMAT = 3


class Unreadable(Exception):
    """A file is no result of this suite."""


@dataclass(frozen=True, slots=True)
class Document:
    """One run."""

    machine: Mapping[str, str]
    found: Mapping[str, list[Row]]
    is_quick: bool


def write_json(path: Path, document: Document) -> None:
    """Write a run to a file: a line for each row that was measured, with what a comparison needs."""
    head = {"format": _FORMAT, "quick": document.is_quick, "machine": dict(document.machine)}
    rows = [
        json.dumps([group, *row.key, row.unit, *map(_rounded, (row.figure.low, row.figure.median, row.figure.high))])
        for group, rows in document.found.items()
        for row in rows
        if row.figure is not None
    ]
    lines = [json.dumps(head)[:-1] + ', "rows": [', ",\n".join(rows), "]}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_json(path: Path) -> Document:
    """Read what `write_json` wrote: rows without targets, notes and points. Raises: `Unreadable`, with the place."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: can't be read: {error}; use a file that --json wrote") from error
    if not isinstance(read, dict) or read.get("format") != _FORMAT:
        raise Unreadable(f"{path}: is no result of format {_FORMAT}; write one with --json and this version")
    found: dict[str, list[Row]] = {}
    where = "machine"
    try:
        machine = {str(name): str(fact) for name, fact in read["machine"].items()}
        for place, row in enumerate(read["rows"]):
            where = f"rows[{place}]"
            group, what, against, unit, low, median, high = row
            figure = Quartiles(float(low), float(median), float(high), rounds=0)
            found.setdefault(str(group), []).append(
                Row(what=str(what), against=str(against), figure=figure, unit=str(unit))
            )
        return Document(machine, found, bool(read["quick"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{path}: {where}: is not as --json writes it: {error!r}; write the file anew") from error


def _rounded(figure: float) -> float:
    """Keep four digits: far fewer than a figure moves by from run to run."""
    return float(f"{figure:.4g}")
