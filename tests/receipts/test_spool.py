"""The spool: what is on disk after a crash, in the middle of anything, and with a disk that is full."""

import errno
import os

import pytest

from cookiegate.receipts import spool as module
from cookiegate.receipts.canonical import digest_of
from cookiegate.receipts.spool import Spool, SpoolFull

SNAPSHOT = '{"cookies":[]}'


@pytest.fixture
def receipt(tmp_path, make, choose):
    return choose(make(tmp_path / "made.db"))


@pytest.fixture
def damage():
    return []


@pytest.fixture
def spools(tmp_path, damage):
    made = []

    def make_spool(directory=tmp_path / "waiting"):
        made.append(Spool(directory, SNAPSHOT, on_damage=lambda path, count: damage.append((path.name[-8:], count))))
        return made[-1]

    yield make_spool
    for each in made:
        each.after_fork()  # closes its files, as the end of its process would


class Taken(list):
    """Takes receipts, and keeps the registries that came with them."""

    def __call__(self, receipts, snapshots):
        self.extend(receipts)
        self.snapshots = dict(snapshots)


def refuse(receipts, snapshots):
    raise RuntimeError("the store is down")


def files(tmp_path):
    return sorted(path.suffix for path in (tmp_path / "waiting").iterdir())


def test_what_was_appended_is_drained_with_its_registry(tmp_path, spools, receipt):
    spool, taken = spools(), Taken()
    for _ in range(3):
        spool.append(receipt)
    assert not spool.is_empty()
    assert spool.drain(taken) == 3
    assert (taken, taken.snapshots) == ([receipt] * 3, {digest_of(SNAPSHOT): SNAPSHOT})
    assert spool.is_empty()
    assert files(tmp_path) == []


def test_what_can_not_be_stored_stays(tmp_path, spools, receipt):
    spool, taken = spools(), Taken()
    spool.append(receipt)
    with pytest.raises(RuntimeError):
        spool.drain(refuse)
    assert not spool.is_empty()
    spool.append(receipt)
    assert spool.drain(taken) == 2
    assert files(tmp_path) == []


def test_many_receipts_are_given_in_batches(spools, receipt, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", 2)
    spool, sizes = spools(), []
    for number in (5, 4):
        for _ in range(number):
            spool.append(receipt)
        spool.drain(lambda receipts, snapshots: sizes.append(len(receipts)))
    assert sizes == [2, 2, 1, 2, 2]


def test_file_of_a_live_process_is_left_alone(spools, receipt):
    writing, other, taken = spools(), spools(), Taken()
    writing.append(receipt)
    assert other.has_leftovers()
    assert other.recover(taken) == 0
    assert writing.drain(taken) == 1


def test_file_of_a_process_that_is_gone_is_taken_over(tmp_path, spools, receipt):
    gone, other, taken = spools(), spools(), Taken()
    gone.append(receipt)
    gone.after_fork()
    assert other.recover(taken) == 1
    assert taken == [receipt]
    assert files(tmp_path) == []


def test_file_that_can_not_be_stored_yet_is_left_for_others(tmp_path, spools, receipt):
    gone, other, taken = spools(), spools(), Taken()
    gone.append(receipt)
    gone.after_fork()
    with pytest.raises(RuntimeError):
        other.recover(refuse)
    assert spools().recover(taken) == 1


def test_file_that_vanishes_meanwhile_is_no_matter(tmp_path, spools, receipt, monkeypatch):
    gone, other = spools(), spools()
    gone.append(receipt)
    gone.after_fork()
    paths = other._others()
    paths[0].unlink()
    monkeypatch.setattr(other, "_others", lambda: paths)
    assert other.recover(refuse) == 0


def test_half_a_line_at_the_end_was_never_acknowledged(tmp_path, spools, receipt, damage):
    gone, taken = spools(), Taken()
    gone.append(receipt)
    gone.after_fork()
    [path] = (tmp_path / "waiting").iterdir()
    with path.open("ab") as file:
        file.write(path.read_bytes()[-200:-1])
    assert spools().recover(taken) == 1
    assert (damage, files(tmp_path)) == ([], [])


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"7", b'{"record_id": "x"}', b"\xff", b'{"registry": 7}', b'{"registry": "\\ud800"}', b"[" * 100_000],
)
def test_line_that_can_not_be_read_is_told_and_its_file_kept(tmp_path, spools, receipt, damage, line):
    gone, taken = spools(), Taken()
    gone.append(receipt)
    gone.after_fork()
    [path] = (tmp_path / "waiting").iterdir()
    path.write_bytes(line + b"\n" + path.read_bytes())
    assert spools().recover(taken) == 1
    assert damage == [(".damaged"[-8:], 1)]
    assert files(tmp_path) == [".damaged"]


def test_full_disk_is_an_error_and_what_came_before_is_safe(tmp_path, spools, receipt, monkeypatch):
    spool, taken = spools(), Taken()
    spool.append(receipt)
    write = os.write

    def half(file, octets):
        if len(octets) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, octets[: len(octets) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space left"):
        spool.append(receipt)
    monkeypatch.undo()
    spool.append(receipt)
    assert spool.drain(taken) == 2
    assert files(tmp_path) == []


def test_file_that_can_not_be_begun_leaves_nothing(tmp_path, spools, receipt, monkeypatch):
    spool = spools()

    def full(file, octets):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        spool.append(receipt)
    assert files(tmp_path) == []
    assert spool.is_empty()


def test_directory_that_can_not_be_made_is_an_error(tmp_path, spools, receipt):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        spools(tmp_path / "file" / "spool").append(receipt)


def test_spool_grows_to_its_limit_and_no_further(spools, receipt, monkeypatch):
    monkeypatch.setattr(module, "MAX_OCTETS", 1500)
    spool = spools()
    spool.append(receipt)
    with pytest.raises(RuntimeError):  # what it did not take counts too
        spool.drain(refuse)
    spool.append(receipt)
    spool.append(receipt)
    with pytest.raises(SpoolFull, match="it has 1500 octets already"):
        spool.append(receipt)


def test_no_directory_is_nothing_left(tmp_path, spools):
    assert not spools(tmp_path / "nowhere").has_leftovers()


def test_directory_that_can_not_be_listed_is_nothing_left(spools, monkeypatch):
    spool = spools()

    def no_list(*_):
        raise PermissionError

    monkeypatch.setattr(type(spool.directory), "glob", no_list)
    assert spool.recover(refuse) == 0
