"""The demo's servers, on 127.0.0.1 only: uvicorn in a thread, gunicorn in a process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

__all__ = ["Server", "listen", "serve_asgi", "serve_wsgi"]

_HOST = "127.0.0.1"
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose socket listens already: connections wait until it has started."""

    url: str
    is_running: Callable[[], bool]


def listen(port: int = 0) -> socket.socket:
    """Open the server's socket; 0 takes a free port.

    Raises: `OSError` if the port is not available.
    """
    return socket.create_server((_HOST, port))


@contextmanager
def serve_asgi(listener: socket.socket, *, is_gated: bool = True) -> Iterator[Server]:
    """Serve the Starlette app with uvicorn until the block ends."""
    import uvicorn

    from cookiegate.cli.demo.starlette_app import app, ungated

    config = uvicorn.Config(
        app if is_gated else ungated, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    url = _url_of(listener)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="uvicorn", daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        yield Server(url, thread.is_alive)
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)


@contextmanager
def serve_wsgi(listener: socket.socket, *, is_gated: bool = True) -> Iterator[Server]:
    """Serve the Flask app with gunicorn until the block ends."""
    url = _url_of(listener)
    number = listener.fileno()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--config", "python:cookiegate.cli.demo.gunicorn_conf",
            "--bind", f"fd://{number}", f"cookiegate.cli.demo.flask_app:{'app' if is_gated else 'ungated'}",
        ],
        stdin=subprocess.PIPE,
        pass_fds=[number],
        env={key: value for key, value in os.environ.items() if key != "GUNICORN_CMD_ARGS"},
        start_new_session=True,  # Ctrl-C interrupts only the demo, which then stops gunicorn
    )  # fmt: skip
    listener.close()  # gunicorn has its own: if it dies, connections are refused and do not wait
    with process:
        try:
            yield Server(url, lambda: process.poll() is None)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _url_of(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}/"
