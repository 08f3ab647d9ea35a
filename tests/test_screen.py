"""The Cookie header for the app: hidden cookies, and headers that stay the same objects."""

from contextlib import suppress

import pytest

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.screen import MAX_EXPIRED, MAX_PAIRS

REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)


def gate(**settings):
    return CookieGate(**{"registry": REGISTRY, "clock": lambda: 1768204800.0} | settings)


def seen_of(one_gate, cookie):
    """Return the header fields that the app gets, and the server's list."""
    found = []

    async def app(scope, receive, send):
        found.append(scope["headers"])

    headers = [(b"host", b"x"), (b"cookie", cookie), (b"x", b"1")]
    with suppress(StopIteration):
        CookieGateMiddleware(app, one_gate)({"type": "http", "headers": headers}, None, None).send(None)
    return found[0], headers


@pytest.mark.parametrize("cookie", [b"", b"a=1", b"ok=1; b", b"\xff;;="])
def test_header_is_the_same_list_where_nothing_is_hidden(cookie):
    seen, given = seen_of(gate(), cookie)
    assert seen is given


def test_header_has_the_cookie_field_last_where_something_is_hidden():
    seen, _ = seen_of(gate(), b"ok=1; ia_mkt_a=1")
    assert seen == [(b"host", b"x"), (b"x", b"1"), (b"cookie", b"ok=1")]
    seen, _ = seen_of(gate(), b"ia_mkt_a=1")
    assert seen == [(b"host", b"x"), (b"x", b"1")]


def test_no_consent_is_read_where_nothing_can_be_refused():
    asked = []
    seen_of(gate(consent=asked.append), b"ok=1; other=2")
    assert asked == []


def test_each_rule_that_may_refuse_a_name_is_looked_at():
    """Some parsers read `x ia_mkt_a` as `ia_mkt_a`, and `ia_stats_b ia_mkt_a` as either."""
    cookie = b"ia_stats_b ia_mkt_a=1; ok=1"
    assert seen_of(gate(consent=lambda head: Consent({"statistics"})), cookie)[0][-1] == (b"cookie", b"ok=1")
    seen, given = seen_of(gate(consent=lambda head: Consent({"statistics", "marketing"})), cookie)
    assert seen is given


@pytest.mark.parametrize("name", [b"ia%5Fmkt_a", b"ia%5fmkt%5fa", b"%69a_mkt_a", b"x%20ia_mkt_a"])
def test_percent_encoded_name_is_hidden(name):
    """BlackSheep and PHP decode names."""
    assert seen_of(gate(), name + b"=1; ok=1")[0][-1] == (b"cookie", b"ok=1")


def test_value_is_never_looked_at():
    cookie = b"ok=ia%5Fmkt_a=1; other=ia_mkt_a=2"
    seen, given = seen_of(gate(), cookie)
    assert seen is given


def test_app_sees_no_more_pairs_than_are_looked_at():
    many = b"; ".join(b"n%d=1" % number for number in range(MAX_PAIRS))
    assert dict(seen_of(gate(), many)[0])[b"cookie"] == many
    for more in (b"; ia_mkt_a=1", b"; other=1"):
        assert dict(seen_of(gate(), many + more)[0])[b"cookie"] == many
        for one in (gate(hide_refused=False), gate(mode="report-only")):
            assert dict(seen_of(one, many + more)[0])[b"cookie"] == many + more


def test_most_lines_that_are_added():
    assert MAX_EXPIRED == 20
