"""The proxy on loopback through which the browser reaches the network: names are resolved here, once a connection.

Everything goes through it: pages, workers and WebSockets (as CONNECT), plain HTTP. It connects to the very address that
it has looked at, and a named host that was public at first stays so: a name that answers with another address the
second time gains nothing (DNS rebinding).
Law: no connection to an address that is not public, unless its host and port were named; what is refused is listed.
Source: RFC 9110 §9.3.6 (CONNECT), RFC 9112 §3.2.2 (absolute-form).
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from cookiegate.audit.browser.addresses import NamedPlaces

__all__ = ["PROXY_NAME", "Proxy", "Refusal", "resolve_by_system"]

PROXY_NAME = "cookiegate-audit"
"""In the Proxy-Status field (RFC 9209) of what the proxy answers itself."""
Resolve = Callable[[str, int], Awaitable[list[str]]]

_MAX_HEAD_OCTETS = 1 << 18
_CHUNK_OCTETS = 1 << 16
_CONNECT_S = 20.0
_MAX_REFUSALS = 200
_MAX_HOSTS = 1000
_HOP_BY_HOP = (b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization")
_ANSWERS = {403: b"403 Forbidden", 400: b"400 Bad Request", 502: b"502 Bad Gateway"}


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A connection that was not made."""

    host: str
    port: int
    why: str


class _Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def resolve_by_system(host: str, port: int) -> list[str]:
    """Return the addresses of a host name, as the system resolves it. Raises: `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class Proxy:
    """Runs in a thread of its own while the block lasts; `server` is its URL."""

    def __init__(self, named: NamedPlaces, resolve: Resolve = resolve_by_system, max_octets: int | None = None) -> None:
        self._named = named
        self._resolve = resolve
        self._max_octets = max_octets
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cookiegate-audit-proxy", daemon=True)
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.server: str = ""
        self.octets: int = 0
        """How many octets came from servers."""
        self._refusals: dict[Refusal, None] = {}
        self._hosts: dict[str, int] = {}

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The connections that were refused, each once."""
        return tuple(self._refusals)

    @property
    def is_full(self) -> bool:
        """Return whether the limit of octets is reached; nothing more is let through then."""
        return self._max_octets is not None and self.octets >= self._max_octets

    @property
    def hosts(self) -> dict[str, int]:
        """The hosts that connections were made to, workers' too, with their number."""
        return dict(self._hosts)

    def forget(self) -> None:
        """Forget refusals and hosts: the next ones are of another phase."""
        self._refusals.clear()
        self._hosts.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MAX_HEAD_OCTETS)
        )
        self.server = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # asyncio runs this in a task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.CancelledError):
            try:
                await self._forward(reader, writer)
            except _Refused as refused:
                body = str(refused).encode("ascii", "replace").replace(b'"', b"'")
                writer.write(
                    b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n"
                    b'Proxy-Status: %b; details="%b"\r\n\r\n%b'
                    % (_ANSWERS[refused.status], len(body), PROXY_NAME.encode(), body, body)
                )
                await writer.drain()
        writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await _read_head(reader)
        if head is None:
            return
        line, *fields = head.split(b"\r\n")
        method, _, rest = line.partition(b" ")
        target, _, version = rest.rpartition(b" ")
        if not version.startswith(b"HTTP/1."):
            raise _Refused(400, "the request can't be read")
        is_tunnel = method == b"CONNECT"
        host, port = _place_of(target.decode("latin-1"), is_tunnel=is_tunnel)
        server, to_server = await self._connect(host, port)
        try:
            if is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                parts = urlsplit(target.decode("latin-1"))
                path = (parts._replace(scheme="", netloc="", fragment="").geturl() or "/").encode("latin-1")
                path = path if path.startswith(b"/") else b"/" + path
                to_server.write(_head(b"%b %b HTTP/1.1" % (method, path), fields))
            await self._relay(reader, writer, server, to_server, is_tunnel=is_tunnel)
        finally:
            to_server.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to an address that may be reached. Raises: `_Refused`."""
        if self.is_full:
            raise self._refuse(host, port, "the limit of octets is reached")
        try:
            async with asyncio.timeout(_CONNECT_S):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise _Refused(502, f"{host}: the name can't be resolved") from None
        if inside := self._named.first_refused(host, port, addresses):
            raise self._refuse(host, port, f"leads to {inside}, which is not on the public internet")
        for address in addresses:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_S):
                    streams = await asyncio.open_connection(address, port, limit=_MAX_HEAD_OCTETS)
                if len(self._hosts) < _MAX_HOSTS or host in self._hosts:
                    self._hosts[host] = self._hosts.get(host, 0) + 1
                return streams
        raise _Refused(502, f"{host}: no connection")

    def _refuse(self, host: str, port: int, why: str) -> _Refused:
        if len(self._refusals) < _MAX_REFUSALS:
            self._refusals.setdefault(Refusal(host, port, why))
        return _Refused(403, f"{host} {why}")

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter, *, is_tunnel: bool,
    ) -> None:  # fmt: skip
        up = asyncio.ensure_future(self._pump(reader, to_server))
        try:
            if not is_tunnel:
                await self._answer_heads(server, writer)
            await self._pump(server, writer, is_counted=True)
        finally:
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)

    async def _answer_heads(self, server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the response's head on with `Connection: close`, so that the browser asks another host anew."""
        while (head := await _read_head(server)) is not None:
            line, *fields = head.split(b"\r\n")
            self.octets += len(head)
            writer.write(_head(line, fields))
            await writer.drain()
            status = line.split(b" ", 2)[1:2]
            if not (status and status[0].startswith(b"1") and status[0] != b"101"):
                return

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_counted: bool = False
    ) -> None:
        with suppress(OSError):
            while chunk := await source.read(_CHUNK_OCTETS):
                if is_counted:
                    self.octets += len(chunk)
                    if self.is_full:
                        break
                target.write(chunk)
                await target.drain()
            if not is_counted:
                target.write_eof()  # the browser has nothing more to say, or is gone; the answer may still come


async def _read_head(reader: asyncio.StreamReader) -> bytes | None:
    """Return the head of a message without its last empty line; `None` where none came."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    return head[:-4]


def _head(line: bytes, fields: list[bytes]) -> bytes:
    kept = [field for field in fields if field.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]
    return b"\r\n".join([line, *kept, b"Connection: close", b"", b""])


def _place_of(target: str, *, is_tunnel: bool) -> tuple[str, int]:
    """Return host and port of a request's target. Raises: `_Refused`."""
    try:
        parts = urlsplit(f"//{target}" if is_tunnel else target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or (not is_tunnel and parts.scheme != "http") or (is_tunnel and port is None):
        raise _Refused(400, "the address can't be read")
    return host, port or 80
