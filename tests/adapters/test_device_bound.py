"""Device-bound sessions: browsers compare a cookie's attributes with those that a Secure-Session-* field names."""

import pytest

from cookiegate import Category, CookieRule, Registry

RULES = [
    CookieRule(name="bound", category=Category.NECESSARY, attributes="as-sent"),
    CookieRule(name="bound_week", category=Category.NECESSARY, attributes="as-sent", lifetime="7 days"),
    CookieRule(name="bound_tab", category=Category.NECESSARY, attributes="as-sent", lifetime="session"),
    CookieRule(name="bound_mkt", category=Category.MARKETING, attributes="as-sent"),
    CookieRule(name="__Host-bound", category=Category.NECESSARY, attributes="as-sent"),
    CookieRule(name="sid", category=Category.NECESSARY, http_only=True),
    CookieRule(name="trial", category=Category.NECESSARY, http_only=True, mode="report-only"),
]
REGISTRATION = ("Secure-Session-Registration", '(ES256);challenge="c";path="/bound"')
PAST = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"


@pytest.fixture
def gate_of(make_gate):
    return lambda **settings: make_gate(registry=Registry(RULES), **settings)


AS_SENT = [
    "bound=1",
    "bound=1; Path=/",
    "bound=1; path=/; secure",
    "bound=1; Secure; Path=/; HttpOnly; SameSite=None; Domain=example.com",
    "bound=1; Max-Age=2592000; Path=/; Secure",
    "bound=1;Path=/;SameSite=Lax",
    "bound=1; SameSite=None",  # browsers refuse it; nothing is added all the same
    "bound=1; Partitioned",
    'bound="a b"; Path=/',
    " bound=1",
]


@pytest.mark.parametrize("line", AS_SENT)
@pytest.mark.parametrize("settings", [{}, {"secure": "always"}, {"same_site": "strict"}, {"host_only": True}])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_line_leaves_as_the_same_octets(exchange, gate_of, caplog, line, settings, scheme):
    """A blank before the line is none of it (RFC 9110 §5.5)."""
    found = exchange(gate_of(**settings), [line], fields=[REGISTRATION], scheme=scheme)
    assert [each.lstrip() for each in found.lines] == [line.lstrip()]
    assert [record.message for record in caplog.records if "device-bound" in record.message] == []


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("bound_week=1; Path=/; Max-Age=9999999", "bound_week=1; Max-Age=604800; Path=/"),
        ("bound_week=1; Max-Age=60; Path=/", "bound_week=1; Max-Age=60; Path=/"),
        ("bound_tab=1; Max-Age=60; Path=/", "bound_tab=1; Path=/"),
        ("bound=1; Max-Age=99999999999", "bound=1; Max-Age=34560000"),
        ("bound=1; Path=/; Max-Age=+60", "bound=1; Path=/"),  # browsers disagree about it
        ("bound=; Max-Age=0; Path=/; SameSite=Strict", f"bound{PAST}; Path=/; Secure; SameSite=Strict"),
        ("bound_mkt=1", None),
        ("__Host-bound=1; Path=/", None),  # no browser stores it
        ("__Host-bound=1; Path=/; Secure", "__Host-bound=1; Path=/; Secure"),
        ("bound=1\x01", None),
    ],
)
def test_lifetime_and_category_are_held_all_the_same(exchange, gate_of, line, left):
    assert exchange(gate_of(), [line]).lines == ([] if left is None else [left])


def test_granted_cookie_is_left_as_it_is_sent(exchange, gate_of, choice):
    assert exchange(gate_of(), ["bound_mkt=1"], cookie=choice("marketing")).lines == ["bound_mkt=1"]
    lines = exchange(gate_of(refused="session"), ["bound_mkt=1; Max-Age=9"]).lines
    assert lines == ["bound_mkt=1"]


# The log


@pytest.mark.parametrize(
    "name",
    ["Secure-Session-Registration", "secure-session-challenge", "SECURE-SESSION-ID", "Secure-Session-Skipped"],
)
def test_rewritten_cookie_beside_a_session_field_is_logged_once(exchange, gate_of, caplog, name):
    gate = gate_of()
    for _ in range(3):
        exchange(gate, ["sid=1"], fields=[(name, "x")])
    (message,) = [record.message for record in caplog.records if "device-bound" in record.message]
    assert message.lower().startswith(f"cookie 'sid' was rewritten beside the field '{name.lower()}'")
    assert message.endswith('add attributes = "as-sent" to its rule')


def test_each_cookie_is_logged(exchange, gate_of, caplog):
    exchange(gate_of(), ["sid=1", "bound_tab=1; Max-Age=9"], fields=[REGISTRATION])
    assert [record.message.split("'")[1] for record in caplog.records if "device-bound" in record.message] == [
        "sid", "bound_tab",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "fields", "settings"),
    [
        (["sid=1"], [], {}),
        (["sid=1"], [("X-Secure-Session-Id", "x")], {}),
        (["sid=1; Secure; HttpOnly; SameSite=Lax"], [REGISTRATION], {}),
        (["trial=1"], [REGISTRATION], {}),
        (["sid=1"], [REGISTRATION], {"mode": "report-only"}),
        (["bound_mkt=1"], [REGISTRATION], {}),
        ([], [REGISTRATION], {}),
    ],
)
def test_nothing_is_logged_where_nothing_was_rewritten_beside_one(exchange, gate_of, caplog, lines, fields, settings):
    exchange(gate_of(**settings), lines, fields=fields)
    assert [record.message for record in caplog.records if "device-bound" in record.message] == []


def test_field_itself_is_not_touched(exchange, gate_of):
    assert exchange(gate_of(), ["sid=1"], fields=[REGISTRATION]).values(REGISTRATION[0]) == [REGISTRATION[1]]


def test_recorders_hear_of_the_field(exchange, gate_of):
    heard = []
    exchange(gate_of(recorders=[heard.append]), ["sid=1"], fields=[REGISTRATION])
    exchange(gate_of(recorders=[heard.append]), ["sid=1"])
    assert [each.session_field and each.session_field.lower() for each in heard] == [REGISTRATION[0].lower(), None]


def test_inventory_says_which_cookie_was_rewritten_beside_the_field(exchange, gate_of, tmp_path, capsys):
    from cookiegate.cli.inventory_table import print_inventory
    from cookiegate.report import Inventory, read_inventory

    inventory = Inventory(tmp_path)
    gate = gate_of(recorders=[inventory])
    exchange(gate, ["sid=1; Path=/", "bound=1; Path=/", "trial=1"], fields=[REGISTRATION])
    exchange(gate, ["sid=1; Path=/"])
    inventory.close()
    reading = read_inventory(tmp_path)
    assert {cookie.name: cookie.rewritten_beside for cookie in reading.report.cookies} == {
        "sid": "Secure-Session-Registration", "bound": None, "trial": None,
    }  # fmt: skip
    print_inventory(reading)
    assert "as-sent" in capsys.readouterr().out
