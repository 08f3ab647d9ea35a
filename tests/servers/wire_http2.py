"""A client for HTTP/2 with prior knowledge, on 127.0.0.1 only: no field is checked or tidied up by the library."""

import socket

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    InformationalResponseReceived,
    PushedStreamReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import ProtocolError

__all__ = ["ask", "hang_up"]

HEADS = (ResponseReceived, InformationalResponseReceived, TrailersReceived, PushedStreamReceived)


def ask(port, requests, received, answer_of):
    """Ask for paths one after the other on one connection, each with its method and further fields.

    `received` reads from the connection. An answer is written down as an HTTP/1.1 proxy would write it: the lines of
    all its heads, pushed ones too, then the body. There are fewer of them if the server ends the connection.
    """
    lenient = H2Configuration(validate_inbound_headers=False, normalize_inbound_headers=False, header_encoding=None)
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        h2 = H2Connection(lenient)
        h2.initiate_connection()
        for path, method, fields in requests:
            stream = h2.get_next_available_stream_id()
            head = [(":method", method), (":scheme", "http"), (":authority", "www.example.com"), (":path", path)]
            h2.send_headers(stream, [*head, ("te", "trailers"), *fields], end_stream=True)
            connection.sendall(h2.data_to_send())
            lines, body, is_whole = _answer(connection, h2, stream, received)
            yield answer_of(b"\r\n".join([*lines, b"", body]), b"\r\n".join(lines), body, is_whole)
            if not is_whole:
                return


def hang_up(port, path, length, received):
    """Ask for a path, close the connection once so many octets of the body came; return the lines of the head."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        h2 = H2Connection(H2Configuration(header_encoding=None))
        h2.initiate_connection()
        head = [(":method", "GET"), (":scheme", "http"), (":authority", "www.example.com"), (":path", path)]
        h2.send_headers(1, head, end_stream=True)
        connection.sendall(h2.data_to_send())
        lines, came = [], 0
        while came < length and (octets := received(connection)):
            for event in h2.receive_data(octets):
                if isinstance(event, ResponseReceived):
                    lines += [name + b": " + value for name, value in event.headers]
                elif isinstance(event, DataReceived):
                    came += len(event.data)
            connection.sendall(h2.data_to_send())
        return b"\r\n".join(lines), came


def _answer(connection, h2, stream, received):
    lines, body = [], b""
    pushed = set()
    is_ended = False
    while not is_ended or pushed:
        octets = received(connection)
        if not octets:
            return lines, body, False
        try:
            events = h2.receive_data(octets)
        except ProtocolError:  # what no client takes is no whole answer
            return lines, body, False
        for event in events:
            if isinstance(event, HEADS):
                for name, value in event.headers:
                    lines.append(b"HTTP/2.0 " + value if name == b":status" else name + b": " + value)
            if isinstance(event, PushedStreamReceived):
                pushed.add(event.pushed_stream_id)
            elif isinstance(event, DataReceived):
                h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                body += event.data if event.stream_id == stream else b""
            elif isinstance(event, StreamEnded):
                pushed.discard(event.stream_id)
                is_ended = is_ended or event.stream_id == stream
            elif isinstance(event, ConnectionTerminated) or (
                isinstance(event, StreamReset) and event.stream_id == stream
            ):
                return lines, body, False
        connection.sendall(h2.data_to_send())
    return lines, body, True
