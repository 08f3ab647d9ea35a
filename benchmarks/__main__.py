"""`python -m benchmarks`: measure, print a table; 0 whatever the figures, 2 if asked wrongly or a file is none."""

import argparse
import logging
from pathlib import Path

from benchmarks.comparison import print_comparison
from benchmarks.document import Document, Unreadable, read_json, write_json
from benchmarks.groups import GROUPS
from benchmarks.machine import machine_facts
from benchmarks.node import fetch_rivals
from benchmarks.progress import Progress, shown_progress
from benchmarks.result import Row, Unavailable
from benchmarks.table import print_report
from benchmarks.timing import FULL, QUICK, Pace

__all__ = ["main", "measure"]


def main(arguments: list[str] | None = None) -> None:
    """Run the groups that are asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure cookiegate, in ratios of interleaved runs. About two minutes; see benchmarks/README.md.",
    )
    parser.add_argument("--quick", action="store_true", help="half a minute instead of two; rough figures")
    parser.add_argument(
        "--only", metavar="WORD", default="", help=f"noise, and groups with this word: {', '.join(GROUPS)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file too")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with plots (needs matplotlib)")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="show what moved since the run that --json wrote")
    parser.add_argument(
        "--node", action="store_true", help="fetch the rivals that run in Node from npm, once, into the user's cache"
    )
    options = parser.parse_args(arguments)
    if not any(options.only in name for name in GROUPS):
        parser.error(f"--only {options.only!r}: no group has this in its name; use one of {', '.join(GROUPS)}")
    try:
        then = read_json(options.compare) if options.compare is not None else None
        if options.html is not None:
            from benchmarks.page import write_page  # before the run: a missing package is reported at once
        for path in (options.json, options.html):
            if path is not None and not path.absolute().parent.is_dir():
                raise Unavailable(f"{path}: its folder is not there; make it first")
        if options.node:
            fetch_rivals()
    except (Unreadable, Unavailable) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    logging.getLogger("cookiegate").setLevel(logging.CRITICAL + 1)  # warnings of names made up here are no news
    facts = machine_facts()
    with shown_progress() as progress:
        found = measure(QUICK if options.quick else FULL, options.only, progress)
    now = Document(facts, found, options.quick)
    print_report(facts, found)
    if then is not None:
        print_comparison(then, now)
    if options.json is not None:
        write_json(options.json, now)
    if options.html is not None:
        write_page(options.html, now, then)


def measure(pace: Pace, only: str, progress: Progress) -> dict[str, list[Row]]:
    """Run the groups whose name holds a word, and the noise without which no figure can be read."""
    found: dict[str, list[Row]] = {}
    chosen = {name: group for name, group in GROUPS.items() if only in name or name == "noise"}
    for number, (name, group) in enumerate(chosen.items()):
        found[name] = []
        progress(number, len(chosen), name)
        for row in group(pace):
            found[name].append(row)
            progress(number, len(chosen), f"{name}: {row.what}")
    return found


if __name__ == "__main__":
    main()
