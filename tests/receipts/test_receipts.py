"""Receipts as a site uses them: what is kept of a choice, hostile input, forks, and a store that is down."""

import logging
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from cookiegate import Category, CookieRule, Registry
from cookiegate.errors import ConfigError
from cookiegate.receipts import Receipts, engine

REGISTRY = Registry()
START_UP = """
import os, sys
from cookiegate import Registry
from cookiegate.receipts import Receipts
receipts = Receipts(
    sys.argv[1], registry=Registry(), revision="1", spool=sys.argv[2], retry_s=(0.02, 0.1), repeat_s=0
)
def record(id):
    return receipts.record(id=id, granted=(), how="reject-all", where="banner")
"""


def texts(caplog):
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "cookiegate"]


def test_receipt_says_what_was_chosen_and_for_which_policy(url, make, choose):
    receipts = make(url, validity="6 months")
    kept = choose(receipts, "visitor-1", granted={"marketing", "necessary"}, how="own-choice", where="banner")
    assert receipts.store.find("visitor-1")[0].body == kept
    assert kept.event_time == datetime(2026, 1, 12, 8, tzinfo=UTC)
    assert (kept.purposes, kept.how, kept.where, kept.language) == ((Category.MARKETING,), "own-choice", "banner", "de")
    assert (kept.privacy_notice, kept.registry_digest) == ("2026-01-12", receipts.registry_digest)
    assert kept.validity_duration == "P184D"


def test_digest_stands_in_where_no_revision_is_given_and_that_is_a_warning(tmp_path, make, choose, caplog):
    receipts = make(tmp_path / "r.db", revision=None)
    assert choose(receipts).privacy_notice == receipts.registry_digest
    [(level, text)] = texts(caplog)
    assert (level, text.partition(",")[0]) == ("WARNING", "receipts: no revision is given")
    assert receipts.registry_digest in text
    assert choose(make(tmp_path / "s.db")).privacy_notice == "2026-01-12"
    assert len(texts(caplog)) == 1


def test_time_is_kept_in_whole_milliseconds(tmp_path, make, choose):
    receipts = make(tmp_path / "r.db", clock=lambda: 1768204800.9999)
    assert choose(receipts).event_time.microsecond == 999_000


def test_odd_validity_is_written_in_seconds(tmp_path, make, choose):
    assert choose(make(tmp_path / "r.db", validity="1 hour")).validity_duration == "PT3600S"


def test_visitor_without_id_gets_a_random_one_silently(tmp_path, make, choose, caplog):
    receipts = make(tmp_path / "r.db")
    assert choose(receipts, None).pii_principal_id != choose(receipts, None).pii_principal_id
    assert texts(caplog) == []


@pytest.mark.parametrize("id", ["", "x" * 1_000_000, "a\x1b[2J", "=cmd|'/c calc'!A1", "<script>", "\ud800", "a\x00", 7])
def test_hostile_id_is_replaced_and_told_once(tmp_path, make, choose, caplog, id):
    receipts = make(tmp_path / "r.db")
    kept = [choose(receipts, id) for _ in range(2)]
    assert all(len(each.pii_principal_id) == 32 for each in kept)
    assert len(texts(caplog)) == 1
    assert len(texts(caplog)[0][1]) < 200


def test_hostile_language_is_undetermined(tmp_path, make, choose):
    assert choose(make(tmp_path / "r.db"), language="x" * 1_000_000).language == "und"


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        ({"granted": {"stats"}}, "stats"),
        ({"granted": "statistics"}, "granted is the text"),
        ({"how": "by mail"}, "by mail"),
        ({"where": "toaster"}, "toaster"),
        ({"how": "reject-all"}, "reject-all grants statistics"),
    ],
)
def test_mistake_of_the_code_is_a_value_error_and_leaves_no_receipt(tmp_path, make, choose, choice, word):
    receipts = make(tmp_path / "r.db")
    with pytest.raises(ValueError, match=word):
        choose(receipts, **choice)
    assert receipts.store.count() == 0


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"store": None}, "Receipts: store: is missing"),
        ({"revision": "x" * 201}, "Receipts: revision: is no text"),
        ({"revision": "a\n"}, "Receipts: revision: is no text"),
        ({"revision": 7}, "Receipts: revision: is no text"),
        ({"validity": "soon"}, "Receipts: validity: lifetime 'soon' is not understood"),
        ({"registry": [CookieRule(name="a", category=Category.NECESSARY, purpose="\ud800")]}, "registry: has text"),
        ({"store": "sqlite:////nowhere/at/all/r.db"}, "the directory /nowhere/at/all is not there; create it"),
        ({"store": "oracle://x"}, "only sqlite:///FILE and postgresql"),
    ],
)
def test_mistake_in_the_configuration_is_told_at_start(tmp_path, monkeypatch, settings, problem):
    monkeypatch.delenv("COOKIEGATE_RECEIPTS", raising=False)
    with pytest.raises(ConfigError) as error:
        Receipts(**{"store": tmp_path / "r.db", "registry": REGISTRY, **settings})
    assert problem in str(error.value)


def test_several_mistakes_are_told_at_once(monkeypatch):
    monkeypatch.delenv("COOKIEGATE_RECEIPTS", raising=False)
    with pytest.raises(ConfigError) as error:
        Receipts(registry=REGISTRY, revision="", validity="soon")
    assert len(error.value.problems) == 2


def test_store_may_come_from_the_environment(tmp_path, monkeypatch, make):
    monkeypatch.setenv("COOKIEGATE_RECEIPTS", f"sqlite:///{tmp_path / 'r.db'}")
    assert make(None).store.file == tmp_path / "r.db"


def test_spool_lies_beside_the_file_or_where_the_site_runs(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    beside = make(tmp_path / "r.db", spool=None)
    away = make("postgresql://127.0.0.1:1/x", spool=None)
    assert beside._writer._spool.directory == tmp_path / "r.db.spool"
    assert away._writer._spool.directory == tmp_path / "cookiegate-receipts.spool"


def test_locked_store_neither_stops_nor_loses_a_choice(tmp_path, make, choose, caplog, findings, promise, monkeypatch):
    promise("Proof of consent", "SQLite", "the store is locked", "choices count, no receipt lost")
    caplog.set_level(logging.INFO, "cookiegate")
    monkeypatch.setattr(engine, "_SQLITE_PATIENCE_S", 86400)  # the database itself lets each of them wait that long
    receipts = make(tmp_path / "r.db", patience_s=0.1)
    with closing(sqlite3.connect(tmp_path / "r.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        kept = [choose(receipts, f"visitor-{number}") for number in range(5)]  # returns, and so none waits for it
        assert [level for level, _ in texts(caplog)] == ["WARNING"]
        other.execute("ROLLBACK")
    assert receipts.flush(300)
    assert {each.record_id for each in kept} == {
        link.body.record_id for n in range(5) for link in receipts.store.find(f"visitor-{n}")
    }
    assert (receipts.store.count(), findings(receipts.store)) == (5, [])
    assert list((tmp_path / "spool").iterdir()) == []
    assert texts(caplog)[-1][1].startswith("receipts: the store works; ")


def test_server_that_goes_away_and_comes_back_loses_nothing(
    postgresql, make, choose, caplog, findings, tmp_path, promise
):
    promise("Proof of consent", "PostgreSQL", "the server goes away and comes back", "choices count, no receipt lost")
    receipts = make(postgresql.emptied_database())
    kept = [choose(receipts)]
    postgresql.stop()
    try:
        kept += [choose(receipts) for _ in range(5)]
        assert not receipts.flush(0.5)
    finally:
        postgresql.start()
    kept += [choose(receipts)]
    assert receipts.flush(300)
    assert {each.record_id for each in kept} == {link.body.record_id for link in receipts.store.find("visitor-1")}
    assert findings(receipts.store) == []
    warnings = [text for level, text in texts(caplog) if level == "WARNING"]
    assert len(warnings) == 1
    assert "choices count, and their receipts wait in" in warnings[0]


def test_site_starts_without_its_store(postgresql, make, choose, caplog):
    url = postgresql.emptied_database()
    postgresql.stop()
    try:
        receipts = make(url)
        choose(receipts)
        assert len([level for level, _ in texts(caplog) if level == "WARNING"]) == 1
    finally:
        postgresql.start()
    assert receipts.flush(300)
    assert receipts.store.count() == 1


def test_restart_while_the_store_is_down_loses_nothing(tmp_path, python, make, findings, promise):
    promise("Proof of consent", "SQLite", "the site restarts while the store is down", "no receipt lost")
    url = f"sqlite:///{tmp_path / 'r.db'}"
    make(url).close()
    with closing(sqlite3.connect(tmp_path / "r.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        program = (
            START_UP
            + "receipts._writer._patience_s = 0.05\n"
            + "print([record('a').record_id for _ in range(3)], flush=True)\nos._exit(0)"
        )
        first = python(program, url, str(tmp_path / "spool"))
        ids = eval(first.communicate(timeout=300)[0])
        other.execute("ROLLBACK")
    assert len(list((tmp_path / "spool").glob("*.jsonl"))) == 1
    receipts = make(url)  # the next start finds them
    assert receipts.flush(300)
    assert {link.body.record_id for link in receipts.store.find("a")} == set(ids)
    assert (findings(receipts.store), list((tmp_path / "spool").iterdir())) == ([], [])


def test_children_of_a_fork_write_by_themselves(url, tmp_path, python, make, findings):
    program = (
        START_UP
        + """
record("parent")
children = []
for number in range(3):
    child = os.fork()
    if not child:
        for _ in range(5):
            record(f"child-{number}")
        receipts.close()
        os._exit(0)
    children.append(child)
for _ in range(5):
    record("parent")
print([os.waitpid(child, 0)[1] for child in children], receipts.flush(300))
record("parent")
"""
    )
    done = python(program, url, str(tmp_path / "spool"))
    assert done.communicate(timeout=300) == ("[0, 0, 0] True\n", "")
    receipts = make(url)
    assert receipts.flush(300)
    assert [len(receipts.store.find(each)) for each in ("parent", "child-0", "child-1", "child-2")] == [7, 5, 5, 5]
    assert findings(receipts.store) == []


def test_fork_in_the_middle_of_an_outage_leaves_the_parent_s_receipts_to_the_parent(tmp_path, python, make):
    url = f"sqlite:///{tmp_path / 'r.db'}"
    make(url).close()
    program = (
        START_UP
        + """
import sqlite3
receipts._writer._patience_s = 0.05
other = sqlite3.connect(sys.argv[1].removeprefix("sqlite:///"), isolation_level=None)
other.execute("BEGIN IMMEDIATE")
record("parent")
child = os.fork()
if not child:
    record("child")
    os._exit(0)
status = os.waitpid(child, 0)[1]
other.execute("ROLLBACK")
print(status, receipts.flush(300), len(receipts.store.find("parent")), len(receipts.store.find("child")))
"""
    )
    done = python(program, url, str(tmp_path / "spool"))
    assert done.communicate(timeout=300)[0] == "0 True 1 1\n"


def test_fork_handler_begins_anew_in_this_process_too(tmp_path, make, choose):
    receipts = make(tmp_path / "r.db", patience_s=0.05)
    choose(receipts)
    with closing(sqlite3.connect(tmp_path / "r.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        choose(receipts)
        receipts._writer._thread.join(0)
        other.execute("ROLLBACK")
    assert receipts.flush(300)
    from cookiegate.receipts import receipts as module

    module._after_fork()
    choose(receipts)
    assert receipts.flush(300)
    assert receipts.store.count() == 3


def test_damage_in_the_spool_is_told(tmp_path, make, choose, caplog):
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1-x.jsonl").write_text("{broken}\n")
    receipts = make(tmp_path / "r.db")
    assert receipts.flush(300)
    assert texts(caplog) == [
        ("ERROR", f"receipts: 1 lines of the spool can't be read; the file is kept as {tmp_path}/spool/1-x.damaged")
    ]


def test_file_that_is_moved_away_is_begun_anew(tmp_path, make, choose, findings):
    receipts = make(tmp_path / "r.db")
    choose(receipts)
    (tmp_path / "r.db").rename(tmp_path / "archive.db")
    choose(receipts)
    assert (receipts.store.count(), findings(receipts.store)) == (1, [])
    receipts.store.file.unlink()
    assert receipts.store.count() == 0


def test_tables_that_are_dropped_are_made_again(postgresql, make, choose):
    receipts = make(postgresql.emptied_database())
    choose(receipts)
    postgresql.emptied_database()
    choose(receipts)
    assert receipts.flush(300)
    assert receipts.store.count() == 1


def test_end_of_the_program_stores_what_waits(tmp_path, make, choose):
    receipts = make(tmp_path / "r.db")
    choose(receipts)
    from cookiegate.receipts import receipts as module

    module._at_exit()
    assert receipts._writer._thread is None
    choose(receipts)  # a later one starts the thread again
    assert receipts.store.count() == 2


def test_missing_sqlalchemy_is_told_with_its_extra(tmp_path, monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "sqlalchemy"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"pip install 'cookiegate\[receipts\]'"):
        Receipts(tmp_path / "r.db", registry=REGISTRY)


def test_missing_psycopg_is_told_with_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"pip install 'cookiegate\[postgresql\]'"):
        Receipts("postgresql://127.0.0.1/x", registry=REGISTRY)


def test_importing_receipts_needs_no_package(python):
    program = "import sys; sys.modules['sqlalchemy'] = None; import cookiegate.receipts; print('fine')"
    assert python(program).communicate(timeout=300) == ("fine\n", "")


def test_neither_address_nor_browser_has_a_column(tmp_path, make):
    make(tmp_path / "r.db")
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(cookiegate_receipts)")}
    assert columns == {
        "sequence", "record_id", "pii_principal_id", "event_time", "validity_duration", "privacy_notice",
        "registry_digest", "language", "purposes", "how", "where", "schema_version", "previous_hash", "hash",
    }  # fmt: skip


def test_spool_is_for_the_site_s_user_alone(tmp_path, make, choose):
    receipts = make(tmp_path / "r.db", patience_s=0.05)
    with closing(sqlite3.connect(tmp_path / "r.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        choose(receipts)
        modes = [oct(path.stat().st_mode)[-3:] for path in (tmp_path / "spool", *(tmp_path / "spool").iterdir())]
        other.execute("ROLLBACK")
    assert modes == ["700", "600"]
    assert os.access(tmp_path / "spool", os.W_OK)
