"""Where a process writes: a file of its own, continued by the next one, replaced as a whole."""

import builtins
import errno
import fcntl
import os
import time

import pytest

from cookiegate.report.inventory_json import write_inventory
from cookiegate.report.limits import Limits
from cookiegate.report.place import Place
from cookiegate.report.tally import Tally


def pieces(*parts):
    tally = Tally(Limits())
    for part in parts:
        tally.begin_part(part)
    return write_inventory(tally.report())


def test_directory_is_made(tmp_path):
    place = Place.take(tmp_path / "a" / "b")
    place.write(pieces())
    place.leave()
    assert place.path.parent == tmp_path / "a" / "b"
    assert place.path.name.startswith("inventory-")


def test_living_processes_have_files_of_their_own(tmp_path):
    one, two = Place.take(tmp_path), Place.take(tmp_path)
    assert (one.path.stem[-2:], two.path.stem[-2:]) == ("-0", "-1")
    one.leave()
    two.leave()


def test_later_process_continues_the_file_of_a_dead_one(tmp_path):
    first = Place.take(tmp_path)
    first.write(pieces("one"))
    first.leave()
    second = Place.take(tmp_path)
    second.leave()
    assert (second.path, second.earlier.parts) == (first.path, ("one",))


def test_leaving_twice_is_leaving_once(tmp_path):
    place = Place.take(tmp_path)
    place.leave()
    place.leave()


@pytest.mark.parametrize("octets", [b"", b"{", b"\xff"])
def test_broken_file_is_left_for_people(tmp_path, octets):
    first = Place.take(tmp_path)
    first.leave()
    first.path.write_bytes(octets)
    second = Place.take(tmp_path)
    second.write(pieces("two"))
    second.leave()
    assert second.path != first.path
    assert first.path.read_bytes() == octets


def test_host_name_makes_a_file_name(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "../näch\n*")
    place = Place.take(tmp_path)
    place.leave()
    assert place.path == tmp_path / "inventory-..-n-ch---0.json"


def test_host_without_a_name_has_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "")
    place = Place.take(tmp_path)
    place.leave()
    assert place.path == tmp_path / "inventory-host-0.json"


def no_fcntl(monkeypatch):
    real = builtins.__import__

    def importing(name, *arguments):
        if name == "fcntl":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", importing)


def no_locks(monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.parametrize("take_locks_away", [no_fcntl, no_locks])
def test_without_locks_each_process_has_a_file_named_after_it(tmp_path, monkeypatch, take_locks_away):
    take_locks_away(monkeypatch)
    one, two = Place.take(tmp_path), Place.take(tmp_path)
    one.write(pieces())
    one.leave()
    assert one.path != two.path
    assert f"-{os.getpid()}-" in one.path.name
    assert one.earlier is None


def test_lock_of_another_user_is_passed_by(tmp_path, monkeypatch):
    real = os.open

    def refuse(path, *arguments):
        if str(path).endswith("-0.lock"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    place = Place.take(tmp_path)
    place.leave()
    assert place.path.stem.endswith("-1")


def test_lock_that_is_a_link_is_not_followed(tmp_path):
    place = Place.take(tmp_path)
    place.leave()
    lock = next(tmp_path.glob(".*.lock"))
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        Place.take(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_writing_that_fails_leaves_the_old_text_and_no_draft(tmp_path):
    place = Place.take(tmp_path)
    place.write(pieces("one"))
    before = place.path.read_text()

    def full_disk():
        yield '{"format": '
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        place.write(full_disk())
    place.leave()
    assert place.path.read_text() == before
    assert list(tmp_path.glob("*.tmp")) == []


def test_draft_that_is_a_link_is_not_followed(tmp_path):
    place = Place.take(tmp_path)
    (tmp_path / (place.path.name + ".tmp")).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        place.write(pieces())
    place.leave()
    assert not (tmp_path / "elsewhere").exists()


def test_drafts_of_killed_processes_are_removed_when_they_are_old(tmp_path):
    old, new = tmp_path / "inventory-x-7.json.tmp", tmp_path / "inventory-x-8.json.tmp"
    for draft, age_s in ((old, 4000), (new, 10)):
        draft.write_text("half")
        written_s = draft.stat().st_mtime  # the file system's clock, which may be another one
        os.utime(draft, (written_s - age_s, written_s - age_s))
    Place.take(tmp_path).leave()
    assert (old.exists(), new.exists()) == (False, True)


def test_clock_of_the_host_makes_no_draft_old(tmp_path, monkeypatch):
    draft = tmp_path / "inventory-x-7.json.tmp"
    draft.write_text("half")
    monkeypatch.setattr(time, "time", lambda: 4e9)
    Place.take(tmp_path).leave()
    assert draft.exists()


def test_drafts_stay_where_the_file_system_tells_no_time(tmp_path, monkeypatch):
    draft = tmp_path / "inventory-x-7.json.tmp"
    draft.write_text("half")
    os.utime(draft, (0, 0))

    def fail(*_):
        raise PermissionError

    monkeypatch.setattr(os, "pwrite", fail)
    place = Place.take(tmp_path)
    place.leave()
    assert (draft.exists(), place.path.name.endswith("-0.json")) == (True, True)


def test_draft_that_vanishes_meanwhile_is_no_matter(tmp_path, monkeypatch):
    (tmp_path / "inventory-x-7.json.tmp").symlink_to(tmp_path / "gone")
    Place.take(tmp_path).leave()


def test_process_that_finds_every_number_taken_has_a_file_named_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr("cookiegate.report.place._MAX_NUMBER", 1)
    one, two = Place.take(tmp_path), Place.take(tmp_path)
    one.leave()
    assert f"-{os.getpid()}-" in two.path.name
