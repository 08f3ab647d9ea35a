"""The proxy, over real sockets on loopback; what it would not reach is never resolved to something that is there."""

import asyncio
import http.client
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from cookiegate.audit.browser.addresses import NamedPlaces
from cookiegate.audit.browser.proxy import Proxy, Refusal, resolve_by_system


def resolving(*answers):
    """Resolve to each answer in turn, and to the last one from then on; the second value lists what was asked."""
    asked = []

    async def resolve(host, port):
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        if found is None:
            raise OSError("no such name")
        return found

    return resolve, asked


@contextmanager
def server(answer):
    """Serve one connection after the other with a function of its first octets."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        got = []

        def run():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(300)
                    got.append(connection.recv(65536))
                    answer(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listening.getsockname()[1], got
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def plain(connection):
    connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nConnection: keep-alive\r\n")
    connection.sendall(b"Content-Length: 2\r\n\r\nok")


def ask(proxy, head):
    with socket.create_connection(("127.0.0.1", int(proxy.server.rpartition(":")[2])), timeout=300) as connection:
        connection.sendall(head)
        connection.shutdown(socket.SHUT_WR) if b"CONNECT" not in head else None
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
            if b"established" in got:
                break
        return got


def test_a_plain_request_is_passed_on_in_origin_form_and_the_connection_ends():
    resolve, asked = resolving(["127.0.0.1"])
    with server(plain) as (port, got), Proxy(NamedPlaces([("a.test", port)]), resolve) as proxy:
        answer = ask(
            proxy,
            f"GET http://a.test:{port}/x?y#z HTTP/1.1\r\nHost: a.test\r\nProxy-Connection: keep-alive\r\n\r\n".encode(),
        )
    assert got == [b"GET /x?y HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"]
    assert answer.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" in answer
    assert asked == ["a.test"]
    assert proxy.hosts == {"a.test": 1}
    assert proxy.octets > 0
    assert proxy.refusals == ()


@pytest.mark.parametrize("target", ["http://a.test:{port}", "http://a.test:{port}?x"])
def test_an_address_without_a_path_asks_for_the_root(target):
    resolve, _ = resolving(["127.0.0.1"])
    with server(plain) as (port, got), Proxy(NamedPlaces([("a.test", port)]), resolve) as proxy:
        ask(proxy, f"GET {target.format(port=port)} HTTP/1.1\r\n\r\n".encode())
    assert got[0].startswith((b"GET / HTTP/1.1", b"GET /?x HTTP/1.1"))


def test_a_tunnel_carries_octets_both_ways():
    resolve, _ = resolving(["127.0.0.1"])
    with (
        server(lambda connection: connection.sendall(b"pong")) as (port, got),
        Proxy(NamedPlaces([("a.test", None)]), resolve) as proxy,
    ):
        client = http.client.HTTPConnection("127.0.0.1", int(proxy.server.rpartition(":")[2]), timeout=300)
        client.set_tunnel("a.test", port)
        client.connect()
        client.sock.sendall(b"ping")
        assert client.sock.recv(10) == b"pong"
        client.close()
    assert got == [b"ping"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254", "0.0.0.0"])
@pytest.mark.parametrize("line", [b"CONNECT evil.test:443", b"GET http://evil.test:443/"])
def test_a_name_that_leads_inside_is_refused_after_it_was_resolved(address, line):
    resolve, asked = resolving(["93.184.216.34", address])
    with Proxy(NamedPlaces([("shop.test", 80)]), resolve) as proxy:
        answer = ask(proxy, line + b" HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert proxy.refusals == (
            Refusal("evil.test", 443, f"leads to {address}, which is not on the public internet"),
        )
        proxy.forget()
        assert proxy.refusals == ()
    assert asked == ["evil.test"]


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to():
    """A name that answers otherwise the second time gains nothing: it is asked once."""
    resolve, asked = resolving(["127.0.0.1"], ["127.0.0.2"])
    with server(plain) as (port, got), Proxy(NamedPlaces([("a.test", port)]), resolve) as proxy:
        ask(proxy, f"GET http://a.test:{port}/ HTTP/1.1\r\n\r\n".encode())
    assert asked == ["a.test"]
    assert len(got) == 1


@pytest.mark.parametrize("later", [["127.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "127.0.0.1"]])
@pytest.mark.parametrize("line", ["GET http://a.test:{port}/", "CONNECT a.test:{port}"])
def test_a_named_host_that_was_public_does_not_lead_inside_later(monkeypatch, later, line):
    """DNS rebinding of the audited host itself; the public address is played by the server on loopback."""
    resolve, asked = resolving(["93.184.216.34"], later)
    connected, connect = [], asyncio.open_connection

    async def to_loopback(address, port, **options):
        connected.append(address)
        return await connect("127.0.0.1", port, **options)

    monkeypatch.setattr(asyncio, "open_connection", to_loopback)
    with server(plain) as (port, got), Proxy(NamedPlaces([("a.test", port)]), resolve) as proxy:
        assert b"200 OK" in ask(proxy, f"GET http://a.test:{port}/ HTTP/1.1\r\n\r\n".encode())
        proxy.forget()
        assert ask(proxy, f"{line.format(port=port)} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")
    assert (connected, asked, len(got)) == (["93.184.216.34"], ["a.test", "a.test"], 1)
    assert proxy.refusals == (Refusal("a.test", port, f"leads to {later[-1]}, which is not on the public internet"),)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"), (b"GET file:///etc/passwd HTTP/1.1\r\n\r\n", b"400"),
        (b"GET https://a.test/ HTTP/1.1\r\n\r\n", b"400"), (b"CONNECT a.test HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT [::1 HTTP/1.1\r\n\r\n", b"400"), (b"nonsense\r\n\r\n", b"400"),
        (b"GET http://nowhere.test/ HTTP/1.1\r\n\r\n", b"502"), (b"CONNECT a.test:99999 HTTP/1.1\r\n\r\n", b"400"),
    ],
)  # fmt: skip
def test_what_can_t_be_read_or_resolved_gets_an_error(head, status):
    resolve, _ = resolving(None)
    with Proxy(NamedPlaces(), resolve) as proxy:
        assert ask(proxy, head).split(b" ")[1] == status


def test_a_port_where_nobody_listens_is_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    resolve, _ = resolving(["127.0.0.1"])
    with Proxy(NamedPlaces([("a.test", port)]), resolve) as proxy:
        assert ask(proxy, f"GET http://a.test:{port}/ HTTP/1.1\r\n\r\n".encode()).split(b" ")[1] == b"502"


def test_a_head_that_does_not_end_is_dropped():
    with Proxy(NamedPlaces()) as proxy:
        assert ask(proxy, b"GET http://a.test/ HTTP/1.1\r\n") == b""
        with suppress(ConnectionError):  # it is dropped while there is more to read, which may reset the connection
            assert ask(proxy, b"GET http://a.test/ HTTP/1.1\r\n" + b"a: b\r\n" * 60_000) == b""


def test_nothing_is_let_through_beyond_the_limit_of_octets():
    def much(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000)

    resolve, _ = resolving(["127.0.0.1"])
    with server(much) as (port, _), Proxy(NamedPlaces([("a.test", port)]), resolve, max_octets=100_000) as proxy:
        head = f"GET http://a.test:{port}/ HTTP/1.1\r\n\r\n".encode()
        assert len(ask(proxy, head)) < 400_000
        assert proxy.is_full
        assert ask(proxy, head).startswith(b"HTTP/1.1 403")
    assert proxy.refusals == (Refusal("a.test", port, "the limit of octets is reached"),)


def test_refusals_are_bounded():
    resolve, _ = resolving(["10.0.0.1"])
    with Proxy(NamedPlaces(), resolve) as proxy:
        for number in range(203):
            ask(proxy, b"CONNECT h%d.test:443 HTTP/1.1\r\n\r\n" % number)
        assert len(proxy.refusals) == 200


def test_the_system_resolves_an_address_to_itself():
    assert asyncio.run(resolve_by_system("127.0.0.1", 80)) == ["127.0.0.1"]
