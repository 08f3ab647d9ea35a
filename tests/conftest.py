"""Fixtures of all tests: the conformance data beside the checkout, and software that a machine may lack.

Heavy tests get their amount from `amount` or the mark `repeated`: small, or large with `--stress`. `--busy` keeps every
core busy meanwhile. Tests wait for events, never for a time: `wait_until`.
"""

import gc
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

for _size in ("COLUMNS", "LINES"):  # pytest-xdist gives its workers those of a terminal, which they don't have
    os.environ.pop(_size, None)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a script; servers would never end
    signal.signal(signal.SIGINT, signal.default_int_handler)

IN_CI = os.environ.get("COOKIEGATE_CI") == "1"
PATIENCE_S = 300
"""The timeout of `wait_until`: only a failing test waits that long."""
BROWSER_FIXTURES = {"chromium_path", "firefox_path", "tab", "trial"}
CLOCK_FIXTURES = {"built", "caches", "environment", "own_clock", "site"}
"""What these start has the machine's own clock: Varnish starts under no other, and pip finds no certificate valid."""
LOOKS_AT_DATES = re.compile(
    r"Expires=|\bexpires|given_at|\bdatetime\b|\btime\.time\b|from time import time\b|README\.md|\"docs\""
)
"""Patterns in the text of a test module: its tests get the mark `dates`."""
AXE_CORE = "axe-core@4.14.1"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

settings.register_profile("ci", max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("stress", max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("user", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if IN_CI else "user")


PROMISES: dict[str, dict[tuple[str, str], list[tuple[tuple[Any, ...], str, str]]]] = {}
"""The cells of `docs/trust.md`: by heading, then by row and column, the place, text and outcome of each test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trust-report", metavar="FILE", type=Path, help="write what `promise` recorded, as Markdown")
    parser.addoption("--pictures", metavar="DIR", type=Path, help="write pictures of the banner and the settings page")
    parser.addoption("--browser-cases", metavar="N", type=int, default=300, help="cases for each browser (300)")
    parser.addoption("--browser-seed", metavar="TEXT", default="cookiegate", help="seed of these cases (cookiegate)")
    parser.addoption("--soak-seconds", metavar="N", type=float, help="how long each soak runs, instead of a count")
    is_stress = os.environ.get("COOKIEGATE_STRESS") == "1"
    parser.addoption("--stress", action="store_true", default=is_stress, help="repeat often, with large amounts")
    parser.addoption("--cases", metavar="N", type=int, help="run at most N cases of each test function, evenly chosen")
    parser.addoption("--traced", metavar="N", type=int, help="measure coverage in N cases of a function only")
    parser.addoption("--busy", action="store_true", help="keep every core busy while the tests run")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--stress"):
        os.environ["COOKIEGATE_STRESS"] = "1"  # for code that reads it when a module is imported, in every worker
        settings.load_profile("stress")
    if config.getoption("--busy") and not hasattr(config, "workerinput"):
        loops = [subprocess.Popen([sys.executable, "-IS", "-c", BUSY], stdin=subprocess.PIPE) for _ in range(CORES)]
        config.add_cleanup(lambda: [loop.communicate() for loop in loops])


CORES = os.cpu_count() or 1
BUSY = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True:
    pass
"""
"""It ends when its standard input ends, however the tests end."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("repeated")
    if mark is not None:
        few, many = mark.args
        times = many if metafunc.config.getoption("--stress") else few
        metafunc.fixturenames.append("repetition")
        metafunc.parametrize("repetition", range(times))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    most = config.getoption("--cases")
    if most:
        left_out = set(items).difference(*[evenly(cases, most) for cases in cases_of(items)])
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    if traced := config.getoption("--traced"):
        measured = {item for cases in cases_of(items) for item in by_chance(cases, traced)}
        for item in items:
            trace_some(item, EXAMPLES_A_CASE * traced if item in measured else 0)
    dated: dict[Path, bool] = {}
    for item in items:
        if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if item.path not in dated:
            dated[item.path] = LOOKS_AT_DATES.search(item.path.read_text(encoding="utf-8")) is not None
        if dated[item.path] and not CLOCK_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("dates")


def cases_of(items: list[pytest.Item]) -> Iterable[list[pytest.Item]]:
    """Return the cases of each test function."""
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return functions.values()


def evenly(cases: list[pytest.Item], most: int) -> list[pytest.Item]:
    """Return at most that many of the cases, from the first to one of the last."""
    return cases[:: -(-len(cases) // most)]


def by_chance(cases: list[pytest.Item], most: int) -> list[pytest.Item]:
    """Return at most that many of the cases, the same each time. Of evenly chosen ones, all may be of one adapter."""
    return random.Random(cases[0].nodeid).sample(cases, min(most, len(cases)))


EXAMPLES_A_CASE = 4
EXAMPLES_TRACED: pytest.StashKey[int] = pytest.StashKey()
"""In how many examples of a test coverage is measured; in none of the test itself if it is 0."""


def trace_some(item: pytest.Item, most: int) -> None:
    """Let coverage be measured in so many examples of a test. What is measured then is at most what is covered."""
    item.stash[EXAMPLES_TRACED] = most
    described = getattr(getattr(item, "obj", None), "hypothesis", None)
    if described is not None and not hasattr(described.inner_test, "left"):
        described.inner_test = traced_at_first(described.inner_test)


def traced_at_first(test: Callable[..., Any]) -> Any:
    """Wrap the test that Hypothesis calls for each example: coverage is measured as long as `left` is more than 0."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> Any:
        run.left -= 1
        with nullcontext() if run.left >= 0 else untraced():
            return test(*arguments, **named)

    run.left = 0
    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    most = item.stash.get(EXAMPLES_TRACED, None)
    described = getattr(getattr(item, "obj", None), "hypothesis", None)
    if most is not None and described is not None:
        described.inner_test.left = most
    with untraced() if most == 0 else nullcontext():  # pytest's own work too: for a small test it takes the longest
        return (yield)


@pytest.fixture(scope="session")
def amount(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Return the amount of a heavy test: `amount(few, many)`; `many` with `--stress`."""
    return lambda few, many: many if pytestconfig.getoption("--stress") else few


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], object], str], None]:
    """Wait for a condition: `wait_until(condition, "description")`; fail if it does not become true."""

    def wait(condition: Callable[[], object], what: str) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < give_up, f"{what}: not within {PATIENCE_S} seconds"
            time.sleep(0.02)

    return wait


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Record that this test fills a cell of `docs/trust.md`: `promise("Servers", row, column, "text")`.

    The cell has the text if the test passes, else FAILED or skipped. Tests of one cell are joined.
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
    lines = [*(intro.splitlines() if path.is_file() else ["# Test results"]), ""]
    for heading in sorted(PROMISES, key=lambda heading: min(found[0] for found in PROMISES[heading].values())):
        lines += [f"## {heading}", "", *_rows_of(PROMISES[heading]), ""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _rows_of(cells: dict[tuple[str, str], list[tuple[tuple[Any, ...], str, str]]]) -> Iterator[str]:
    """Write one table, with rows and columns in the order of the tests."""
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
    """Skip a test if something is missing on this machine; in CI, fail."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and in CI it must be there")
    pytest.skip(f"{what} is not here; .ci/run has it")


@pytest.fixture(scope="session", name="missing")
def tell_missing() -> Callable[[str], NoReturn]:
    """Skip a test if something is missing on this machine; in CI, fail."""
    return missing


@contextmanager
def untraced() -> Iterator[None]:
    """Keep the measurement of coverage from what is only repeated often: it takes most of the time then."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@pytest.fixture(name="untraced")
def untraced_test() -> Iterator[None]:
    """Keep the measurement of coverage from a test; see `untraced`."""
    with untraced():
        yield


@pytest.fixture(scope="session")
def grows_linearly() -> Callable[..., None]:
    """Check that twice the input takes at most three times the processor time plus 0.2 seconds, in one try of three."""

    def hold(action: Callable[[Any], object], make: Callable[[int], Any], size: int) -> None:
        def seconds(given: Any) -> float:
            is_collecting = gc.isenabled()
            gc.disable()  # a collection also visits the objects of earlier tests
            try:
                with untraced():
                    start = process_time()
                    action(given)
                    return process_time() - start
            finally:
                if is_collecting:
                    gc.enable()

        tries = []
        for _ in range(3):
            took_s = [seconds(make(size)), seconds(make(2 * size))]
            if took_s[1] < 3 * took_s[0] + 0.2:
                return
            tries.append(took_s)
        pytest.fail(f"seconds for {size} and for twice that, three times: {tries}")

    return hold


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium, from Debian or Google."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return found or missing("Chromium")


@pytest.fixture(scope="session")
def firefox_path(missing: Callable[[str], Any]) -> str:
    """Where Firefox is, with what it takes to talk to it; Debian has the extended support release."""
    if find_spec("websockets") is None:
        missing("websockets")
    return shutil.which("firefox-esr") or shutil.which("firefox") or missing("Firefox")


@pytest.fixture(scope="session")
def running_chromium(chromium_path: str) -> Callable[[], AbstractContextManager[Any]]:
    """Run Chromium under Playwright until the block ends.

    Until it ends, Playwright's event loop counts as running in this thread, and `asyncio.run` fails in every test.
    """

    @contextmanager
    def run() -> Iterator[Any]:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            missing("playwright")
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=chromium_path, args=CHROMIUM_ARGUMENTS, timeout=PATIENCE_S * 1000
            )
            yield launched
            launched.close()

    return run


@pytest.fixture(scope="module")
def chromium(running_chromium: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    """Chromium, started for each module, not for the session: see `running_chromium`."""
    with running_chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def shared_json() -> Callable[[str], Any]:
    """Load a file of the conformance data beside the checkout."""

    def load(name: str) -> Any:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return json.loads(path.read_text(encoding="utf-8"))

    return load


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Return the path of a file of the conformance data."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return path

    return find


@pytest.fixture(scope="session")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker's script, in a fixed version from npm."""
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
    if subprocess.run(command, cwd=directory, capture_output=True, timeout=600, check=False).returncode:
        missing(f"{AXE_CORE} from npm's registry")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
