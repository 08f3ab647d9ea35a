"""Processes that start at the same moment and open one store, one spool, one inventory: all of them start.

Five times each; with the environment variable `COOKIEGATE_STRESS` set, 200 times.
"""

import os
import sqlite3
from contextlib import closing

import pytest

from cookiegate.receipts import engine

TIMES = 200 if os.environ.get("COOKIEGATE_STRESS") else 5
WORKERS = 4
SERVE = """
import sys
from pathlib import Path
{imports}
for line in sys.stdin:
    given = line.split()
    try:
        {action}
    except Exception as error:
        print("failed:", repr(error), flush=True)
    else:
        print("done", flush=True)
"""
OPEN = SERVE.format(
    imports="from cookiegate.receipts.store import Store",
    action="store = Store(given[0]); store.open(); store.head(); store.close()",
)
RECORD = SERVE.format(
    imports="from cookiegate import Registry\nfrom cookiegate.receipts import Receipts",
    action="r = Receipts(given[0], registry=Registry(), spool=given[1], patience_s=30);"
    "r.record(id=None, granted=(), how='reject-all', where='page'); r.close()",
)
APPEND = SERVE.format(
    imports="from datetime import UTC, datetime\nfrom cookiegate.receipts.receipt import How, Receipt, Where, new_id\n"
    "from cookiegate.receipts.store import Store\nnow = datetime(2026, 1, 12, tzinfo=UTC)\nstores = {}",
    action="store = stores.setdefault(given[0], Store(given[0]));"
    "all(store.append([Receipt(record_id=new_id(), pii_principal_id=new_id(), event_time=now, privacy_notice=None,"
    "registry_digest='0' * 64, purposes=(), how=How.REJECT_ALL, where=Where.PAGE)], {}) for _ in range(20)) or 1 / 0",
)
TAKE = SERVE.format(
    imports="from cookiegate.report.place import Place",
    action="place = Place.take(Path(given[0])); place.write(['{}']); print(place.path, end=' ', flush=True)",
)


@pytest.fixture
def at_once(python):
    """Give the same line to some waiting processes; returns what each of them answers."""

    def start(program):
        processes = [python(program) for _ in range(WORKERS)]

        def give(line):
            for process in processes:
                process.stdin.write(line + "\n")
            for process in processes:
                process.stdin.flush()
            return [process.stdout.readline().strip() for process in processes]

        return give

    return start


@pytest.fixture
def stores(request, tmp_path):
    """New and empty stores of one kind, one after the other."""

    def make(kind):
        if kind == "sqlite":
            return (f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(TIMES))
        server = request.getfixturevalue("postgresql")
        return (server.emptied_database() for _ in range(TIMES))

    return make


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_open_a_new_store_at_once_all_start(at_once, stores, kind):
    give = at_once(OPEN)
    for url in stores(kind):
        assert give(url) == ["done"] * WORKERS


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_record_their_first_receipt_at_once_all_store_it(
    at_once, stores, kind, open_store, findings, tmp_path
):
    give = at_once(RECORD)
    for url in stores(kind):
        assert give(f"{url} {tmp_path / 'spool'}") == ["done"] * WORKERS
        store = open_store(url)
        assert (store.count(), findings(store)) == (WORKERS, [])
        store.close()
    assert not list(tmp_path.glob("spool/*"))


def test_processes_that_take_a_place_in_an_inventory_at_once_each_get_their_own(at_once, tmp_path):
    give = at_once(TAKE)
    for number in range(TIMES):
        answers = [answer.split() for answer in give(str(tmp_path / str(number)))]
        assert [answer[-1] for answer in answers] == ["done"] * WORKERS
        assert len({answer[0] for answer in answers}) == WORKERS


def test_writer_in_the_way_of_the_write_ahead_log_is_waited_for(open_store, tmp_path, monkeypatch):
    file = tmp_path / "receipts.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE another (thing)")
        other.execute("BEGIN IMMEDIATE")  # SQLite's busy timeout does not wait for this one
        pauses = []
        monkeypatch.setattr(engine, "sleep", lambda pause_s: pauses.append(pause_s) or other.execute("ROLLBACK"))
        store = open_store(file)
        store.open()
    assert pauses == [0.01]
    with closing(sqlite3.connect(file)) as another:
        assert another.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_journal_mode_is_switched_once(open_store, tmp_path, monkeypatch):
    open_store(tmp_path / "receipts.db").open()
    store = open_store(tmp_path / "receipts.db")
    said = []
    with store._engine.connect() as connection:
        connection.connection.driver_connection.set_trace_callback(said.append)
        engine.write_ahead(connection)
    assert said == ["PRAGMA journal_mode"]


def busy(code=5):
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", [5, 6, 261, 517])
def test_what_is_busy_is_tried_again_until_the_patience_is_over(monkeypatch, code):
    times = iter([0.0, 9.0, 10.0])
    monkeypatch.setattr(engine, "monotonic", lambda: next(times))
    monkeypatch.setattr(engine, "sleep", lambda pause_s: None)
    tried = []

    def action():
        tried.append(1)
        raise busy(code)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        engine.patiently(action)
    assert len(tried) == 2


@pytest.mark.parametrize("error", [busy(8), sqlite3.OperationalError("no such table"), OSError("x")])
def test_what_is_wrong_otherwise_is_not_tried_again(monkeypatch, error):
    monkeypatch.setattr(engine, "sleep", lambda pause_s: pytest.fail("it waits"))

    def action():
        raise error

    with pytest.raises(type(error)):
        engine.patiently(action)


@pytest.mark.parametrize("isolation", ["repeatable%5C%20read", "serializable"])
def test_stricter_isolation_of_the_server_makes_no_appending_fail(postgresql, at_once, open_store, findings, isolation):
    strict = f"{postgresql.emptied_database()}&options=-cdefault_transaction_isolation%3D{isolation}"
    give = at_once(APPEND)
    assert give(strict) == ["done"] * WORKERS
    store = open_store(strict)
    assert (store.count(), findings(store)) == (WORKERS * 20, [])
