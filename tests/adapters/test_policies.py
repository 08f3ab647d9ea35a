"""A Content-Security-Policy that follows consent, through each way in."""

import logging
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, Consent, Reason
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.sources import ConsentedSources
from cookiegate.wire.source_list import remove_sources, source_key
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

STAT, MKT = "https://www.googletagmanager.com", "https://connect.example/sdk.js"
CSP = {"statistics": [STAT, "https://both.example"], "marketing": [MKT, "https://both.example"]}
POLICY = f"default-src 'self'; script-src 'self' {STAT} https://both.example {MKT}; img-src {MKT}"
NAME = "Content-Security-Policy"
REPORTING = "Content-Security-Policy-Report-Only"


@pytest.fixture
def gate(make_gate):
    return make_gate(csp=CSP)


@pytest.mark.parametrize(
    ("granted", "left"),
    [
        ("", "default-src 'self'; script-src 'self'; img-src 'none'"),
        ("preferences", "default-src 'self'; script-src 'self'; img-src 'none'"),
        ("statistics", f"default-src 'self'; script-src 'self' {STAT} https://both.example; img-src 'none'"),
        ("marketing", f"default-src 'self'; script-src 'self' https://both.example {MKT}; img-src {MKT}"),
        ("statistics.marketing", POLICY),
    ],
)
@pytest.mark.parametrize("name", [NAME, REPORTING])
def test_policy_follows_consent(exchange, gate, choice, granted, left, name):
    found = exchange(gate, cookie=choice(granted), fields=[(name, POLICY)])
    assert found.values(name) == [left]


def test_without_a_choice_every_source_is_refused(exchange, gate):
    assert exchange(gate, fields=[(NAME, f"script-src {STAT}")]).values(NAME) == ["script-src 'none'"]


def test_each_field_and_each_policy_in_it_is_changed(exchange_fields, gate):
    fields = [
        (NAME, f"img-src {MKT} a, img-src {MKT}"),
        (NAME.upper(), f"img-src b {MKT}"),
        (REPORTING.lower(), f"img-src {MKT}"),
    ]
    found = exchange_fields(gate, fields=[*fields, ("X-Policy", f"img-src {MKT}"), ("Link", f"<{MKT}>")])
    assert found.values(NAME) == ["img-src a, img-src 'none'", "img-src b"]
    assert found.values(REPORTING) == ["img-src 'none'"]
    assert found.values("X-Policy") == [f"img-src {MKT}"]
    assert [name for name, _ in found.fields][:3] == [name for name, _ in fields]


def test_consent_that_the_response_gives_counts(exchange, gate):
    found = exchange(gate, fields=[(NAME, f"img-src {MKT}")], app=lambda handle: handle.grant({"marketing"}))
    assert found.values(NAME) == [f"img-src {MKT}"]


def test_consent_that_the_response_withdraws_counts(exchange, gate, choice):
    found = exchange(
        gate, cookie=choice("marketing"), fields=[(NAME, f"img-src {MKT}")], app=lambda handle: handle.withdraw()
    )
    assert found.values(NAME) == ["img-src 'none'"]


def test_consent_cookie_of_the_app_counts(exchange, gate, choice):
    found = exchange(gate, [f"{choice('marketing')}; Path=/"], fields=[(NAME, f"img-src {MKT}")])
    assert found.values(NAME) == [f"img-src {MKT}"]


def test_cookies_are_judged_beside_a_policy(exchange, gate, choice):
    found = exchange(
        gate, ["stat_a=1", "mkt_a=1"], cookie=choice("statistics"), fields=[(NAME, f"img-src {MKT} {STAT}")]
    )
    assert [line.partition("=")[0] for line in found.lines] == ["stat_a"]
    assert found.values(NAME) == [f"img-src {STAT}"]


def test_global_privacy_control_refuses_a_source_too(exchange, gate, choice):
    found = exchange(gate, cookie=choice("marketing"), fields=[(NAME, f"img-src {MKT}")], request=[("Sec-GPC", "1")])
    assert found.values(NAME) == ["img-src 'none'"]


def test_gate_without_csp_changes_nothing(exchange, make_gate):
    found = exchange(make_gate(), ["sid=1"], fields=[(NAME, POLICY)])
    assert found.values(NAME) == [POLICY]
    assert found.values("Cache-Control") == []


def test_gate_with_empty_csp_changes_nothing(exchange, make_gate):
    assert exchange(make_gate(csp={}), fields=[(NAME, POLICY)]).values(NAME) == [POLICY]


# Caches


@pytest.mark.parametrize("granted", ["", "marketing"])
def test_response_that_depends_on_consent_is_private(exchange, gate, choice, granted):
    found = exchange(gate, cookie=choice(granted), fields=[(NAME, f"img-src {MKT}")])
    assert found.values("Cache-Control") == ["private"]


def test_response_that_depends_on_consent_varies(exchange, make_gate):
    gate = make_gate(csp=CSP, shared_caches="vary")
    fields = [(NAME, f"img-src {MKT}"), ("Cache-Control", "public, max-age=60")]
    found = exchange(gate, fields=fields)
    assert found.values("Vary") == ["Cookie, Sec-GPC"]
    assert found.values("Cache-Control") == ["public, max-age=60"]


def test_caches_of_a_site_that_keeps_them_itself_are_left_alone(exchange, make_gate):
    found = exchange(make_gate(csp=CSP, shared_caches="keep"), fields=[(NAME, f"img-src {MKT}")])
    assert [name.lower() for name, _ in found.fields] == [NAME.lower()]


@pytest.mark.parametrize("policy", ["default-src 'self'", f"report-uri {MKT}", ""])
def test_policy_that_names_no_such_source_does_not_depend(exchange, make_gate, policy):
    def source(head):
        raise AssertionError("nobody has to know the consent")

    found = exchange(make_gate(csp=CSP, consent=source), fields=[(NAME, policy)])
    assert found.fields == [(NAME, policy)]


@pytest.mark.parametrize("mode", ["private", "vary"])
@pytest.mark.parametrize("said", [[], [("Cache-Control", "private, max-age=60")], [("Cache-Control", "max-age=60")]])
def test_the_browsers_own_cache_varies(exchange, make_gate, mode, said):
    found = exchange(make_gate(csp=CSP, shared_caches=mode), fields=[(NAME, f"img-src {MKT}"), *said])
    assert found.values("Vary") == ["Cookie, Sec-GPC"]


def test_vary_of_the_app_is_kept(exchange, gate):
    fields = [(NAME, f"img-src {MKT}"), ("Vary", "Accept-Language")]
    assert exchange(gate, fields=fields).values("Vary") == ["Accept-Language, Cookie, Sec-GPC"]
    fields[1] = ("Vary", "Cookie, Sec-GPC")
    assert exchange(gate, fields=fields).values("Vary") == ["Cookie, Sec-GPC"]


# Report-only, and who wants to know


def test_report_only_changes_nothing_and_tells(exchange, make_gate, caplog):
    caplog.set_level(logging.INFO, "cookiegate")
    seen = []
    gate = make_gate(csp=CSP, mode="report-only", recorders=[seen.append])
    found = exchange(gate, fields=[(NAME, f"img-src {MKT}")])
    assert found.fields == [(NAME, f"img-src {MKT}")]
    assert [(each.source, each.is_enforced) for each in seen[0].removed_sources] == [(MKT, False)]
    assert [record.message for record in caplog.records] == [
        f"content-security-policy: '{MKT}' (marketing) would be removed: no-consent"
    ]


def test_what_was_taken_away_is_told(exchange, make_gate, choice, caplog):
    caplog.set_level(logging.INFO, "cookiegate")
    seen = []
    gate = make_gate(csp=CSP, recorders=[seen.append], debug=True)
    found = exchange(gate, cookie=choice("statistics"), fields=[(NAME, f"img-src {MKT}; frame-src {STAT} {MKT}")])
    (exchange_seen,) = seen
    assert exchange_seen.removed_sources == found.handle.removed_sources
    assert [
        (each.source, each.directive, each.category, each.reason, each.is_enforced)
        for each in exchange_seen.removed_sources
    ] == [
        (MKT, "img-src", Category.MARKETING, Reason.NOT_GRANTED, True),
        (MKT, "frame-src", Category.MARKETING, Reason.NOT_GRANTED, True),
    ]
    assert found.values("Cookiegate") == [
        ", ".join(
            f'"{MKT}";action=remove;reason=not-granted;directive={directive};category=marketing'
            for directive in ("img-src", "frame-src")
        )
    ]
    assert [record.message for record in caplog.records] == [
        f"content-security-policy: '{MKT}' (marketing) removed: not-granted"
    ]


def test_debug_field_names_cookies_first_and_is_bounded(exchange, make_gate):
    sources = [f"https://{number}.{'a' * 60}.example" for number in range(100)]
    gate = make_gate(csp={"marketing": sources}, debug=True)
    (field,) = exchange(gate, ["mkt_a=1"], fields=[(NAME, f"img-src {' '.join(sources)}")]).values("Cookiegate")
    assert field.startswith('"mkt_a";action=drop;reason=no-consent;rule=5;category=marketing, "https://0.')
    assert 3900 < len(field) <= 4096
    told = field.count("action=remove")
    assert field.endswith(f", more;count={100 - told}")


def test_debug_field_says_none_where_nothing_was_decided(exchange, make_gate):
    assert exchange(make_gate(csp=CSP, debug=True), fields=[(NAME, "img-src a")]).values("Cookiegate") == ["none"]


def test_handle_tells_nothing_before(exchange, gate):
    told = []
    exchange(gate, app=lambda handle: told.append(handle.removed_sources))
    assert told == [()]


def test_source_that_the_policy_allows_all_the_same_is_logged_once(exchange, gate, caplog):
    for _ in range(2):
        exchange(gate, fields=[(NAME, f"script-src {STAT} *.googletagmanager.com")])
    (message,) = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert message == (
        f"content-security-policy: '{STAT}' is refused, and script-src allows it all the same by another expression; "
        "write the sources of [csp] as the policy names them"
    )


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("script-src https:", True),
        ("script-src *.googletagmanager.com", True),
        (f"script-src {STAT}/gtag.js", True),
        ("script-src www.googletagmanager.com", True),
        ("script-src 'self'; form-action https:", False),
    ],
)
def test_source_that_no_policy_names_but_one_allows_is_logged(exchange, gate, choice, caplog, policy, said):
    fields = [(NAME, policy), ("Cache-Control", "public")]
    for granted in ("", "statistics.marketing"):
        found = exchange(gate, cookie=choice(granted), fields=fields)
        assert found.fields == fields  # it is the same for everybody
    assert ("allows it all the same by another expression" in caplog.text) is said


def test_other_spelling_of_a_source_is_taken_away_too(exchange, make_gate):
    gate = make_gate(csp={"statistics": ["https://A.example:443/", "b.example/", "wss://c.example"]})
    policy = "connect-src 'self' https://a.example/ B.example https://b.example WSS://c.example:443"
    assert exchange(gate, fields=[(NAME, policy)]).values(NAME) == ["connect-src 'self' https://b.example"]


def test_source_that_browsers_ignore_for_scripts_is_logged_once(exchange, gate, choice, caplog):
    policy = f"script-src 'nonce-a' 'Strict-Dynamic' {STAT}; img-src {MKT}, default-src {MKT} 'strict-dynamic'"
    for granted in ("", "statistics.marketing", ""):
        exchange(gate, cookie=choice(granted), fields=[(NAME, policy)])
    messages = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert messages == [
        f"content-security-policy: browsers ignore '{source}' for scripts, because {directive} has 'strict-dynamic': "
        "taking it away stops no script; let its scripts wait in the page with data-cookiegate"
        for source, directive in ((STAT, "script-src"), (MKT, "default-src"))
    ]


# A bug of the gate's own


@pytest.mark.parametrize("granted", ["", "statistics.marketing"])
def test_response_that_could_not_be_judged_names_no_source_of_a_category(
    exchange, gate, choice, granted, monkeypatch, caplog
):
    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("cookiegate.engine.Engine.filter", fail)
    fields = [(NAME, POLICY), (REPORTING, f"img-src {MKT}"), ("Set-Cookie", "a=b"), ("X-Policy", STAT)]
    found = exchange(gate, cookie=choice(granted), fields=fields)
    assert found.values(NAME) == ["default-src 'self'; script-src 'self'; img-src 'none'"]
    assert found.values(REPORTING) == ["img-src 'none'"]
    assert found.values("Set-Cookie") == []
    assert found.values("X-Policy") == [STAT]
    assert "please report this bug" in caplog.text


def test_policy_that_could_not_be_read_allows_nothing(exchange, gate, monkeypatch):
    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("cookiegate.sources.remove_sources", fail)
    found = exchange(gate, fields=[(NAME, POLICY), ("X-Policy", STAT)])
    assert found.values(NAME) == ["default-src 'none'"]
    assert found.values("X-Policy") == [STAT]


def test_bug_in_report_only_changes_no_policy(exchange, make_gate, monkeypatch):
    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("cookiegate.sources.remove_sources", fail)
    assert exchange(make_gate(csp=CSP, mode="report-only"), fields=[(NAME, POLICY)]).values(NAME) == [POLICY]


# Odd fields


def send_asgi(gate, headers, kind="http.response.start"):
    sent = []

    async def site(scope, receive, send):
        await send({"type": kind, "status": 200, "headers": headers})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": []}
    with pytest.raises(StopIteration):
        AsgiGate(site, gate)(scope, None, send).send(None)
    return sent[0]["headers"]


def send_wsgi(gate, headers):
    sent = []

    def site(environ, start_response):
        start_response("200 OK", headers)
        return []

    def start_response(status, headers, exc_info=None):
        sent.append(headers)

    WsgiGate(site, gate)({"wsgi.url_scheme": "https"}, start_response)
    return sent[0]


@pytest.mark.parametrize(
    "name", [" Content-Security-Policy", "content-security-policy\t", "\x0bCONTENT-SECURITY-POLICY-REPORT-ONLY"]
)
def test_padded_name_is_a_policy_too(gate, name):
    value = f"img-src {MKT}"
    assert send_asgi(gate, [(name.encode(), value.encode())])[0] == (name.encode(), b"img-src 'none'")
    assert send_wsgi(gate, [(name, value)])[0] == (name, "img-src 'none'")


@pytest.mark.parametrize("make", [list, tuple, lambda pair: tuple(map(bytearray, pair))])
def test_field_in_another_form_is_a_policy_too(gate, make):
    pair = (b"content-security-policy", f"img-src {MKT}".encode())
    assert send_asgi(gate, [make(pair)])[0] == (b"content-security-policy", b"img-src 'none'")


def test_pair_that_is_no_tuple_is_a_policy_under_wsgi_too(gate, make_gate):
    field = [NAME, f"img-src {MKT}"]
    assert send_wsgi(gate, [field])[0] == (NAME, "img-src 'none'")
    assert send_wsgi(make_gate(debug=True), [field])[0] == tuple(field)


class Text(str):
    """Text of a class of its own, as some frameworks have it."""

    __slots__ = ()


def test_text_of_another_class_is_a_policy_under_wsgi_too(gate):
    assert send_wsgi(gate, [(Text(NAME), f"img-src {MKT}")])[0] == (NAME, "img-src 'none'")
    assert send_wsgi(gate, [(NAME, Text(f"img-src {MKT}"))])[0] == (NAME, "img-src 'none'")


@pytest.mark.parametrize("field", [(1, 2), "x", ("X", "y"), (NAME, None), (NAME, "\u20ac")])
def test_what_is_no_policy_passes_under_wsgi(gate, field):
    assert send_wsgi(gate, [field])[0] == field


def test_line_that_can_not_go_on_the_wire_is_left_out_beside_a_policy(gate):
    fields = send_wsgi(gate, [iter(["Set-Cookie", "a=\u20ac"]), (NAME, f"img-src {MKT}")])
    assert (NAME, "img-src 'none'") in fields


def test_without_csp_a_policy_leaves_as_the_object_that_it_is(make_gate):
    field = (NAME, f"img-src {MKT}")
    assert send_wsgi(make_gate(debug=True), [field])[0] is field


def test_value_is_cut_at_a_line_break_before_it_is_changed(gate):
    value = f"img-src {MKT} a\r\nset-cookie: x=1 {MKT}"
    assert send_asgi(gate, [(b"content-security-policy", value.encode())])[0][1] == b"img-src a"
    assert send_wsgi(gate, [(NAME, value)])[0][1] == "img-src a"


def test_field_that_no_server_sends_passes_beside_a_policy(gate):
    odd = (b"x", "\u20ac")
    fields = send_asgi(gate, [odd, (b"content-security-policy", f"img-src {MKT}".encode())])
    assert fields[:2] == [odd, (b"content-security-policy", b"img-src 'none'")]


@pytest.mark.parametrize("kind", ["http.response.trailers", "http.response.informational"])
def test_other_messages_with_headers_are_changed_too(gate, kind):
    headers = [(b"content-security-policy", f"img-src {MKT}".encode())]
    assert send_asgi(gate, headers, kind) == [(b"content-security-policy", b"img-src 'none'")]


def test_report_only_leaves_other_messages_alone(make_gate):
    gate = make_gate(csp=CSP, mode="report-only")
    headers = [(b"content-security-policy", f"img-src {MKT}".encode())]
    assert send_asgi(gate, headers, "http.response.trailers") == headers


def test_policy_with_a_nonce_of_its_own_each_time_is_looked_up(gate):
    for number in range(300):
        policy = f"script-src 'nonce-{number}' {STAT}; style-src {MKT} 'nonce-b{number}'; img-src https://a/'nonce-c' "
        [field, *_] = send_asgi(gate, [(b"content-security-policy", f"{policy}{STAT}".encode())])
        left = f"script-src 'nonce-{number}'; style-src 'nonce-b{number}'; img-src https://a/'nonce-c'"
        assert field[1] == left.encode()
    sources = gate._compiled.rules.sources
    assert [len(memo) for memo in sources._by_grant.values()] == [1]


def test_one_of_two_policies_is_changed(gate):
    values = [b"img-src 'nonce-a' a.b", f"img-src {MKT} 'nonce-b'".encode()]
    fields = [(b"content-security-policy", value) for value in values]
    left = [b"img-src 'nonce-a' a.b", b"img-src 'nonce-b'"]
    assert [value for _, value in send_asgi(gate, fields)[:2]] == left


def test_policies_of_every_kind_fill_no_memory(gate):
    for number in range(300):
        send_asgi(gate, [(b"content-security-policy", f"img-src {MKT} https://a.b/{number}".encode())])
    sources = gate._compiled.rules.sources
    assert max(len(memo) for memo in sources._by_grant.values()) <= 64


@given(
    policy=st.lists(
        st.sampled_from(
            [
                MKT,
                STAT,
                "'nonce-a'",
                "'NONCE-b'",
                "'nonce-'",
                "x'nonce-c'",
                "'nonce-d",
                "img-src",
                "script-src",
                ";",
                ",",
            ]
        )
    ).map(" ".join)
)
def test_looking_a_policy_up_changes_nothing_in_its_nonces(policy):
    sources = ConsentedSources({"marketing": [MKT]})
    asked = SimpleNamespace(find_consent=lambda now: Consent(()))
    fields, found = sources.filter([(b"csp", policy.encode())], (0,), asked, 0, is_enforced=True)
    known = {source_key(MKT.encode())}
    left, removed, depends = remove_sources(policy.encode(), known, known)
    assert fields == [(b"csp", left)]
    assert [(each.directive.encode(), each.source.encode()) for each in found.removed] == [*dict.fromkeys(removed)]
    assert found.depends == depends
