"""Counting in bounded memory: what is counted, a row is never removed, and the rest is counted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cookiegate import Category, CookieRule
from cookiegate.model import Action, Reason
from cookiegate.report import Limits, Origin, Outcome, Sent, SetBy
from cookiegate.report.tally import Tally

AT = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
MARKETING = CookieRule(name="ia_mkt_*", category=Category.MARKETING)


@pytest.fixture
def tally():
    return Tally(Limits())


def only(tally):
    (cookie,) = tally.report().cookies
    return cookie


def names(tally):
    return [cookie.name for cookie in tally.report().cookies]


def test_response_without_cookies_is_counted(tally, exchange):
    tally.add(exchange())
    report = tally.report()
    assert (report.responses, report.responses_with_cookies, report.cookies) == (1, 0, ())
    assert (report.first_at, report.last_at, report.unnamed) == (AT, AT, 0)


def test_nothing_seen_has_no_times(tally):
    assert (tally.report().first_at, tally.report().last_at) == (None, None)


def test_cookie_is_counted_with_decision_setter_and_time(tally, exchange, now):
    tally.add(exchange(b"stat=1", route="/a/{id}", path="/a/7"))
    tally.add(exchange(b"stat=2", route="/a/{id}", path="/a/8", at_s=now + 90))
    cookie = only(tally)
    assert (cookie.name, cookie.origin, cookie.is_family, cookie.count) == ("stat", Origin.RESPONSE, False, 2)
    assert (cookie.first_at, cookie.last_at) == (AT, datetime(2026, 1, 12, 8, 1, 30, tzinfo=UTC))
    assert (cookie.category, cookie.rule) == (Category.STATISTICS, "stat")
    assert cookie.outcomes == (
        Outcome(
            action=Action.DROP, reason=Reason.NO_CONSENT, category=Category.STATISTICS, rule="stat",
            count=2, left=2, left_ungranted=2,
        ),
    )  # fmt: skip
    assert cookie.set_by == (
        SetBy(
            method="GET", route="/a/{id}", is_declared=True, status=200, action=Action.DROP, reason=Reason.NO_CONSENT,
            count=2, left=2, left_ungranted=2,
        ),
    )  # fmt: skip


def test_enforcing_gate_lets_nothing_refused_leave(tally, exchange):
    tally.add(exchange(b"stat=1", b"sid=1", is_enforced=True))
    sid, stat = tally.report().cookies
    assert (sid.outcomes[0].left, sid.outcomes[0].left_ungranted) == (1, 1)
    assert (stat.outcomes[0].left, stat.outcomes[0].left_ungranted) == (0, 0)


def test_what_left_with_consent_is_told_apart(tally, exchange):
    tally.add(exchange(b"stat=1", granted=("statistics",)))
    assert (only(tally).outcomes[0].left, only(tally).outcomes[0].left_ungranted) == (1, 0)


def test_path_is_folded_where_the_framework_says_no_route(tally, exchange):
    tally.add(exchange(b"sid=1", route=None, path="/orders/4711/anna@site.example"))
    (by,) = only(tally).set_by
    assert (by.route, by.is_declared) == ("/orders/{number}/{text}", False)


@pytest.mark.parametrize("status", [400, 404, 405, 410, 414])
def test_path_that_leads_nowhere_is_not_kept(tally, exchange, status):
    tally.add(exchange(b"sid=1", route=None, path="/whatever", status=status))
    assert only(tally).set_by[0].route == "{none}"


def test_forbidden_page_is_a_page(tally, exchange):
    tally.add(exchange(b"sid=1", route=None, path="/admin", status=403))
    assert only(tally).set_by[0].route == "/admin"


def test_foreign_method_and_status_are_folded(tally, exchange):
    tally.add(exchange(b"sid=1", method="BREW\r\n", status=99999))
    assert (only(tally).set_by[0].method, only(tally).set_by[0].status) == ("OTHER", 0)


def test_app_lines_are_described_without_their_values(tally, exchange):
    tally.add(exchange(b"sid=secret; Max-Age=3600; Domain=.Shop.example; Path=/users/42; SameSite=None"))
    tally.add(exchange(b"sid=secret; Expires=Mon, 12 Jan 2026 10:00:00 GMT; Secure; HttpOnly; SameSite=Lax"))
    tally.add(exchange(b"sid=secret; Partitioned; SameSite=odd", is_https=False))
    assert only(tally).sent == Sent(
        lines=3, https_lines=2, without_secure=1, without_http_only=2, without_same_site=1, same_site_none=1,
        partitioned=1, session_lines=1, longest_s=7200, domains=(("", 2), ("shop.example", 1)),
        paths=(("", 2), ("/users/{number}", 1)),
    )  # fmt: skip
    assert "secret" not in repr(tally.report())


@pytest.mark.parametrize("line", [b"sid=; Max-Age=0", b"sid=1; Max-Age=\x01", b"=1", b"sid=" + b"x" * 5000])
def test_deletions_and_unusable_lines_say_nothing_of_attributes(tally, exchange, line):
    tally.add(exchange(line))
    assert only(tally).sent == Sent()


def test_lifetime_that_is_over_is_none(tally, exchange, now):
    tally.add(exchange(b"sid=1; Expires=Mon, 12 Jan 2026 08:30:00 GMT", at_s=now + 3600))
    assert (only(tally).sent.longest_s, only(tally).sent.session_lines) == (None, 0)


def test_absurd_lifetime_is_bounded(tally, exchange):
    tally.add(exchange(b"sid=1; Max-Age=" + b"9" * 400))
    assert only(tally).sent.longest_s == 10**12


def test_cookie_of_the_request_counts_under_its_rule(tally, exchange):
    tally.add(exchange(expired=(MARKETING, MARKETING)))
    cookie = only(tally)
    assert (cookie.name, cookie.origin, cookie.count) == ("ia_mkt_*", Origin.REQUEST, 2)
    assert (cookie.outcomes[0].action, cookie.outcomes[0].left) == (Action.EXPIRE, 0)


def test_unusable_line_does_not_unregister_a_cookie(tally, exchange):
    tally.add(exchange(b"sid=1"))
    tally.add(exchange(b"sid=" + b"x" * 5000))
    assert (only(tally).rule, only(tally).category, only(tally).is_unregistered) == ("sid", "necessary", False)


@pytest.mark.parametrize(
    ("line", "is_unregistered"),
    [(b"new=1", True), (b"new=; Max-Age=0", False), (b"=1", False), (b"sid=1", False), (b"a b=1", False)],
)
def test_unregistered_is_what_the_app_sets_and_no_rule_knows(tally, exchange, line, is_unregistered):
    tally.add(exchange(line))
    assert only(tally).is_unregistered is is_unregistered


def test_clock_that_goes_backwards_widens_the_time(tally, exchange, now):
    tally.add(exchange(b"sid=1"))
    tally.add(exchange(b"sid=1", at_s=now - 60))
    assert only(tally).first_at == tally.report().first_at == datetime(2026, 1, 12, 7, 59, tzinfo=UTC)
    assert only(tally).last_at == tally.report().last_at == AT


@pytest.mark.parametrize("at_s", [float("nan"), float("inf"), -1.0, 1e300])
def test_clock_that_says_no_time_counts_as_the_last_that_did(tally, exchange, at_s):
    tally.add(exchange(b"sid=1"))
    tally.add(exchange(b"sid=1", at_s=at_s))
    assert (only(tally).first_at, only(tally).last_at) == (AT, AT)


def test_name_is_cut(tally, exchange):
    tally.add(exchange(b"n" * 4000 + b"=1"))
    assert names(tally) == ["n" * 127 + "…"]


def test_endless_names_do_not_push_out_what_is_known(exchange):
    tally = Tally(Limits(unregistered=10))
    tally.add(exchange(b"first=1"))
    for number in range(500):
        tally.add(exchange(f"x{number:03}y=1".encode()))
    tally.add(
        exchange(b"first=1"),
    )
    tally.add(exchange(b"sid=1"))
    report = tally.report()
    assert {cookie.name: cookie.count for cookie in report.cookies if cookie.name in ("first", "sid")} == {
        "first": 2,
        "sid": 1,
    }
    assert (len(report.cookies), report.unnamed) == (11, 491)


def test_endless_unusable_names_leave_room_for_unregistered_ones(exchange):
    tally = Tally(Limits(malformed=3))
    for number in range(50):
        tally.add(exchange(f"a {number}=1".encode()))
    tally.add(exchange(b"new=1"))
    assert (len(names(tally)), "new" in names(tally)) == (4, True)


def test_endless_names_of_a_rule_become_a_family(exchange):
    tally = Tally(Limits(family=2))
    for number in range(40):
        tally.add(exchange(f"ia_mkt_{number}=1".encode()))
    found = {(cookie.name, cookie.is_family): cookie.count for cookie in tally.report().cookies}
    assert found == {("ia_mkt_0", False): 1, ("ia_mkt_1", False): 1, ("ia_mkt_*", True): 38}
    assert tally.report().unnamed == 0


def test_endless_unregistered_names_with_ids_become_a_family(exchange):
    tally = Tally(Limits(family=1, unregistered=3))
    for number in range(40):
        tally.add(exchange(f"_hjSession_{number}=1".encode()))
    found = {(cookie.name, cookie.is_family): cookie.count for cookie in tally.report().cookies}
    assert found == {("_hjSession_0", False): 1, ("_hjSession_*", True): 39}


def test_family_takes_no_room_that_is_not_there(exchange):
    tally = Tally(Limits(family=2, unregistered=1))
    for number in range(3):
        tally.add(exchange(f"_hjSession_{number}=1".encode()))
    assert (names(tally), tally.report().unnamed) == (["_hjSession_0"], 2)


def test_endless_paths_leave_room_for_routes(exchange):
    tally = Tally(Limits(setters=6))
    word = iter(f"/{a}{b}" for a in "abcdefghij" for b in "abcdefghij")
    tally.add(exchange(b"sid=1", route="/known"))
    for path in word:
        tally.add(exchange(b"sid=1", route=None, path=path))
    tally.add(exchange(b"sid=1", route="/late"))
    tally.add(exchange(b"sid=1", route="/known"))
    cookie = only(tally)
    routes = {by.route: by.count for by in cookie.set_by}
    assert (routes["/known"], routes["/late"], len(routes)) == (2, 1, 5)
    assert (cookie.count, cookie.set_by_others) == (103, 97)


def test_endless_setters_of_all_names_are_bounded_and_each_name_has_some(exchange):
    tally = Tally(Limits(all_setters=10))
    for name in (b"aa", b"bb", b"cc", b"dd"):
        for number in range(9):
            tally.add(exchange(name + b"=1", route=f"/r{number}"))
    held = [len(cookie.set_by) for cookie in tally.report().cookies]
    assert held == [9, 4, 4, 4]
    assert [cookie.set_by_others for cookie in tally.report().cookies] == [0, 5, 5, 5]


def test_endless_domains_and_paths_are_bounded(exchange):
    tally = Tally(Limits(places=2))
    for letter in "abcde":
        tally.add(exchange(f"sid=1; Domain={letter}.example; Path=/{letter}".encode()))
    sent = only(tally).sent
    assert sent.domains == (("a.example", 1), ("b.example", 1))
    assert sent.paths == (("/a", 1), ("/b", 1))
    assert (sent.other_domains, sent.other_paths) == (3, 3)


@pytest.fixture
def rich_report(exchange, now):
    """One report with a bit of everything, of a recording that had little room."""
    tally = Tally(Limits(family=1, setters=4, places=1, unregistered=3))
    tally.begin_part("one")
    for number in range(4):
        tally.add(exchange(
            f"ia_mkt_{number}=1; Domain=d{number}.example; Max-Age={number}00".encode(), b"=x", b"sid=1; Path=/p",
            f"n{number}m=1".encode(), f"_s_{number}=1".encode(), b"old=; Max-Age=0",
            at_s=now + number, route=f"/r{number}", expired=(MARKETING,),
        ))  # fmt: skip
    for path in ("/a", "/b", "/c"):
        tally.add(exchange(b"stat=1; Expires=Wed, 14 Jan 2026 08:00:00 GMT", route=None, path=path))
    return tally.report()


def test_loaded_report_is_the_same_report(rich_report):
    tally = Tally(Limits.none())
    tally.load(rich_report)
    assert tally.report() == rich_report


def test_two_reports_add_up(rich_report):
    tally = Tally(Limits.none())
    tally.load(rich_report)
    tally.load(replace(rich_report, parts=("two",)))
    both = tally.report()
    assert (both.parts, both.responses, both.unnamed) == (("one", "two"), 14, 2 * rich_report.unnamed)
    assert [cookie.count for cookie in both.cookies] == [2 * cookie.count for cookie in rich_report.cookies]
    assert both.cookies[0].sent.lines == 2 * rich_report.cookies[0].sent.lines


def test_loading_obeys_the_limits(rich_report):
    tally = Tally(Limits(registered=1, unregistered=0, malformed=0, requested=0))
    tally.load(rich_report)
    report = tally.report()
    total = sum(cookie.count for cookie in rich_report.cookies) + rich_report.unnamed
    assert len(report.cookies) == 1
    assert sum(cookie.count for cookie in report.cookies) + report.unnamed == total


def test_later_report_says_what_is_registered(rich_report, exchange, now):
    later = Tally(Limits())
    later.add(exchange(b"sid=1", at_s=now + 1000))
    after = replace(later.report().cookies[0], rule="sid*", category=Category.PREFERENCES)
    for order in (1, -1):
        tally = Tally(Limits.none())
        for report in [rich_report, replace(later.report(), cookies=(after,))][::order]:
            tally.load(report)
        cookie = next(cookie for cookie in tally.report().cookies if cookie.name == "sid")
        assert (cookie.rule, cookie.category) == ("sid*", Category.PREFERENCES)


def test_empty_report_adds_nothing(rich_report):
    tally = Tally(Limits.none())
    tally.load(rich_report)
    tally.load(Tally(Limits()).report())
    assert tally.report() == rich_report


def test_room_of_one_mode_is_not_taken_by_another(exchange):
    tally = Tally(Limits(unregistered=1))
    for is_enforced in (False, True):
        tally.add(exchange(b"one=1", is_enforced=is_enforced))
        tally.add(exchange(b"two=1", is_enforced=is_enforced))
    report = tally.report()
    assert [(cookie.name, cookie.mode) for cookie in report.cookies] == [("one", "enforce"), ("one", "report-only")]
    assert report.unnamed == 2
    assert [(phase.mode, phase.responses) for phase in report.phases] == [("report-only", 2), ("enforce", 2)]


def test_rule_that_cookiegate_brings_along_is_known(exchange):
    from cookiegate import CookieGate, Registry
    from cookiegate.gate import compiled
    from cookiegate.model import NO_CONSENT

    tally = Tally(Limits())
    gate = CookieGate(registry=Registry.known() | Registry([CookieRule(name="csrftoken", category=Category.NECESSARY)]))
    lines = (b"sessionid=1", b"csrftoken=1", b"new=1")
    decisions = tuple(compiled(gate).policy.decide(line, NO_CONSENT, is_https=True, now=0) for line in lines)
    tally.add(exchange()._replace(decisions=decisions))
    found = {cookie.name: (cookie.is_known, cookie.is_undeclared) for cookie in tally.report().cookies}
    assert found == {"sessionid": (True, True), "csrftoken": (False, False), "new": (None, False)}


def test_tracker_that_was_merged_is_known(exchange):
    from cookiegate import CookieGate, Registry
    from cookiegate.gate import compiled
    from cookiegate.model import NO_CONSENT

    tally = Tally(Limits())
    own = Registry([CookieRule(name="_gid", category=Category.STATISTICS)])
    gate = CookieGate(registry=Registry.known() | Registry.trackers() | own)
    decisions = tuple(
        compiled(gate).policy.decide(line, NO_CONSENT, is_https=True, now=0) for line in (b"_ga=1", b"_gid=1")
    )
    tally.add(exchange()._replace(decisions=decisions))
    found = {cookie.name: (cookie.is_known, cookie.is_undeclared) for cookie in tally.report().cookies}
    assert found == {"_ga": (True, True), "_gid": (False, False)}
