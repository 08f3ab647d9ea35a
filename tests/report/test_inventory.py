"""The recorder: counts beside the traffic, writes by itself, survives threads, forks, full disks and the end."""

import errno
import gc
import logging
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cookiegate import ConfigError
from cookiegate.report import Inventory, Limits, read_inventory
from cookiegate.report.place import Place


@pytest.fixture
def inventory(tmp_path):
    recorder = Inventory(tmp_path / "seen", every_s=3600)
    yield recorder
    recorder.close()


@pytest.fixture
def written(monkeypatch):
    """Tell when a file was written."""
    event = threading.Event()
    real = Place.write

    def write(place, pieces):
        real(place, pieces)
        event.set()

    monkeypatch.setattr(Place, "write", write)
    return event


def responses(directory):
    return read_inventory(directory).report.responses


def test_first_response_is_written_by_itself(inventory, tmp_path, exchange, written):
    inventory(exchange(b"sid=1"))
    assert written.wait(300)
    assert responses(tmp_path / "seen") == 1


def test_later_responses_are_written_after_a_pause(tmp_path, exchange, written):
    recorder = Inventory(tmp_path, every_s=0.1)
    for count in (1, 2):
        recorder(exchange(b"sid=1"))
        assert written.wait(300)
        written.clear()
        assert responses(tmp_path) == count
    recorder.close()


def test_nothing_new_is_not_written_again(inventory, exchange, written):
    inventory(exchange())
    assert written.wait(300)
    inventory.flush()
    written.clear()
    inventory.flush()
    assert not written.is_set()


def test_close_writes_and_what_comes_later_is_not_recorded(inventory, tmp_path, exchange):
    inventory(exchange())
    inventory.close()
    inventory(exchange())
    inventory.close()
    inventory.flush()
    assert responses(tmp_path / "seen") == 1


def test_inventory_that_nobody_holds_writes_and_ends_its_thread(tmp_path, exchange):
    before = set(threading.enumerate())
    recorder = Inventory(tmp_path, every_s=3600)
    recorder(exchange())
    threads = set(threading.enumerate()) - before
    del recorder
    gc.collect()
    for thread in threads:
        thread.join(300)
    assert (len(threads), any(thread.is_alive() for thread in threads), responses(tmp_path)) == (1, False, 1)


def test_next_process_counts_on(tmp_path, exchange):
    for count in (1, 2, 3):
        recorder = Inventory(tmp_path)
        recorder(exchange(b"sid=1"))
        recorder.flush()
        assert recorder.report().responses == count
        recorder.close()
    reading = read_inventory(tmp_path)
    assert (len(reading.files), len(reading.report.parts), reading.report.cookies[0].count) == (1, 1, 3)


def test_directory_that_is_deleted_is_made_again_and_nothing_is_lost(inventory, tmp_path, exchange, caplog):
    inventory(exchange())
    inventory.flush()
    for file in (tmp_path / "seen").iterdir():
        file.unlink()
    (tmp_path / "seen").rmdir()
    inventory(exchange())
    inventory.flush()
    inventory.flush()
    assert responses(tmp_path / "seen") == 2
    said = [record.levelname for record in caplog.records if record.name == "cookiegate"]
    assert said in (["ERROR"], ["ERROR", "INFO"])  # as another test of the process left the level


def test_own_file_that_is_found_again_does_not_count_twice(inventory, tmp_path, exchange, monkeypatch):
    inventory(exchange())
    inventory.flush()

    def gone(place, pieces):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    with monkeypatch.context() as patch:
        patch.setattr(Place, "write", gone)
        inventory(exchange())
        inventory.flush()
    inventory.flush()
    assert responses(tmp_path / "seen") == 2


def test_full_disk_is_told_once_and_traffic_goes_on(inventory, tmp_path, exchange, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "cookiegate")

    def refuse(place, pieces):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Place, "write", refuse)
        for _ in range(3):
            inventory(exchange(b"sid=1"))
            inventory.flush()
    inventory.flush()
    file = next((tmp_path / "seen").glob("inventory-*.json"))
    assert [record.getMessage() for record in caplog.records] == [
        f"inventory: can't be written to {tmp_path / 'seen'}: [Errno 28] No space left on device; it is kept in memory",
        f"inventory: {file} can be written again; nothing is missing",
    ]
    assert responses(tmp_path / "seen") == 3


def test_writing_is_tried_again_without_new_responses(tmp_path, exchange, monkeypatch, caplog):
    real, tries, done = Place.write, [], threading.Event()

    def write(place, pieces):
        tries.append(1)
        if len(tries) < 3:
            raise OSError(errno.EIO, "Input/output error")
        real(place, pieces)
        done.set()

    monkeypatch.setattr(Place, "write", write)
    recorder = Inventory(tmp_path, every_s=0.1)
    recorder(exchange())
    assert done.wait(300)
    recorder.close()
    assert responses(tmp_path) == 1


def test_report_is_what_was_counted(inventory, exchange):
    inventory(exchange(b"sid=1"))
    report = inventory.report()
    assert (report.responses, [cookie.name for cookie in report.cookies]) == (1, ["sid"])


def test_limits_are_obeyed(tmp_path, exchange):
    recorder = Inventory(tmp_path, limits=Limits(unregistered=1))
    recorder(exchange(b"one=1", b"two=1"))
    assert recorder.report().unnamed == 1
    recorder.close()


def test_threads_lose_nothing_while_it_is_read_and_written(inventory, tmp_path, exchange):
    seen = exchange(b"sid=1", b"new=1")
    nothing_yet = read_inventory(tmp_path / "seen").problems
    barrier = threading.Barrier(9)

    def visit(_):
        barrier.wait()
        for _ in range(200):
            inventory(seen)

    def watch():
        barrier.wait()
        for _ in range(20):
            inventory.flush()
            assert read_inventory(tmp_path / "seen").problems in ((), nothing_yet)

    with ThreadPoolExecutor(9) as pool:
        watching = pool.submit(watch)
        list(pool.map(visit, range(8)))
        watching.result()
    inventory.flush()
    report = read_inventory(tmp_path / "seen").report
    assert (report.responses, [cookie.count for cookie in report.cookies]) == (1600, [1600, 1600])


def test_no_response_waits_for_a_file(inventory, exchange, monkeypatch):
    hold, is_writing = threading.Event(), threading.Event()

    def slow(place, pieces):
        list(pieces)
        is_writing.set()
        assert hold.wait(300)

    monkeypatch.setattr(Place, "write", slow)
    inventory(exchange())
    assert is_writing.wait(300)
    for _ in range(100):
        inventory(exchange(b"sid=1"))  # would not return, did it wait
    assert inventory.report().responses == 101
    hold.set()


def test_thread_that_can_not_start_is_no_matter(inventory, tmp_path, exchange, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    inventory(exchange())
    inventory.close()
    assert responses(tmp_path / "seen") == 1


def test_closing_without_responses_leaves_no_file(tmp_path):
    Inventory(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_begin_in_child_leaves_what_is_the_parents(tmp_path, exchange):
    recorder = Inventory(tmp_path, every_s=3600)
    recorder(exchange())
    recorder.flush()
    recorder._recording.begin_in_child()
    assert recorder.report().responses == 0
    recorder._recording.begin_in_child()
    recorder.close()
    assert responses(tmp_path) == 1


def test_two_first_responses_start_one_thread(inventory, exchange):
    before = set(threading.enumerate())
    inventory(exchange())
    inventory._recording._start()
    assert len(set(threading.enumerate()) - before) == 1


def test_worker_of_multiprocessing_is_asked_to_close_at_its_end(inventory, exchange, monkeypatch):
    asked = []
    monkeypatch.setattr("multiprocessing.process.parent_process", lambda: "a process")
    monkeypatch.setattr("multiprocessing.util.Finalize", lambda _, close, exitpriority: asked.append(close))
    inventory(exchange())
    assert asked == [inventory._recording.close]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"every_s": 0}, "Inventory: every_s: is 0; use seconds, from 0.1 to 86400"),
        ({"every_s": True}, "Inventory: every_s: is True; use seconds, from 0.1 to 86400"),
        ({"every_s": "10"}, "Inventory: every_s: is '10'; use seconds, from 0.1 to 86400"),
        ({"every_s": float("nan")}, "Inventory: every_s: is nan; use seconds, from 0.1 to 86400"),
        ({"limits": 5}, "Inventory: limits: is 5; use Limits(...)"),
    ],
)
def test_argument_that_makes_no_sense_is_a_config_error(tmp_path, arguments, problem):
    with pytest.raises(ConfigError) as caught:
        Inventory(tmp_path, **arguments)
    assert caught.value.problems == (problem,)


def test_directory_that_is_a_file_is_a_config_error(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for path, what in ((file, "File exists"), (file / "below", "Not a directory")):
        with pytest.raises(ConfigError) as caught:
            Inventory(path)
        assert caught.value.problems == (
            f"Inventory: directory {str(path)!r}: {what}; use one that the app may write to",
        )


def test_directory_that_can_not_be_written_to_is_a_config_error(tmp_path, monkeypatch):
    def refuse(**arguments):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(ConfigError, match="Permission denied; use one that the app may write to"):
        Inventory(tmp_path)


@pytest.mark.parametrize("directory", [None, 5, b"x", "a\0b"])
def test_directory_that_is_no_path_is_a_config_error(directory):
    with pytest.raises(ConfigError, match=r"Inventory: directory .*; use one that the app may write to"):
        Inventory(directory)


def test_every_mistake_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        Inventory(None, every_s=-1, limits=1)
    assert len(caught.value.problems) == 3


def run(code, directory):
    """Run a script as a process of its own, which ends as it likes."""
    head = """
        import os, sys
        from cookiegate.decision import Exchange
        from cookiegate.report import Inventory
        inventory = Inventory(sys.argv[1], every_s=3600)
        seen = Exchange(
            method="GET", path="/", route=None, status=200, at_s=1768204800.0, is_https=True,
            granted=frozenset(), decisions=(),
        )
    """
    script = textwrap.dedent(head) + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, directory],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return read_inventory(directory)


def test_end_of_the_interpreter_writes(tmp_path):
    assert run("inventory(seen)", tmp_path).report.responses == 1


def test_process_without_responses_leaves_no_file(tmp_path):
    assert run("", tmp_path).files == ()


def test_forked_process_has_a_file_of_its_own_and_counts_from_nothing(tmp_path):
    code = """
        inventory(seen)
        inventory.flush()
        if os.fork() == 0:
            inventory(seen)
            inventory(seen)
            sys.exit()
        os.wait()
        inventory(seen)
    """
    reading = run(code, tmp_path)
    assert (len(reading.files), reading.report.responses, reading.problems) == (2, 4, ())


def test_forked_process_is_not_stopped_by_a_lock_that_was_held(tmp_path):
    code = """
        recording = inventory._recording
        with recording._lock, recording._writing:
            child = os.fork()
            if child == 0:
                inventory(seen)
                sys.exit()
            assert os.waitpid(child, 0)[1] == 0
    """
    assert run(code, tmp_path).report.responses == 1


def test_inventory_that_was_closed_stays_closed_in_a_fork(tmp_path):
    code = """
        inventory(seen)
        inventory.close()
        if os.fork() == 0:
            inventory(seen)
            sys.exit()
        os.wait()
    """
    assert run(code, tmp_path).report.responses == 1


@pytest.mark.parametrize("kind", ["fork", "spawn"])
def test_process_of_multiprocessing_writes_at_its_end(tmp_path, kind):
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import multiprocessing, sys
            from cookiegate.decision import Exchange
            from cookiegate.report import Inventory
            seen = Exchange(
                method="GET", path="/", route=None, status=200, at_s=1768204800.0, is_https=True,
                granted=frozenset(), decisions=(),
            )
            def work(directory):
                inventory = Inventory(directory, every_s=3600)
                for _ in range(3):
                    inventory(seen)
            if __name__ == "__main__":
                process = multiprocessing.get_context("{kind}").Process(target=work, args=(sys.argv[1],))
                process.start()
                process.join()
                sys.exit(process.exitcode)
            """
        )
    )
    directory = tmp_path / "seen"
    done = subprocess.run([sys.executable, script, directory], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert responses(directory) == 3


def test_process_that_is_killed_leaves_its_last_state_to_the_next(tmp_path):
    code = """
        inventory(seen)
        inventory.flush()
        os.kill(os.getpid(), 9)
    """
    with pytest.raises(AssertionError, match="-9"):
        run(code, tmp_path)
    reading = run("inventory(seen)", tmp_path)
    assert (len(reading.files), reading.report.responses) == (1, 2)
