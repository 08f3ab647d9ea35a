"""A request in the forms in which servers, gateways and test clients bring it, and names as frameworks decode them."""

from contextlib import suppress
from urllib.parse import unquote

import pytest

from cookiegate.asgi import CookieGateMiddleware as AsgiGate

GRANT = "cookiegate_consent=v=1&c=marketing&t=1768204800"
GONE = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure"
PAIRS = [(b"host", b"shop.example.com"), (b"cookie", b"sid=1; mkt_a=2"), (b"x-a", b"1")]


class Once:
    """An iterable that is no sequence, and is used up by the first who reads it."""

    def __init__(self, items):
        self.items = iter(items)

    def __iter__(self):
        return self.items


FORMS = {
    "list of pairs": list,
    "list of lists": lambda pairs: [[*pair] for pair in pairs],
    "list of iterators": lambda pairs: [iter(pair) for pair in pairs],
    "list of generators": lambda pairs: [(part for part in pair) for pair in pairs],
    "list of a pair and lists": lambda pairs: [pairs[0], *map(list, pairs[1:])],
    "tuple of pairs": tuple,
    "tuple of lists": lambda pairs: tuple(map(list, pairs)),
    "generator of pairs": lambda pairs: (pair for pair in pairs),
    "iterator of iterators": lambda pairs: iter([iter(pair) for pair in pairs]),
    "zip": lambda pairs: zip(*zip(*pairs, strict=True), strict=True),
    "items of a dict": lambda pairs: dict(pairs).items(),
    "an iterable of its own": lambda pairs: Once(map(Once, pairs)),
    "nothing": lambda pairs: [],
    "an empty iterator": lambda pairs: iter(()),
}


def ask(gate, headers, *, kind="http", gates=1):
    """Return what the app sees of its headers, twice, and the Set-Cookie lines that leave."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.extend([[tuple(field) for field in scope["headers"]], [tuple(field) for field in scope["headers"]]])
        start = "http.response.start" if kind == "http" else "websocket.accept"
        await send({"type": start, "headers": []})

    async def send(message):
        sent.append(message)

    for _ in range(gates):
        app = AsgiGate(app, gate)
    with suppress(StopIteration):
        app({"type": kind, "scheme": "https", "path": "/", "headers": headers}, None, send).send(None)
    return seen, [value for name, value in sent[0]["headers"] if name == b"set-cookie"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("form", FORMS)
def test_headers_of_any_iterable_reach_the_app(make_gate, form, kind):
    seen, _ = ask(make_gate(), FORMS[form]([PAIRS[0], PAIRS[2]]), kind=kind)
    expected = [PAIRS[0], PAIRS[2]] if FORMS[form](PAIRS) and "empty" not in form else []
    assert seen == [expected, expected]


@pytest.mark.parametrize("gates", [1, 2])
@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("nothing", "an empty iterator")])
def test_refused_cookie_is_hidden_in_headers_of_any_iterable(make_gate, form, gates):
    seen, lines = ask(make_gate(), FORMS[form](PAIRS), gates=gates)
    assert sorted(seen[0]) == sorted(seen[1]) == [(b"cookie", b"sid=1"), PAIRS[0], PAIRS[2]]
    assert f"mkt_a{GONE}".encode() in lines


@pytest.mark.parametrize("form", ["generator of pairs", "iterator of iterators", "list of iterators"])
def test_report_only_hands_out_what_it_has_read(make_gate, form):
    seen, lines = ask(make_gate(mode="report-only"), FORMS[form](PAIRS))
    assert (seen, lines) == ([PAIRS, PAIRS], [])


def test_list_of_pairs_stays_the_object_that_it_is(make_gate):
    headers, found = [PAIRS[0]], []

    async def app(scope, receive, send):
        found.append(scope["headers"])

    with suppress(StopIteration):
        AsgiGate(app, make_gate())({"type": "http", "headers": headers}, None, None).send(None)
    assert found[0] is headers


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_scope_without_headers_is_no_request_with_cookies(make_gate, kind):
    """Some test clients leave them out."""
    found = []

    async def app(scope, receive, send):
        found.append(scope["cookiegate"].allows("marketing"))

    with suppress(StopIteration):
        AsgiGate(app, make_gate())({"type": kind}, None, None).send(None)
    assert found == [False]


@pytest.mark.parametrize("fields", [["", "mkt_a=1; x=1"], ["mkt_a=1; x=1", ""], ["mkt_a=1", "x=1"], ["x=1", "mkt_a=1"]])
def test_several_cookie_fields_are_hidden_from_as_one(exchange_crumbs, make_gate, fields):
    assert exchange_crumbs(make_gate(), [], cookie=fields).seen.strip("; ") == "x=1"


# Names as they are, and percent-decoded

ENCODED = [
    "mkt%5Fa", "mkt%5fa", "%6dkt_a", "mkt_%61", "%6D%6B%74%5F%61", "MKT%5FA", "mkt%5Fa%20", "%20mkt_a", "%09mkt%5Fa",
    "mkt_a%00", "%C2%A0mkt_a", "x%3B%20mkt_a", "__Host-mkt%5Fa", "__%48ost-mkt_a", "mkt%5F", "mkt_%zz",
]  # fmt: skip


@pytest.mark.parametrize("name", ENCODED)
def test_name_that_decodes_to_a_refused_one_is_hidden_and_expired(exchange, make_gate, name):
    found = exchange(make_gate(), [], cookie=f"sid=1; {name}=2; x=3")
    assert found.seen == "sid=1; x=3"
    assert [line.partition("=")[0] for line in found.lines] == [name]


@pytest.mark.parametrize("name", ENCODED)
def test_name_that_decodes_to_a_granted_one_is_seen(exchange, make_gate, name):
    found = exchange(make_gate(), [], cookie=f"sid=1; {name}=2; {GRANT}")
    assert found.seen == f"sid=1; {name}=2; {GRANT}"
    assert found.lines == []


@pytest.mark.parametrize(
    "pair",
    [
        "x=mkt_a", "x=mkt%5Fa=1", "x=1%3B mkt_a=2", "x=mkt%5Fa", "sid=mkt_a=1", "s%69d=mkt_a", "x=%6dkt_a", "x%5Fy=1",
        "mkt%255Fa=1", "mkt%5=1", "mkt%=1", "%=1", "x=%", "mk%5Ft_a=1", "mkt%2D_a=1", "%E9=1", "mkt%41=1",
    ],
)  # fmt: skip
def test_value_and_other_names_hide_nothing(exchange, make_gate, pair):
    found = exchange(make_gate(), [], cookie=f"{pair}; {'y=1'}")
    assert found.seen == f"{pair}; y=1"
    assert found.lines == []


def test_whoever_decodes_finds_no_refused_name(exchange, make_gate):
    cookie = "; ".join(f"{name}=1" for name in ENCODED) + "; sid=1"
    seen = exchange(make_gate(), [], cookie=cookie).seen
    assert [unquote(pair).partition("=")[0] for pair in seen.split("; ")] == ["sid"]


def test_name_of_a_thousand_escapes_is_hidden_at_once(exchange, make_gate):
    found = exchange(make_gate(), [], cookie="sid=1; " + "".join(f"%20a{n}" for n in range(1000)) + "=1")
    assert found.seen == "sid=1"


@pytest.mark.parametrize("name", ["cookiegate%5Fconsent", "%63ookiegate_consent"])
def test_encoded_name_is_no_consent_cookie(exchange, make_gate, name):
    """Browsers send the name that was set; the gate sets none that must be decoded."""
    lines = ["mkt_a=1; Path=/; Secure; SameSite=Lax"]
    assert exchange(make_gate(), lines, cookie=GRANT.replace("cookiegate_consent", name)).lines == []
    assert exchange(make_gate(), lines, cookie=f"{GRANT}; {name}=v=1&c=&t=1768204800").lines == lines
