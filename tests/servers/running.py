"""Starts each server as a process of its own on a free port of 127.0.0.1, and reads what it logs about the gate."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

__all__ = ["SERVERS", "Server", "gate_faults", "greeting", "started"]

SERVED = Path(__file__).parent / "served"
PATIENCE_S = 300

_GUNICORN = "--bind 127.0.0.1:{port} --keep-alive 5 --graceful-timeout 2 --no-control-socket"
_HTTP2 = "--http-protocols h2 --http2-cleartext prior-knowledge"
_UVICORN = "uvicorn asgi_site:app --port {port}"
_HYPERCORN = "hypercorn asgi_site:app --bind 127.0.0.1:{port}"
_GRANIAN = "granian asgi_site:app --interface asgi --port {port} --workers 1"
_GUNICORN_ASGI = f"gunicorn asgi_site:app {_GUNICORN} --worker-class asgi"
_GUNICORN_WSGI = f"gunicorn wsgi_site:app {_GUNICORN} --worker-class gthread --threads 4"

SERVERS = {
    "uvicorn, h11": ("asgi", 1, f"{_UVICORN} --http h11 --ws wsproto", "h11 wsproto"),
    "uvicorn, httptools": ("asgi", 1, f"{_UVICORN} --http httptools --ws websockets-sansio", "httptools websockets"),
    "hypercorn": ("asgi", 1, _HYPERCORN, ""),
    "hypercorn, HTTP/2": ("asgi", 2, _HYPERCORN, "h2"),
    "daphne": ("asgi", 1, "daphne asgi_site:app --bind 127.0.0.1 --port {port} --websocket_connect_timeout 10", ""),
    "granian, ASGI": ("asgi", 1, _GRANIAN, ""),
    "granian, ASGI, HTTP/2": ("asgi", 2, _GRANIAN, "h2"),
    "gunicorn, ASGI": ("asgi", 1, _GUNICORN_ASGI, "gunicorn.asgi"),
    "gunicorn, ASGI, HTTP/2": ("asgi", 2, f"{_GUNICORN_ASGI} {_HTTP2}", "gunicorn.http2 h2"),
    "gunicorn, WSGI": ("wsgi", 1, _GUNICORN_WSGI, ""),
    "gunicorn, WSGI, HTTP/2": ("wsgi", 2, f"{_GUNICORN_WSGI} {_HTTP2}", "gunicorn.http2 h2"),
    "granian, WSGI": ("wsgi", 1, "granian wsgi_site:app --interface wsgi --port {port} --workers 1", ""),
    "waitress": ("wsgi", 1, "waitress --listen 127.0.0.1:{port} --threads 4 wsgi_site:app", ""),
    "wsgiref": ("wsgi", 1, "wsgiref_server {port}", ""),
}
"""Each row of the table: protocol, HTTP version, what is run, and what that needs beside its first word."""

_FRAME = re.compile(r'^\s*File "([^"]+)", line \d+, in .*\n(?:\s+(.*)\n)?', re.MULTILINE)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n((?:[ \t|]+.*\n)+)")
_OURS = re.compile(r"[\\/]cookiegate[\\/](?:wire[\\/]|[^\\/]+\.py$)")
_HANDED_ON = ("send(", "start_response(", "self.app(", "early_hints(")


class Server:
    """One running process."""

    def __init__(self, port, process, log, token=""):
        self.port = port
        self.process = process
        self.log = log
        self.token = token
        """What it answers at `/ready`, and no other process does."""

    def said(self):
        """Return all that it has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def raised(self, path):
        """Count how often the app let an error out at a path."""
        return self.said().count(f"the app raised at {path}\n")

    def greeting(self):
        """Return what it says to a new client; nothing if it is no more."""
        return greeting(self.port, patience_s=PATIENCE_S)

    def stop(self):
        """End it and what it started."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def gate_faults(said):
    """Return the errors in a log that the gate itself raised.

    A traceback that leads through the gate to the app or to the server is theirs; one that ends in the gate is not,
    unless it ends where the gate calls the server and that is no Python.
    """
    faults = re.findall(r"the consent source raised.*|the observer raised.*|a recorder raised.*", said)
    for traceback in _TRACEBACK.findall(said):
        frames = _FRAME.findall(traceback)
        if frames and _OURS.search(frames[-1][0]) and not any(word in frames[-1][1] for word in _HANDED_ON):
            faults.append(traceback)
    return faults


def lacks(name):
    """Return the modules that a server needs and that are not here."""
    _, _, command, more = SERVERS[name]
    return [module for module in [command.split()[0], *more.split()] if not _is_here(module)]


def _is_here(module):
    if (SERVED / f"{module}.py").is_file():
        return True
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def started(command, folder):
    """Start a server and wait until it answers; another process may take the free port, so three times."""
    for _ in range(3):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = _started_at(command, folder, port)
        if server is not None:
            return server
    raise AssertionError(f"{command} does not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


def _started_at(command, folder, port):
    token = secrets.token_hex(8)
    paths = [str(SERVED), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COOKIEGATE_TEST_TOKEN": token,
        "COOKIEGATE_TEST_FILE": str(folder / "file"),
    }
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command.format(port=port).split()],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    server = Server(port, process, log, token)
    stop = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < stop:
        said = greeting(port)
        if said.endswith(token) or ("HTTP/2" in said and f":{port}" in server.said()):
            return server
        time.sleep(0.05)
    server.stop()
    return None


def greeting(port, path="/ready", patience_s=10):
    """Return what an HTTP/1.1 client hears: the token, or of gunicorn with HTTP/2 that it wants that alone."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            octets = b""
            while piece := connection.recv(4096):
                octets += piece
    except OSError:
        return ""
    return octets.decode("latin-1")
