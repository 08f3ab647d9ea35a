"""Run the command line as a user does, and serve the demo's site with Starlette and Flask."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cookiegate.cli.demo.servers import Server, listen, serve_asgi, serve_wsgi
from cookiegate.cli.demo.site import COOKIES_TOML

POLICY = Path(__file__).with_name("policy.json")
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(columns: int | None = None) -> dict[str, str]:
    """A plain environment: no forced colours, and a width only if a test sets one."""
    given = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR", "TERM")}
    return given if columns is None else {**given, "COLUMNS": str(columns)}


@pytest.fixture(scope="session")
def policy() -> dict[str, dict[str, str]]:
    """The policy's 24 cookies, with category and expiration from its tables (a test compares them)."""
    return json.loads(POLICY.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def cookies_toml() -> str:
    return str(COOKIES_TOML)


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Run `python -m cookiegate` outside the checkout."""

    def run(*arguments: str, columns: int | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cookiegate", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=environment(columns),
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `python -m cookiegate`, to be stopped by a signal."""
    processes = []
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # inherited: under nohup they would ignore the signal

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "cookiegate", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=environment(),
        )
        processes.append(process)
        return process

    yield start
    signal.signal(signal.SIGHUP, before)
    for process in processes:
        with process:
            process.kill()


@pytest.fixture(scope="module", params=["starlette under uvicorn", "flask under gunicorn"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The example site over real HTTP."""
    serve = serve_asgi if "uvicorn" in request.param else serve_wsgi
    with listen() as listener, serve(listener) as server:
        yield server
