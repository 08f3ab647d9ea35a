"""The thread that stores receipts, and where they wait while the store is down.

1. Receipts that arrive together are stored in one transaction; each caller waits until its receipt is on disk, but no
   longer than its patience.
2. If that fails, the receipt is written to the spool, and the caller returns. Later receipts go to the spool at once.
3. If the spool can't be written either, the receipt is kept in memory, up to a limit.
4. The thread tries again at growing intervals; when the store works again, spool and memory are stored.

Law: `give` raises nothing and never waits longer than its patience; what is lost is logged as an error.
"""

import logging
from collections import deque
from threading import Condition, Event, Thread
from time import monotonic
from typing import Protocol

from cookiegate.receipts.receipt import Receipt
from cookiegate.receipts.spool import Spool
from cookiegate.redaction import redacted

__all__ = ["Appends", "Writer"]

_logger = logging.getLogger("cookiegate")
_BATCH = 500
_MEMORY = 10_000
_LOOK_AROUND_S = 60.0
_CLOSE_S = 5.0


class Appends(Protocol):
    """The part of a store that the writer needs."""

    name: str

    def open(self) -> None:
        """Make it ready. It may raise anything."""

    def append(self, receipts: list[Receipt], snapshots: dict[str, str]) -> int:
        """Store receipts, each once; they are on disk when this returns. It may raise anything."""

    def after_fork(self) -> None:
        """Leave the parent's connections alone."""


class _Given:
    """A receipt on its way: its caller waits for `is_done`."""

    __slots__ = ("is_done", "is_stored", "receipt")

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.is_done = Event()
        self.is_stored = False


class Writer:
    """One process's way into the store. `patience_s`: how long `give` waits; `retry_s`: first and longest pause."""

    def __init__(
        self,
        store: Appends,
        spool: Spool,
        snapshots: dict[str, str],
        *,
        patience_s: float,
        retry_s: tuple[float, float],
    ) -> None:
        self._store = store
        self._spool = spool
        self._snapshots = snapshots
        self._patience_s = patience_s
        self._first_pause_s, self._longest_pause_s = retry_s
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._changed = Condition()
        self._given: deque[_Given] = deque()
        self._memory: deque[Receipt] = deque()
        self._thread: Thread | None = None
        self._is_closing = False
        self._is_down = False
        self._has_logged_loss = False
        self._pause_s = self._first_pause_s
        self._due = monotonic() + _LOOK_AROUND_S
        self._rounds = 0

    def give(self, receipt: Receipt) -> None:
        """Store a receipt, or write it where it survives a restart. Raises nothing."""
        if not self._is_down:
            given = _Given(receipt)
            with self._changed:
                self._given.append(given)
                self._wake()
            if not given.is_done.wait(self._patience_s):
                self._say_down(f"no answer for {self._patience_s:g} s")
            if given.is_stored:
                return
        self._keep(receipt)

    def flush(self, timeout_s: float) -> bool:
        """Try now to store all that waits; return whether nothing waits any more. Raises nothing."""
        end = monotonic() + timeout_s
        with self._changed:
            for _ in range(2):  # the first round may have begun before the last receipt came
                goal = self._rounds + 1
                self._due = monotonic()
                self._wake()
                is_tried = self._changed.wait_for(lambda goal=goal: self._rounds >= goal, end - monotonic())  # type: ignore[misc]  # mypy knows no lambda's default
                if is_tried and not self.waits():
                    return True
        return False

    def waits(self) -> bool:
        """Return whether receipts of this process wait for the store."""
        return bool(self._given or self._memory) or not self._spool.is_empty()

    def begin(self, error: Exception | None = None) -> None:
        """Report an error of opening the store, if any, and try again; look for files of processes that have ended.

        The thread is started only if there is something to do: a server may fork before the first receipt.
        """
        if error is not None:
            self._say_down(error)
        if error is not None or self._spool.has_leftovers():
            with self._changed:
                self._due = monotonic()
                self._wake()

    def close(self) -> None:
        """Try a last time to store what waits, and end the thread. Later receipts start a new one."""
        with self._changed:
            thread = self._thread
            self._is_closing = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(_CLOSE_S)
        with self._changed:
            self._thread = None
            self._is_closing = False

    def after_fork(self) -> None:
        """Start again in a child process: locks, thread and waiting receipts belong to the parent."""
        self._store.after_fork()
        self._spool.after_fork()
        self._start_afresh()

    def _wake(self) -> None:
        """Let the thread look at what there is; the caller holds the lock."""
        if self._thread is None or not self._thread.is_alive():
            thread = Thread(target=self._run, name="cookiegate receipts", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no more threads, or the program is ending: the spool works without one
                return
            self._thread = thread
        self._changed.notify_all()

    def _keep(self, receipt: Receipt) -> None:
        """Let a receipt wait: on disk, else in memory."""
        try:
            self._spool.append(receipt)
        except Exception as error:  # noqa: BLE001  # an error of the disk must not reach the visitor
            with self._changed:
                is_kept = len(self._memory) < _MEMORY
                if is_kept:
                    self._memory.append(receipt)
                is_first, self._has_logged_loss = not self._has_logged_loss, True
            if is_first:
                _logger.error(
                    "receipts: %s can't be written (%s): receipts wait in memory, which a restart loses, up to %d; "
                    "then they are lost", self._spool.directory, redacted(str(error)), _MEMORY,
                )  # fmt: skip
        with self._changed:
            if not self._is_down:  # it has just come back
                self._due = min(self._due, monotonic() + self._first_pause_s)
            self._wake()

    def _say_down(self, why: object) -> None:
        with self._changed:
            is_first, self._is_down = not self._is_down, True
            self._due = min(self._due, monotonic() + self._pause_s)
        if is_first:
            _logger.warning(
                "receipts: the store fails (%s): choices count, and their receipts wait in %s",
                redacted(" ".join(str(why).split())), self._spool.directory,
            )  # fmt: skip

    def _run(self) -> None:
        """Store what is given; while the store is down, and now and then, try what waits."""
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, max(0.0, self._due - monotonic()))
                batch = [self._given.popleft() for _ in range(min(len(self._given), _BATCH))]
                is_closing = self._is_closing
                is_due = is_closing or monotonic() >= self._due
            if batch:
                self._store_given(batch)
            if is_due:
                self._try_again()
            if is_closing and not self._given:
                return

    def _has_work(self) -> bool:
        return bool(self._given) or self._is_closing or monotonic() >= self._due

    def _store_given(self, batch: list[_Given]) -> None:
        try:
            self._store.append([given.receipt for given in batch], self._snapshots)
        except Exception as error:  # noqa: BLE001  # also a driver's own errors: the waiting caller must be woken
            self._say_down(error)
        else:
            for given in batch:
                given.is_stored = True
        for given in batch:
            given.is_done.set()

    def _try_again(self) -> None:
        """Store what waits in memory, in this process's spool, and in those of processes that have ended."""
        try:
            self._store.open()
            count = self._store_memory()
            count += self._spool.drain(self._store.append)
            count += self._spool.recover(self._store.append)
        except Exception as error:  # noqa: BLE001  # as above
            self._say_down(error)
            pause_s = self._pause_s = min(self._pause_s * 2, self._longest_pause_s)
        else:
            pause_s = _LOOK_AROUND_S
            self._say_up(count)
        with self._changed:
            # spooled by a caller that found the store down while everything else was stored
            if not self._is_down and self.waits():
                pause_s = self._first_pause_s
            self._due = monotonic() + pause_s
            self._rounds += 1
            self._changed.notify_all()

    def _store_memory(self) -> int:
        receipts = list(self._memory)
        if receipts:
            self._store.append(receipts, self._snapshots)
            for _ in receipts:
                self._memory.popleft()
        return len(receipts)

    def _say_up(self, count: int) -> None:
        with self._changed:
            was_down, self._is_down = self._is_down, False
            self._has_logged_loss = False
            self._pause_s = self._first_pause_s
        if was_down or count:
            _logger.info("receipts: the store works; %d receipts that waited are in it", count)
