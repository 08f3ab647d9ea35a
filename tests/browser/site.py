"""A site of many hosts on one loopback port, which answers with whatever octets the test gives as Set-Cookie lines.

No HTTP library: all of them refuse or repair octets that a browser may meet.
"""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATH = "/p/q/r"
DEFAULT_PATH = "/p/q"
"""What RFC 6265bis §5.1.4 makes of it."""
ELSEWHERE = "/elsewhere"


class Site(socketserver.ThreadingTCPServer):
    """`/`: an empty page. `PATH?set`: the lines of the host, or of its app. Any other: notes the Cookie header."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512
    setting = f"{PATH}?set"
    reading = (PATH, ELSEWHERE)

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.lines: dict[str, list[bytes]] = {}
        self.apps: dict[str, Callable[[bytes], list[bytes]]] = {}
        """From the Cookie header to Set-Cookie lines, for hosts that answer to what came."""
        self.extra: dict[str, bytes] = {}
        """Another header field of a host, with its line end."""
        self.came: dict[tuple[str, str], bytes] = {}
        self.port = self.server_address[1]
        self.origin_of = f"http://{{}}:{self.port}".format

    def answer(self, host: str, target: str, cookie: bytes) -> tuple[list[bytes], bytes]:
        """Return the Set-Cookie lines and the body."""
        if target == self.setting:
            return self.apps[host](cookie) if host in self.apps else self.lines.get(host, []), b""
        if target == "/":
            return [], b"<!doctype html><title>-</title>"
        self.came[host, target.partition("?")[0]] = cookie
        return [], b""

    def forget(self) -> None:
        self.lines, self.apps, self.extra, self.came = {}, {}, {}, {}


class Connection(socketserver.StreamRequestHandler):
    """HTTP/1.1 as far as a browser's GET needs it."""

    server: Site
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):
            while self.one_request():
                pass

    def one_request(self) -> bool:
        words = self.rfile.readline().split()
        if len(words) != 3:
            return False
        fields: dict[bytes, bytes] = {}
        while line := self.rfile.readline().rstrip(b"\r\n"):
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip(b" \t")
        host = fields.get(b"host", b"").decode("latin-1").rpartition(":")[0]
        lines, body = self.server.answer(host, words[1].decode("latin-1"), fields.get(b"cookie", b""))
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\nContent-Length: %d\r\n"
            % len(body)
            + self.server.extra.get(host, b"")
            + b"".join(b"Set-Cookie: %b\r\n" % line for line in lines)
            + b"\r\n"
            + body
        )
        return True


@contextmanager
def serve() -> Iterator[Site]:
    """Serve on a free port of 127.0.0.1 as long as the block lasts."""
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
            site.socket.close()


__all__ = ["DEFAULT_PATH", "ELSEWHERE", "PATH", "Site", "serve"]
