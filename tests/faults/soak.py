"""Real servers under many visitors at once, rude ones among them; every response is judged by the slow model."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event

import client
import model
import visits

HERE = Path(__file__).resolve().parent
SITE = "site_of_faults"
SERVERS = {
    "uvicorn, 2 workers": ["uvicorn", f"{SITE}:asgi_app", "--fd", "{fd}", "--workers", "2", "--no-access-log"],
    "gunicorn, 2 workers of 8 threads": [
        "gunicorn", f"{SITE}:wsgi_app", "--bind", "fd://{fd}", "--workers", "2", "--worker-class", "gthread",
        "--threads", "8", "--no-control-socket",
    ],
    "waitress, 16 threads": [
        "waitress", "--listen", "127.0.0.1:{port}", "--threads", "16", "--trusted-proxy", "127.0.0.1",
        "--trusted-proxy-headers", "x-forwarded-proto", f"{SITE}:wsgi_app",
    ],
}  # fmt: skip
WORKERS = {"uvicorn, 2 workers": 2, "gunicorn, 2 workers of 8 threads": 2, "waitress, 16 threads": 1}
PATIENCE_S = 300
VISITORS = 12
STAYS = 20
"""Every so many visits, a visitor's connection is opened anew."""


class Running:
    """A server that runs, and what it has said once it is stopped."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.output = ""


@contextmanager
def serving(server: str, directory: Path, **environment: str) -> Iterator[Running]:
    """Serve the site, until the block ends; the output is complete then."""
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        running = Running(listener.getsockname())
        has_own_socket = "{fd}" not in " ".join(SERVERS[server])
        if has_own_socket:  # it opens the port itself
            listener.close()
        places = {"fd": listener.fileno(), "port": running.address[1]}
        with (directory / "server.log").open("w+b") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *(part.format(**places) for part in SERVERS[server])],
                pass_fds=[] if has_own_socket else [listener.fileno()],
                cwd=directory,
                env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_until_all_answer(process, running.address, WORKERS[server])
                yield running
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                log.seek(0)
                running.output = log.read().decode("utf-8", "replace")


def _wait_until_all_answer(process: "subprocess.Popen[bytes]", address: tuple[str, int], workers: int) -> None:
    """Ask on fresh connections until so many workers have answered."""
    until = time.monotonic() + PATIENCE_S
    found: set[bytes] = set()
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            visitor = client.Client(address)
            found.update(visitor.get("/0", []).all("x-worker"))
            visitor.close()
        if len(found) == workers:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{len(found)} of {workers} workers answer")


class Soak:
    """Many visitors at once; `wrong` lists what did not come back as it must, in words, twenty at most."""

    def __init__(self, address: tuple[str, int], *, salt: str, fault: str = "", refused: str = "drop") -> None:
        self._address = address
        self._salt = salt
        self._fault = fault
        self._refused = refused
        self._numbers = count(1)
        self._is_over = Event()
        self.wrong: list[str] = []
        self.served: Counter[int] = Counter()
        """Visits, by the worker that answered."""
        self.rss_kib: dict[int, list[int]] = {}
        """What each worker said of its memory, in order."""
        self.rude = 0

    def run(self, visits_at_least: int, *, seconds: float | None = None) -> None:
        """Let the visitors come, so many visits or so many seconds; beside them, those who are rude."""
        last = next(self._numbers) + visits_at_least
        end = None if seconds is None else time.monotonic() + seconds
        self._is_over.clear()
        with ThreadPoolExecutor(VISITORS + 1) as pool:
            rude = pool.submit(self._be_rude)
            visitors = [pool.submit(self._visit_until, last, end) for _ in range(VISITORS)]
            try:
                for visitor in visitors:
                    visitor.result()
            finally:
                self._is_over.set()
            rude.result()

    def _visit_until(self, last: int, end: float | None) -> None:
        visitor = client.Client(self._address)
        try:
            while len(self.wrong) < 20:
                number = next(self._numbers)
                if number > last if end is None else time.monotonic() > end:
                    return
                self._visit(visitor, number)
                if number % STAYS == 0:
                    visitor.close()  # the next connection may be another worker's
        finally:
            visitor.close()

    def _visit(self, visitor: client.Client, number: int) -> None:
        visit = visits.visit(number, self._salt)
        source_fails = visit.fault and self._fault in ("source raises", "source returns nonsense")
        headers = [("X-Forwarded-Proto", b"https" if visit.is_https else b"http")]
        headers += [("Sec-GPC", b"1")] if visit.gpc else []
        headers += [("X-Fault", b"1")] if visit.fault else []
        headers += [("Cookie", visit.cookie)] if visit.cookie else []
        response = visitor.get(f"/{number}", headers)
        if response.status != 200 or response.all("x-visit") != [str(number).encode()]:
            self.wrong.append(f"visit {number} was answered {response.status} {response.all('x-visit')}")
            return
        worker = int(response.all("x-worker")[0])
        self.served[worker] += 1
        self.rss_kib.setdefault(worker, []).append(int(response.all("x-rss")[0]))
        before, granted = visit.granted(source_fails=source_fails)
        left = response.all("set-cookie")
        wrong = model.differences(
            visit.lines, visit.cookie, granted, left, is_https=visit.is_https, refused=self._refused
        )
        if model.seen(response.body, set(model.OPTIONAL)) != model.seen(visit.cookie, before):
            wrong.append(f"the app saw {response.body!r}")
        wanted = model.expected(visit.lines, granted, is_https=visit.is_https, refused=self._refused)
        if any(one.is_optional for one in wanted) and b"private" not in response.all("cache-control"):
            wrong.append("a shared cache may keep it")
        self.wrong += [f"visit {number}: {words}" for words in wrong]

    def _be_rude(self) -> None:
        for number in count():
            with suppress(OSError):
                client.be_rude(self._address, number)
            self.rude += 1
            if self._is_over.wait(0.02):
                return
