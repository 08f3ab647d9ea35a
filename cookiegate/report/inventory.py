"""The inventory: a recorder that remembers which cookies were seen, and writes it to a file beside the traffic.

Law: a response costs a lock and some counting; no file is touched, and nothing is waited for, on a request's path.
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

from cookiegate.errors import ConfigError
from cookiegate.memo import Once
from cookiegate.model import Exchange
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
        problems = []
        if (
            isinstance(every_s, bool)
            or not isinstance(every_s, int | float)
            or not (_MIN_EVERY_S <= every_s <= _MAX_EVERY_S)
        ):
            problems.append(
                f"Inventory: every_s: is {every_s!r}; use seconds, from {_MIN_EVERY_S} to {_MAX_EVERY_S:.0f}"
            )
        if limits is not None and not isinstance(limits, Limits):
            problems.append(f"Inventory: limits: is {limits!r}; use Limits(...)")
        try:
            path = Path(directory).absolute()  # the app may change its working directory
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                pass
        except (OSError, TypeError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            problems.append(f"Inventory: directory {str(directory)!r}: {what}; use one that the app may write to")
        if problems:
            raise ConfigError(problems)
        self._recording = _Recording(path, float(every_s), limits or Limits())
        self.close = weakref.finalize(self, self._recording.close)
        """Write what is there, and record no more. Called when the interpreter ends, too."""

    def __call__(self, exchange: Exchange) -> None:
        """Count one response."""
        self._recording.add(exchange)

    def flush(self) -> None:
        """Write now, and wait for it. Raises nothing: what can't be written is logged."""
        self._recording.write()

    def report(self) -> InventoryReport:
        """Return what this process has seen, and what it continues; other processes' files are not read."""
        return self._recording.report()


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
        """Begin with nothing: in a new process, too, where the locks may be held by threads that are not there."""
        self._lock = Lock()
        self._writing = Lock()
        self._tally = Tally(self._limits)
        self._thread: Thread | None = None
        self._has_news = self._is_closed = False
        self._news, self._end = Event(), Event()
        self._failed = Once(limit=16)
        self._is_failing = False

    def begin_in_child(self) -> None:
        """Begin anew after a fork: what was counted before is the parent's, and so is its file."""
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
        if not self._has_news:
            self._has_news = True
            if self._thread is None:
                self._start()
            self._news.set()

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
            self._news.wait()
            self._news.clear()
            self.write()
            self._end.wait(self._every_s)

    def write(self) -> None:
        """Write what is new. Raises nothing."""
        with self._writing:
            if not self._has_news:
                return
            self._has_news = False
            try:
                if self._place is None:
                    self._place = self._take_place()
                self._place.write(write_inventory(self.report()))
            except Exception as error:  # noqa: BLE001  # a full disk, or whatever it is, must not reach the traffic
                self._has_news = True
                self._news.set()  # try again after the next pause
                self._tell(error)
                if isinstance(error, FileNotFoundError) and self._place is not None:  # the directory is gone
                    self._place.leave()
                    self._place = None
            else:
                if self._is_failing:
                    _logger.info("inventory: %s can be written again; nothing is missing", self._place.path)
                self._is_failing = False

    def _take_place(self) -> Place:
        """Take a file, and count on from what is in it."""
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
        """Take everything, name by name: no response waits for longer than one name takes."""
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
        self._news.set()
        self.write()
        with self._writing:
            if self._place is not None:
                self._place.leave()
                self._place = None

    def _tell(self, error: Exception) -> None:
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
