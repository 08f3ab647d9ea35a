"""What a site demands of a consent before it counts, and the signals that narrow it."""

from datetime import UTC, datetime

import pytest

from cookiegate import Category, Consent, CookieGate, Reason, Registry, RequestHead
from cookiegate.consent.terms import ConsentTerms
from cookiegate.model import NO_CONSENT

NOW = 1768204800
DAY = 86400
ALL = ["preferences", "statistics", "marketing"]
NO_SIGNALS = RequestHead()


def given(seconds_ago, **more):
    return Consent(ALL, given_at=datetime.fromtimestamp(NOW - seconds_ago, UTC), **more)


def head(*fields):
    return RequestHead(headers=fields)


def test_terms_leave_a_consent_that_meets_them():
    consent = given(DAY, revision="2", source="x", id="y")
    terms = ConsentTerms(max_age_s=2 * DAY, revision="2", require_explicit=True)
    assert terms.apply(consent, NO_SIGNALS, NOW) is consent


@pytest.mark.parametrize(
    ("age_s", "counts"),
    [(0, True), (99, True), (100, False), (101, False), (-1, True), (-DAY, True), (-DAY - 1, False), (-(10**9), False)],
)
def test_terms_max_age(age_s, counts):
    consent = ConsentTerms(max_age_s=100).apply(given(age_s), NO_SIGNALS, NOW)
    assert bool(consent.granted) is counts
    assert counts or consent.refusal(Category.STATISTICS) is Reason.CONSENT_EXPIRED


@pytest.mark.parametrize(("own_s", "sites_s"), [(50, None), (50, 100), (100, 50)])
def test_terms_the_shorter_age_holds(own_s, sites_s):
    terms = ConsentTerms(max_age_s=sites_s)
    assert terms.apply(given(49, max_age_s=own_s), NO_SIGNALS, NOW).granted
    assert not terms.apply(given(50, max_age_s=own_s), NO_SIGNALS, NOW).granted


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
    consent = ConsentTerms().apply(given(5, **known), head((b"sec-gpc", b"1")), NOW)
    assert {key: getattr(consent, key) for key in known} == known
    assert consent.given_at == given(5).given_at


def test_terms_without_a_signal_grant_nothing():
    assert ConsentTerms().apply(None, NO_SIGNALS, NOW) is NO_CONSENT


def test_terms_default_counts_where_there_is_no_signal():
    consent = ConsentTerms(default=lambda _: frozenset({Category.STATISTICS})).apply(None, NO_SIGNALS, NOW)
    assert (consent.granted, consent.source, consent.explicit) == ({"statistics"}, "default", False)


def test_terms_default_that_grants_nothing_is_no_consent():
    assert ConsentTerms(default=lambda _: frozenset()).apply(None, NO_SIGNALS, NOW) is NO_CONSENT


def test_terms_default_does_not_replace_a_consent_that_no_longer_counts():
    terms = ConsentTerms(default=lambda _: frozenset(Category), max_age_s=10)
    assert not terms.apply(given(11), NO_SIGNALS, NOW).granted


def gate(**settings):
    return CookieGate(registry=Registry(), consent=lambda _: None, **settings)


def test_gate_default_may_be_a_set():
    assert gate(default_consent={"statistics", "necessary"}).read_consent(NO_SIGNALS, NOW).granted == {"statistics"}


def test_gate_default_may_be_a_function_of_the_request():
    opt_out = gate(default_consent=lambda head: ["statistics"] if head.header(b"cf-ipcountry") == [b"US"] else [])
    assert opt_out.read_consent(head((b"cf-ipcountry", b"US")), NOW).granted == {"statistics"}
    assert opt_out.read_consent(head((b"cf-ipcountry", b"DE")), NOW) is NO_CONSENT


@pytest.mark.parametrize("answer", [None, ["stats"], "statistics", 5])
def test_gate_default_function_that_answers_nonsense_grants_nothing(answer, caplog):
    consent = gate(default_consent=lambda _: answer).read_consent(NO_SIGNALS, NOW)
    assert consent.refusal(Category.STATISTICS) is Reason.CONSENT_SOURCE_FAILED
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_gate_default_function_that_raises_grants_nothing_and_is_logged_once(caplog):
    broken = gate(default_consent=lambda _: {}["country"])
    for _ in range(3):
        assert broken.read_consent(NO_SIGNALS, NOW) == Consent.none(Reason.CONSENT_SOURCE_FAILED)
    assert [record.getMessage() for record in caplog.records] == [
        "the consent source raised; requests count as without consent"
    ]
