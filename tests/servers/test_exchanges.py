"""Each kind of response, on each real server: what the app meant arrives, its refused cookie does not."""

import socket
import struct

import pytest

WAYS = ["gated", "strict"]
EVENTS = b"".join(b"data: %d\n\n" % number for number in range(5))
BEFORE, WITHIN, AFTER = (f"error-{when}" for when in ("before", "within", "after"))


@pytest.fixture
def exchange(row, wire, body, necessary):
    """Ask for a kind of response through each gate; return the answers, and what the bare app's was."""

    def ask(name, *fields, method="GET"):
        bare = row.ask(f"/bare/exchange/{name}", *fields, method=method)
        assert wire.marked(bare.octets, b"ia_mkt_source=x"), "the bare app's cookie leaves, or this test could not fail"
        answers = []
        for way in WAYS:
            answer, after = row.ask(f"/{way}/exchange/{name}", *fields, then=f"/{way}/exchange/plain", method=method)
            assert wire.set_cookie_texts(answer.octets) == [necessary]
            assert (answer.status, answer.body, answer.is_whole) == (bare.status, bare.body, True)
            if after is not None:
                assert (after.status, after.body) == (200, body)
                assert wire.set_cookie_texts(after.octets) == [necessary]
            answers.append(answer)
        return answers

    return ask


def test_connection_serves_again(row, wire, body, necessary, promise):
    answer, after = row.ask("/gated/exchange/plain", then="/strict/exchange/plain")
    is_kept = after is not None
    promise("Servers: responses", row.name, "connection kept", "holds" if is_kept else "the server closes")
    assert is_kept == (row.name != "wsgiref")
    for one in (answer, after) if is_kept else (answer,):
        assert (one.status, one.body) == (200, body)
        assert wire.set_cookie_texts(one.octets) == [necessary]


@pytest.mark.parametrize("name", ["stream", "sse"])
def test_stream_arrives_whole(row, exchange, name, promise):
    promise("Servers: responses", row.name, "streaming, server-sent events")
    for answer in exchange(name):
        assert (answer.status, answer.body) == (200, EVENTS)


def test_file_arrives_whole(row, exchange, file_octets, promise):
    answers = exchange("file")
    ways = {way for answer in answers for way in answer.field("x-way")}
    promise("Servers: responses", row.name, "file", f"holds ({', '.join(sorted(ways))})")
    assert len(ways) == 1
    for answer in answers:
        assert answer.body == file_octets
        assert answer.field("content-length") == [str(len(file_octets))]


def test_head_has_fields_and_no_body(row, exchange, body, promise):
    promise("Servers: responses", row.name, "HEAD")
    for answer in exchange("plain", method="HEAD"):
        assert (answer.status, answer.body) == (200, b"")
        assert answer.field("content-length") == [str(len(body))]


@pytest.mark.parametrize("status", ["204", "304"])
def test_response_without_a_body_has_none(row, exchange, status, promise):
    promise("Servers: responses", row.name, "204, 304")
    for answer in exchange(status):
        assert (str(answer.status), answer.body) == (status, b"")


@pytest.mark.parametrize("status", ["301", "404", "500"])
def test_response_of_another_status_is_gated(row, exchange, status, body, promise):
    promise("Servers: responses", row.name, "redirect, 404, the app's own 500")
    for answer in exchange(status):
        assert (str(answer.status), answer.body) == (status, body)


def test_error_of_the_app_brings_no_refused_cookie_out(row, start, running, wire, necessary, promise):
    promise("Servers: responses", row.name, "error before, within, after the start")
    seen = {}
    for way in ["bare", *WAYS]:
        # daphne notices errors once a second, and no more after the first one that came behind a response's start.
        one = start(row.name) if row.name == "daphne" else row
        before = one.ask(f"/{way}/exchange/{BEFORE}", is_sure=True)
        within = one.ask(f"/{way}/exchange/{WITHIN}")
        after = one.ask(f"/{way}/exchange/{AFTER}")
        seen[way] = (before.status, within.status, after.status, within.body, within.is_whole)
        assert before.status == 500, "the server's own page"
        for answer in (before, within, after):
            texts = wire.set_cookie_texts(answer.octets)
            assert way == "bare" or texts in ([], [necessary])
        if way == "bare":
            assert wire.marked(within.octets, b"ia_mkt_source=x")
        else:
            assert wire.set_cookie_texts(within.octets) == [necessary]
        assert within.body == b"first"
        assert [one.server.raised(f"/{way}/exchange/{name}") for name in (BEFORE, AFTER)] == [1, 1]
        assert running.gate_faults(one.server.said()) == []
    assert seen["gated"] == seen["strict"] == seen["bare"]


@pytest.mark.parametrize("is_abrupt", [False, True], ids=["closed", "reset"])
def test_client_that_hangs_up_leaves_the_server_and_the_gate_in_order(
    http1_row, wire, body, necessary, is_abrupt, promise
):
    promise("Servers: responses", http1_row.name, "client hangs up")
    for way in WAYS:
        for asked, octets_read in [
            (wire.request(f"/{way}/exchange/endless"), 100_000),
            (wire.request(f"/{way}/exchange/endless")[:-2], 0),
            (wire.request(f"/{way}/exchange/plain") * 3, 10),
        ]:
            with wire.connected(http1_row.server.port) as reader:
                reader.connection.sendall(asked)
                reader.exactly(octets_read)
                assert b"ia_mkt" not in reader.octets
                if is_abrupt:
                    reader.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answer = http1_row.ask(f"/{way}/exchange/plain")
        assert (answer.status, answer.body) == (200, body)
        assert wire.set_cookie_texts(answer.octets) == [necessary]


def test_client_that_hangs_up_on_a_stream_leaves_the_server_and_the_gate_in_order(
    http2_row, wire, body, necessary, promise
):
    promise("Servers: responses", http2_row.name, "client hangs up")
    for way in WAYS:
        lines, came = http2_row.hang_up(f"/{way}/exchange/endless", 50_000)
        assert came >= 50_000
        assert wire.set_cookie_texts(lines) == [necessary]
        answer = http2_row.ask(f"/{way}/exchange/plain")
        assert (answer.status, answer.body) == (200, body)
