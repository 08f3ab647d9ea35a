"""A client that reads the octets itself: HTTP/1.1 and websockets over a plain socket, on 127.0.0.1 only.

Law: nothing is tidied up; what a test looks at are the octets as they came.
"""

import re
import socket
from contextlib import contextmanager

__all__ = ["Answer", "connected", "cookie_lines", "frame", "marked", "read_frame", "request", "set_cookie_texts"]

PATIENCE_S = 300


def received(connection, is_over):
    """Return what comes next, nothing once the server closes, or once it is over and nothing is left to be read.

    `is_over` tells that the server sends nothing more. The connection has a short timeout of its own.
    """
    silence_s = 0.0
    while silence_s < PATIENCE_S:
        was_over = is_over()  # asked before the reading: what was sent until then is there to be read
        try:
            return connection.recv(65536)
        except TimeoutError:
            silence_s += connection.gettimeout()
            if was_over:
                break
        except ConnectionError:
            break
    return b""


class Answer:
    """One answer: its octets as they came, cut into head and body by its own framing; earlier 1xx answers are in it."""

    def __init__(self, octets, head, body, is_whole=True):
        self.octets = octets
        self.head = head
        self.body = body
        self.is_whole = is_whole
        """The body ended where its framing says."""
        statuses = re.findall(rb"^HTTP/[12]\.[01] (\d{3})", head, re.MULTILINE)
        self.status = int(statuses[-1]) if statuses else 0

    def field(self, name):
        """Return the values of a field, in order."""
        lines = [line.partition(b":") for line in self.head.split(b"\r\n")[1:]]
        return [value.strip().decode("latin-1") for key, _, value in lines if key.strip().lower() == name.encode()]

    @property
    def keeps_alive(self):
        """Tell whether the server offers to answer again on this connection."""
        words = ",".join(self.field("connection")).lower()
        return (
            self.is_whole and "close" not in words and (not self.head.startswith(b"HTTP/1.0") or "keep-alive" in words)
        )


def request(path, *fields, method="GET", close=False):
    """Write a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: www.example.com", *fields, *["Connection: close"] * close]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@contextmanager
def connected(port, is_over=lambda: False):
    """Open a connection for as long as the block runs."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Reader(connection, is_over)


class Reader:
    """Reads answers off one connection, and keeps every octet."""

    def __init__(self, connection, is_over):
        self.connection = connection
        self.octets = b""
        """All that came."""
        self._at = 0
        self._is_over = is_over

    def ask(self, octets, *, is_head=False):
        """Send a request and read its answer, to the end that its framing says or the server sets."""
        self.connection.sendall(octets)
        return self.answer(is_head=is_head)

    def answer(self, *, is_head=False):
        """Read the next answer."""
        start = self._at
        while True:
            head = self._until(b"\r\n\r\n")
            status = head[9:12]
            if not (status.startswith(b"1") and status != b"101" and head):
                break
        fields = {}
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        if is_head or status in (b"101", b"204", b"304") or not head:
            body, is_whole = b"", head != b""
        elif fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            body, is_whole = self._chunks()
        elif b"content-length" in fields:
            length = int(fields[b"content-length"])
            body = self.exactly(length)
            is_whole = len(body) == length
        else:
            body, is_whole = self.rest(), True
        return Answer(self.octets[start : self._at], head, body, is_whole)

    def exactly(self, length):
        """Return the next octets; fewer if the server closes."""
        while len(self.octets) < self._at + length and self._receive():
            pass
        return self._taken(length)

    def _chunks(self):
        body = b""
        while (line := self._until(b"\r\n")) and (size := int(line.split(b";")[0], 16)):
            chunk = self.exactly(size + 2)
            body += chunk[:size]
        if not line:
            return body, False
        while self._until(b"\r\n") not in (b"\r\n", b""):  # trailers
            pass
        return body, True

    def _until(self, end):
        """Return the next octets up to and with these; none if the server closes before."""
        while (found := self.octets.find(end, self._at)) < 0:
            if not self._receive():
                return b""
        return self._taken(found + len(end) - self._at)

    def rest(self):
        """Return what is left until the server closes, or is silent for long."""
        while self._receive():
            pass
        return self._taken(len(self.octets))

    def _taken(self, length):
        taken = self.octets[self._at : self._at + length]
        self._at += len(taken)
        return taken

    def _receive(self):
        octets = received(self.connection, self._is_over)
        self.octets += octets
        return octets != b""


def set_cookie_texts(octets):
    """Return every place where the octets say Set-Cookie, in any case, up to the next CR or LF, wherever it stands."""
    return [b"set-cookie" + text for text in re.findall(rb"(?i)set-cookie([^\r\n]*)", octets)]


def cookie_lines(octets):
    """Return the values of the lines that a browser may take for Set-Cookie: at a CR or an LF a new line begins."""
    return re.findall(rb"(?i)(?:^|[\r\n])[ \t\v]*set-cookie2?[ \t\v\xa0]*:+[ \t]*([^\r\n]*)", octets)


def marked(octets, mark):
    """Tell whether a line that a browser may take for Set-Cookie holds the mark."""
    return any(mark in line for line in cookie_lines(octets))


# Websockets: RFC 6455, as little of it as one short message needs


HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: chat",
)


def frame(text):
    """Write one short text message, masked with zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


def read_frame(reader):
    """Read one short message; its first octet and its payload."""
    head = reader.exactly(2)
    return head[:1], reader.exactly(head[1] & 0x7F) if len(head) == 2 else b""
