"""One visit, without any adapter: what it is asked for, and the corners that no well-behaved app reaches."""

import logging

import pytest

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, RequestHead
from cookiegate.expiry import MAX_EXPIRED
from cookiegate.visit import MAX_PAIRS, Visit

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = b"; Path=/; Secure; SameSite=Lax"
OK = (b"set-cookie", b"ok=1" + SAFE)
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: NOW} | settings)


class _Visit(Visit):
    def __init__(self, one_gate, cookie=b""):
        self._gate = one_gate
        self._is_special = one_gate.is_watched
        self.cookie = cookie

    def head(self):
        return RequestHead(cookie=self.cookie)

    def has_https_scheme(self):
        return True


def test_filter_returns_a_list_of_its_own_with_pairs_of_its_own():
    fields = [[b"x-a", b"1"], [b"set-cookie", b"ok=1" + SAFE]]
    left = _Visit(gate()).filter(fields)
    assert left == [(b"x-a", b"1"), OK]
    assert left is not fields


def test_filter_marks_the_response_as_started():
    visit = _Visit(gate())
    assert not visit.is_started
    visit.filter([])
    assert visit.is_started


def test_filter_of_a_line_too_long_for_the_tables_is_the_policys():
    visit = _Visit(gate())
    line = b"ok=1; Path=/" + b"x" * 1023 + b"; Domain=" + b"a" * 1024 + b"; Comment=" + b"x" * 3000
    assert visit.filter([(b"set-cookie", line)]) == [
        (b"set-cookie", b"ok=1; Domain=" + b"a" * 1024 + b"; Path=/" + b"x" * 1023 + b"; Secure; SameSite=Lax")
    ]


@pytest.mark.parametrize("length", [16384, 16385])
def test_filter_of_a_line_longer_than_any_cookie_needs_drops_it(length):
    line = b"ok=1; Comment=" + b"x" * (length - 14)
    assert len(_Visit(gate()).filter([(b"set-cookie", line)])) == (length == 16384)


def test_filter_of_nothing_is_nothing():
    for one in (gate(), gate(observer=lambda decision: None)):
        visit = _Visit(one)
        assert visit.filter([]) == []
        assert visit.decisions == ()


def test_filter_called_again_decides_anew():
    visit = _Visit(gate())
    visit.filter([(b"set-cookie", b"ok=1")])
    assert [decision.name for decision in visit.decisions] == ["ok"]
    visit.filter([(b"set-cookie", b"ia_mkt_a=1")])
    assert [decision.name for decision in visit.decisions] == ["ia_mkt_a"]


def test_screen_returns_the_same_object_where_nothing_is_hidden():
    for cookie in (b"", b"a=1", b"ok=1; b", b"\xff;;="):
        assert _Visit(gate(), cookie).screen(cookie) is cookie


def test_screen_reads_no_consent_where_nothing_can_be_refused():
    asked = []
    visit = _Visit(gate(consent=asked.append), b"ok=1; other=2")
    visit.screen(b"ok=1; other=2")
    assert asked == []


def test_screen_looks_at_each_rule_that_may_refuse_a_name():
    """`x ia_mkt_a` is read as `ia_mkt_a` by some, `ia_stats_b ia_mkt_a` as either."""
    cookie = b"ia_stats_b ia_mkt_a=1; ok=1"
    one = gate(consent=lambda head: Consent({"statistics"}))
    assert _Visit(one, cookie).screen(cookie) == b"ok=1"
    one = gate(consent=lambda head: Consent({"statistics", "marketing"}))
    assert _Visit(one, cookie).screen(cookie) is cookie


def test_most_lines_that_are_added():
    assert MAX_EXPIRED == 20


# The log: once for each name and reason, on both ways


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
def test_dropped_line_is_logged_once_for_its_name_and_reason(caplog, observer):
    caplog.set_level(logging.INFO, logger="cookiegate")
    one = gate(observer=observer)
    for value in (b"1", b"2", b"3"):
        _Visit(one).filter([(b"set-cookie", b"ia_mkt_a=" + value), (b"set-cookie", b"ia_stats_a=" + value)])
    assert caplog.messages == [
        "cookie 'ia_mkt_a' (marketing) dropped: no-consent (rule 5)",
        "cookie 'ia_stats_a' (statistics) dropped: no-consent (rule 5)",
    ]


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
def test_dropped_line_is_logged_again_for_another_reason(caplog, observer):
    caplog.set_level(logging.INFO, logger="cookiegate")
    one = gate(observer=observer)
    for cookie in (b"", b"cookiegate_consent=junk", b"cookiegate_consent=v=1&c=&t=1768204800", b""):
        _Visit(one, cookie).filter([(b"set-cookie", b"ia_mkt_a=1")])
    assert caplog.messages == [
        "cookie 'ia_mkt_a' (marketing) dropped: no-consent (rule 5)",
        "cookie 'ia_mkt_a' (marketing) dropped: consent-unreadable (rule 5)",
        "cookie 'ia_mkt_a' (marketing) dropped: not-granted (rule 5)",
    ]


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
def test_unregistered_name_is_logged_once_with_the_lines_that_register_it(caplog, observer):
    one = gate(observer=observer)
    for _ in range(3):
        _Visit(one).filter([(b"set-cookie", b"other=secret"), (b"set-cookie", b"other=secret; Path=/a")])
    assert caplog.messages == [
        (
            "cookie 'other' is not in the registry; to register it, choose its category and add:\n"
            '[[cookie]]\nname = "other"\ncategory = "necessary"  # or preferences, statistics, marketing'
        )
    ]


@pytest.mark.parametrize("observer", [None, lambda decision: None], ids=["fast", "general"])
def test_malformed_line_is_logged_once_and_can_forge_no_log_line(caplog, observer):
    one = gate(observer=observer)
    for _ in range(2):
        _Visit(one).filter([(b"set-cookie", b"a\r\nb=secret"), (b"set-cookie", b"=secret")])
    assert caplog.messages == [
        "Set-Cookie 'a\\r\\nb' dropped: control-octet (rule 1)",
        "Set-Cookie '' dropped: nameless (rule 1)",
    ]


def test_value_is_never_logged(caplog):
    caplog.set_level(logging.DEBUG, logger="cookiegate")
    one = gate(observer=lambda decision: None)
    for line in (
        b"secret",
        b"=secret",
        b"ok=secret",
        b"ia_mkt_a=secret",
        b"x=secret",
        b"ok=secret\x00",
        b"ok=secret\t",
    ):
        _Visit(one, b"ia_stats_a=secret").filter([(b"set-cookie", line)])
    assert "secret" not in caplog.text


# What is not worth the general path, or no browser sends


def test_blank_before_a_line_is_no_part_of_it():
    """Django before 6.0 writes one under WSGI; it must not cost the fast path."""
    line = b"ok=1; Path=/; Secure; SameSite=Lax"
    one = gate()
    for _ in range(2):
        visit = _Visit(one)
        assert visit.filter([(b"set-cookie", b" \t" + line), (b"x", b" 1")]) == [(b"set-cookie", line), (b"x", b" 1")]
        assert isinstance(visit._outcome, tuple)  # as the fast path leaves it
        assert [decision.action for decision in visit.decisions] == ["keep"]


def test_app_sees_no_more_pairs_than_are_looked_at():
    many = b"; ".join(b"n%d=1" % number for number in range(MAX_PAIRS))
    assert _Visit(gate(), many).screen(many) is many
    for more in (b"; ia_mkt_a=1", b"; other=1"):
        assert _Visit(gate(), many + more).screen(many + more) == many
        one = gate(hide_refused=False)
        assert _Visit(one, many + more).screen(many + more) == many + more
