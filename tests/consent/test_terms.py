"""What a site demands of a consent before it counts, and the signals that narrow it."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Reason, Registry, RequestHead
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent
from cookiegate.consent.terms import ConsentTerms
from cookiegate.gate import compiled
from cookiegate.model import NO_CONSENT
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

NOW = 1768204800
DAY = 86400
ALL = ["preferences", "statistics", "marketing"]
NO_SIGNALS = RequestHead()


def consent_given(seconds_ago, **more):
    return Consent(ALL, given_at=datetime.fromtimestamp(NOW - seconds_ago, UTC), **more)


def head(*fields):
    return RequestHead(headers=fields)


def test_terms_leave_a_consent_that_meets_them():
    consent = consent_given(DAY, revision="2", source="x", id="y")
    terms = ConsentTerms(max_age_s=2 * DAY, revision="2", require_explicit=True)
    assert terms.apply(consent, NO_SIGNALS, NOW) is consent


@pytest.mark.parametrize(
    ("age_s", "counts"),
    [(0, True), (99, True), (100, False), (101, False), (-1, True), (-DAY, True), (-DAY - 1, False), (-(10**9), False)],
)
def test_terms_max_age(age_s, counts):
    consent = ConsentTerms(max_age_s=100).apply(consent_given(age_s), NO_SIGNALS, NOW)
    assert bool(consent.granted) is counts
    assert counts or consent.refusal(Category.STATISTICS) is Reason.CONSENT_EXPIRED


@pytest.mark.parametrize(("own_s", "sites_s"), [(50, None), (50, 100), (100, 50)])
def test_terms_the_shorter_age_holds(own_s, sites_s):
    terms = ConsentTerms(max_age_s=sites_s)
    assert terms.apply(consent_given(49, max_age_s=own_s), NO_SIGNALS, NOW).granted
    assert not terms.apply(consent_given(50, max_age_s=own_s), NO_SIGNALS, NOW).granted


def test_terms_can_not_age_a_consent_without_a_time():
    assert ConsentTerms(max_age_s=1).apply(Consent(ALL), NO_SIGNALS, NOW).granted


@pytest.mark.parametrize(
    ("sites", "shown", "counts"),
    [(None, "1", True), ("2", "2", True), ("2", "1", False), ("2", "", False), ("2", None, True), ("2", "2 ", False)],
)
def test_terms_revision(sites, shown, counts):
    consent = ConsentTerms(revision=sites).apply(Consent(ALL, revision=shown), NO_SIGNALS, NOW)
    assert bool(consent.granted) is counts
    assert counts or consent.refusal(Category.MARKETING) is Reason.CONSENT_OTHER_REVISION


def test_terms_refusal_names_the_source():
    assert ConsentTerms(revision="2").apply(Consent(ALL, source="x", revision="1"), NO_SIGNALS, NOW).source == "x"


@pytest.mark.parametrize(
    ("required", "explicit", "counts"), [(False, False, True), (True, True, True), (True, False, False)]
)
def test_terms_explicit(required, explicit, counts):
    consent = ConsentTerms(require_explicit=required).apply(Consent(ALL, explicit=explicit), NO_SIGNALS, NOW)
    assert bool(consent.granted) is counts
    assert counts or consent.refusal(Category.MARKETING) is Reason.CONSENT_NOT_EXPLICIT


def test_terms_explicit_keeps_why_an_implied_refusal_refuses():
    refused = Consent.none(Reason.CONSENT_UNREADABLE)
    assert ConsentTerms(require_explicit=True).apply(refused, NO_SIGNALS, NOW) is refused


@pytest.mark.parametrize("fields", [[b"1"], [b"0", b"1"], [b"1", b"0"], [b"1", b"1"]])
def test_terms_global_privacy_control_refuses_marketing(fields):
    signals = head(*((b"sec-gpc", value) for value in fields))
    consent = ConsentTerms().apply(Consent(ALL), signals, NOW)
    assert consent.granted == {"preferences", "statistics"}
    assert consent.refusal(Category.MARKETING) is Reason.GLOBAL_PRIVACY_CONTROL


@pytest.mark.parametrize("value", [b"", b"0", b"2", b"11", b"1 ", b"01", b"true", b'"1"', b"?1", b"1;a"])
def test_terms_global_privacy_control_is_exactly_1(value):
    consent = Consent(ALL)
    assert ConsentTerms().apply(consent, head((b"sec-gpc", value)), NOW) is consent


def test_terms_global_privacy_control_can_be_switched_off():
    consent = Consent(ALL)
    assert ConsentTerms(global_privacy_control=False).apply(consent, head((b"sec-gpc", b"1")), NOW) is consent


def test_terms_global_privacy_control_refuses_marketing_granted_by_default():
    terms = ConsentTerms(default=lambda _: frozenset({Category.MARKETING, Category.STATISTICS}))
    assert terms.apply(None, head((b"sec-gpc", b"1")), NOW).granted == {"statistics"}


def test_terms_global_privacy_control_leaves_a_refusal_its_reason():
    consent = ConsentTerms().apply(Consent(["statistics"]), head((b"sec-gpc", b"1")), NOW)
    assert consent.refusal(Category.MARKETING) is Reason.NOT_GRANTED


def test_terms_do_not_track_is_off_by_default():
    assert ConsentTerms().apply(Consent(ALL), head((b"dnt", b"1")), NOW).granted == set(ALL)


def test_terms_do_not_track_leaves_preferences_only():
    consent = ConsentTerms(do_not_track=True).apply(Consent(ALL), head((b"dnt", b"1")), NOW)
    assert consent.granted == {"preferences"}
    assert {consent.refusal(Category.STATISTICS), consent.refusal(Category.MARKETING)} == {Reason.DO_NOT_TRACK}


@pytest.mark.parametrize("value", [b"0", b"", b"yes"])
def test_terms_do_not_track_is_exactly_1(value):
    assert ConsentTerms(do_not_track=True).apply(Consent(ALL), head((b"dnt", value)), NOW).granted == set(ALL)


def test_terms_each_signal_keeps_its_reason():
    signals = head((b"dnt", b"1"), (b"sec-gpc", b"1"))
    consent = ConsentTerms(do_not_track=True).apply(Consent(ALL), signals, NOW)
    assert consent.refusals == (
        (Category.MARKETING, Reason.GLOBAL_PRIVACY_CONTROL),
        (Category.STATISTICS, Reason.DO_NOT_TRACK),
    )


def test_terms_a_signal_keeps_all_else_that_is_known():
    known = {"source": "x", "revision": "2", "max_age_s": 9999, "id": "y", "explicit": False}
    consent = ConsentTerms().apply(consent_given(5, **known), head((b"sec-gpc", b"1")), NOW)
    assert {key: getattr(consent, key) for key in known} == known
    assert consent.given_at == consent_given(5).given_at


def test_terms_without_a_signal_grant_nothing():
    assert ConsentTerms().apply(None, NO_SIGNALS, NOW) is NO_CONSENT


def test_terms_default_counts_where_there_is_no_signal():
    consent = ConsentTerms(default=lambda _: frozenset({Category.STATISTICS})).apply(None, NO_SIGNALS, NOW)
    assert (consent.granted, consent.source, consent.explicit) == ({"statistics"}, "default", False)


def test_terms_default_that_grants_nothing_is_no_consent():
    assert ConsentTerms(default=lambda _: frozenset()).apply(None, NO_SIGNALS, NOW) is NO_CONSENT


def test_terms_default_does_not_replace_a_consent_that_no_longer_counts():
    terms = ConsentTerms(default=lambda _: frozenset(Category), max_age_s=10)
    assert not terms.apply(consent_given(11), NO_SIGNALS, NOW).granted


def gate(**settings):
    return CookieGate(registry=Registry(), consent=lambda _: None, **settings)


def read(one, request=NO_SIGNALS):
    return compiled(one).reader.read(request, NOW)[0]


def test_gate_default_may_be_a_set():
    assert read(gate(default_consent={"statistics", "necessary"})).granted == {"statistics"}


def test_gate_default_may_be_a_function_of_the_request():
    opt_out = gate(default_consent=lambda head: ["statistics"] if head.header(b"cf-ipcountry") == [b"US"] else [])
    assert read(opt_out, head((b"cf-ipcountry", b"US"))).granted == {"statistics"}
    assert read(opt_out, head((b"cf-ipcountry", b"DE"))) is NO_CONSENT


@pytest.mark.parametrize("answer", [None, ["stats"], "statistics", 5])
def test_gate_default_function_that_answers_nonsense_grants_nothing(answer, caplog):
    consent = read(gate(default_consent=lambda _: answer))
    assert consent.refusal(Category.STATISTICS) is Reason.CONSENT_SOURCE_FAILED
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_gate_default_function_that_raises_grants_nothing_and_is_logged_once(caplog):
    broken = gate(default_consent=lambda _: {}["country"])
    for _ in range(3):
        assert read(broken) == Consent.none(Reason.CONSENT_SOURCE_FAILED)
    assert [record.getMessage() for record in caplog.records] == [
        "the consent source raised; requests count as without consent"
    ]


# What is remembered of a consent says what source and terms together would say, whatever header and time come

NAME = b"cookiegate_consent"
EMPTY = Registry([CookieRule(name="ok", category=Category.NECESSARY)])
VALUES = st.sampled_from(
    [b"v=1&c=marketing&t=1768204800", b"v=1&c=marketing.statistics&t=1768204800&r=2", b"v=1&c=&t=1768204800&r=1",
     b"v=1&c=preferences&t=1700000000", b"v=1&c=statistics&t=1768300000", b"v=1&c=marketing&t=x", b"", b"junk", b"\xff"]
)  # fmt: skip
PIECES = st.one_of(
    st.builds(lambda value: NAME + b"=" + value, VALUES),
    st.builds(lambda value: NAME + b" = " + value + b" ", VALUES),
    st.sampled_from([NAME, NAME + b"2=1", b"x" + NAME + b"=1", b"a=1", b"", b"a=" + NAME, b"\x00", b"a=1,b=2"]),
)
COOKIES = st.builds(
    lambda pieces, between: between.join(pieces), st.lists(PIECES, max_size=4), st.sampled_from([b"; ", b";"])
)
SETTINGS = [
    {}, {"revision": "2"}, {"require_explicit": True}, {"consent_max_age": 30}, {"global_privacy_control": False},
    {"do_not_track": True}, {"default_consent": {"statistics", "marketing"}},
]  # fmt: skip
GATES = [CookieGate(registry=EMPTY, clock=lambda: NOW, **settings) for settings in SETTINGS]
SIGNALS = st.sampled_from(
    [[], [(b"sec-gpc", b"1")], [(b"sec-gpc", b"0")], [(b"dnt", b"1")], [(b"dnt", b"1"), (b"sec-gpc", b"1")]]
)


def by_asgi(gate, cookie, fields):
    found = []

    async def app(scope, receive, send):
        found.append(scope["cookiegate"].consent)

    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/"}
    headers = [*fields, (b"cookie", cookie)] if cookie else fields
    with pytest.raises(StopIteration):
        AsgiGate(app, gate)({**scope, "headers": headers}, None, None).send(None)
    return found[0]


def by_wsgi(gate, cookie, fields):
    environ = {f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in fields}
    environ |= {"HTTP_COOKIE": cookie.decode("latin-1"), "wsgi.url_scheme": "https"}
    return WsgiGate(lambda environ, start: environ["cookiegate.handle"].consent, gate)(environ, None)


@pytest.mark.parametrize("by", [by_asgi, by_wsgi])
@given(cookie=COOKIES, fields=SIGNALS, gate=st.sampled_from(GATES))
@example(cookie=NAME + b"=v=1&c=marketing&t=1768204800", fields=[(b"sec-gpc", b"1")], gate=GATES[0])
@example(cookie=b"a=" + b"x" * 70_000, fields=[], gate=GATES[0])
@example(cookie=b"a=" + b"x" * 70_000 + b"; " + NAME + b"=v=1&c=marketing&t=1768204800", fields=[], gate=GATES[0])
def test_remembered_consent_is_the_sources(by, cookie, fields, gate):
    for _ in range(2):
        head = RequestHead(cookie=cookie, headers=tuple(fields), scheme="https")
        assert by(gate, cookie, fields) == read(gate, head)


@pytest.mark.parametrize("source", [OwnConsent(), OwnConsent(secret="s" * 16)])
def test_remembered_consent_ages(source):
    time = [NOW]
    gate = CookieGate(registry=EMPTY, consent=source, clock=lambda: time[0])
    line = source.write(Consent({"marketing"}, given_at=datetime.fromtimestamp(NOW, UTC)), is_https=True)
    cookie = line.partition(b";")[0]
    seen = []
    for time[0] in (NOW, NOW + 184 * 86400 - 1, NOW + 184 * 86400, NOW, NOW - 86401, NOW - 86400):
        seen.append(bool(by_asgi(gate, cookie, []).granted))
    assert seen == [True, True, False, True, False, True]


def test_source_that_asks_something_else_as_well_is_asked_each_time():
    class Sometimes(OwnConsent):
        def __call__(self, head, /):
            return super().__call__(head) if head.path == "/granted" else None

    gate = CookieGate(registry=EMPTY, consent=Sometimes(), clock=lambda: NOW)
    for _ in range(2):
        assert not by_asgi(gate, NAME + b"=v=1&c=marketing&t=1768204800", []).granted


def test_repeated_value_is_read_once():
    class Counted(OwnConsent):
        def parse(self, value):
            seen.append(value)
            return super().parse(value)

    seen = []
    gate = CookieGate(registry=EMPTY, consent=Counted(), clock=lambda: NOW)
    for _ in range(3):
        by_asgi(gate, NAME + b"=v=1&c=marketing&t=1768204800", [])
    assert len(seen) == 1
