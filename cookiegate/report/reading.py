"""Reads and adds up the inventories of a site's worker processes: `read_inventory("/var/lib/shop/cookies")`.

Law: a recording counts once, and a file that can't be read is reported.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from cookiegate.report.inventory_json import read_inventory_file
from cookiegate.report.limits import Limits
from cookiegate.report.seen import InventoryReport
from cookiegate.report.tally import Tally

__all__ = ["Reading", "read_inventory", "without_modes"]

AnyPath: TypeAlias = str | PathLike[str]

_LEFT_ALONE = "it is left as it is and does not count; find out what changed it"
_WHAT_TO_NAME = "name the directory to which an Inventory records, or an inventory-*.json in it"


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that could be read, added up, and what could not."""

    report: InventoryReport
    files: tuple[Path, ...]
    """The files that are in the report."""
    problems: tuple[str, ...]
    """One sentence for each file that was skipped, and why."""
    unread: tuple[str, ...] = ()
    """Those of them that could not be read: their content is not in the report."""


def read_inventory(paths: AnyPath | Iterable[AnyPath]) -> Reading:
    """Read inventories: files, or directories in which every `inventory-*.json` is one; workers may go on writing.

    A recording that comes twice (a copy, a file that was added up before) counts once.

    Raises: nothing for what is in the files; `problems` lists what was skipped, and `files` is empty if all was.
    """
    unread: list[str] = []
    twins: list[str] = []
    files: list[Path] = []
    found: list[tuple[Path, InventoryReport]] = []
    for path in _files([paths] if isinstance(paths, str | PathLike) else paths, unread):
        try:
            found.append((path, read_inventory_file(path)))
        except OSError as error:
            unread.append(f"{path}: can't be read: {error.strerror or error}; check the path and its permissions")
        except ValueError as error:
            is_named_so = path.match("inventory-*.json")
            unread.append(f"{path}: skipped: {error}; {_LEFT_ALONE if is_named_so else _WHAT_TO_NAME}")
    found.sort(key=lambda item: -item[1].responses)  # of two states of one recording, the later is the larger
    tally = Tally(Limits.none())
    known: dict[str, Path] = {}
    for path, report in found:
        twin = next((known[part] for part in report.parts if part in known), None)
        if twin is not None:
            twins.append(f"{path}: left out: what it holds is in {twin} too; name one of them alone")
            continue
        known.update(dict.fromkeys(report.parts, path))
        tally.load(report)
        files.append(path)
    return Reading(tally.report(), tuple(sorted(files)), (*unread, *twins), tuple(unread))


def without_modes(report: InventoryReport) -> InventoryReport:
    """Return a report in which each name has one entry, whatever the gate's mode was."""
    tally = Tally(Limits.none())
    phases = tuple(replace(phase, mode=None) for phase in report.phases)
    tally.load(replace(report, cookies=tuple(replace(each, mode=None) for each in report.cookies), phases=phases))
    return tally.report()


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
