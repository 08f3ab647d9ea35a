"""Each way past a gate on each real server: what the octets on the wire say, bare and through the gate."""


def is_served(answer, wire, body, necessary):
    """Tell whether the answer is the one that the app meant, with its necessary cookie."""
    return answer.status == 200 and answer.body == body and necessary in wire.set_cookie_texts(answer.octets)


def test_trick_gets_nothing_past_the_gate(row, trick, wire, body, necessary, promise):
    bare = row.ask(f"/bare/trick/{trick.name}")
    is_real = wire.marked(bare.octets, trick.mark)
    promise("Servers", row.name, trick.column, "held back" if is_real else "the server stops it itself")
    allowed = {necessary, *(b"set-cookie: " + line for line in trick.leaves)}
    for gate in trick.gates:
        answer, after = row.ask(f"/{gate}/trick/{trick.name}", then=f"/{gate}/exchange/plain")
        assert not wire.marked(answer.octets, trick.mark)
        assert {*wire.set_cookie_texts(answer.octets)} <= allowed
        if trick.is_mended or is_served(bare, wire, body, necessary):
            assert is_served(answer, wire, body, necessary)
            assert {*wire.set_cookie_texts(answer.octets)} == allowed
        if after is not None and (trick.is_mended or after.octets):  # a server may hang up after an app's error
            assert is_served(after, wire, body, necessary)
            assert {*wire.set_cookie_texts(after.octets)} == {necessary}


def test_trick_works_without_the_gate(shown_trick, serve, wire):
    shown = []
    for name in shown_trick.shown_by:
        row = serve(name)
        if row.protocol in shown_trick.protocols:
            answer = row.ask(f"/bare/trick/{shown_trick.name}")
            if wire.marked(answer.octets, shown_trick.mark):
                return
            shown.append((name, answer.octets[:500]))
    raise AssertionError(f"no server sends it: {shown}")
