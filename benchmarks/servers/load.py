"""A bounded load on loopback: a few connections that stay open, a request on each, then all the answers.

No tool of its own: a load generator that wants a core for itself would take it from the server, on two cores.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.timing import SelfTimed

__all__ = ["Load", "opened"]

_CONNECTIONS = 4


class Load:
    """Open connections to one server."""

    def __init__(self, connections: list[socket.socket]) -> None:
        self._connections = connections
        self._rest = [b""] * len(connections)

    def candidate(self, path: str, cookie: bytes) -> SelfTimed:
        """Return a candidate that asks for a path; the wall's clock, since the work is done elsewhere."""
        request = _request(path, cookie)

        def run_ns(times: int) -> int:
            start = time.perf_counter_ns()
            for _ in range(0, times, _CONNECTIONS):
                for connection in self._connections:
                    connection.sendall(request)
                for number in range(len(self._connections)):
                    self._answer(number)
            asked = -(-times // _CONNECTIONS) * _CONNECTIONS
            return (time.perf_counter_ns() - start) * times // asked

        return SelfTimed(run_ns)

    def set_cookie_lines(self, path: str, cookie: bytes) -> list[bytes]:
        """Return the Set-Cookie lines of one answer."""
        self._connections[0].sendall(_request(path, cookie))
        fields = (line.partition(b":") for line in self._answer(0).split(b"\r\n")[1:])
        return [value.strip() for name, _, value in fields if name.lower() == b"set-cookie"]

    def _answer(self, number: int) -> bytes:
        """Read one answer, return its head. Raises: `OSError` if it is no 200, or the server hangs up."""
        connection, octets = self._connections[number], self._rest[number]
        while (end := octets.find(b"\r\n\r\n")) < 0:
            octets += _received(connection)
        head = octets[:end]
        if b" 200 " not in head[:16]:
            raise OSError(f"the server answered {head[:40].decode('latin-1')!a}")
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked" in lower:
            while not octets.endswith(b"0\r\n\r\n"):  # one request at a time: nothing of a next answer follows
                octets += _received(connection)
            self._rest[number] = b""
            return head
        length = int(lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        while len(octets) < end + 4 + length:
            octets += _received(connection)
        self._rest[number] = octets[end + 4 + length :]
        return head


@contextmanager
def opened(port: int) -> Iterator[Load]:
    """Open the connections for as long as the block runs."""
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(_CONNECTIONS)
        ]
        for connection in connections:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Load(connections)


def _request(path: str, cookie: bytes) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: www.example.com\r\nAccept: text/html\r\n".encode()
    return head + (b"Cookie: " + cookie + b"\r\n\r\n" if cookie else b"\r\n")


def _received(connection: socket.socket) -> bytes:
    octets = connection.recv(65536)
    if not octets:
        raise OSError("the server closed the connection")
    return octets
