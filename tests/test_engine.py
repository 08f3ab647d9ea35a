"""The engine's result for each line is the policy's, octet for octet and in order, through every adapter.

This holds after any earlier responses of the same gate, with any observer, and with any use of the handle.
"""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, RequestHead, SameSite, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.debug_field import format_decisions
from cookiegate.gate import compiled
from cookiegate.malformed import MAX_LINE_OCTETS
from cookiegate.model import NO_CONSENT, Reason
from cookiegate.screen import deletions
from cookiegate.wire.cookie import cookie_values, without_cookies
from cookiegate.wire.dates import format_cookie_date
from cookiegate.wire.headers import FieldKind, cut_at_line_break, field_kind
from cookiegate.wire.set_cookie import deletion, parse_set_cookie
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
        CookieRule(name="told_*", category=Category.MARKETING, mode="report-only"),
        CookieRule(name="sent", category=Category.NECESSARY, attributes="as-sent"),
        CookieRule(name="part", category=Category.PREFERENCES, partitioned=True, shared=True),
    ]
)

NAMES = st.one_of(
    st.sampled_from(
        ["ok", "week", "session", "plain", "none", "ia_pref_a", "ia_stats_a", "ia_mkt_a", "ia_mkt_b_id", "MixedCase",
         "mixedcase", "MIXEDCASE", "OK", "IA_MKT_A", "Ia_Stats_b", "okC1", "other",
         "told_a", "sent", "part", "x y", "$ok", "", "ok\xa0", " ok",
         "ok\t", "cookiegate_consent", "ia_mkt_" + "n" * 200, "__Host-ok", "__Secure-ia_mkt_a", "__host-week",
         "__Http-ok", "__Host-Http-ok", "__Host-other", "ok,", '"ok"',
         "__Host-IA_MKT_a", "__SECURE-mixedCASE"]
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
# Lines of frameworks, repeated with different dates: the tables cache them.
HOT_DATES = st.sampled_from(
    [b"Mon, 12 Jan 2026 07:59:59 GMT", b"Mon, 12 Jan 2026 08:00:00 GMT", b"Mon, 12 Jan 2026 08:00:01 GMT",
     b"Mon, 12 Jan 2026 08:00:59 GMT", b"Mon, 12 Jan 2026 08:01:00 GMT", b"Tue, 13 Jan 2026 07:59:59 GMT",
     b"Tue, 13 Jan 2026 08:00:00 GMT", b"Tue, 13 Jan 2026 08:00:01 GMT", b"Mon, 19 Jan 2026 08:00:01 GMT",
     b"Tue, 16 Feb 2027 08:00:01 GMT"]
)  # fmt: skip
HOT_LINES = st.builds(
    lambda name, date, tail: name + b"=1; Expires=" + date + tail,
    st.sampled_from([b"ok", b"week", b"ia_stats_a", b"ia_stats_b", b"ia_mkt_a", b"told_a", b"other"]),
    HOT_DATES,
    st.sampled_from([SAFE, SAFE, b"; Path=/", b"", b"; Max-Age=60", b"; Max-Age=0"]),
)
HOT_FIELDS = st.lists(st.tuples(st.sampled_from([b"set-cookie", b"Set-Cookie"]), HOT_LINES), min_size=2, max_size=8)
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
            (b"Cdn-Cache-Control", b"max-age=1"),
            (b"expires", b"0"),
            (b"secure-session-id", b"1"),
            (b"X-A", b"1"),
            (b"content-type", b"text/html"),
            (b"x", b"\0"),
        ]
    ),
    st.tuples(st.binary(max_size=4), st.binary(max_size=6)),
)
FIELDS = st.lists(st.one_of(COOKIE_FIELDS, COOKIE_FIELDS, COOKIE_FIELDS, OTHER_FIELDS), max_size=6)
REQUEST_COOKIES = st.lists(
    st.sampled_from(
        [b"cookiegate_consent=v=1&c=marketing&t=1768204800",
         b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800",
         b"cookiegate_consent=v=1&c=&t=1768204800", b"cookiegate_consent=junk", b"ia_mkt_in=1", b"ia_stats_in=1",
         b"told_in=1", b"ok=1", b"\xff", b"a=1"]
    ),
    max_size=4,
    unique=True,
).map(b"; ".join)  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "unregistered": st.sampled_from(["drop", "keep", *Category]),
        "refused": st.sampled_from(["drop", "session", "expire"]),
        "secure": st.sampled_from(["https", "always", "keep"]),
        "same_site": st.sampled_from(["none", "lax", "strict", "keep"]),
        "max_lifetime": st.sampled_from([None, 1, "400 days"]),
        "shared_caches": st.sampled_from(["private", "vary", "keep"]),
        "line_breaks": st.sampled_from(["cut", "report"]),
        "host_only": st.booleans(),
        "hide_refused": st.booleans(),
        "expire_refused": st.booleans(),
        "global_privacy_control": st.booleans(),
        "strict_values": st.booleans(),
        "mode": st.sampled_from(["enforce", "report-only"]),
        "debug": st.booleans(),
    },
)
WATCHED = st.sampled_from([(), ("observer",), ("recorders",), ("observer", "recorders")])
ACTS = {
    "nothing": lambda handle: None,
    "asks": lambda handle: handle.allows("statistics"),
    "looks": lambda handle: (handle.consent, handle.decisions),
    "chooses": lambda handle: handle.choose({"marketing"}),
    "withdraws": lambda handle: handle.withdraw(),
}
RESPONSES = st.lists(
    st.fixed_dictionaries(
        {
            "cookie": REQUEST_COOKIES,
            "fields": FIELDS | HOT_FIELDS,
            "scheme": st.sampled_from(["https", "http"]),
            "act": st.sampled_from(["nothing", "nothing", *ACTS]),
            "has_signal": st.booleans(),
            "minute": st.sampled_from([0, 0, 0, 1, 5, -1, 1440, 600000]),
        }
    ),
    min_size=1,
    max_size=4,
)
NAME = b"cookiegate_consent"
ADDED = {b"cache-control", b"vary", b"cookiegate"}  # fields that the gate adds, replaces or removes
CACHE = {FieldKind.CACHE, FieldKind.DATE}


class Site:
    """A gate with a settable clock, and its observed decisions; it is reused, so that its tables are filled."""

    def __init__(self, settings, watched=()):
        self.now = NOW
        self.seen_by = {"observer": [], "recorders": []}
        more = {
            "observer": {"observer": self.seen_by["observer"].append},
            "recorders": {"recorders": [self._record]},
        }
        given = {"registry": REGISTRY, "clock": lambda: self.now} | settings
        for one in watched:
            given |= more[one]
        self.gate = CookieGate(**given)
        self.settings = settings
        self.watched = watched

    def _record(self, exchange):
        self.seen_by["recorders"].extend(exchange.decisions)


SITES = {}


def site_of(settings, watched=()):
    key = (tuple(sorted(settings.items(), key=str)), watched)
    if key not in SITES:
        SITES[key] = Site(settings, watched)
    return SITES[key]


def through_asgi(site, cookie, fields, scheme="https", act="nothing", *, has_signal=False):
    """Return the fields that leave, the handle, and the Cookie header that the app got."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.extend(value for name, value in scope["headers"] if name == b"cookie")
        ACTS[act](scope["cookiegate"])
        await send({"type": "http.response.start", "headers": fields})

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie)] * bool(cookie) + [(b"sec-gpc", b"1")] * has_signal + [(b"host", b"a.example")]
    scope = {"type": "http", "scheme": scheme, "path": "/", "headers": headers}
    with suppress(StopIteration):
        AsgiGate(app, site.gate)(scope, None, send).send(None)
    return sent[0]["headers"], scope["cookiegate"], b"; ".join(seen)


def through_wsgi(site, cookie, fields, scheme="https", act="nothing", *, has_signal=False):
    started, seen = [], []

    def app(environ, start_response):
        seen.append(environ.get("HTTP_COOKIE", "").encode("latin-1"))
        ACTS[act](environ["cookiegate.handle"])
        start_response("200 OK", [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields])
        return []

    environ = {"wsgi.url_scheme": scheme, "PATH_INFO": "/", "HTTP_HOST": "a.example"}
    environ |= {"HTTP_COOKIE": cookie.decode("latin-1")} if cookie else {}
    environ |= {"HTTP_SEC_GPC": "1"} if has_signal else {}
    WsgiGate(app, site.gate)(environ, lambda status, headers: started.append(headers))
    left = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in started[0]]
    return left, environ["cookiegate.handle"], seen[0]


# The expected result, computed in the simplest way


def is_line(field):
    return field_kind(field[0]) in (FieldKind.SET_COOKIE, FieldKind.PADDED_SET_COOKIE)


def lines_of(fields):
    return [field[1].lstrip(b" \t") for field in fields if is_line(field)]


def consent_of(site, cookie, fields, scheme, act, has_signal):
    """Return the consent that applies to the lines of a response."""
    parts = compiled(site.gate)
    signal = ((b"sec-gpc", b"1"),) if has_signal else ()
    head = RequestHead(cookie=cookie, headers=signal, scheme=scheme)
    if act == "chooses":
        return parts.terms.apply(Consent({"marketing"}), head, site.now)
    if act == "withdraws":
        return parts.terms.apply(Consent(()), head, site.now)
    several, after, is_deleted = len(cookie_values(cookie, NAME)) > 1, cookie, False
    for line in lines_of(fields):
        decision = parts.policy.decide(line, NO_CONSENT, is_https=scheme == "https", now=site.now)
        if decision.name == NAME.decode() and decision.after is not None and comes_back(decision.after, scheme):
            is_deleted = is_deleted or decision.reason is Reason.DELETION
            if not several:
                after = without_cookies(after, NAME.__eq__)
            if decision.reason is not Reason.DELETION:
                after = b"; ".join(filter(None, [after, decision.after.partition(b";")[0].strip()]))
    if several and is_deleted:
        return Consent.none(Reason.CONSENT_CONFLICT)
    return parts.reader.read(RequestHead(cookie=after, headers=signal, scheme=scheme), site.now)[0]


def comes_back(line, scheme):
    cookie = parse_set_cookie(line)
    is_secure_enough = scheme == "https" or not cookie.secure
    return is_secure_enough and cookie.domain in (None, b"", b"a.example") and cookie.path in (None, b"", b"/")


def expected(site, fields, decisions):
    """Return the fields that leave after these decisions, without those for caches."""
    left, todo = [], iter(decisions)
    for field in fields:
        name, value = field
        kind = field_kind(name)
        if is_line(field):
            decision = next(todo)
            value = decision.after if decision.is_enforced else value.lstrip(b" \t")
            name = b"set-cookie" if kind is FieldKind.PADDED_SET_COOKIE else name
            left += [] if value is None else [(name, value)]
        elif kind not in CACHE and kind is not FieldKind.INVALID:
            cuts = site.settings.get("line_breaks") != "report"
            left.append((name, cut_at_line_break(value)) if cuts else (name, value))
    return left


def shown(decision):
    return (
        decision.action, decision.reason, decision.policy_rule, decision.name, decision.category,
        decision.registry_rule, decision.before, decision.after, decision.changes,
    )  # fmt: skip


def check(site, through, response):
    """Serve one response, and compare it with the policy's result."""
    cookie, fields, scheme, act = (response[key] for key in ("cookie", "fields", "scheme", "act"))
    has_signal, is_https, policy = response["has_signal"], scheme == "https", compiled(site.gate).policy
    for seen_by in site.seen_by.values():
        seen_by.clear()
    left, handle, _ = through(site, cookie, fields, scheme, act, has_signal=has_signal)
    consent = consent_of(site, cookie, fields, scheme, act, has_signal)
    decisions = [policy.decide(line, consent, is_https=is_https, now=site.now) for line in lines_of(fields)]
    made = handle.decisions
    assert [shown(one) for one in made[: len(decisions)]] == [shown(one) for one in decisions]
    is_enforced = site.gate.mode == "enforce"
    assert [one.is_enforced for one in made] == [
        is_enforced and (one.registry_rule is None or one.registry_rule.mode == "enforce") for one in made
    ]
    refused = [
        (name, rule)
        for name in dict.fromkeys(piece.partition(b"=")[0] for piece in cookie.split(b"; ") if b"_in=" in piece)
        if (rule := REGISTRY.find(name.decode())).category not in consent.granted
    ]
    gone = [line for name, rule in refused for line in deletions(name, rule, is_https=is_https)]
    gone = gone if site.settings.get("expire_refused", True) else []
    assert [one.after for one in made[len(decisions) :]] == gone
    for one in site.watched:
        assert site.seen_by[one] == [*made]
    if site.settings.get("debug"):
        assert left.pop() == (b"cookiegate", format_decisions(made))
    if act in ("chooses", "withdraws"):
        check_choice(left, is_several=len(cookie_values(cookie, NAME)) > 1, is_https=is_https)
    if not is_enforced:
        assert left == fields
        return
    enforced = [line for line, one in zip(gone, made[len(decisions) :], strict=True) if one.is_enforced]
    whole = [*expected(site, fields, decisions), *((b"set-cookie", line) for line in enforced)]
    assert [field for field in left if field_kind(field[0]) not in CACHE] == whole


def check_choice(left, *, is_several, is_https):
    """Remove the choice that the gate wrote: the last consent cookie, and the deletion of another form of it before."""
    at = max(at for at, field in enumerate(left) if is_line(field) and field[1].startswith(NAME))
    assert left.pop(at)[1].startswith(NAME + b"=v=1&c=")
    if is_several:
        assert left.pop(at - 1)[1] == deletion(NAME, domain=b"a.example", path=b"/", secure=is_https, partitioned=False)


@given(settings=SETTINGS, watched=WATCHED, responses=RESPONSES, through=st.sampled_from([through_asgi, through_wsgi]))
@example(
    settings={"refused": "expire"},
    watched=(),
    responses=[
        {
            "cookie": b"",
            "fields": [(b"set-cookie", b"ia_pref_a=" + 5000 * b"v")],
            "scheme": "http",
            "act": "nothing",
            "has_signal": False,
            "minute": 0,
        }
    ],
    through=through_asgi,
)
@example(
    settings={"unregistered": "keep"},
    watched=("observer",),
    responses=[
        {"cookie": b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800",
         "fields": [(b"set-cookie", b"IA_STATS_A=1"), (b"set-cookie", b"ia_pref_a=1; Max-Age=0; Max-Age=x")],
         "scheme": "https", "act": "asks", "has_signal": True, "minute": 0}
    ] * 2,
    through=through_wsgi,
)  # fmt: skip
@example(
    settings={"strict_values": True},
    watched=(),
    responses=[
        {"cookie": b"", "fields": [(b"set-cookie", b'ok={"a": [1, 2]}; \x1f'), (b"set-cookie", b"ok= 1 ; Secure")],
         "scheme": "https", "act": "nothing", "has_signal": False, "minute": 0}
    ],
    through=through_asgi,
)  # fmt: skip
@example(
    settings={"refused": "session", "unregistered": "keep"},
    watched=(),
    responses=[
        {"cookie": cookie, "fields": [(b"set-cookie", b"__Host-IA_MKT_a=1; Path=/x")], "scheme": "https",
         "act": "nothing", "has_signal": False, "minute": 0}
        for cookie in (b"", b"cookiegate_consent=v=1&c=marketing&t=1768204800")
    ],
    through=through_wsgi,
)  # fmt: skip
def test_engine_gives_what_the_policy_says_of_each_line(settings, watched, responses, through):
    site = site_of(settings, watched)
    for response in responses:
        site.now = NOW + 60 * response["minute"]
        for _ in range(2):
            check(site, through, response)
    fresh = Site(settings, watched)
    fresh.now = site.now
    check(fresh, through, responses[-1])


@given(settings=SETTINGS, cookie=REQUEST_COOKIES, fields=FIELDS, act=st.sampled_from(["nothing", "asks"]))
def test_wsgi_gives_the_answer_of_asgi(settings, cookie, fields, act):
    site = site_of(settings)
    site.now = NOW
    left, handle, seen = through_asgi(site, cookie, fields, act=act)
    other, other_handle, other_seen = through_wsgi(site, cookie, fields, act=act)
    assert other == left
    assert other_handle.decisions == handle.decisions
    assert other_seen == seen


@given(settings=SETTINGS, cookie=REQUEST_COOKIES, fields=FIELDS)
def test_filtering_again_changes_nothing_more(settings, cookie, fields):
    site = site_of(settings | {"expire_refused": False, "debug": False})
    site.now = NOW
    once = through_asgi(site, cookie, fields)[0]
    assert through_asgi(site, cookie, once)[0] == once


@given(cookie=REQUEST_COOKIES, line=LINES)
def test_no_line_of_a_refused_category_leaves(cookie, line):
    site = site_of({})
    site.now = NOW
    left, handle, _ = through_asgi(site, cookie, [(b"set-cookie", line)])
    for value in (value for key, value in left if key == b"set-cookie"):
        name = value.partition(b"=")[0].strip(b" \t")
        rule = REGISTRY.find(name.decode("ascii"))
        if name != NAME and b"=; Expires=Thu, 01 Jan 1970" not in value and rule.mode == "enforce":
            assert handle.allows(rule.category)


@given(value=st.text(alphabet="abcXYZ019-_.~%+/=&:{}[] ,", max_size=60))
def test_necessary_cookie_of_ordinary_syntax_always_leaves_as_the_same_octets(value):
    field = (b"set-cookie", b"ok=" + value.encode() + SAFE)
    for watched in ((), ("observer",)):
        assert through_asgi(site_of({}, watched), b"", [field])[0] == [field]


# The clock


def test_note_that_depends_on_the_clock_counts_for_a_minute():
    site = Site({})
    field = (b"set-cookie", b"ok=1; Expires=Mon, 12 Jan 2026 08:02:00 GMT" + SAFE)
    gone = (b"set-cookie", b"ok=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0" + SAFE)
    found = []
    for second in (0, 59, 119, 178, 180, 200):
        site.now = NOW + second
        found.append(through_asgi(site, b"", [field])[0] == [field])
    assert found == [True, True, True, True, False, False]
    assert through_asgi(site, b"", [field])[0] == [gone]


def test_clock_that_goes_back_is_followed():
    site = Site({})
    site.now = NOW + 7200
    field = (b"set-cookie", b"ok=1; Expires=Mon, 12 Jan 2026 09:00:00 GMT" + SAFE)
    assert through_asgi(site, b"", [field])[0] != [field]
    site.now = NOW
    assert through_asgi(site, b"", [field])[0] == [field]


def test_limit_of_a_date_moves_with_the_clock():
    site = Site({})
    field = (b"set-cookie", b"ia_stats_a=1; Expires=Tue, 12 Jan 2027 08:00:00 GMT" + SAFE)
    cookie = b"cookiegate_consent=v=1&c=statistics.preferences&t=1768204800"
    dates = []
    for second in (0, 30, 60, 61, 7200):
        site.now = NOW + second
        dates.append(through_asgi(site, cookie, [field])[0][0][1][22:51])
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

    site = Site({"consent": source})
    lines = [
        b"ok=1",
        b"other=1",
        b"ia_mkt_a=;max-age=0",
        b"ok=a\tb",
        b"=1",
        b"ok=2; Expires=Mon, 12 Jan 2026 08:02:00 GMT",
    ]
    for _ in range(2):
        through_asgi(site, b"ok=1", [(b"set-cookie", line) for line in lines])
    assert heads == []
    through_asgi(site, b"ok=1", [(b"set-cookie", b"ia_mkt_a=1"), (b"set-cookie", b"ia_mkt_b=1")])
    assert len(heads) == 1


def test_dates_of_each_second_leave_as_the_policy_says_in_the_tables_minute():
    """Frameworks write a new Expires each second; the engine caches one entry for each side of now and of the limit."""
    site = Site({})
    cookie = b"cookiegate_consent=v=1&c=statistics&t=1768204800"
    for second in range(0, 200, 7):
        dates = [format_cookie_date(int(NOW) + second + offset) for offset in (-1, 0, 1, 86399, 86402, 10**6)]
        fields = [
            (b"set-cookie", name + b"=1; Expires=" + date + SAFE)
            for name in (b"ok", b"week", b"ia_stats_a")
            for date in dates
        ]
        left = through_asgi(site, cookie, fields)[0]
        decide = compiled(site.gate).policy.decide
        granted = Consent({"statistics"})
        assert [value for name, value in left if name == b"set-cookie"] == [
            decide(line, granted, is_https=True, now=NOW).after for _, line in fields
        ]


# Lines that are not cached


def test_fields_that_leave_are_in_a_list_of_their_own_and_in_pairs_of_their_own():
    fields = [[b"x-a", b"1"], [b"set-cookie", b"ok=1" + SAFE]]
    left = through_asgi(site_of({}), b"", fields)[0]
    assert left == [(b"x-a", b"1"), (b"set-cookie", b"ok=1" + SAFE)]
    assert left is not fields


def test_line_too_long_for_the_tables_is_the_policys():
    line = b"ok=1; Path=/" + b"x" * 1023 + b"; Domain=" + b"a" * 1024 + b"; Comment=" + b"x" * 3000
    left = b"ok=1; Domain=" + b"a" * 1024 + b"; Path=/" + b"x" * 1023 + b"; Secure; SameSite=Lax"
    assert through_asgi(site_of({}), b"", [(b"set-cookie", line)])[0] == [(b"set-cookie", left)]


@pytest.mark.parametrize("length", [MAX_LINE_OCTETS, MAX_LINE_OCTETS + 1])
def test_line_longer_than_any_cookie_needs_is_dropped(length):
    line = b"ok=1; Comment=" + b"x" * (length - 14)
    assert len(through_asgi(site_of({}), b"", [(b"set-cookie", line)])[0]) == (length == MAX_LINE_OCTETS)


@pytest.mark.parametrize("watched", [(), ("observer",)])
def test_response_without_fields_has_no_decisions(watched):
    left, handle, _ = through_asgi(site_of({}, watched), b"", [])
    assert (left, handle.decisions) == ([], ())


def test_blank_before_a_line_is_no_part_of_it():
    """Django before 6.0 writes one under WSGI."""
    line = b"ok=1" + SAFE
    for through in (through_asgi, through_wsgi):
        for _ in range(2):
            left, handle, _ = through(site_of({}), b"", [(b"Set-Cookie", b" \t" + line), (b"x", b" 1")])
            assert left == [(b"Set-Cookie", line), (b"x", b" 1")]
            assert [(one.action, one.before) for one in handle.decisions] == [("keep", line)]


@pytest.mark.parametrize("granted", [(), ("statistics",), ("preferences", "marketing"), ("statistics", "marketing")])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_gate_answers_each_visitor_by_the_own_consent(granted, scheme):
    site = site_of({"global_privacy_control": False})
    site.now = NOW
    cookie = b"cookiegate_consent=v=1&c=%b&t=1768204800" % ".".join(granted).encode()
    fields = [(b"set-cookie", name + b"=1" + SAFE) for name in (b"ia_pref_a", b"ia_stats_a", b"ia_mkt_a", b"ok")]
    for _ in range(2):
        left = through_asgi(site, cookie, fields, scheme)[0]
        assert len([name for name, _ in left if name == b"set-cookie"]) == 1 + len(granted)
