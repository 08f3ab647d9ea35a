"""Rivals in Node: a process of their own that reads its work line by line and times itself.

Nothing is fetched unless it is asked for (`--node`); then npm installs the versions that package-lock.json pins, into
the user's cache, and runs no script of any package.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.peers.rules import RULES_BY_NAME
from benchmarks.result import Unavailable
from benchmarks.timing import SelfTimed

__all__ = ["NodeRivals", "fetch_rivals", "node_rivals", "why_not"]

_HERE = Path(__file__).parent
_PINNED = ("package.json", "package-lock.json")


def why_not() -> str | None:
    """Say why there are no rivals in Node; `None`: they are there."""
    if shutil.which("node") is None:
        return "Node is not installed"
    return None if (_folder() / "node_modules").is_dir() else "not fetched; --node fetches them from npm"


def fetch_rivals() -> None:
    """Install the pinned rivals, unless they are installed. Raises: `Unavailable`, with npm's output."""
    folder = _folder()
    if (folder / "node_modules").is_dir():
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Unavailable("--node: node and npm are not installed; install Node 18 or newer, or leave --node away")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PINNED:
        shutil.copyfile(_HERE / name, folder / name)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder, capture_output=True, encoding="utf-8", errors="replace", timeout=300, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        raise Unavailable(f"--node: npm ci failed in {folder}: {done.stderr.strip()[-300:]!a}")


class NodeRivals:
    """The process: give it work, ask for its answers, make candidates of its rivals."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def give(self, lines: list[bytes], granted: frozenset[str]) -> list[str]:
        """Hand it the lines and the visitor's choice; returns the names of the rivals."""
        rules = {
            name: {"category": category, "necessary": is_necessary, "limit": limit_s, "httpOnly": http_only}
            for name, (category, is_necessary, limit_s, http_only) in RULES_BY_NAME.items()
        }
        texts = [line.decode("latin-1") for line in lines]
        names: list[str] = self._ask({"lines": texts, "granted": sorted(granted), "rules": rules})["rivals"]
        return names

    def answer(self, rival: str) -> list[bytes]:
        """Return the lines that leave. Raises: `ValueError` where the rival raises."""
        found = self._ask({"answer": rival})
        if "error" in found:
            raise ValueError(found["error"])
        return [line.encode("latin-1") for line in found["lines"]]

    def candidate(self, rival: str) -> SelfTimed:
        """Return a candidate that runs in the process, on its own clock."""
        return SelfTimed(lambda times: max(1, int(self._ask({"run": rival, "times": times})["ns"])))

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable("Node ended without an answer; is it version 18 or newer?")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def node_rivals() -> Iterator[NodeRivals]:
    """Run the process as long as the block does."""
    node = shutil.which("node")
    assert node is not None
    folder = _folder()
    shutil.copyfile(_HERE / "rivals.mjs", folder / "rivals.mjs")  # beside node_modules, where Node looks for them
    with subprocess.Popen(
        [node, "rivals.mjs"],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            yield NodeRivals(process)
        finally:
            process.kill()


def _folder() -> Path:
    """Return the folder in the user's cache, another one for other versions."""
    pinned = sha256(b"".join((_HERE / name).read_bytes() for name in _PINNED)).hexdigest()[:12]
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(cache) / "cookiegate-benchmarks" / f"node-{pinned}"
