"""Run a peer's tests once, in an unpacked copy of their own, in a process that sees nothing of this one's settings."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cookiegate
from tests.peers.comparing import failed_anew
from tests.peers.environment import PeerError, unpack
from tests.peers.listing import HERE, Peer

__all__ = ["Run", "Runner"]

PYTEST = (
    "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", "--continue-on-collection-errors",
    "-p", "timeout", "--timeout=60", "--timeout-method=signal", "-q", "--tb=short",
)  # fmt: skip
MOST_REPEATED = 60
"""More failures are no accident."""
PLACE = "{place}"
"""In a test's id, the folder in which it ran."""
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SYSTEMROOT")


@dataclass(frozen=True)
class Run:
    """What became of each test, and the end of why."""

    outcomes: dict[str, str]
    why: dict[str, str]
    output: str
    is_complete: bool = True
    """It ended by itself."""


@dataclass(frozen=True)
class Runner:
    """Runs one peer's tests."""

    peer: Peer
    archive: Path
    python: Path

    def run(self, mode: str, tests: Sequence[str] = ()) -> Run:
        """Run all tests, or these; `mode` is one of the gate's, or `none`."""
        with tempfile.TemporaryDirectory(prefix="cookiegate-peer-") as place:
            found = self._run(Path(place), mode, [*tests] or [*self.peer.tests])
        if not tests and "passed" not in found.outcomes.values():
            raise PeerError(f"{self.peer.name}: {mode}: no test passed: {found.output[-1500:]}")
        return found

    def run_gated(self, mode: str, without: Run) -> Run:
        """Run all tests with the gate. What fails anew must fail again without the others to count."""
        found = self.run(mode)
        anew = failed_anew(without.outcomes, found.outcomes)
        if not 0 < len(anew) <= MOST_REPEATED:
            return found
        again = self.run(mode, anew)
        passed = {test: "passed" for test in anew if again.outcomes.get(test) == "passed"}
        return Run(found.outcomes | passed, again.why | found.why, found.output, found.is_complete)

    def _run(self, place: Path, mode: str, tests: list[str]) -> Run:
        peer = self.peer
        folder = unpack(self.archive, place / "source") / peer.folder
        inside = place / "inside"
        shutil.copytree(HERE / "inside", inside, ignore=shutil.ignore_patterns("__pycache__"))
        package = Path(cookiegate.__file__).parent
        shutil.copytree(package, inside / "cookiegate", ignore=shutil.ignore_patterns("__pycache__"))
        results, output = place / "results.jsonl", place / "output.txt"
        results.touch()
        options = [*peer.options] if peer.script else [*PYTEST, *peer.options]
        job = {
            "mode": mode, "gates": peer.gates, "script": peer.script,
            "arguments": [*options, *(test.replace(PLACE, str(place)) for test in tests)],
            "results": str(results),
        }  # fmt: skip
        (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
        command = [str(self.python), str(inside / "peer_run.py"), str(place / "job.json")]
        with output.open("w", encoding="utf-8") as file:
            is_complete = _end_within(peer.seconds, command, folder, self._environment(place), file.fileno())
        text = output.read_text(encoding="utf-8", errors="replace")
        rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            row["test"] = row["test"].replace(str(place), PLACE)
        outcomes = {row["test"]: row["outcome"] for row in rows}
        return Run(outcomes, {row["test"]: row["why"] for row in rows if row["why"]}, text, is_complete)

    def _environment(self, place: Path) -> dict[str, str]:
        found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        found["PATH"] = os.pathsep.join([str(self.python.parent), found.get("PATH", "")])
        for name in ("HOME", "TMPDIR"):
            found[name] = str(place / name.lower())
            Path(found[name]).mkdir()
        return {**found, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", **self.peer.environment}


def _end_within(seconds: int, command: list[str], folder: Path, environment: dict[str, str], output: int) -> bool:
    """Run a program with all that it starts; tell whether it ended by itself."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # servers that a test left behind too
        process.wait()
    return True
