"""The oracle's parts, loaded by path in the order in which they build on each other, and one run for each browser."""

import pickle
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count, cycle
from pathlib import Path
from socketserver import ThreadingMixIn
from types import ModuleType, SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

HERE = Path(__file__).parent
LONGEST_TRIAL_S = 3600
PARTS = ("site", "lines", "oracle", "judging", "scenarios", "trial", "chromium", "firefox")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def serving() -> Any:
    """Serve a test's own site: `with serving(make) as site`; `make` gets the port, and returns a site with an `app`."""

    @contextmanager
    def serve(make: Callable[[int], Any]) -> Iterator[Any]:
        with make_server("127.0.0.1", 0, None, _Server, _Quiet) as server:
            site = make(server.server_port)
            server.set_app(site.app)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            yield site
            server.shutdown()
            thread.join()

    return serve


@pytest.fixture(scope="session")
def parts() -> SimpleNamespace:
    """Every module of the oracle by its name."""

    def load(name: str) -> ModuleType:
        spec = spec_from_file_location(f"cookiegate_oracle_{name}", HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = module_from_spec(spec)  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    return SimpleNamespace(**{name: load(name) for name in PARTS})


@pytest.fixture(scope="session")
def cases(parts: SimpleNamespace, pytestconfig: pytest.Config) -> list[Any]:
    """The kept lines through two gates each, then the generated ones, through each gate in turn."""
    case, setups = parts.oracle.Case, cycle(parts.oracle.SETUPS)
    chance = random.Random(pytestconfig.getoption("--browser-seed"))
    found = []
    for kept in parts.lines.read_cases():
        written = tuple((browser, tuple(told)) for browser, told in kept.get("browsers", {}).items())
        found += [
            case(kept["octets"], setup, chance.random() < 0.5, chance.random() < 0.5, kept["source"], written)
            for setup in ("unregistered kept", next(setups))
        ]
    for _ in range(pytestconfig.getoption("--browser-cases")):
        line = parts.lines.make_line(chance)
        found.append(case(line, next(setups), chance.random() < 0.5, chance.random() < 0.5))
    return found


@pytest.fixture(scope="session")
def problems(parts: SimpleNamespace) -> Callable[[Any], Iterator[tuple[str, str]]]:
    oracle = parts.oracle
    return partial(parts.judging.problems, refusing=oracle.REFUSING, necessary=oracle.NECESSARY, path=parts.site.PATH)


def make_once(place: Path, make: Callable[[], Any]) -> Any:
    """Make something in one of the processes of a run, and let the others read it."""
    try:
        place.with_suffix(".claimed").mkdir()
    except FileExistsError:
        until = time.monotonic() + LONGEST_TRIAL_S
        while not place.exists() and time.monotonic() < until:
            time.sleep(0.2)
        made = pickle.loads(place.read_bytes())
    else:
        made = None
        try:
            made = make()
        finally:
            place.with_suffix(".part").write_bytes(pickle.dumps(made))
            place.with_suffix(".part").rename(place)
    if made is None:
        pytest.fail("another process of this run tried that in vain, and says why")
    return made


@pytest.fixture(scope="session", params=["Chromium", "Firefox"])
def trial(
    request: pytest.FixtureRequest, parts: SimpleNamespace, cases: list[Any], problems: Any,
    tmp_path_factory: pytest.TempPathFactory, worker_id: str,
) -> Any:  # fmt: skip
    """Everything that one browser did; the browser has ended by then."""
    if request.param == "Chromium":
        running = partial(parts.chromium.running, request.getfixturevalue("running_chromium"), parts.oracle.Stored)
    else:
        directory, path = tmp_path_factory.mktemp("firefox"), request.getfixturevalue("firefox_path")
        running = partial(parts.firefox.running, path, directory, parts.oracle.Stored)

    def make() -> Any:
        numbers = count()
        with parts.site.serve() as site, running() as browser:

            def try_batch(batch: list[Any]) -> list[Any]:
                return parts.oracle.try_out(batch, browser, site, next(numbers), time.time)

            found = parts.trial.run(cases, try_batch, problems, parts.lines.shorter, request.param)
            found.old_dates = parts.scenarios.old_date(browser, site)
            found.taken_back = parts.scenarios.take_back(browser, site)
            found.moved = parts.scenarios.move_consent(browser, site)
        return found

    if worker_id == "master":
        return make()
    return make_once(tmp_path_factory.getbasetemp().parent / f"{request.param}.pickle", make)
