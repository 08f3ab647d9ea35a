"""Stores for the tests: SQLite files, and a real PostgreSQL server that is started here."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from cookiegate import Category, CookieRule, Registry
from cookiegate.receipts import Receipt, Receipts
from cookiegate.receipts.chain import ChainCheck, Head
from cookiegate.receipts.store import Store

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
REGISTRY = Registry(
    [
        CookieRule(name="session", category=Category.NECESSARY),
        CookieRule(name="_ga*", category=Category.STATISTICS, purpose="Counts visits."),
    ]
)


@pytest.fixture(scope="session")
def program(missing: Callable[[str], NoReturn]) -> Callable[[str], str]:
    """Find one of PostgreSQL's programs; Debian keeps them out of the PATH."""

    def find(name: str) -> str:
        debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        return shutil.which(name) or (str(debian[-1]) if debian else missing(f"PostgreSQL's {name}"))

    return find


@dataclass
class PostgreSQL:
    """A server of its own: only a Unix socket in its own directory."""

    directory: Path
    user: str | None
    program: Callable[[str], str]

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command, user=self.user, group=self.user and pwd.getpwnam(self.user).pw_gid, extra_groups=self.user and [],
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            timeout=300, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, (command, (self.directory / "log").read_text(errors="replace")[-2000:])

    def start(self) -> None:
        options = f"-k {self.directory} -c listen_addresses='' -c max_connections=60 -c fsync=off"  # power stays on
        log = str(self.directory / "log")
        self.run(self.program("pg_ctl"), "-D", str(self.directory / "data"), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self.run(self.program("pg_ctl"), "-D", str(self.directory / "data"), "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://tester@/{database}?host={self.directory}"

    def emptied_database(self) -> str:
        import psycopg

        with psycopg.connect(f"host={self.directory} user=tester dbname=postgres", autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url("postgres")


@pytest.fixture(scope="session")
def postgresql(program: Callable[[str], str]) -> Iterator[PostgreSQL]:
    """Start a server in a temporary directory; not as root, which it refuses."""
    user = None
    if os.geteuid() == 0:
        user = next(
            (name for name in ("postgres", "nobody") if name in {each.pw_name for each in pwd.getpwall()}), None
        )
    initdb = program("initdb")
    directory = Path(tempfile.mkdtemp(prefix="cookiegate-"))
    if user is not None:
        os.chown(directory, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    server = PostgreSQL(directory, user, program)
    try:
        server.run(initdb, "-D", str(directory / "data"), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new and empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'receipts.db'}"
    return request.getfixturevalue("postgresql").emptied_database()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Receipts]]:
    """Make `Receipts` that are closed at the end, with a small registry and a clock that stands."""
    made: list[Receipts] = []

    def make_one(store: object, **settings: object) -> Receipts:
        given = {"registry": REGISTRY, "revision": "2026-01-12", "clock": lambda: NOW, "spool": tmp_path / "spool"}
        given |= {"limit_per_minute": None, "repeat_s": 0, "patience_s": 300}
        receipts = Receipts(store, **{**given, "retry_s": (0.02, 0.1), **settings})
        made.append(receipts)
        return receipts

    yield make_one
    for receipts in made:
        receipts.close()


@pytest.fixture
def open_store() -> Iterator[Callable[..., Store]]:
    """Make stores that are closed at the end."""
    made: list[Store] = []

    def make_one(store: object, **settings: bool) -> Store:
        made.append(Store(store, **settings))
        return made[-1]

    yield make_one
    for store in made:
        store.close()


@pytest.fixture
def choose() -> Callable[..., Receipt]:
    """Record a choice of a visitor."""

    def record(receipts: Receipts, id: str | None = "visitor-1", **choice: object) -> Receipt:
        usual = {"granted": {"statistics"}, "how": "own-choice", "where": "page", "language": "de"}
        return receipts.record(id=id, **{**usual, **choice})

    return record


@pytest.fixture
def findings() -> Callable[..., list[str]]:
    """Check the chain of a store."""

    def check(store: Store, noted: Head | None = None) -> list[str]:
        with store.chain() as (head, ranges, links):
            return [str(each) for each in ChainCheck(ranges, head, noted).findings(links)]

    return check


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python programs in processes of their own."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, *arguments],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()
