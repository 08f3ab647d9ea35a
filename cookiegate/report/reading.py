"""Reading what the worker processes of a site have recorded, added up: `read_inventory("/var/lib/shop/cookies")`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from cookiegate.report.inventory_json import read_inventory_file
from cookiegate.report.limits import Limits
from cookiegate.report.seen import InventoryReport
from cookiegate.report.tally import Tally

__all__ = ["Reading", "read_inventory"]

AnyPath: TypeAlias = str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that could be read, added up, and what could not."""

    report: InventoryReport
    files: tuple[Path, ...]
    """The files that are in the report."""
    problems: tuple[str, ...]
    """One sentence for each file that was skipped, and why."""


def read_inventory(paths: AnyPath | Iterable[AnyPath]) -> Reading:
    """Read inventories: files, or directories in which every `inventory-*.json` is one; workers may go on writing.

    A recording that is there twice (a copy, a file that was added up before) counts once.

    Raises: nothing for what is in the files; `problems` tells what was skipped, and `files` is empty if all was.
    """
    problems: list[str] = []
    files: list[Path] = []
    found: list[tuple[Path, InventoryReport]] = []
    for path in _files([paths] if isinstance(paths, str | PathLike) else paths, problems):
        try:
            found.append((path, read_inventory_file(path)))
        except OSError as error:
            problems.append(f"{path}: can't be read: {error.strerror or error}; check the path and its permissions")
        except ValueError as error:
            problems.append(f"{path}: skipped: {error}; delete it, or record anew")
    found.sort(key=lambda item: -item[1].responses)  # of two states of one recording, the later is the larger
    tally = Tally(Limits.none())
    known: dict[str, Path] = {}
    for path, report in found:
        twin = next((known[part] for part in report.parts if part in known), None)
        if twin is not None:
            problems.append(f"{path}: left out: what it holds is in {twin} too; delete one of them")
            continue
        known.update(dict.fromkeys(report.parts, path))
        tally.load(report)
        files.append(path)
    return Reading(tally.report(), tuple(sorted(files)), tuple(problems))


def _files(paths: Iterable[AnyPath], problems: list[str]) -> Iterator[Path]:
    """List the files, each once."""
    seen: set[Path] = set()
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(path.glob("inventory-*.json"))
            if not inside:
                problems.append(f"{path}: no inventory-*.json in it; has the app answered requests since it records?")
        else:
            inside = [path]
        for file in inside:
            if file not in seen:
                seen.add(file)
                yield file
