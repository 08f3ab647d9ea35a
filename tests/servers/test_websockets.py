"""Websockets on each real server: the octets of the handshake, accepted and denied, and that messages pass."""

import pytest

WAYS = ["gated", "strict"]


@pytest.fixture
def shake(wire):
    """Ask for a websocket; return the answer, all octets of the handshake, and what the app echoes."""

    def ask(row, path):
        with wire.connected(row.server.port, row.is_over(path)) as reader:
            answer = reader.ask(wire.request(path, *wire.HANDSHAKE))
            octets = reader.octets
            if answer.status != 101:
                return answer, octets, None
            reader.connection.sendall(wire.frame(b"hello"))
            return answer, octets, wire.read_frame(reader)

    return ask


def test_accepted_websocket_is_gated_and_carries_messages(websocket_row, shake, wire, necessary, promise):
    _, octets, echo = shake(websocket_row, "/bare/websocket/plain")
    is_real = wire.marked(octets, b"ia_mkt_source=x")
    assert echo == (b"\x81", b"heard hello")
    text = "holds" if is_real else "the server sends no fields with it"
    promise("Servers: responses", websocket_row.name, "websocket accepted", text)
    for way in WAYS:
        _, octets, echo = shake(websocket_row, f"/{way}/websocket/plain")
        assert echo == (b"\x81", b"heard hello")
        assert wire.set_cookie_texts(octets) == [necessary] * is_real


@pytest.fixture
def own_row(websocket_row, start):
    """Return the server; of granian always a new process, since 2.8 may fall over a websocket that is not accepted."""
    return lambda: start(websocket_row.name) if websocket_row.name.startswith("granian") else websocket_row


def test_denied_websocket_is_gated(websocket_row, own_row, running, shake, wire, body, necessary, promise):
    denied = {}
    for way in ["bare", *WAYS]:
        row = own_row()
        answer, octets, _ = shake(row, f"/{way}/websocket/deny")
        denied[way] = answer.status == 401 and answer.body == body
        assert wire.marked(octets, b"ia_mkt_source=x") == (way == "bare" and denied[way])
        assert wire.set_cookie_texts(octets) == [necessary] * denied[way] or way == "bare"
        assert running.gate_faults(row.server.said()) == []
    if row is not websocket_row:
        text = "nothing gets out; the server may crash"
    else:
        assert denied["gated"] == denied["strict"] == denied["bare"]
        text = "holds" if denied["bare"] else "the server offers none"
    promise("Servers: responses", websocket_row.name, "websocket denied", text)


@pytest.mark.parametrize("way", WAYS)
def test_websocket_closed_before_it_was_accepted_sets_nothing(websocket_row, way, shake, wire, promise):
    promise("Servers: responses", websocket_row.name, "websocket closed at once")
    answer, octets, _ = shake(websocket_row, f"/{way}/websocket/deny-bare")
    assert answer.status == 403
    assert wire.set_cookie_texts(octets) == []


def test_trick_gets_nothing_past_the_gate_in_a_handshake(websocket_row, trick, shake, wire, necessary, promise):
    _, octets, _ = shake(websocket_row, f"/bare/websocket/{trick.name}")
    is_real = wire.marked(octets, trick.mark)
    text = "held back" if is_real else "the server stops it itself"
    promise("Servers: responses", websocket_row.name, "tricks in a handshake", text)
    sends_fields = wire.set_cookie_texts(shake(websocket_row, "/gated/websocket/plain")[1]) != []
    for way in WAYS:
        _, octets, echo = shake(websocket_row, f"/{way}/websocket/{trick.name}")
        assert echo == (b"\x81", b"heard hello")
        assert wire.set_cookie_texts(octets) == [necessary] * sends_fields


def test_trick_in_a_handshake_works_without_the_gate(serve, shake, wire):
    for name in ("space-around-the-field-name-1", "line-in-the-field-name-1"):
        _, octets, _ = shake(serve("uvicorn, httptools"), f"/bare/websocket/{name}")
        assert wire.marked(octets, b"ia_mkt")


@pytest.mark.parametrize("way", ["bare", *WAYS])
def test_line_break_in_a_subprotocol_gets_nothing_out(websocket_row, own_row, way, shake, wire, necessary, promise):
    promise("Servers: responses", websocket_row.name, "tricks in a handshake", "the server stops it itself")
    _, octets, _ = shake(own_row(), f"/{way}/websocket/subprotocol")
    assert wire.set_cookie_texts(octets) in ([], [necessary])
