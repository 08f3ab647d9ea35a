"""What all tests share: the conformance data beside the checkout, and what may be missing on a user's machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

IN_CI = os.environ.get("COOKIEGATE_CI") == "1"
AXE_CORE = "axe-core@4.14.1"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

settings.register_profile("ci", max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("user", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if IN_CI else "user")


PROMISES: dict[str, dict[tuple[str, str], list[tuple[tuple[Any, ...], str, str]]]] = {}
"""Of `docs/trust.md`: heading, then row and column, then what each test found: its place, what it says, its outcome."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trust-report", metavar="FILE", type=Path, help="write what `promise` recorded, as Markdown")
    parser.addoption("--browser-cases", metavar="N", type=int, default=300, help="cases for each browser (300)")
    parser.addoption("--browser-seed", metavar="TEXT", default="cookiegate", help="seed of these cases (cookiegate)")
    parser.addoption("--soak-seconds", metavar="N", type=float, help="how long each soak runs, instead of a count")


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Note that this test holds one promise of `docs/trust.md`: `promise("Servers", row, column, "what it shows")`.

    The cell says so if the test passes, and FAILED or skipped if not. Tests of one cell are put together.
    """

    def note(heading: str, row: str, column: str, text: str = "holds") -> None:
        record_property("promise", [heading, row, column, text])

    return note


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call" and report.outcome == "passed":
        return
    for name, value in report.user_properties:
        if name == "promise" and isinstance(value, list):
            heading, row, column, text = map(str, value)
            place = (report.location[0], report.location[1] or 0, report.nodeid)
            cells = PROMISES.setdefault(heading, {})
            cells.setdefault((row, column), []).append((place, text, report.outcome))


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--trust-report")
    if path is None or hasattr(session.config, "workerinput"):
        return
    with suppress(OSError):
        intro = path.read_text(encoding="utf-8").partition("\n## ")[0].rstrip()
    lines = [*(intro.splitlines() if path.is_file() else ["# What was tried"]), ""]
    for heading in sorted(PROMISES, key=lambda heading: min(found[0] for found in PROMISES[heading].values())):
        lines += [f"## {heading}", "", *_rows_of(PROMISES[heading]), ""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _rows_of(cells: dict[tuple[str, str], list[tuple[tuple[Any, ...], str, str]]]) -> Iterator[str]:
    """Draw one table, rows and columns in the order of the tests."""
    placed = sorted((min(found)[0], *cell) for cell, found in cells.items())
    rows, columns = (list(dict.fromkeys(cell[part] for cell in placed)) for part in (1, 2))
    yield f"| | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for row in rows:
        found = [cells.get((row, column), []) for column in columns]
        bad = {"failed": "**FAILED**", "skipped": "skipped"}
        texts = [dict.fromkeys(bad.get(outcome, text) for _, text, outcome in sorted(cell)) for cell in found]
        yield f"| {row} | {' | '.join('; '.join(text) for text in texts)} |"


def missing(what: str) -> NoReturn:
    """Skip a test for want of something on a user's machine; in CI it must be there, and the test fails."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and in CI it must be there")
    pytest.skip(f"{what} is not here; .ci/run has it")


@pytest.fixture(scope="session", name="missing")
def tell_missing() -> Callable[[str], NoReturn]:
    """Skip a test for want of something on a user's machine; in CI it must be there, and the test fails."""
    return missing


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is, of Debian or of Google."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return found or missing("Chromium")


@pytest.fixture(scope="session")
def running_chromium(chromium_path: str) -> Callable[[], AbstractContextManager[Any]]:
    """Run Chromium under Playwright as long as a block lasts.

    Until it ends, Playwright's event loop counts as running in this thread, and `asyncio.run` fails in every test.
    """

    @contextmanager
    def run() -> Iterator[Any]:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            missing("playwright")
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
            yield launched
            launched.close()

    return run


@pytest.fixture(scope="module")
def chromium(running_chromium: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    """Chromium, started for each module that asks, and not for the session: see `running_chromium`."""
    with running_chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def shared_json() -> Callable[[str], Any]:
    """Load a file of the conformance data that lies beside the checkout."""

    def load(name: str) -> Any:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return json.loads(path.read_text(encoding="utf-8"))

    return load


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Say where a file of the conformance data lies."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return path

    return find


@pytest.fixture(scope="session")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker's script, fetched by npm in the version that was looked at."""
    npm = shutil.which("npm")
    if npm is None:
        missing("npm")
    directory = tmp_path_factory.mktemp("axe")
    command = [
        npm,
        "install",
        AXE_CORE,
        "--no-save",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]
    if subprocess.run(command, cwd=directory, capture_output=True, timeout=120, check=False).returncode:
        missing(f"{AXE_CORE} from npm's registry")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
