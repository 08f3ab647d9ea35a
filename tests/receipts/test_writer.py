"""The writer's thread: what it does when the store is slow, broken or back, and when there is no disk either."""

import logging
from threading import Event, Thread

import pytest

from cookiegate.receipts import writer as module
from cookiegate.receipts.spool import Spool
from cookiegate.receipts.writer import Writer


class Shelf:
    """A store that fails and waits when the test says so."""

    name = "shelf"

    def __init__(self):
        self.kept = {}
        self.batches = []
        self.failure = None
        self.may_go_on = Event()
        self.may_go_on.set()
        self.is_reached = Event()

    def open(self):
        if self.failure:
            raise self.failure

    def append(self, receipts, snapshots):
        self.is_reached.set()
        assert self.may_go_on.wait(300)
        self.open()
        self.batches.append(len(receipts))
        self.kept.update({receipt.record_id: receipt for receipt in receipts})
        return len(receipts)

    def after_fork(self):
        self.kept = {}


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def writers(tmp_path, shelf):
    made = []

    def make_writer(directory=tmp_path / "waiting", patience_s=300.0, retry_s=(0.01, 0.05)):
        spool = Spool(directory, "{}", on_damage=lambda path, count: None)
        made.append(Writer(shelf, spool, {}, patience_s=patience_s, retry_s=retry_s))
        return made[-1]

    yield make_writer
    shelf.failure = None
    shelf.may_go_on.set()
    for each in made:
        each.close()


@pytest.fixture
def receipt_of(tmp_path, make, choose):
    receipts = make(tmp_path / "made.db")
    return lambda: choose(receipts)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "cookiegate")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


def test_receipts_that_arrive_together_are_stored_together(writers, shelf, receipt_of):
    writer, given = writers(), [receipt_of() for _ in range(5)]
    shelf.may_go_on.clear()
    threads = [Thread(target=writer.give, args=(each,)) for each in given]
    threads[0].start()
    assert shelf.is_reached.wait(300)
    for thread in threads[1:]:
        thread.start()
    with writer._changed:
        assert writer._changed.wait_for(lambda: len(writer._given) == 4, 300)
    shelf.may_go_on.set()
    for thread in threads:
        thread.join(300)
    assert shelf.batches == [1, 4]


def test_giver_goes_on_only_when_its_receipt_is_stored(writers, shelf, receipt_of):
    writer = writers()
    shelf.may_go_on.clear()
    thread = Thread(target=writer.give, args=(receipt_of(),))
    thread.start()
    assert shelf.is_reached.wait(300)
    assert thread.is_alive()
    shelf.may_go_on.set()
    thread.join(300)
    assert len(shelf.kept) == 1
    assert not writer.waits()


def test_slow_store_is_waited_for_once_and_nothing_is_there_twice(writers, shelf, receipt_of, said):
    writer = writers(patience_s=0.05)
    shelf.may_go_on.clear()
    given = [receipt_of() for _ in range(3)]
    for each in given:
        writer.give(each)
    assert [level for level, _ in said()] == ["WARNING"]
    shelf.may_go_on.set()
    assert writer.flush(300)
    assert shelf.kept.keys() == {each.record_id for each in given}
    assert said()[-1][0] == "INFO"


def test_broken_store_is_told_once_and_tried_again_until_it_works(writers, shelf, receipt_of, said):
    writer = writers()
    shelf.failure = RuntimeError("no\nway")
    for _ in range(3):
        writer.give(receipt_of())
    assert not writer.flush(5)
    assert len(said()) == 1
    assert said()[0][1].startswith("receipts: the store fails (no way): choices count, and their receipts wait in ")
    shelf.failure = None
    with writer._changed:  # without a flush: the thread tries by itself
        assert writer._changed.wait_for(lambda: len(shelf.kept) == 3 and not writer._is_down, 10)
    assert said()[-1] == ("INFO", "receipts: the store works; 3 receipts that waited are in it")


def test_pauses_grow_to_the_longest_and_begin_anew(writers, shelf, receipt_of):
    writer = writers(retry_s=(0.01, 0.03))
    shelf.failure = RuntimeError()
    writer.give(receipt_of())
    with writer._changed:
        assert writer._changed.wait_for(lambda: writer._rounds > 3, 10)
        assert writer._pause_s == 0.03
    shelf.failure = None
    assert writer.flush(300)
    assert writer._pause_s == 0.01


def test_without_a_disk_receipts_wait_in_memory_up_to_a_limit(tmp_path, writers, shelf, receipt_of, said, monkeypatch):
    monkeypatch.setattr(module, "_MEMORY", 2)
    (tmp_path / "file").touch()
    writer = writers(tmp_path / "file" / "spool")
    shelf.failure = RuntimeError("down")
    given = [receipt_of() for _ in range(4)]
    for each in given:
        writer.give(each)
    assert [level for level, _ in said()] == ["WARNING", "ERROR"]
    assert "receipts wait in memory, which a restart loses, up to 2; then they are lost" in said()[1][1]
    shelf.failure = None
    assert writer.flush(300)
    assert list(shelf.kept) == [each.record_id for each in given[:2]]


def test_store_that_comes_back_while_a_receipt_is_spooled_gets_it_soon(writers, shelf, receipt_of):
    writer, receipt = writers(), receipt_of()
    writer._keep(receipt)
    with writer._changed:
        assert writer._changed.wait_for(lambda: writer._rounds > 0, 10)
    assert receipt.record_id in shelf.kept


def test_close_tries_a_last_time(writers, shelf, receipt_of):
    writer, receipt = writers(retry_s=(600, 600)), receipt_of()
    shelf.failure = RuntimeError()
    writer.give(receipt)
    shelf.failure = None
    writer.close()
    assert receipt.record_id in shelf.kept
    assert writer._thread is None


def test_flush_of_a_store_that_hangs_ends_in_time(writers, shelf, receipt_of):
    writer = writers(patience_s=0.02)
    shelf.may_go_on.clear()
    writer.give(receipt_of())
    assert not writer.flush(0.05)


def test_start_without_anything_to_do_starts_no_thread(writers):
    writer = writers()
    writer.begin()
    assert writer._thread is None


def test_without_a_thread_receipts_wait_on_disk(writers, shelf, receipt_of, monkeypatch):
    def no_thread(_):
        raise RuntimeError("can't start new thread")

    writer, receipt = writers(patience_s=0.02), receipt_of()
    monkeypatch.setattr(module.Thread, "start", no_thread)
    writer.give(receipt)
    monkeypatch.undo()
    assert shelf.kept == {}
    assert writer.flush(300)
    assert receipt.record_id in shelf.kept


def test_child_begins_with_nothing(writers, shelf, receipt_of):
    writer = writers()
    shelf.failure = RuntimeError()
    writer.give(receipt_of())
    assert writer.waits()
    writer.close()
    shelf.failure = None
    writer.after_fork()
    assert not writer.waits()
    writer.give(receipt_of())
    assert len(shelf.kept) == 1


def test_receipt_spooled_while_the_store_comes_back_does_not_wait_for_the_next_look_around(
    writers, shelf, receipt_of, monkeypatch
):
    writer, late = writers(), receipt_of()
    recover, is_late = writer._spool.recover, iter([True])

    def comes_late(consume):  # after this process's own files were stored, before the store counts as working
        if next(is_late, False):
            writer._keep(late)
        return recover(consume)

    monkeypatch.setattr(writer._spool, "recover", comes_late)
    writer.begin(OSError("down"))
    with writer._changed:
        assert writer._changed.wait_for(lambda: late.record_id in shelf.kept and not writer.waits(), 20)
