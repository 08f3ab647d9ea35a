"""The file of one process's inventory: numbered, locked while the process lives, continued by a later process.

A process takes the first number that no living process of its host holds, and continues the file of a process that has
ended. So there are never more files than processes at one time, however often workers are replaced. Where files can't
be locked, each process has a file named after itself.
Law: two living processes never write to one file.
"""

import os
import re
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from cookiegate.report.inventory_json import read_inventory_file
from cookiegate.report.seen import InventoryReport

__all__ = ["Place"]

_MAX_NUMBER = 4096
_STALE_S = 3600.0
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Place:
    """A file that belongs to this process until `leave`; `earlier` is its content."""

    def __init__(self, path: Path, lock: int | None, earlier: InventoryReport | None) -> None:
        self.path = path
        self.earlier = earlier
        self._lock = lock
        self._draft = path.with_name(path.name + ".tmp")

    @classmethod
    def take(cls, directory: Path) -> Self:
        """Take a place in this directory, which is made where it is missing.

        Raises: `OSError` if there is none.
        """
        directory.mkdir(parents=True, exist_ok=True)
        host = re.sub(r"[^A-Za-z0-9.\-]", "-", socket.gethostname())[:64] or "host"
        for number in range(_MAX_NUMBER):
            path = directory / f"inventory-{host}-{number}.json"
            try:
                lock = _hold(directory / f".inventory-{host}-{number}.lock")
            except (BlockingIOError, PermissionError):  # a living process holds it, or another user's did
                continue
            if lock is None:
                break
            try:
                earlier = _earlier(path)
            except (OSError, ValueError):  # what can't be read is left for people to look at
                os.close(lock)
                continue
            _remove_old_drafts(directory, lock)
            return cls(path, lock, earlier)
        return cls(directory / f"inventory-{host}-{os.getpid()}-{time.time_ns():x}.json", None, None)

    def write(self, pieces: Iterable[str]) -> None:
        """Replace the file: readers see the old text or the new one, never a part.

        Raises: `OSError`; the old text is still there.
        """
        number = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o644)
        try:
            with os.fdopen(number, "w", encoding="ascii") as draft:
                draft.writelines(pieces)
                draft.flush()
                os.fsync(draft.fileno())
            self._draft.replace(self.path)
        except BaseException:
            with suppress(OSError):
                self._draft.unlink()
            raise

    def leave(self) -> None:
        """Release the file for the next process; after a fork, release the parent's."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _hold(path: Path) -> int | None:
    """Lock a file for as long as this process lives, or until `leave`; `None` where files can't be locked.

    Raises: `BlockingIOError` where another process holds it; `OSError` if it can't be opened.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    number = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o644)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        raise
    except OSError:  # a file system without locks
        os.close(number)
        return None
    return number


def _earlier(path: Path) -> InventoryReport | None:
    """Read the file of an earlier process."""
    try:
        return read_inventory_file(path)
    except FileNotFoundError:
        return None


def _remove_old_drafts(directory: Path, lock: int) -> None:
    """Remove drafts that processes left when they were killed while writing.

    A draft's age is read from the file system's clock. That of this host may be another one, and a draft that a living
    process is writing must not seem old.
    """
    with suppress(OSError):
        os.pwrite(lock, b"\n", 0)
        now_s = os.fstat(lock).st_mtime
        for draft in directory.glob("inventory-*.json.tmp"):
            with suppress(OSError):
                if now_s - draft.stat().st_mtime > _STALE_S:
                    draft.unlink()
