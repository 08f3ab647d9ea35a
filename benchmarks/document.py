"""A run as JSON, for comparison with another run: written whole, read with every mistake told with its place."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.contest import Quartiles
from benchmarks.result import Point, Row, Target

__all__ = ["Document", "Unreadable", "read_json", "write_json"]

_FORMAT = 2


class Unreadable(Exception):
    """A file is no result of this suite."""


@dataclass(frozen=True, slots=True)
class Document:
    """One run."""

    machine: Mapping[str, str]
    found: Mapping[str, list[Row]]
    is_quick: bool


def write_json(path: Path, document: Document) -> None:
    """Write a run to a file."""
    rows = [
        {"group": group, **asdict(row), "is_met": row.is_met} for group, rows in document.found.items() for row in rows
    ]
    written = {"format": _FORMAT, "quick": document.is_quick, "machine": dict(document.machine), "rows": rows}
    path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> Document:
    """Read what `write_json` wrote. Raises: `Unreadable`, with the place."""
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
            found.setdefault(str(row["group"]), []).append(_row(row))
        return Document(machine, found, bool(read["quick"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{path}: {where}: is not as --json writes it: {error!r}; write the file anew") from error


def _row(read: Mapping[str, Any]) -> Row:
    figure, target, point = read["figure"], read["target"], read["point"]
    return Row(
        what=str(read["what"]),
        against=str(read["against"]),
        figure=figure and Quartiles(
            float(figure["low"]), float(figure["median"]), float(figure["high"]), int(figure["rounds"])
        ),
        unit=str(read["unit"]),
        target=target and Target("<=" if target["kind"] == "<=" else ">=", float(target["bound"])),
        note=str(read["note"]),
        point=point and Point(str(point["plot"]), str(point["axis"]), float(point["x"]), str(point["curve"])),
    )  # fmt: skip
