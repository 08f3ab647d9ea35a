"""The inventory: a recorder that counts the cookies of all responses and writes them to a file in a thread.

Law: a response costs a lock and some counting; no request waits for a file.
"""

import logging
import os
import secrets
import sys
import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from cookiegate.decision import Exchange
from cookiegate.memo import Once
from cookiegate.problems import Problems
from cookiegate.report.inventory_json import write_inventory
from cookiegate.report.limits import Limits
from cookiegate.report.place import Place
from cookiegate.report.seen import InventoryReport
from cookiegate.report.tally import Tally

__all__ = ["Inventory"]

_logger = logging.getLogger("cookiegate")
_MIN_EVERY_S: Final = 0.1
_MAX_EVERY_S: Final = 86400.0


class Inventory:
    """Records every cookie name that passes a gate: `CookieGate(recorders=[Inventory("/var/lib/shop/cookies")])`.

    `directory` may be shared by all worker processes: each has a file of its own in it, and `read_inventory` adds them
    up. `every_s`: seconds between two writes. A file is written by a thread that begins with the first response, again
    in each process that is forked, and once more when the interpreter ends.

    Raises: `ConfigError` if the directory can't be made or written to.
    """

    def __init__(
        self, directory: str | os.PathLike[str], *, every_s: float = 10.0, limits: Limits | None = None
    ) -> None:
        problems = Problems("Inventory")
        if (
            isinstance(every_s, bool)
            or not isinstance(every_s, int | float)
            or not (_MIN_EVERY_S <= every_s <= _MAX_EVERY_S)
        ):
            problems.add_problem("every_s", f"is {every_s!r}; use seconds, from {_MIN_EVERY_S} to {_MAX_EVERY_S:.0f}")
        if limits is not None and not isinstance(limits, Limits):
            problems.add_problem("limits", f"is {limits!r}; use Limits(...)")
        what = _directory_problem(directory)
        if what is not None:
            problems.add_problem(f"directory {str(directory)!r}", f"{what}; use one that the app may write to")
        problems.check()
        path = Path(directory).absolute()  # the app may change its working directory
        self._recording = _Recording(path, float(every_s), limits or Limits())
        self.close: Callable[[], object] = weakref.finalize(self, self._recording.close)
        """Write the inventory, and stop recording. Also called when the interpreter ends."""

    def __call__(self, exchange: Exchange) -> None:
        """Count one response."""
        self._recording.add(exchange)

    def flush(self) -> None:
        """Write now, and wait for it. Raises nothing: what can't be written is logged."""
        self._recording.write()

    def report(self) -> InventoryReport:
        """Return what this process has seen, and what it continues; other processes' files are not read."""
        return self._recording.report()


def _directory_problem(directory: object) -> str | None:
    """Make the directory, and explain why no file can be written to it; `None` if one can."""
    if not isinstance(directory, str | os.PathLike):
        return "no path"
    path = Path(directory)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return getattr(error, "strerror", None) or str(error)


class _Recording:
    """What an inventory and its thread share; the thread keeps this alive, not the inventory."""

    def __init__(self, directory: Path, every_s: float, limits: Limits) -> None:
        self._directory = directory
        self._every_s = every_s
        self._limits = limits
        self._place: Place | None = None
        self._begin()
        _recordings.add(self)

    def _begin(self) -> None:
        """Start empty; also in a child process, where threads that don't exist may hold the locks."""
        self._lock = Lock()
        self._writing = Lock()
        self._tally = Tally(self._limits)
        self._thread: Thread | None = None
        self._has_unwritten = self._is_closed = False
        self._unwritten, self._end = Event(), Event()
        self._failed = Once(limit=16)
        self._is_failing = False

    def begin_in_child(self) -> None:
        """Start again after a fork: counts and file belong to the parent."""
        if self._place is not None:
            self._place.leave()
            self._place = None
        was_closed = self._is_closed
        self._begin()
        self._is_closed = was_closed

    def add(self, exchange: Exchange) -> None:
        if self._is_closed:
            return
        with self._lock:
            self._tally.add(exchange)
        if not self._has_unwritten:
            self._has_unwritten = True
            if self._thread is None:
                self._start()
            self._unwritten.set()

    def _start(self) -> None:
        """Start the thread that writes; without one, only the end of the interpreter writes."""
        with self._lock:
            if self._thread is not None:
                return
            self._thread = Thread(target=self._run, name="cookiegate-inventory", daemon=True)
        with suppress(RuntimeError):  # the interpreter ends already
            self._thread.start()
        util = sys.modules.get("multiprocessing.util")
        process = sys.modules.get("multiprocessing.process")
        if util is not None and process is not None and process.parent_process() is not None:
            util.Finalize(None, self.close, exitpriority=0)  # a forked worker of it ends without the interpreter's end

    def _run(self) -> None:
        while not self._end.is_set():
            self._unwritten.wait()
            self._unwritten.clear()
            self.write()
            self._end.wait(self._every_s)

    def write(self) -> None:
        """Write what is new. Raises nothing."""
        with self._writing:
            if not self._has_unwritten:
                return
            self._has_unwritten = False
            try:
                if self._place is None:
                    self._place = self._take_place()
                self._place.write(write_inventory(self.report()))
            except Exception as error:  # noqa: BLE001  # no error of writing may reach a response
                self._has_unwritten = True
                self._unwritten.set()  # try again after the next pause
                self._log(error)
                if isinstance(error, FileNotFoundError) and self._place is not None:  # the directory is gone
                    self._place.leave()
                    self._place = None
            else:
                if self._is_failing:
                    _logger.info("inventory: %s can be written again; nothing is missing", self._place.path)
                self._is_failing = False

    def _take_place(self) -> Place:
        """Take a file, and continue its counts."""
        place = Place.take(self._directory)
        earlier = place.earlier
        own = Tally(self._limits)
        if earlier is not None:
            own.load(earlier)
        with self._lock:
            tally = self._tally
            if earlier is None or not tally.parts.isdisjoint(
                earlier.parts
            ):  # nothing, or what this process wrote itself
                if not tally.parts:
                    tally.begin_part(secrets.token_hex(8))
            else:
                own.load(tally.report())
                self._tally = own
        return place

    def report(self) -> InventoryReport:
        """Return everything, name by name: no response waits longer than one name takes."""
        with self._lock:
            tally = self._tally
            names = tally.names()
        cookies = []
        for name in names:
            with self._lock:
                cookies.append(tally.cookie(name))
        with self._lock:
            return tally.report(cookies)

    def close(self) -> None:
        self._is_closed = True
        self._end.set()
        self._unwritten.set()
        self.write()
        with self._writing:
            if self._place is not None:
                self._place.leave()
                self._place = None

    def _log(self, error: Exception) -> None:
        """Log what went wrong, the first time for its kind."""
        self._is_failing = True
        if self._failed.is_first((type(error), getattr(error, "errno", None))):
            _logger.error("inventory: can't be written to %s: %s; it is kept in memory", self._directory, error)


_recordings: "weakref.WeakSet[_Recording]" = weakref.WeakSet()


def _begin_in_child() -> None:
    for recording in list(_recordings):
        recording.begin_in_child()


_at_fork: Callable[..., None] = getattr(os, "register_at_fork", lambda **_: None)  # Windows has no fork
_at_fork(after_in_child=_begin_in_child)
