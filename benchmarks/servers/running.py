"""Starts a server for as long as a block runs: on a free port of 127.0.0.1, one worker, no access log."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.result import Unavailable

__all__ = ["SERVERS", "free_port", "running", "started"]

_ROOT = Path(__file__).resolve().parents[2]
_SITE = "benchmarks.servers.site"
_PATIENCE_S = 30.0

SERVERS: dict[str, tuple[str, list[str]]] = {
    "uvicorn": ("uvicorn", [f"{_SITE}:asgi", "--port", "{port}", "--no-access-log", "--lifespan", "off"]),
    "granian, ASGI": (
        "granian",
        [f"{_SITE}:asgi", "--interface", "asginl", "--port", "{port}", "--workers", "1", "--no-access-log"],
    ),
    "granian, WSGI": (
        "granian",
        [f"{_SITE}:wsgi", "--interface", "wsgi", "--port", "{port}", "--workers", "1", "--no-access-log"],
    ),
    "gunicorn, threads": (
        "gunicorn",
        [f"{_SITE}:wsgi", "--bind", "127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "2"],
    ),
    "waitress": ("waitress", ["--listen", "127.0.0.1:{port}", "--threads", "2", f"{_SITE}:wsgi"]),
}
"""Each server's module and its arguments."""


@contextmanager
def running(name: str) -> Iterator[int]:
    """Serve the site, yield the port. Raises: `Unavailable` if the server is not installed, or does not start."""
    module, arguments = SERVERS[name]
    if find_spec(module) is None:
        raise Unavailable("not installed")
    port = free_port()
    with started([sys.executable, "-m", module, *(one.format(port=port) for one in arguments)], port):
        yield port


@contextmanager
def started(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the block ends. Raises: `Unavailable` if it does not listen in the end, with its output."""
    folder = tempfile.mkdtemp(prefix="cookiegate-benchmarks-")
    try:
        with Path(folder, "log").open("w+b") as log:
            process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                _wait_for(process, port, Path(folder, "log"))
                yield
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port on which no process listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    stop = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < stop:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)  # the servers have no common way to say that they listen
        else:
            return
    output = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise Unavailable(f"it does not start: {ascii(output[-1][-200:]) if output else 'it says nothing'}")
