"""Ends a browser that has stopped answering: a page whose script never returns would hold the audit for ever.

Law: it ends only the process that it was given, and only after the time that it was given.
"""

import os
import signal
import threading
from contextlib import suppress
from time import monotonic

__all__ = ["Watchdog"]


class Watchdog:
    """Watches one browser; `touch` says that it still answers."""

    def __init__(self, pid: int, patience_s: float) -> None:
        self._pid = pid
        self._patience_s = patience_s
        self._touched_at = monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cookiegate-audit-watchdog", daemon=True)
        self._thread.start()

    def touch(self) -> None:
        """Begin to wait anew."""
        self._touched_at = monotonic()

    def _watch(self) -> None:
        while not self._ended.wait(max(0.01, self._touched_at + self._patience_s - monotonic())):
            if monotonic() - self._touched_at >= self._patience_s:
                with suppress(OSError):
                    os.kill(self._pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                return

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        self._thread.join()
