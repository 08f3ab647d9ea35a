"""The spool: receipts wait here on disk while the store is down. One append-only file for each process.

A file holds JSON Lines: `{"registry": ...}` first, then one receipt a line; a line is on disk when `append` returns.
The process that writes a file keeps it locked, so a file that can be locked belongs to one that has ended, and the
next process that finds it takes it over. Receipts are stored before their file is deleted: a crash between the two
stores nothing twice, since the store knows what it has.
Law: a receipt is on disk when `append` returns, and its file is deleted only after the store has it.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from cookiegate.receipts.canonical import canonical_json, digest_of
from cookiegate.receipts.receipt import Receipt, new_id

__all__ = ["Damage", "Spool", "SpoolFull"]

MAX_OCTETS = 256 * 1024 * 1024
"""One process leaves no more than this on the disk, some 600,000 receipts."""
_BATCH = 500
_SUFFIX = ".jsonl"
Consume = Callable[[list[Receipt], dict[str, str]], object]
Damage = Callable[[Path, int], object]
"""Called with a file, and the number of its lines that can't be read."""


class SpoolFull(OSError):
    """The files of this process have grown to their limit."""


class Spool:
    """A directory of waiting receipts. `snapshot`: the registry to which this process's receipts refer."""

    def __init__(self, directory: Path, snapshot: str, *, on_damage: Damage) -> None:
        self.directory = directory
        self._header = canonical_json({"registry": snapshot}) + "\n"
        self._on_damage = on_damage
        self._lock = Lock()
        self._file: int | None = None
        self._path: Path | None = None
        self._size = 0
        self._sealed: dict[Path, int] = {}

    def append(self, receipt: Receipt) -> None:
        """Write a receipt; it is on disk when this returns.

        Raises: `OSError` where it is not.
        """
        line = (canonical_json(receipt.record()) + "\n").encode("utf-8")
        with self._lock:
            sealed = sum(os.fstat(file).st_size for file in self._sealed.values())
            if sealed + self._size + len(line) > MAX_OCTETS:
                raise SpoolFull(f"it has {MAX_OCTETS} octets already")
            file = self._open()
            try:
                _write(file, line)
                os.fsync(file)
            except OSError:
                self._seal()  # half a line may be at its end, so nothing more goes there
                raise
            self._size += len(line)

    def is_empty(self) -> bool:
        """Return whether this process has nothing waiting."""
        with self._lock:
            return self._file is None and not self._sealed

    def has_leftovers(self) -> bool:
        """Return whether there are files that this process does not write."""
        return bool(self._others())

    def drain(self, consume: Consume) -> int:
        """Give what waits in this process's files to `consume`, and delete each file whose receipts it took.

        Returns how many. Raises: what `consume` raises; its file stays.
        """
        with self._lock:
            self._seal()
            sealed = list(self._sealed.items())
        count = 0
        for path, file in sealed:
            count += self._give(path, consume)
            with self._lock:
                del self._sealed[path]
            _discard(path, file)
        return count

    def recover(self, consume: Consume) -> int:
        """Do the same with the files of processes that have ended. Returns how many receipts. Raises: as `drain`."""
        count = 0
        for path in self._others():
            try:
                file = os.open(path, os.O_RDWR)
            except OSError:
                continue
            if not _try_lock(file) or not path.exists():  # its process is alive, or another one was faster
                os.close(file)
                continue
            try:
                count += self._give(path, consume)
            except BaseException:
                os.close(file)
                raise
            _discard(path, file)
        return count

    def after_fork(self) -> None:
        """Leave the parent's files to the parent."""
        self._lock = Lock()
        for file in (self._file, *self._sealed.values()):
            if file is not None:
                os.close(file)  # the lock stays: it ends when the parent closes its own
        self._file = self._path = None
        self._size = 0
        self._sealed = {}

    def _others(self) -> list[Path]:
        try:
            paths = sorted(self.directory.glob(f"*{_SUFFIX}"))
        except OSError:
            return []
        with self._lock:
            return [path for path in paths if path != self._path and path not in self._sealed]

    def _open(self) -> int:
        if self._file is None:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.directory / f"{os.getpid()}-{new_id()}{_SUFFIX}"
            draft = path.with_suffix(".new")  # no other process may find it before it is locked
            file = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            header = self._header.encode("utf-8")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _write(file, header)
                draft.rename(path)
                _sync_directory(self.directory)
            except OSError:
                draft.unlink(missing_ok=True)
                _discard(path, file)
                raise
            self._file, self._path, self._size = file, path, len(header)
        return self._file

    def _seal(self) -> None:
        if self._file is not None and self._path is not None:
            self._sealed[self._path] = self._file
            self._file = self._path = None
            self._size = 0

    def _give(self, path: Path, consume: Consume) -> int:
        """Read a file in batches; lines that can't be read are reported, and the file is kept under another name."""
        count = damaged = 0
        batch: list[Receipt] = []
        snapshots: dict[str, str] = {}
        for receipt in _read(path, snapshots):
            if receipt is None:
                damaged += 1
                continue
            batch.append(receipt)
            if len(batch) >= _BATCH:
                consume(batch, snapshots)
                count += len(batch)
                batch = []
        if batch:
            consume(batch, snapshots)
        if damaged:
            with suppress(OSError):
                os.link(path, path.with_suffix(".damaged"))
            self._on_damage(path.with_suffix(".damaged"), damaged)
        return count + len(batch)


def _read(path: Path, snapshots: dict[str, str]) -> Iterator[Receipt | None]:
    """Yield each receipt of a file, `None` for a line that is none; registries are put into `snapshots`.

    A last line without a line end is left out: `append` had not returned.
    """
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                record = json.loads(line)
                registry = record.get("registry") if isinstance(record, dict) else None
                if isinstance(registry, str):
                    snapshots[digest_of(registry)] = registry
                else:
                    yield Receipt.of_record(record) if isinstance(record, dict) else None
            except (ValueError, RecursionError):  # no JSON, nested too deep, or no receipt
                yield None


def _write(file: int, octets: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part first."""
    while octets:
        octets = octets[os.write(file, octets) :]


def _discard(path: Path, file: int) -> None:
    path.unlink(missing_ok=True)
    os.close(file)


def _try_lock(file: int) -> bool:
    """Lock a file for this process, if no other process has; the lock ends with the process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sync_directory(directory: Path) -> None:
    """Put the new file's name on disk too."""
    file = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
