"""Consent sources: several in order, several values at once, and what can be written."""

from datetime import UTC, datetime

import pytest

from cookiegate import Category, ConfigError, Consent, Reason, RequestHead
from cookiegate.consent import OwnConsent, first_of
from cookiegate.consent.source import (
    MAX_VALUE_OCTETS,
    CookieValues,
    OneCookieSource,
    cookie_names_of,
    strictest,
    writable,
)

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def head(cookie):
    return RequestHead(cookie=cookie)


def parse(value):
    """Read category names with dots between; `-` means no signal."""
    return None if value == b"-" else Consent(filter(None, value.decode("ascii").split(".")), source="c")


@pytest.fixture
def values():
    return CookieValues("c", parse)


@pytest.mark.parametrize(
    ("cookie", "granted"),
    [
        (b"c=statistics", {"statistics"}),
        (b"a=1; c=statistics; z=9", {"statistics"}),
        (b"a=1;c = statistics ;z=9", {"statistics"}),
        (b"c=", set()),
        (b"c=statistics; c=statistics", {"statistics"}),
        (b"c=statistics.marketing; c=statistics", {"statistics"}),
        (b"c=marketing; c=statistics", set()),
        (b"c=statistics; c=broken", set()),
        (b"c=\xff; c=statistics", set()),
        (b"c=-; c=statistics", set()),
        (b"c=statistics; c=-", set()),
    ],
)
def test_cookie_values_read(values, cookie, granted):
    assert values(head(cookie)).granted == granted


@pytest.mark.parametrize(
    "cookie",
    [b"", b"a=1", b"C=statistics", b"cc=statistics", b"xc=statistics", b"\xa0c=statistics", b"c", b"a=c=statistics",
     b'a="; xc=statistics; "', b"c=-", b"c=-; c=-"],
)  # fmt: skip
def test_cookie_values_read_no_other_cookie(values, cookie):
    assert values(head(cookie)) is None


@pytest.mark.parametrize("value", [b"broken", b'"statistics"', b"%73tatistics", b"\\163tatistics", b"statistics, c=x"])
def test_cookie_values_unquote_nothing(values, value):
    assert values(head(b"c=" + value)) == Consent.none(Reason.CONSENT_UNREADABLE, source="c")


def test_cookie_values_longer_than_the_limit_are_unreadable():
    asked = []
    values = CookieValues("c", lambda value: asked.append(value) or Consent(["statistics"]))
    assert values(head(b"c=" + b"x" * MAX_VALUE_OCTETS)).granted
    assert values(head(b"c=" + b"x" * (MAX_VALUE_OCTETS + 1))) == Consent.none(Reason.CONSENT_UNREADABLE, source="c")
    assert len(asked) == 1


def test_cookie_values_parse_a_value_once():
    asked = []
    values = CookieValues("c", lambda value: asked.append(value) or Consent(["statistics"]), source="platform")
    for _ in range(3):
        values(head(b"c=1"))
    assert asked == [b"1"]


def test_cookie_values_name_their_source():
    def refuse(value):
        raise ValueError

    assert CookieValues("c", refuse, source="platform")(head(b"c=1")).source == "platform"


def test_cookie_values_two_that_differ_say_so(values):
    consent = values(head(b"c=statistics.marketing; c=statistics.preferences"))
    assert consent.granted == {"statistics"}
    assert consent.refusal(Category.MARKETING) is Reason.CONSENT_CONFLICT
    assert consent.refusal(Category.PREFERENCES) is Reason.CONSENT_CONFLICT


def test_cookie_values_unanswered_one_beside_another_is_a_conflict(values):
    consent = values(head(b"c=statistics; c=-"))
    assert consent.refusal(Category.STATISTICS) is Reason.CONSENT_CONFLICT
    assert (consent.source, consent.explicit) == ("c", False)


def test_cookie_values_problem_is_told_in_words():
    def refuse(value):
        if value == b"broken":
            raise ValueError("no such word")

    values = CookieValues("c", refuse)
    assert values.problem(head(b"c=ok")) is None
    assert values.problem(head(b"c=ok; c=broken")) == "no such word"
    assert values.problem(head(b"c=" + b"x" * 8193)) == "longer than 8192 octets"


def test_one_cookie_source_is_made_of_a_name_and_a_function():
    source = OneCookieSource("c", parse, "shop")
    assert (cookie_names_of(source), source.values.name) == (("c",), b"c")
    assert source(head(b"c=statistics")).granted == {"statistics"}
    assert source(head(b"c=broken")) == Consent.none(Reason.CONSENT_UNREADABLE, source="shop")
    assert source(head(b"a=1")) is None


@pytest.mark.parametrize(("declared", "is_remembered"), [({}, False), ({"reads_one_cookie": True}, True)])
def test_one_cookie_source_remembers_values_for_classes_that_say_they_read_nothing_else(declared, is_remembered):
    class Shop(OneCookieSource, **declared):
        """Says nothing, or that it reads one cookie."""

    class Below(Shop):
        """Says nothing, whatever its base says."""

    assert (Shop("c", parse, "shop").values is not None) is is_remembered
    assert Below("c", parse, "shop").values is None


@pytest.mark.parametrize("readings", [[], [None], [None, None]])
def test_strictest_of_no_signal_is_no_signal(readings):
    assert strictest(readings) is None


def test_strictest_of_equal_readings_is_theirs():
    consent = Consent(["statistics"], given_at=EARLY, id="x")
    assert strictest([consent, None, Consent(["statistics"], given_at=EARLY, id="x")]) is consent


def test_strictest_takes_the_oldest_time_and_the_shortest_age():
    consent = strictest(
        [Consent([], given_at=LATE, max_age_s=9), Consent([], given_at=EARLY, max_age_s=5), Consent([])]
    )
    assert (consent.given_at, consent.max_age_s) == (EARLY, 5)


def test_strictest_without_times_has_none():
    consent = strictest([Consent(["statistics"]), Consent([])])
    assert (consent.given_at, consent.max_age_s) == (None, None)


@pytest.mark.parametrize(
    ("first", "second", "revision"), [("1", "1", "1"), ("1", "2", ""), ("1", None, ""), (None, None, None)]
)
def test_strictest_revision_counts_only_where_all_agree(first, second, revision):
    assert strictest([Consent(["statistics"], revision=first), Consent([], revision=second)]).revision == revision


@pytest.mark.parametrize(("second", "explicit"), [(True, True), (False, False)])
def test_strictest_is_explicit_only_where_all_are(second, explicit):
    assert strictest([Consent(["statistics"]), Consent([], explicit=second)]).explicit is explicit


def test_strictest_keeps_why_a_reading_refuses():
    consent = strictest([Consent([], source="a"), Consent.none(Reason.CONSENT_UNREADABLE, source="b")])
    assert consent.refusal(Category.MARKETING) is Reason.CONSENT_UNREADABLE
    assert consent.source == "a, b"


def test_first_of_asks_in_order_until_there_is_a_signal():
    asked = []

    def source(name, consent):
        def read(head):
            asked.append(name)
            return consent

        return read

    refusal = Consent.none(Reason.CONSENT_UNREADABLE)
    sources = first_of(source("a", None), source("b", refusal), source("c", Consent(["statistics"])))
    assert sources(head(b"")) is refusal
    assert asked == ["a", "b"]


def test_first_of_nothing_is_no_signal():
    assert first_of()(head(b"")) is None
    assert first_of(lambda _: None)(head(b"")) is None


def test_first_of_names_every_cookie_once():
    sources = first_of(OwnConsent("a"), lambda _: None, OwnConsent("b"), OwnConsent("a"))
    assert sources.cookie_names == ("a", "b")


async def later(head):
    return None


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        ((OwnConsent(), OwnConsent), "first_of: source 2: is the class OwnConsent; make one: OwnConsent()"),
        ((5,), "first_of: source 1: is 5; use a consent source or a function of the request"),
        ((later,), f"first_of: source 1: is {later!r}; use a consent source or a function of the request"),
    ],
)
def test_first_of_complains(sources, complaint):
    with pytest.raises(ConfigError) as caught:
        first_of(*sources)
    assert caught.value.problems == (complaint,)


def test_cookie_names_of_a_plain_function_are_none():
    assert cookie_names_of(lambda _: None) == ()


def test_writable_is_the_first_that_can_write():
    own = OwnConsent()
    assert writable(own) is own
    assert writable(first_of(lambda _: None, own)) is own
    assert writable(first_of(lambda _: None)) is None
    assert writable(lambda _: None) is None


def test_consent_of_a_text_instead_of_a_set_is_refused():
    with pytest.raises(ValueError, match="granted is the text 'statistics'; give a set of category names"):
        Consent(granted="statistics")


def test_consent_of_an_unknown_category_is_refused():
    message = r"^unknown category 'stats'; use one of necessary, preferences, .* \(did you mean 'statistics'\?\)$"
    with pytest.raises(ValueError, match=message):
        Consent(granted={"stats"})


def test_consent_may_name_what_is_necessary():
    assert Consent(granted={"necessary", "statistics"}).granted == {"statistics"}
