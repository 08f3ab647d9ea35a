"""A bare HTTP/1.1 client: it sends what it is told, octet for octet, and reads the header fields as they came."""

import socket
import struct
from dataclasses import dataclass

PATIENCE_S = 300


@dataclass
class Response:
    """What came back; names of header fields in lower case."""

    status: int
    headers: list[tuple[str, bytes]]
    body: bytes

    def all(self, name: str) -> list[bytes]:
        """Return the values of every field of this name, in order."""
        return [value for key, value in self.headers if key == name]


class Client:
    """One visitor's connection, kept alive for as long as the server likes."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._rest = b""

    def get(self, path: str, headers: list[tuple[str, bytes]]) -> Response:
        """Ask for a path. A connection that the server has closed meanwhile is opened anew, once."""
        head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)
        message = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode() + head + b"\r\n"
        is_fresh = self._socket is None
        try:
            return self._exchange(message)
        except ConnectionError:
            self.close()
            if is_fresh:
                raise
            return self._exchange(message)

    def _exchange(self, message: bytes) -> Response:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=PATIENCE_S)
        self._socket.sendall(message)
        status, *lines = self._read_until(b"\r\n\r\n").split(b"\r\n")
        fields = [line.partition(b":") for line in lines]
        response = Response(
            int(status.split()[1]),
            [(name.decode("latin-1").lower(), value.strip(b" \t")) for name, _, value in fields],
            b"",
        )
        response.body = self._read(int((response.all("content-length") or [b"0"])[0]))
        if b"close" in [value.lower() for value in response.all("connection")]:
            self.close()
        return response

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._receive()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _read(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._receive()
        found, self._rest = self._rest[:count], self._rest[count:]
        return found

    def _receive(self) -> None:
        assert self._socket is not None
        octets = self._socket.recv(65536)
        if not octets:
            raise ConnectionResetError("the server closed the connection")
        self._rest += octets

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""


RUDE = (
    b"",
    b"\x00\xff" * 40 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: cookiegate_consent=",
    b"GET /1 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a=b; " * 30000 + b"\r\n\r\n",
    b"GET /2 HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"Cookie: cookiegate_consent=v=1&c=marketing\r\n" * 90 + b"\r\n",
    b"GET /3 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \xff\xfe=\x80; =;=\r\n\r\n",
    b"POST /4 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nshort",
    b"GET /5 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=1\r\n b=2\r\n\r\n",
)


def be_rude(address: tuple[str, int], number: int) -> None:
    """Send what nobody should, read little, and hang up, every other time by a reset."""
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        if number % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(RUDE[number % len(RUDE)])
        if number % 3:
            connection.settimeout(0.05)
            connection.recv(10)
