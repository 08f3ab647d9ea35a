"""Shared caches between the visitors and the site: what one visitor may have must not reach another.

nginx and Varnish, each as it comes and as sites set it up, before a site in ASGI and one in WSGI. Every page asks to be
kept; each order of visits sees a page that the cache has not seen before. `tests/servers/served/cached_site.py` has the
gates and the pages.
"""

import time
from itertools import count

import pytest

CHOSEN_AT = int(time.time()) - 60
GRANTED = ("Cookie", f"cookiegate_consent=v=1&c=marketing&t={CHOSEN_AT}")
REFUSED = ("Cookie", f"cookiegate_consent=v=1&c=&t={CHOSEN_AT}")
ALLOW = ("Cookie", "cookieconsent_status=allow; ia_mkt_source=x")
DENY = ("Cookie", "cookieconsent_status=deny; ia_mkt_source=x")
OURS = ("Cookie", "ours=all")
GPC, DNT = ("Sec-GPC", "1"), ("DNT", "1")
US, DE, TEXAS = ("CF-IPCountry", "US"), ("CF-IPCountry", "DE"), ("CF-Region-Code", "TX")
YES, NO = ("X-Consent", "all"), ("X-Consent", "none")
EU = ("X-EU", "1")

MAY_BE_TRACKED = {
    "usual": {(GRANTED,): True, (REFUSED,): False, (): False, (GRANTED, GPC): False},
    "dnt": {(GRANTED,): True, (GRANTED, DNT): False, (GRANTED, GPC): False, (): False},
    "granted": {(): True, (GPC,): False, (DNT,): False, (REFUSED,): False},
    "status": {(ALLOW,): True, (DENY,): False, (ALLOW, GPC): False, (ALLOW, DNT): False},
    "country": {(US,): True, (DE,): False, (US, GPC): False, (US, REFUSED): False},
    "region": {(US, TEXAS): True, (US,): False, (DE, TEXAS): False, (DE,): False},
    "signal": {(): True, (EU,): False, (GPC,): False, (EU, GRANTED): True},
    "headers": {(US,): True, (DE,): False, (US, GPC): False, (US, REFUSED): False},
    "function": {(YES,): True, (NO,): False, (): False, (YES, GPC): False},
    "by-hand": {(OURS,): True, (): False, (OURS, GPC): False},
    "first": {(GRANTED, NO): True, (YES,): True, (REFUSED, YES): False, (NO,): False},
    "subclass": {(GRANTED, NO): False, (GRANTED,): True, (REFUSED, YES): True, (NO,): False},
}
"""Of each gate: the header fields by which visitors differ, and whether they may get marketing cookies."""
ORDERS = {
    (name, page): visitors
    for name, visitors in MAY_BE_TRACKED.items()
    for page in ("sets", "asks", "sets-and-asks", *["reads"] * (name == "status"))
}
KEPT = "public, max-age=3600"
COOKIE = "ia_mkt_source=x; Path=/; SameSite=Lax"
CACHES = ["nginx, as it comes", "nginx, Set-Cookie ignored", "Varnish, as it comes", "Varnish, cookies ignored"]
_new = count()


class Site:
    """The site behind one cache, or without any, by one protocol."""

    def __init__(self, wire, port, protocol):
        self._wire = wire
        self._port = port
        self._protocol = protocol

    def visits(self, gate, page, visitors, *, number=None):
        """Visit a page, new to the cache if it has no number, one visitor after another; return what each got."""
        path = f"/{self._protocol}/{gate}/{page}/{next(_new) if number is None else number}"
        with self._wire.connected(self._port) as reader:
            return [reader.ask(self._wire.request(path, *map(": ".join, visitor))) for visitor in visitors]


@pytest.fixture(scope="session")
def ports(tmp_path_factory, running, caches, missing):
    """Start the site in ASGI and in WSGI, and the caches before both; the ports of all, by name."""
    commands = {
        "asgi": "uvicorn cached_asgi:app --port {port} --http httptools --no-access-log",
        "wsgi": "waitress --listen 127.0.0.1:{port} --threads 4 cached_wsgi:app",
    }
    lacking = [caches.PROGRAMS[name] for name in caches.PROGRAMS if caches.program(name) is None]
    if lacking:
        missing(", ".join(lacking))
    started = []
    try:
        origins = {}
        for name, command in commands.items():
            origins[name] = running.started(command, tmp_path_factory.mktemp("site"))
            started.append(origins[name])
        found = {name: origin.port for name, origin in origins.items()}
        for name in ("nginx", "varnish", "varnish_ignoring"):
            cache, its_ports = caches.start(name, running, tmp_path_factory.mktemp(name), origins)
            started.append(cache)
            found |= its_ports
        yield found
        for server in started:
            assert server.process.poll() is None
            assert running.gate_faults(server.said()) == []
    finally:
        for server in started:
            server.process.terminate()
        for server in started:
            server.stop()


@pytest.fixture(params=["asgi", "wsgi"])
def protocol(request):
    return request.param


@pytest.fixture
def origin(ports, protocol, wire):
    """The site itself."""
    return Site(wire, ports[protocol], protocol)


@pytest.fixture(params=CACHES)
def cached(request, ports, protocol, wire):
    """The site behind one of the caches."""
    return Site(wire, ports[request.param], protocol)


@pytest.fixture
def cache_name(request):
    """The row of `docs/trust.md` for the cache of this test."""
    return request.node.callspec.params["cached"]


# What a cache hands out


@pytest.mark.parametrize("shared", ["private", "vary"])
@pytest.mark.parametrize(("name", "page"), ORDERS, ids=lambda part: part)
def test_no_visitor_gets_what_another_one_may_have(cached, cache_name, name, page, shared, promise):
    promise("Shared caches", cache_name, f'`shared_caches="{shared}"`', "each visitor gets their own")
    may_be_tracked = ORDERS[name, page]
    in_turn = [*may_be_tracked]
    for first in range(len(in_turn)):  # the one whose answer the cache gets to keep
        visitors = [*in_turn[first:], *in_turn[:first]] * (1 if first else 2)
        for visitor, answer in zip(visitors, cached.visits(f"{name}-{shared}", page, visitors), strict=True):
            may = may_be_tracked[visitor]
            body = b"the same for all" if page == "sets" else b"tracked" if may else b"untracked"
            assert (answer.status, answer.body) == (200, body), (visitor, visitors)
            assert may or COOKIE not in answer.field("set-cookie"), (visitor, visitors)


@pytest.mark.parametrize("shared", ["private", "vary"])
def test_what_depends_on_something_outside_of_the_request_is_asked_for_anew(cached, origin, shared):
    gate, number = f"switch-{shared}", next(_new)
    for turn in ("on", "off", "on"):
        origin.visits(gate, f"switch-{turn}", [()])
        answer, again = cached.visits(gate, "asks", [(), ()], number=number)
        assert answer.body == again.body == (b"tracked" if turn == "on" else b"untracked")


# What it keeps


@pytest.mark.parametrize("name", [*MAY_BE_TRACKED, "scheme", "method", "path", "switch"])
def test_what_depends_on_nothing_is_kept_for_all(cached, cache_name, name, promise):
    promise("Shared caches", cache_name, "a page that is the same for all", "kept for all")
    answers = cached.visits(f"{name}-private", "plain", [(US,), (DE,), (GPC, DNT), (YES,)])
    assert [answer.body for answer in answers] == [b"the same for all"] * 4
    assert [hit(answer) for answer in answers] == [False, True, True, True]


@pytest.mark.parametrize("shared", ["private", "vary"])
@pytest.mark.parametrize("name", ["usual", "dnt", "granted"])
def test_what_depends_on_cookies_and_signals_is_kept_for_each(cached, cache_name, name, shared, promise):
    promise("Shared caches", cache_name, "an app that asks", "kept for visitors with the same cookies and signals")
    visitors = [(), (GPC,), (), (GPC,)]
    assert [hit(answer) for answer in cached.visits(f"{name}-{shared}", "asks", visitors)] == [False, False, True, True]


def test_what_depends_on_a_cookie_is_kept_for_each(cached, cache_name):
    is_kept = cache_name != "Varnish, as it comes"  # it asks the site whenever a request has a cookie
    visitors = [(GRANTED,), (REFUSED,), (GRANTED,), (REFUSED,)]
    assert [hit(answer) for answer in cached.visits("usual-private", "asks", visitors)] == [
        False,
        False,
        *[is_kept] * 2,
    ]


def test_page_whose_cookie_was_dropped_is_kept(cached):
    assert [hit(answer) for answer in cached.visits("usual-private", "sets", [(), ()])] == [False, True]


@pytest.mark.parametrize("name", ["country", "region", "signal", "headers", "switch", "function", "subclass"])
def test_what_depends_on_a_function_is_kept_for_nobody(cached, name):
    assert not any(map(hit, cached.visits(f"{name}-private", "asks", [(US, NO)] * 3)))


@pytest.mark.parametrize("name", ["country", "signal", "function", "subclass"])
def test_what_depends_on_named_fields_is_kept_for_each_where_that_is_wanted(cached, name):
    visitors = [(US, NO), (DE, EU, YES), (US, NO), (DE, EU, YES)]
    assert [hit(answer) for answer in cached.visits(f"{name}-vary", "asks", visitors)] == [False, False, True, True]


def hit(answer):
    """Tell whether the cache answered alone."""
    assert answer.status == 200
    return answer.field("x-cache") == ["HIT"]


# What the caches are told


@pytest.mark.parametrize(
    ("gate", "visitor", "names"),
    [
        *[(f"usual-{shared}", visitor, set()) for shared in ("private", "vary") for visitor in MAY_BE_TRACKED["usual"]],
        *[(f"dnt-{shared}", visitor, {"dnt"}) for shared in ("private", "vary") for visitor in MAY_BE_TRACKED["dnt"]],
        ("granted-private", (), {"dnt"}),
        ("country-vary", (US,), {"cf-ipcountry"}),
        ("country-vary", (), {"cf-ipcountry"}),
        ("region-vary", (US,), {"cf-ipcountry", "cf-region-code"}),
        ("region-vary", (DE,), {"cf-ipcountry"}),
        ("signal-vary", (), {"x-eu"}),
        ("function-vary", (YES,), {"x-consent"}),
        ("subclass-vary", (), {"x-consent"}),
    ],
)
def test_answer_of_an_app_that_asked_varies_on_what_the_consent_was_read_from(origin, gate, visitor, names):
    answer = origin.visits(gate, "asks", [visitor])[0]
    told = {name.strip().lower() for field in answer.field("vary") for name in field.split(",")}
    assert told - {"cookie", "sec-gpc"} == names
    assert gate.startswith("function") or told >= {"cookie", "sec-gpc"}
    assert answer.field("cache-control") == [KEPT]


@pytest.mark.parametrize("page", ["asks", "sets-and-asks"])
@pytest.mark.parametrize(
    "gate",
    [f"{name}-private" for name in ("country", "region", "signal", "headers", "function", "by-hand", "subclass")]
    + [f"{name}-{shared}" for name in ("scheme", "method", "path", "switch") for shared in ("private", "vary")]
    + ["headers-vary"],
)
def test_answer_that_depends_on_a_function_is_private(origin, gate, page):
    answer = origin.visits(gate, page, [(US, OURS, YES)])[0]
    assert answer.field("cache-control") == ["private, max-age=3600"]


@pytest.mark.parametrize("page", ["asks", "sets", "sets-and-asks"])
@pytest.mark.parametrize("name", [*MAY_BE_TRACKED, "scheme", "method", "path", "switch"])
def test_answer_is_as_the_app_sent_it_where_that_is_wanted(origin, name, page):
    answer = origin.visits(f"{name}-keep", page, [(US, YES, GRANTED)])[0]
    assert answer.field("cache-control") == [KEPT]
    assert answer.field("vary") == []
