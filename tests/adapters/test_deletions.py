"""Deletions reach the cookie: the gate's own, and the app's in whatever form a browser takes for one."""

import pytest

GONE = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
FAR = "Expires=Fri, 01 Jan 2027 00:00:00 GMT"

# The gate's own deletion of a refused cookie


@pytest.mark.parametrize(
    "line",
    [
        "mkt_a=; Max-Age=0; Path=/shop",
        "mkt_a=; Max-Age=0; Path=/shop/",
        "mkt_a=; Max-Age=0",  # the default path, /shop
        "mkt_a=; Max-Age=0; Path=",
        "mkt_a=; Max-Age=0; Path=shop",
        "mkt_a=; Max-Age=0; Path=/; Domain=example.com",
        "mkt_a=; Max-Age=0; Path=/; Domain=shop.example.com",
        "mkt_a=; Max-Age=0; Path=/; Secure; Partitioned",
        "mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/shop",
        "mkt_A=; Max-Age=0; Path=/",
        "mkt_a2=; Max-Age=0; Path=/",
    ],
)
@pytest.mark.parametrize("refused", ["drop", "expire", "session"])
def test_deletion_at_another_place_does_not_silence_the_gates_own(exchange, make_gate, line, refused):
    found = exchange(make_gate(refused=refused), [line], cookie="mkt_a=1")
    assert f"mkt_a{GONE}; Path=/; Secure" in found.lines
    assert len(found.lines) == 2


@pytest.mark.parametrize("place", ["Path=/shop", "Path=/; Domain=example.com", "Path=/; Secure; Partitioned"])
def test_cookie_set_at_another_place_does_not_silence_the_gates_own(exchange, make_gate, place):
    lines = exchange(make_gate(refused="expire"), [f"mkt_a=2; {place}"], cookie="mkt_a=1").lines
    assert f"mkt_a{GONE}; Path=/; Secure" in lines
    assert len(lines) == 2


@pytest.mark.parametrize(
    "line", ["mkt_a=; Max-Age=0; Path=/", "mkt_a=; max-age=0;path=/", "mkt_a=x; Max-Age=-1; Path=/; Domain="]
)
def test_deletion_at_the_same_place_leaves_once(exchange, make_gate, line):
    assert exchange(make_gate(), [line], cookie="mkt_a=1").lines == [f"mkt_a{GONE}; Path=/; Secure"]


@pytest.mark.parametrize("spelling", ["set-cookie", "Set-Cookie", "SET-COOKIE", "sEt-cOOkie"])
def test_line_of_any_spelling_silences_the_gates_own_at_its_place(exchange_fields, make_gate, spelling):
    found = exchange_fields(make_gate(), fields=[(spelling, "mkt_a=; Max-Age=0; Path=/")], cookie="mkt_a=1")
    assert found.lines == [f"mkt_a{GONE}; Path=/; Secure"]


def test_deletion_by_the_default_path_silences_nothing(exchange, make_gate):
    """Behind a proxy that takes a part of the path away, browsers know another default path than the app."""
    found = exchange(make_gate(), ["mkt_a=; Max-Age=0"], cookie="mkt_a=1", path="/cart")
    assert found.lines == [f"mkt_a{GONE}; Secure", f"mkt_a{GONE}; Path=/; Secure"]


def test_deletion_that_browsers_refuse_on_http_silences_nothing(exchange, make_gate):
    found = exchange(make_gate(), ["mkt_a=; Max-Age=0; Path=/; Secure"], cookie="mkt_a=1", scheme="http")
    assert found.lines == [f"mkt_a{GONE}; Path=/; Secure", f"mkt_a{GONE}; Path=/"]


@pytest.mark.parametrize("name", ["mkt_" + "x" * 4025, "mkt_" + "x" * 3900])
def test_long_name_that_can_not_be_deleted_does_not_keep_the_others(exchange, make_gate, name):
    """Its deletion fits into the room, and leaves none: it comes first in one second of four."""
    gone = set()
    for second in range(4):
        gate = make_gate(clock=lambda second=second: 1768204800.0 + second)
        gone |= {line.partition("=")[0] for line in exchange(gate, [], cookie=f"{name}=1; mkt_a=1; mkt_b=1").lines}
    assert gone == {name, "mkt_a", "mkt_b"}


def test_cookie_that_is_set_by_the_default_path_is_not_deleted_there(exchange, make_gate):
    found = exchange(make_gate(refused="session"), ["mkt_a=2"], cookie="mkt_a=1", path="/cart")
    assert found.lines == ["mkt_a=2; Secure; SameSite=Lax"]


def test_each_registered_place_is_silenced_by_its_own_line_only(exchange, make_gate):
    host_only, wide = f"mkt_wide{GONE}; Path=/; Secure", f"mkt_wide{GONE}; Domain=example.com; Path=/; Secure"
    gate = make_gate()
    assert exchange(gate, [], cookie="mkt_wide=1").lines == [host_only, wide]
    assert exchange(gate, ["mkt_wide=; Max-Age=0; Path=/"], cookie="mkt_wide=1").lines == [host_only, wide]
    line = "mkt_wide=; Max-Age=0; Path=/; Domain=.Example.COM"
    assert exchange(gate, [line], cookie="mkt_wide=1").lines == [wide, host_only]


def test_each_partition_is_silenced_by_its_own_line_only(exchange, make_gate):
    open_jar = f"mkt_part{GONE}; Path=/; Secure"
    partition = f"mkt_part{GONE}; Path=/; Secure; Partitioned"
    assert exchange(make_gate(), [], cookie="mkt_part=1").lines == [open_jar, partition]
    # The app's own deletion carries what its rule says: such a cookie was partitioned when it was set.
    assert exchange(make_gate(), ["mkt_part=; Max-Age=0; Path=/"], cookie="mkt_part=1").lines == [partition, open_jar]


def test_refused_line_that_does_not_leave_silences_nothing(exchange, make_gate):
    assert exchange(make_gate(), ["mkt_a=2; Path=/"], cookie="mkt_a=1").lines == [f"mkt_a{GONE}; Path=/; Secure"]


def test_refused_cookie_that_leaves_to_the_session_has_no_deletion_at_its_place(exchange, make_gate):
    found = exchange(make_gate(refused="session"), ["mkt_a=2; Path=/; Max-Age=9"], cookie="mkt_a=1")
    assert found.lines == ["mkt_a=2; Path=/; Secure; SameSite=Lax"]


# Room for deletions


@pytest.mark.parametrize("position", [0, 1, 2])
def test_name_that_fills_the_room_does_not_keep_the_others(exchange, make_gate, position):
    names = ["mkt_a", "mkt_b"]
    names.insert(position, "mkt_" + "x" * 4046)
    lines = exchange(make_gate(), [], cookie="; ".join(f"{name}=1" for name in names)).lines
    assert [f"mkt_{letter}{GONE}; Path=/; Secure" for letter in "ab"] == [line for line in lines if len(line) < 200]


def test_names_that_together_need_too_much_room_go_over_several_responses(exchange, make_gate):
    jar = {f"mkt_{letter * 1000}" for letter in "abcdefgh"} | {f"mkt_{n}" for n in range(30)} | {"mkt_" + "x" * 4060}
    for second in range(20):
        gate = make_gate(clock=lambda second=second: 1768204800.0 + second)
        lines = exchange(gate, [], cookie="; ".join(f"{name}=1" for name in sorted(jar))).lines
        assert len(lines) <= 20
        assert len(lines) == 1 or sum(map(len, lines)) <= 4096
        jar -= {line.partition("=")[0] for line in lines}
        if not jar:
            break
    assert jar == set()


def test_cookie_that_can_not_be_deleted_does_not_keep_the_others(exchange, make_gate):
    stubborn = {f"mkt_s{n}" for n in range(25)}  # set at a path that nobody registered
    jar = stubborn | {"mkt_z1", "mkt_z2"}
    for second in range(60):
        gate = make_gate(clock=lambda second=second: 1768204800.0 + second)
        lines = exchange(gate, [], cookie="; ".join(f"{name}=1" for name in sorted(jar))).lines
        jar -= {line.partition("=")[0] for line in lines} - stubborn
    assert jar == stubborn


# What any browser takes for a deletion

ANY_DELETION = [
    "Expires=Thu, 01 Jan 1970 00:00:00 UTC",
    "Expires=Thu, 01 Jan 1970 00:00:00",
    "Expires=Thu, 1 Jan 1970 00:00:00 GMT",
    "Expires=Thu, 1st Jan 1970 00:00:00 GMT",  # the standard alone
    "Expires=Thu, 01-Jan-70 00:00:00 GMT",
    "Expires=Thu Jan  1 00:00:00 1970",
    "Expires='Thu, 01 Jan 1970 00:00:00 GMT'",
    "Expires=Thu, 01 Jan 1970 00:00:00 -0900",
    "Expires=Thu, 01 Jan 1600 00:00:00 GMT",  # the browsers alone
    "Expires=Thu, 01 Jan 0000 00:00:00 GMT",
    "Expires=01 Jan 0 00:00:00",  # Chromium alone
    "Expires=1/1/1970",  # Firefox alone, from here on
    "Expires=Thu, 01 Jan 1970",
    "Expires=Thu, 01 Jan 1970 00:00 GMT",
    "Expires=1 Jan 1970 24:00:00",
    "Expires=Thu, 31 Feb 1970 00:00:00 GMT",
    "Expires=Mon, 12 Jan 2026 12:00:00 +0900",
    "Expires=Mon, 12 Jan 2026 09:00:00 CET+0200",
    "Expires=Mon, 12 Jan 2026 16:00:00 JST",
    "Max-Age=-x",
    "Max-Age=-",
    "Max-Age=--1",
    "Max-Age=+0",  # Chromium alone
    "Max-Age=-0",
    "Max-Age=000",
    f"Max-Age=0; {FAR}",
    f"Max-Age=+0; {FAR}",
    f"Max-Age=-x; {FAR}",
    "Max-Age=0; Max-Age=x",  # the standard alone
    "Max-Age=60; Max-Age=0",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=foo",
    f"{FAR}; Expires=1 Jan 1970 0:0:0",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=x",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=+x",
    "EXPIRES = Thu, 01 Jan 1970 00:00:00 UTC",
]


@pytest.mark.parametrize("name", ["mkt_a", "stat_a", "sid", "stranger"])
@pytest.mark.parametrize("attributes", ANY_DELETION)
def test_whatever_any_browser_takes_for_a_deletion_leaves_as_the_gates_own(exchange, make_gate, name, attributes):
    for value in ("", "payload"):
        found = exchange(make_gate(), [f"{name}={value}; {attributes}; Path=/set"])
        assert found.lines == [f"{name}{GONE}; Path=/set; Secure"]
        assert found.told == [(name, "rewrite", "deletion")]


@pytest.mark.parametrize(
    "attributes", [FAR, "Max-Age=60", "Max-Age=+60", "Max-Age=x", "Expires=0", "Expires=", "Path=/"]
)
def test_what_no_browser_takes_for_a_deletion_is_none(exchange, make_gate, attributes):
    assert exchange(make_gate(), [f"mkt_a=; {attributes}"]).lines == []


def test_deletions_of_a_refused_cookie_keep_their_own_place(exchange, make_gate):
    line = "mkt_a=; Expires=Thu, 01 Jan 1970 00:00:00 UTC; Path=/set; Domain=example.com; HttpOnly; Partitioned"
    assert exchange(make_gate(), [line]).lines == [
        f"mkt_a{GONE}; Domain=example.com; Path=/set; Secure; HttpOnly; Partitioned"
    ]


@pytest.mark.parametrize("settings", [{"strict_values": True}, {"refused": "session"}, {"unregistered": "keep"}])
def test_deletions_leave_whatever_is_set(exchange, make_gate, settings):
    line = 'stranger="a b; Max-Age=-x; Path=/'
    assert exchange(make_gate(**settings), [line]).lines == [f"stranger{GONE}; Path=/; Secure"]


@pytest.mark.parametrize("same_site", ["Strict", "Lax"])
def test_deletion_keeps_its_same_site(exchange, make_gate, same_site):
    found = exchange(make_gate(), [f"sid=; Max-Age=0; SameSite={same_site}; Path=/"])
    assert found.lines == [f"sid{GONE}; Path=/; Secure; SameSite={same_site}"]


@pytest.mark.parametrize(
    ("line", "scheme", "left"),
    [
        ("sid=; Max-Age=0; SameSite=None; Secure", "https", f"sid{GONE}; Secure; SameSite=None"),
        ("sid=; Max-Age=0; SameSite=None", "https", f"sid{GONE}; Secure; SameSite=None"),
        ("sid=; Max-Age=0; SameSite=None", "http", f"sid{GONE}"),  # browsers refuse None without Secure
        ("sid=; Max-Age=0; SameSite=None; Secure", "http", f"sid{GONE}; Secure; SameSite=None"),
        ("sid=; Max-Age=0; SameSite=bogus", "http", f"sid{GONE}"),
        ("sid=; Max-Age=0; SameSite=Strict; SameSite=Lax", "http", f"sid{GONE}; SameSite=Lax"),
        ("sid=; Max-Age=0", "http", f"sid{GONE}"),
        ("mkt_none=; Max-Age=0", "https", f"mkt_none{GONE}; Secure; SameSite=None"),  # its rule's
        ("mkt_none=; Max-Age=0; SameSite=Strict", "https", f"mkt_none{GONE}; Secure; SameSite=None"),
    ],
)
def test_deletion_has_the_same_site_by_which_it_reaches_the_cookie(exchange, make_gate, line, scheme, left):
    assert exchange(make_gate(), [line], scheme=scheme).lines == [left]


# Lifetimes that browsers disagree about


@pytest.mark.parametrize(
    ("attributes", "left"),
    [
        (f"Max-Age=+5; {FAR}", "; Max-Age=5"),
        (f"Max-Age=+99999999999; {FAR}", "; Expires=Fri, 01 Jan 2027 00:00:00 GMT"),
        (f"{FAR}; Expires=foo", ""),
        (f"{FAR}; Expires=", ""),
        (f"{FAR}; Expires", ""),
        ("Max-Age=60; Max-Age=x", ""),
        ("Max-Age=x; Max-Age=60", "; Max-Age=60"),
        ("Max-Age=90; Max-Age=60", "; Max-Age=60"),
        ("Max-Age=+60", ""),
        ("Expires=Mon, 12 Jan 2026 20:00:00 +0900", "; Expires=Mon, 12 Jan 2026 11:00:00 GMT"),
        ("Expires=Mon, 12 Jan 2026 20:00:00 PST", "; Expires=Mon, 12 Jan 2026 20:00:00 GMT"),
        ("Expires=Mon, 12 Jan 2026 20:00:00 UTC", "; Expires=Mon, 12 Jan 2026 20:00:00 GMT"),
        ("Expires=Mon, 12 Jan 26 20:00:00 GMT", "; Expires=Mon, 12 Jan 2026 20:00:00 GMT"),
        ("Expires=Mon, 12 Jan 2026 9:00:00 PM", "; Expires=Mon, 12 Jan 2026 09:00:00 GMT"),
        ("Expires=12 Jan 02026 20:00:00 GMT", ""),
        ("Expires=12 Jan 10000 20:00:00 GMT", ""),
        ("Expires=Sun, 31 Feb 2026 00:00:00 GMT", ""),
        ("Expires=1/13/2026", ""),
        (f"Max-Age=60; {FAR}", f"; Max-Age=60; {FAR}"),
    ],
)
def test_lifetime_is_the_shortest_that_any_browser_reads(exchange, make_gate, attributes, left):
    found = exchange(make_gate(secure="keep", same_site="keep"), [f"sid=1; {attributes}"])
    assert found.lines == [f"sid=1{left}"]
