"""`python -m tests.peers [NAME ...]`: other projects' own tests, with the gate in between.

Ends with 1 if a test fails with the gate that passes without it and that `peers.toml` does not record, with 2 if a
peer can't be had or run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.peers.comparing import Comparison, compare
from tests.peers.environment import PeerError, default_cache, environment, lock, sdist
from tests.peers.listing import MODES, Listing, Peer, read_listing
from tests.peers.running import Run, Runner

SHOWN = 100
"""Tests that are listed for a peer and a mode; `--json` has all."""

EXPLAINED = "explained"
MODE_HELP = f"one kind of gate only; can be repeated. {EXPLAINED}: the default one, and what it decided in each failure"

Say = Callable[[str], object]


def main(arguments: list[str] | None = None, say: Say = print) -> int:
    """Run the peers that were asked for, all without names."""
    options = _options(arguments)
    listing = read_listing()
    if options.list:
        for peer in listing.peers:
            say(f"{peer.name:24}{peer.sdist}")
        return 0
    peers = [listing.peer(name) for name in options.names] or [*listing.peers]
    for name, peer in zip(options.names, peers, strict=False):
        if peer is None:
            say(f"{name}: there is no such peer; use one of {', '.join(each.name for each in listing.peers)}")
            return 2
    found = [_one(peer, listing, options, say) for peer in peers if peer is not None]
    if options.json is not None:
        options.json.write_text(json.dumps([row for _, rows in found for row in rows], indent=1), encoding="utf-8")
    return max((code for code, _ in found), default=0)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a peer of peers.toml; all without a name")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="folder for downloads (%(default)s)")
    parser.add_argument("--mode", choices=[*MODES, EXPLAINED], action="append", help=MODE_HELP)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found")
    parser.add_argument("--list", action="store_true", help="list the peers, and run nothing")
    parser.add_argument("--lock", action="store_true", help="pin anew what the tests of these peers need")
    return parser.parse_args(arguments)


def _one(peer: Peer, listing: Listing, options: argparse.Namespace, say: Say) -> tuple[int, list[dict[str, object]]]:
    try:
        if options.lock:
            say(f"{peer.name}: {lock(peer, options.cache)} packages are pinned")
            return 0, []
        return run_peer(peer, listing, options.mode or MODES, options.cache, say)
    except PeerError as error:
        say(f"NOT RUN {error}")
        return 2, []


def run_peer(
    peer: Peer, listing: Listing, modes: tuple[str, ...] | list[str], cache: Path, say: Say
) -> tuple[int, list[dict[str, object]]]:
    """Run one peer's tests without the gate and in these modes, and say what differs.

    Raises: `PeerError` if they can't be run.
    """
    runner = Runner(peer, sdist(peer, cache), environment(peer, cache))
    began = time.monotonic()
    without = runner.run("none")
    counts = [*without.outcomes.values()]
    say(f"{peer.sdist:32}{'passed':>8}{'failed':>8}{'new':>6}{'recorded':>10}{'gone':>6}{'seconds':>9}")
    rest = f"{'':24}" if without.is_complete else f"  ENDED after {peer.seconds} s"
    say(f"  {'without the gate':30}{counts.count('passed'):8}{counts.count('failed'):8}{rest}{_since(began):9}")
    code, rows = 0 if without.is_complete else 2, []
    for mode in modes:
        began = time.monotonic()
        gated = runner.run_gated(mode, without)
        found = compare(without.outcomes, gated.outcomes, listing.differences_of(peer.name, mode))
        numbers = f"{found.passed:8}{found.failed:8}{len(found.new):6}{len(found.recorded):10}{len(found.gone):6}"
        say(f"  {mode:30}{numbers}{_since(began):9}")
        code = max(code, 1 if found.new else 0)
        rows.append({"peer": peer.name, "mode": mode, **_as_row(found, gated)})
    for row in rows:
        _tell(row, say)
    return code, rows


def _since(began: float) -> int:
    return round(time.monotonic() - began)


def _as_row(found: Comparison, gated: Run) -> dict[str, object]:
    new = {test: gated.why.get(test, "it did not end") for test in found.new}
    return {"passed": found.passed, "failed": found.failed, "new": new, "recorded": found.recorded, "gone": found.gone}


def _tell(row: dict[str, object], say: Say) -> None:
    """List the new failures, each with the last line of what it said, and the recorded ids that explain nothing."""
    new, gone = row["new"], row["gone"]
    assert isinstance(new, dict)
    assert isinstance(gone, tuple)
    for test, why in [*new.items()][:SHOWN]:
        say(f"NEW {row['peer']}, {row['mode']}: {test}\n      {_last_line(why)}")
    if len(new) > SHOWN:
        say(f"... and {len(new) - SHOWN} more")
    for pattern in gone:
        say(f"no longer occurs: {row['peer']}, {row['mode']}: {pattern}")


def _last_line(why: str) -> str:
    lines = [line for line in why.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E ")]
    return (errors or lines or ["it said nothing"])[0 if errors else -1].strip()[:300]


if __name__ == "__main__":
    sys.exit(main())
