"""The fast path gives the general path's answer, octet for octet, whatever the app, the visitor and the site do.

An observer makes a gate take the general path: everything must be told.
"""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, SameSite, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.visit import Visit
from cookiegate.wire.headers import FieldKind, field_kind
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = b"; Path=/; Secure; SameSite=Lax"
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="week", category=Category.NECESSARY, lifetime=parse_lifetime("7 days"), http_only=True),
        CookieRule(name="session", category=Category.NECESSARY, lifetime=parse_lifetime("session")),
        CookieRule(name="plain", category=Category.NECESSARY, secure=False),
        CookieRule(name="none", category=Category.NECESSARY, same_site=SameSite.NONE, secure=True),
        CookieRule(name="ia_pref_*", category=Category.PREFERENCES, host_only=True),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS, lifetime=parse_lifetime("24 hours")),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING, same_site=SameSite.STRICT, domains=("a.example",)),
        CookieRule(name="ia_mkt_*_id", category=Category.NECESSARY),
        CookieRule(name="MixedCase", category=Category.NECESSARY),
        CookieRule(name="mixedcase", category=Category.STATISTICS),
    ]
)

NAMES = st.one_of(
    st.sampled_from(
        ["ok", "week", "session", "plain", "none", "ia_pref_a", "ia_stats_a", "ia_mkt_a", "ia_mkt_b_id", "MixedCase",
         "mixedcase", "MIXEDCASE", "OK", "IA_MKT_A", "Ia_Stats_b", "okC1", "other", "x y", "$ok", "", "ok\xa0", " ok",
         "ok\t", "cookiegate_consent", "ia_mkt_" + "n" * 200, "__Host-ok", "__Secure-ia_mkt_a", "__host-week",
         "__Http-ok", "__Host-Http-ok", "__Host-other", "ok,", '"ok"']
    ),
    st.text(alphabet="aiox_-$ =\t\x01\xff", max_size=5),
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["1", "", "x", '"x"', "a b", "a=b", "=", '{"a": [1, 2]}', "\t", "\x7f", "\xe9", "v=1&c=marketing&t=1768204800",
         "v=1&c=&t=1768204800", "v" * 4090, "v" * 4200, ",", "x\r\nSet-Cookie: ok=2"]
    ),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=8),
)  # fmt: skip
DATES = st.sampled_from(
    ["Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 12 Jan 2026 07:59:59 GMT", "Mon, 12 Jan 2026 08:00:00 GMT",
     "Mon, 12 Jan 2026 08:00:01 GMT", "Mon, 12-Jan-2026 08:01:00 GMT", "Tue, 13 Jan 2026 08:00:00 GMT",
     "Tue, 13 Jan 2026 08:00:01 GMT", "Mon, 19 Jan 2026 08:00:01 GMT", "Tue, 16 Feb 2027 08:00:00 GMT",
     "Tue, 16 Feb 2027 08:00:01 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 1st Jan 1970 00:00:00 GMT", "0", "-1",
     "junk", "", "Monday, 12-Jan-26 08:00:00 GMT", "Mon Jan 12 08:00:00 2026", "Thu, 01 Jan 1600 00:00:00 GMT"]
)  # fmt: skip
AGES = st.sampled_from(
    ["0", "-1", "1", "60", "86400", "86401", "604801", "34560000", "34560001", "99999999999999999999", "+60", "x", "",
     "1_0", '"60"', "\xb2", " 60", "0" * 1030, "-", "00"]
)  # fmt: skip
ATTRIBUTES = st.one_of(
    st.tuples(st.sampled_from(["Expires", "expires", " EXPIRES "]), DATES).map("=".join),
    st.tuples(st.sampled_from(["Max-Age", "max-age ", "Max_Age"]), AGES).map("=".join),
    st.sampled_from(["Path=/", "Path=/x", "Path=", "Path=x", "path=/", "Path=/a\tb", "Path=/" + "x" * 1100]),
    st.sampled_from(["Domain=a.example", "Domain=.A.example", "Domain=", "Domain=..x", "Domain=\xe9", "Domain=x."]),
    st.sampled_from(["Secure", "secure ", "Secure=false", "HttpOnly", "Partitioned", "Partitioned=0", " Secure"]),
    st.tuples(st.just("SameSite"), st.sampled_from(["Lax", "Strict", "None", "none", "x", "", '"Lax"'])).map("=".join),
    st.sampled_from(["Priority=High", "Priority=x", "Version=1", "", " ", "=", "=x", "x=1", "Comment=\x01", "\xa0"]),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=6),
)
SEPARATORS = st.sampled_from(["; ", ";", " ; ", ";;"])
LINES = st.one_of(
    st.tuples(NAMES, st.sampled_from(["=", "=", "=", "=", " = ", ""]), VALUES,
     st.lists(ATTRIBUTES, max_size=4), SEPARATORS)
    .map(lambda parts: parts[4].join([parts[0] + parts[1] + parts[2], *parts[3]]).encode("latin-1")),
    st.tuples(st.sampled_from([b"ok=1", b"ia_mkt_a=1", b"ia_stats_a=1", b"MIXEDCASE=1"]),
     st.sampled_from([SAFE, b"", b";"]))
    .map(b"".join),
    st.binary(max_size=30),
)  # fmt: skip
COOKIE_FIELDS = st.tuples(st.sampled_from([b"set-cookie"] * 6 + [b"Set-Cookie", b"set-cookie "]), LINES)
OTHER_FIELDS = st.one_of(
    st.tuples(
        st.just(b"cache-control"),
        st.sampled_from([b"public, max-age=9", b"private", b"no-store", b's-maxage=1, private="x"', b"x\r\ny", b""]),
    ),
    st.tuples(st.just(b"vary"), st.sampled_from([b"Accept", b"*", b"Cookie", b"Cookie,Sec-GPC", b"a\nb"])),
    st.sampled_from(
        [
            (b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"),
            (b"date", b"Mon, 12 Jan 2026 08:00:00 GMT"),
            (b"cdn-cache-control", b"max-age=1"),
            (b"X-A", b"1"),
            (b"content-type", b"text/html"),
            (b"x", b"\0"),
        ]
    ),
    st.tuples(st.binary(max_size=4), st.binary(max_size=6)),
)
FIELDS = st.lists(st.one_of(COOKIE_FIELDS, COOKIE_FIELDS, COOKIE_FIELDS, OTHER_FIELDS), max_size=6)
REQUESTS = st.lists(
    st.sampled_from(
        [b"cookiegate_consent=v=1&c=marketing&t=1768204800",
         b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800",
         b"cookiegate_consent=v=1&c=&t=1768204800", b"cookiegate_consent=junk", b"ia_mkt_a=1", b"ia_stats_b=1", b"ok=1",
         b"\xff", b"a=1"]
    ),
    max_size=3,
    unique=True,
).map(b"; ".join)  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "unregistered": st.sampled_from(["drop", "keep", *Category]),
        "refused": st.sampled_from(["drop", "session", "expire"]),
        "secure": st.sampled_from(["https", "always", "keep"]),
        "same_site": st.sampled_from(["none", "lax", "strict"]),
        "max_lifetime": st.sampled_from([None, 1, "400 days"]),
        "shared_caches": st.sampled_from(["private", "vary", "keep"]),
        "host_only": st.booleans(),
        "hide_refused": st.booleans(),
        "expire_refused": st.booleans(),
        "global_privacy_control": st.booleans(),
    },
)


class _Visit(Visit):
    """A visit without an adapter."""

    def __init__(self, gate, cookie, *, is_https):
        self._gate = gate
        self._is_special = gate.is_watched
        self.cookie = cookie
        self.https = is_https

    def head(self):
        from cookiegate import RequestHead

        return RequestHead(cookie=self.cookie, headers=((b"sec-gpc", b"1"),))

    def has_https_scheme(self):
        return self.https


def answer(gate, cookie, fields, *, is_https=True, is_cacheable=True):
    visit = _Visit(gate, cookie, is_https=is_https)
    screened = visit.screen(cookie)
    return screened, visit.filter(fields, is_cacheable=is_cacheable), visit.decisions


GATES = {}


def is_plain(field):
    """Tell which fields WSGI puts in front: those in which nothing is judged."""
    return field_kind(field[0]) is not FieldKind.PLAIN


def pair_of_gates(settings):
    """Return a quick gate and a watched one with these settings; used again, so that their tables are warm."""
    key = tuple(sorted(settings.items(), key=str))
    if key not in GATES:
        given = {"registry": REGISTRY, "clock": lambda: NOW} | settings
        GATES[key] = CookieGate(**given), CookieGate(**given, observer=lambda decision: None)
    return GATES[key]


@given(settings=SETTINGS, cookie=REQUESTS, fields=FIELDS, is_https=st.booleans(), is_cacheable=st.booleans())
@example(
    settings={}, cookie=b"", fields=[(b"set-cookie", b"ok=1; Max-Age=0; Max-Age=x")], is_https=True, is_cacheable=True
)
@example(
    settings={"refused": "expire"},
    cookie=b"",
    fields=[(b"set-cookie", b"ia_pref_a=" + 5000 * b"v")],
    is_https=False,
    is_cacheable=False,
)
@example(
    settings={"unregistered": "keep"},
    cookie=b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800",
    fields=[(b"set-cookie", b"IA_STATS_A=1"), (b"set-cookie", b"ia_pref_a=1; Max-Age=0; Max-Age=x")],
    is_https=True,
    is_cacheable=True,
)
def test_fast_path_gives_the_general_answer(settings, cookie, fields, is_https, is_cacheable):
    fast, general = pair_of_gates(settings)
    expected = answer(general, cookie, fields, is_https=is_https, is_cacheable=is_cacheable)
    for _ in range(3):
        assert answer(fast, cookie, fields, is_https=is_https, is_cacheable=is_cacheable) == expected
    given = {"registry": REGISTRY, "clock": lambda: NOW} | settings
    assert answer(CookieGate(**given), cookie, fields, is_https=is_https, is_cacheable=is_cacheable) == expected


@given(settings=SETTINGS, cookie=REQUESTS, fields=FIELDS)
def test_filtering_again_changes_nothing_more(settings, cookie, fields):
    fast, _ = pair_of_gates(settings | {"expire_refused": False})
    once = answer(fast, cookie, fields)[1]
    assert answer(fast, cookie, once)[1] == once


@given(settings=SETTINGS, cookie=REQUESTS, fields=FIELDS)
def test_wsgi_gives_the_answer_of_asgi(settings, cookie, fields):
    fast, _ = pair_of_gates(settings)
    sent, started = [], []

    async def asgi_app(scope, receive, send):
        await send({"type": "http.response.start", "headers": fields})

    async def send(message):
        sent.append(message)

    def wsgi_app(environ, start_response):
        start_response("200 OK", [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields])
        return []

    headers = [(b"cookie", cookie)] if cookie else []
    with suppress(StopIteration):
        AsgiGate(asgi_app, fast)({"type": "http", "scheme": "https", "headers": headers}, None, send).send(None)
    environ = {"wsgi.url_scheme": "https", "HTTP_COOKIE": cookie.decode("latin-1")}
    WsgiGate(wsgi_app, fast)(environ, lambda status, headers: started.append(headers))
    left = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in started[0]]
    assert sorted(left, key=is_plain) == sorted(sent[0]["headers"], key=is_plain)  # sorting is stable


@given(cookie=REQUESTS, line=LINES)
def test_no_line_of_a_refused_category_leaves(cookie, line):
    fast, _ = pair_of_gates({})
    decisions = answer(fast, cookie, [(b"set-cookie", line)])[2]
    granted = _Visit(fast, cookie, is_https=True)._known_consent().granted
    for decision in decisions:
        if decision.after is not None and decision.name != "cookiegate_consent" and decision.reason != "deletion":
            rule = REGISTRY.find(decision.name)
            is_set = b"=; Expires=Thu, 01 Jan 1970" not in decision.after
            if not line.lower().startswith(b"cookiegate") and is_set:
                assert rule.category == "necessary" or rule.category in granted


@given(value=st.text(alphabet="abcXYZ019-_.~%+/=&:{}[] ,", max_size=60))
def test_necessary_cookie_of_ordinary_syntax_always_leaves_as_the_same_octets(value):
    field = (b"set-cookie", b"ok=" + value.encode() + SAFE)
    for gate in pair_of_gates({}):
        assert answer(gate, b"", [field])[1] == [field]


# The clock


def test_verdict_that_depends_on_the_clock_counts_for_a_minute():
    now = [NOW]
    gate = CookieGate(registry=REGISTRY, clock=lambda: now[0])
    field = (b"set-cookie", b"ok=1; Expires=Mon, 12 Jan 2026 08:02:00 GMT" + SAFE)
    deletion = (b"set-cookie", b"ok=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Secure")
    found = []
    for second in (0, 59, 119, 178, 180, 200):
        now[0] = NOW + second
        found.append(answer(gate, b"", [field])[1] == [field])
    assert found == [True, True, True, True, False, False]
    assert answer(gate, b"", [field])[1] == [deletion]


def test_clock_that_goes_back_is_followed():
    now = [NOW + 7200]
    gate = CookieGate(registry=REGISTRY, clock=lambda: now[0])
    field = (b"set-cookie", b"ok=1; Expires=Mon, 12 Jan 2026 09:00:00 GMT" + SAFE)
    assert answer(gate, b"", [field])[1] != [field]
    now[0] = NOW
    assert answer(gate, b"", [field])[1] == [field]


def test_limit_of_a_date_moves_with_the_clock():
    now = [NOW]
    gate = CookieGate(registry=REGISTRY, clock=lambda: now[0])
    field = (b"set-cookie", b"ia_stats_a=1; Expires=Tue, 12 Jan 2027 08:00:00 GMT" + SAFE)
    cookie = b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800"
    dates = []
    for second in (0, 30, 60, 61, 7200):
        now[0] = NOW + second
        dates.append(answer(gate, cookie, [field])[1][0][1][22:51])
    assert dates == [
        b"Tue, 13 Jan 2026 08:00:00 GMT",
        b"Tue, 13 Jan 2026 08:00:00 GMT",
        b"Tue, 13 Jan 2026 08:01:00 GMT",
        b"Tue, 13 Jan 2026 08:01:00 GMT",
        b"Tue, 13 Jan 2026 10:00:00 GMT",
    ]


def test_consent_is_not_read_for_what_needs_none():
    heads = []

    def source(head):
        heads.append(head)
        return Consent({"marketing"})

    gate = CookieGate(registry=REGISTRY, consent=source, clock=lambda: NOW)
    for _ in range(2):
        answer(
            gate,
            b"ok=1",
            [(b"set-cookie", b"ok=1"), (b"set-cookie", b"other=1"), (b"set-cookie", b"ia_mkt_a=;max-age=0")],
        )
    assert heads == []
    answer(gate, b"ok=1", [(b"set-cookie", b"ia_mkt_a=1"), (b"set-cookie", b"ia_mkt_b=1")])
    assert len(heads) == 1


@pytest.mark.parametrize("granted", [(), ("statistics",), ("preferences", "marketing"), ("statistics", "marketing")])
@pytest.mark.parametrize("is_https", [False, True])
def test_one_gate_answers_each_visitor_by_the_own_consent(granted, is_https):
    gate, general = pair_of_gates({"global_privacy_control": False})
    cookie = b"cookiegate_consent=v=1&c=%b&t=1768204800" % ".".join(granted).encode()
    fields = [(b"set-cookie", name + b"=1" + SAFE) for name in (b"ia_pref_a", b"ia_stats_a", b"ia_mkt_a", b"ok")]
    for _ in range(2):
        _, leaving, _ = answer(gate, cookie, fields, is_https=is_https)
        assert leaving == answer(general, cookie, fields, is_https=is_https)[1]
        assert len([name for name, _ in leaving if name == b"set-cookie"]) == 1 + len(granted)
