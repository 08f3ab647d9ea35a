"""gunicorn's configuration for the demo: one worker, little log, and a stop when the demo ends for any reason."""

import os
import signal
from threading import Thread
from typing import Protocol

__all__ = ["post_worker_init"]

workers = 1
threads = 4
loglevel = "warning"
graceful_timeout = 3
control_socket_disable = True


class Worker(Protocol):
    """The used part of gunicorn's worker."""

    ppid: int


def post_worker_init(worker: Worker) -> None:
    """Stop gunicorn when standard input ends: it is a pipe that the demo keeps open while it runs."""
    Thread(target=_stop_at_end_of_input, args=(worker.ppid,), daemon=True).start()


def _stop_at_end_of_input(arbiter_pid: int) -> None:
    while os.read(0, 1):
        pass
    if os.getppid() == arbiter_pid:
        os.kill(arbiter_pid, signal.SIGTERM)
