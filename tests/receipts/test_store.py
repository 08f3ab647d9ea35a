"""The store, on SQLite and on a real PostgreSQL: appending, purging, migrating, many processes."""

import json
import sqlite3
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import inspect, text

from cookiegate.errors import ConfigError, ReceiptStoreError, ReceiptStoreTooNew
from cookiegate.receipts.canonical import digest_of
from cookiegate.receipts.chain import START
from cookiegate.receipts.engine import read_url
from cookiegate.receipts.schema import _STEPS, VERSION

NOW = datetime(2026, 1, 12, 8, tzinfo=UTC)
OPEN = "import sys; from cookiegate.receipts.store import Store; sys.stdin.read(); Store(sys.argv[1]).open()"


@pytest.fixture
def execute():
    """Change a store behind its back."""

    def run(store, *statements, **values):
        with store._engine.connect() as connection, connection.begin():
            for statement in statements:
                connection.execute(text(statement), values)

    return run


def test_new_store_has_an_empty_chain(open_store, url, findings):
    store = open_store(url)
    store.open()
    assert (store.head(), store.count(), findings(store)) == (START, 0, [])


def test_receipt_is_found_by_visitor_and_by_record(url, make, choose):
    receipts = make(url)
    first = choose(receipts, "visitor-1", granted={"statistics"})
    choose(receipts, "visitor-2")
    second = choose(receipts, "visitor-1", granted=(), how="withdrawn")
    assert [link.body for link in receipts.store.find("visitor-1")] == [first, second]
    assert [link.body for link in receipts.store.find(second.record_id)] == [second]
    assert receipts.store.find("nobody") == []


def test_each_record_carries_the_hash_of_the_one_before(url, make, choose):
    receipts = make(url)
    for _ in range(3):
        choose(receipts)
    with receipts.store.receipts() as links:
        chained = list(links)
    assert [link.sequence for link in chained] == [1, 2, 3]
    assert [link.previous_hash for link in chained] == [START.hash, chained[0].hash, chained[1].hash]
    record = chained[2].record()
    own = record.pop("hash")
    assert own == digest_of(json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    assert receipts.store.head() == (3, own)


def test_receipt_that_is_stored_twice_is_there_once(url, make, choose, findings):
    receipts = make(url)
    first = choose(receipts)
    second = choose(receipts)
    assert receipts.store.append([second, first, first], {}) == 0
    assert (receipts.store.count(), findings(receipts.store)) == (2, [])


def test_registry_is_kept_once_for_each_digest(url, make, choose):
    receipts = make(url)
    for _ in range(2):
        choose(receipts)
    other = make(url, registry=[])
    choose(other)
    kept = dict(receipts.store.registries())
    assert kept.keys() == receipts.store.digests() == {receipts.registry_digest, other.registry_digest}
    assert [cookie["name"] for cookie in json.loads(kept[receipts.registry_digest])["cookies"]] == ["_ga*", "session"]
    assert receipts.store.registry("f" * 64) is None


def test_receipts_are_chosen_by_time(url, make, choose):
    days = iter([1768204800, 1768291200, 1768377600])
    receipts = make(url, clock=lambda: next(days))
    for _ in range(3):
        choose(receipts)
    with receipts.store.receipts("2026-01-13", "2026-01-14") as links:
        assert [link.sequence for link in links] == [2]


def test_choices_are_counted_by_day_and_kind(url, make, choose):
    receipts = make(url)
    for granted in ((), ("statistics", "preferences"), ("preferences", "statistics")):
        choose(receipts, granted=granted)
    assert sorted(receipts.store.counts()) == [
        ("2026-01-12", "own-choice", "", 1),
        ("2026-01-12", "own-choice", "preferences statistics", 2),
    ]


def test_purge_deletes_what_is_old_and_keeps_the_chain(url, make, choose, findings):
    days = iter([0, 1, 2, 90, 3, 91])  # the fifth was late
    receipts = make(url, clock=lambda: NOW.timestamp() + 86400 * next(days))
    for _ in range(6):
        choose(receipts)
    store, cutoff = receipts.store, NOW + timedelta(30)
    assert store.count_older(cutoff) == 4
    purge = store.purge(cutoff, NOW + timedelta(100))
    assert (purge.count, [(each.first, each.last) for each in purge.ranges]) == (4, [(1, 3), (5, 5)])
    assert (store.count(), store.head().sequence, findings(store)) == (2, 7, [])
    assert store.purge(cutoff, NOW) is None


def test_everything_may_be_purged_again_and_again(url, make, choose, findings):
    receipts = make(url)
    for _ in range(3):
        choose(receipts)
        choose(receipts)
        receipts.store.purge(NOW + timedelta(1), NOW)
    assert (receipts.store.count(), receipts.store.head().sequence, findings(receipts.store)) == (0, 9, [])


def test_purged_receipts_leave_no_octets_in_the_sqlite_files(tmp_path, make, choose):
    receipts = make(tmp_path / "receipts.db")
    choose(receipts, "forget-me-please")
    receipts.store.purge(NOW + timedelta(1), NOW)
    octets = b"".join(path.read_bytes() for path in tmp_path.glob("receipts.db*") if path.is_file())
    assert b"cookiegate_receipts" in octets
    assert b"forget-me-please" not in octets


def test_older_schema_is_brought_up_to_date_with_what_is_in_it(open_store, url, make, choose, findings, execute):
    receipts = make(url)
    choose(receipts)
    indexes = ("principal", "time")
    execute(
        receipts.store,
        "DROP TABLE cookiegate_purges",
        *(f"DROP INDEX cookiegate_receipts_{each}" for each in indexes),
        "UPDATE cookiegate_schema SET version = 1",
    )
    receipts.close()
    store = open_store(url)
    store.open()
    assert (store.count(), findings(store)) == (1, [])
    store.purge(NOW + timedelta(1), NOW)
    assert {each["name"] for each in inspect(store._engine).get_indexes("cookiegate_receipts")} >= {
        f"cookiegate_receipts_{each}" for each in indexes
    }
    store.close()


def test_first_version_of_the_schema_takes_today_s_receipts(open_store, url, make, choose, execute):
    store = open_store(url)
    execute(store, *_STEPS[0])
    store.close()
    receipts = make(url)
    choose(receipts)
    assert receipts.store.count() == 1


def test_newer_schema_is_refused_with_a_clear_sentence(open_store, url, make, execute):
    store = open_store(url)
    store.open()
    execute(store, "UPDATE cookiegate_schema SET version = :v", v=VERSION + 1)
    store.close()
    with pytest.raises(ReceiptStoreTooNew, match=f"version {VERSION + 1} .* knows up to {VERSION}; update cookiegate"):
        make(url)


@pytest.mark.repeated(1, 200)
def test_processes_that_start_at_once_migrate_once(url, python, make, choose, findings):
    processes = [python(OPEN, url) for _ in range(2)]
    for process in processes:
        process.stdin.close()
    assert [(process.wait(300), process.stderr.read()) for process in processes] == [(0, "")] * 2
    receipts = make(url)
    choose(receipts)
    assert findings(receipts.store) == []


def test_who_comes_second_finds_nothing_to_migrate(url, open_store, findings):
    store = open_store(url)
    store.open()
    store._migrate()
    assert findings(store) == []


def test_text_that_is_no_id_finds_nothing(url, open_store):
    assert open_store(url).find("\udcff\x00") == []


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path, make):
    store = make(tmp_path / "receipts.db").store
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_postgresql_waits_for_the_disk_even_where_the_server_would_not(postgresql, make):
    url = postgresql.emptied_database()
    asked = f"{url}&options=-csynchronous_commit%3D{{}}"
    settings = []
    for given in ("off", "remote_write"):
        with make(asked.format(given)).store._engine.connect() as connection:
            settings.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar())
    assert settings == ["on", "remote_write"]


def test_store_that_must_exist_is_not_made(open_store, tmp_path):
    with pytest.raises(ReceiptStoreError, match="there is no such file; name the store"):
        open_store(tmp_path / "receipts.db", must_exist=True).open()
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_database_is_told(open_store, tmp_path):
    (tmp_path / "receipts.db").write_text("no database" * 100)
    with pytest.raises(ReceiptStoreError, match=r"receipts\.db: file is not a database"):
        open_store(tmp_path / "receipts.db").open()


def test_database_whose_head_is_gone_is_told(open_store, url, execute):
    store = open_store(url)
    store.open()
    execute(store, "DELETE FROM cookiegate_chain")
    with pytest.raises(ReceiptStoreError, match="is it a store of receipts"):
        store.head()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("postgresql://site:hunter2@127.0.0.1:1/site", "postgresql+psycopg://site:***@127.0.0.1:1/site"),
        ("postgresql://127.0.0.1:1/site?password=hunter2", "postgresql+psycopg://127.0.0.1:1/site?password=***"),
        (
            "postgresql://site@127.0.0.1:1/site?sslmode=require&sslpassword=hunter2",
            "postgresql+psycopg://site@127.0.0.1:1/site?sslmode=require&sslpassword=***",
        ),
        ("postgresql://127.0.0.1:1/x?options=hunter2&port=1", "postgresql+psycopg://127.0.0.1:1/x?options=***&port=1"),
    ],
)
def test_secret_of_a_url_is_in_no_name_error_log_or_repr(open_store, make, caplog, given, name):
    store = open_store(given)
    with pytest.raises(ReceiptStoreError) as error:
        store.open()
    text = "".join(traceback.format_exception(error.value))
    make(given)
    assert store.name == name
    assert name in str(error.value)
    assert "choices count, and their receipts wait in" in caplog.text
    assert "hunter2" not in "\n".join([text, caplog.text, repr(store), repr(store._engine), repr(store._engine.url)])


def test_password_of_the_query_reaches_the_server(postgresql, open_store):
    asked = []
    store = open_store(f"{postgresql.emptied_database()}&password=hunter2&application_name=shop")
    sqlalchemy_event.listen(store._engine, "do_connect", lambda *arguments: asked.append(arguments[3]))
    store.open()
    assert (asked[0]["password"], asked[0]["application_name"]) == ("hunter2", "shop")


@pytest.mark.parametrize(
    "given",
    ["postgresql://site:hun@ter2@127.0.0.1:1/x", "mysql://site:hunter2@host/x", "mysql://host/x?password=hunter2",
     "oracle://scott/hunter2@host", "postgresql://site:hunter2:x@y:hunter2/x", "hunter2://"],
)  # fmt: skip
def test_url_that_can_not_be_used_is_refused_without_its_secret(given):
    with pytest.raises(ConfigError) as error:
        read_url(given)
    text = "".join(traceback.format_exception(error.value))
    assert "ter2@" not in text
    assert "hunter2" not in text.replace("hunter2://", "")


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        ("mysql://host/site", "only sqlite:///FILE and postgresql"),
        ("sqlite://", "no restart survives"),
        ("sqlite:///:memory:", "no restart survives"),
        ("", "no restart survives"),
        ("://", "no database URL"),
        ("postgresql://host:port/site", "no database URL"),
    ],
)
def test_store_that_can_not_be_used_is_a_mistake_in_the_configuration(store, problem):
    with pytest.raises(ConfigError, match=problem):
        read_url(store)


def test_relative_file_is_taken_from_where_the_site_started(open_store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("receipts.db")
    monkeypatch.chdir("/")
    assert store.file == tmp_path / "receipts.db"


def test_sqlite_s_own_uri_opens_a_copy_that_nothing_may_write(open_store, tmp_path, make, choose, findings):
    receipts = make(tmp_path / "receipts.db")
    choose(receipts)
    receipts.close()
    store = open_store(f"sqlite:///file:{tmp_path / 'receipts.db'}?mode=ro&immutable=1&uri=true")
    assert (store.file, store.count(), findings(store)) == (None, 1, [])
    store.close()


def test_values_are_not_in_what_a_failing_statement_says(tmp_path, make, choose):
    receipts = make(tmp_path / "receipts.db")
    with sqlite3.connect(tmp_path / "receipts.db") as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON cookiegate_receipts BEGIN SELECT raise(ABORT, 'no'); END")
    connection.close()
    receipt = choose(receipts, "visitor-xyz")
    with pytest.raises(ReceiptStoreError) as error:
        receipts.store.append([receipt], {})
    assert "visitor-xyz" not in str(error.value)
