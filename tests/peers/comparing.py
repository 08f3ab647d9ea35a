"""Which tests fail with the gate that pass without it, and which of these are recorded. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.peers.listing import Difference

__all__ = ["Comparison", "compare", "failed_anew", "matches"]

Outcomes = Mapping[str, str]
"""From a test's id to `passed`, `failed` or `skipped`."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One run with the gate, beside the run without it."""

    passed: int
    failed: int
    skipped: int
    new: tuple[str, ...] = ()
    """Tests that pass without the gate and do not pass with it, and that nothing explains."""
    recorded: tuple[str, ...] = ()
    """Those that a recorded difference explains."""
    gone: tuple[str, ...] = ()
    """Recorded ids that explain nothing any more."""


def failed_anew(without: Outcomes, gated: Outcomes) -> list[str]:
    """Return the tests that pass without the gate, and fail, are skipped or never end with it."""
    return sorted(test for test, outcome in without.items() if outcome == "passed" and gated.get(test) != "passed")


def compare(without: Outcomes, gated: Outcomes, differences: Iterable[Difference]) -> Comparison:
    """Compare a run with the gate to the run without it."""
    anew = failed_anew(without, gated)
    patterns = [pattern for difference in differences for pattern in difference.tests]
    explained = {test for test in anew if any(matches(pattern, test) for pattern in patterns)}
    counts = [*gated.values()]
    return Comparison(
        passed=counts.count("passed"),
        failed=counts.count("failed"),
        skipped=counts.count("skipped"),
        new=tuple(test for test in anew if test not in explained),
        recorded=tuple(sorted(explained)),
        gone=tuple(pattern for pattern in patterns if not any(matches(pattern, test) for test in anew)),
    )


def matches(pattern: str, test: str) -> bool:
    """Tell whether a recorded id means this test. Only `*` is special: pytest's ids are full of square brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), test, re.DOTALL) is not None
