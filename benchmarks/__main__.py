"""`python -m benchmarks [--quick] [--json FILE] [--only WORD]`: measure, and print a table. Always exits with 0."""

import argparse
import logging
import sys
from pathlib import Path

from benchmarks.contest import FULL, QUICK, Pace
from benchmarks.groups import GROUPS
from benchmarks.machine import machine_facts
from benchmarks.result import Row
from benchmarks.table import print_report, write_json

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the groups that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure cookiegate, in ratios.")
    parser.add_argument("--quick", action="store_true", help="seconds instead of a minute; rough figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file too")
    parser.add_argument("--only", metavar="WORD", default="", help=f"groups with this word: {', '.join(GROUPS)}")
    options = parser.parse_args(arguments)
    logging.getLogger("cookiegate").setLevel(logging.CRITICAL + 1)  # warnings of names made up here are no news
    facts = machine_facts()
    found = measure(QUICK if options.quick else FULL, options.only)
    print_report(facts, found)
    if options.json is not None:
        write_json(options.json, facts, found, is_quick=options.quick)


def measure(pace: Pace, only: str = "") -> dict[str, list[Row]]:
    """Run the groups whose name holds a word; says on stderr which one is running."""
    found: dict[str, list[Row]] = {}
    chosen = {name: group for name, group in GROUPS.items() if only in name}
    for number, (name, group) in enumerate(chosen.items(), start=1):
        found[name] = []
        for row in group(pace):
            found[name].append(row)
            if sys.stderr.isatty():
                print(f"\r\x1b[K[{number}/{len(chosen)}] {name}: {row.what}"[:110], end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
