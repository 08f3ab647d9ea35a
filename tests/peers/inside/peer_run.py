"""In a peer's environment: put the gate in its places, run the tests, note what became of each.

`python peer_run.py JOB`: the job is a JSON file with `mode` (`none` for no gate at all), `gates`, `script` (`null`:
pytest), `arguments` and `results`, a file that gets one JSON line for each test at once, so that a run that is ended
from outside has told all that it knew.
"""

import json
import os
import runpy
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO


class Results:
    """The file of results; of several outcomes of one test, the worst is the last."""

    rank = ("passed", "skipped", "failed")

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.known: dict[str, str] = {}

    def note(self, test: str, outcome: str, why: str = "") -> None:
        """Write down what became of a test."""
        before = self.known.get(test)
        if before is not None and self.rank.index(outcome) <= self.rank.index(before):
            return
        self.known[test] = outcome
        self.file.write(json.dumps({"test": test, "outcome": outcome, "why": why[-2000:]}) + "\n")
        self.file.flush()


class PytestResults:
    """pytest's reports, as results."""

    def __init__(self, results: Results, install: Callable[[], None]) -> None:
        self.results = results
        self.install = install

    def pytest_load_initial_conftests(self) -> None:
        """Put the gate in its places before any test is imported, and after pytest's plugins are."""
        self.install()

    def pytest_collectreport(self, report: Any) -> None:
        """A file that can't be imported is a failure of its own."""
        if report.failed:
            self.results.note(report.nodeid, "failed", report.longreprtext)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test passes if its call does, and fails if anything of it does."""
        if report.when == "call" or report.outcome != "passed":
            said = "\n".join([report.longreprtext, *decisions()]) if report.failed else ""
            self.results.note(report.nodeid, report.outcome, said)
        if report.when == "teardown":
            decisions().clear()


def decisions() -> list[str]:
    """Return what the gate decided in this test, if it says so."""
    return sys.modules["peer_gate"].DECISIONS if "peer_gate" in sys.modules else []


def note_unittest(results: Results) -> None:
    """Let every unittest result write down what becomes of a test."""
    kind = unittest.TestResult

    def patch(name: str, outcome: str) -> None:
        original = getattr(kind, name)

        def add(self: Any, test: Any, *details: Any) -> None:
            why = self._exc_info_to_string(details[0], test) if outcome == "failed" and details else ""
            results.note(test.id(), outcome, "\n".join([why, *decisions()]) if why else "")
            decisions().clear()
            original(self, test, *details)

        setattr(kind, name, add)

    for name, outcome in [
        ("addSuccess", "passed"), ("addError", "failed"), ("addFailure", "failed"), ("addSkip", "skipped"),
        ("addExpectedFailure", "skipped"), ("addUnexpectedSuccess", "failed"),
    ]:  # fmt: skip
        patch(name, outcome)
    sub_test = kind.addSubTest

    def add_sub_test(self: Any, test: Any, subtest: Any, error: Any) -> None:
        if error is not None:
            results.note(test.id(), "failed", self._exc_info_to_string(error, test))
        sub_test(self, test, subtest, error)

    kind.addSubTest = add_sub_test  # type: ignore[method-assign]


def main(path: str) -> int:
    """Run one job."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  # as `python -m pytest` does
    with Path(job["results"]).open("w", encoding="utf-8") as file:
        results = Results(file)

        def install() -> None:
            if job["mode"] != "none":
                import peer_gate

                peer_gate.install(job["mode"], job["gates"])

        if job["script"] is None:
            import pytest

            return int(pytest.main(job["arguments"], plugins=[PytestResults(results, install)]))
        install()
        note_unittest(results)
        sys.argv = [job["script"], *job["arguments"]]
        sys.path.insert(0, str(Path(job["script"]).resolve().parent))
        runpy.run_path(job["script"], run_name="__main__")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
