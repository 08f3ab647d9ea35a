"""`[gate] report_only`: these cookies are judged and reported, and left alone, whatever rule knows them or none."""

from dataclasses import replace

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.gate import compiled

RULES = [
    CookieRule(name="sid", category="necessary"),
    CookieRule(name="legacy_ads", category="marketing"),
    CookieRule(name="leg*", category="statistics", lifetime="1 day"),
    CookieRule(name="visits", category="statistics", chunks="-"),
    CookieRule(name="new_ads", category="marketing"),
]
CHOSEN = "cookiegate_consent=v=1&c=statistics&t=1768204800"


def make_gate(*names, rules=RULES, **arguments):
    return CookieGate(registry=Registry(rules), report_only=names, clock=lambda: 1768204800.0, **arguments)


@pytest.fixture
def judged(serve):
    def judge(gate, line):
        decisions = []
        serve(replace(gate, observer=decisions.append), [line])
        return [(one.name, one.action, one.is_enforced) for one in decisions]

    return judge


@pytest.mark.parametrize(
    "line",
    [
        "legacy_ads=1; Max-Age=99999999",  # an exact rule
        "legacy_visits=1",  # a wider rule
        "__Host-legacy_visits=1; Secure; Path=/",
        "legacy_ads=1; Expires=Tue, 12 Jan 2027 08:00:00 GMT",
    ],
)
def test_name_below_a_prefix_is_left_alone(serve, line):
    assert serve(make_gate("legacy_*"), [line]) == [line]
    assert serve(make_gate(), [line]) == []


def test_name_that_no_rule_knows_is_left_alone_and_reported(serve, judged):
    gate = make_gate("other_*", "lone")
    lines = ["other_1=1; Max-Age=999999999", "lone=2", "lonely=3"]
    assert serve(gate, lines) == lines[:2]
    assert judged(gate, lines[0]) == [("other_1", "drop", False)]
    assert judged(gate, lines[2]) == [("lonely", "drop", True)]


def test_unknown_name_that_is_kept_is_not_written_anew_either(serve):
    gate = make_gate("other", unregistered="keep")
    for day in (12, 13):
        line = f"other=1; expires=Wed, {day} Jan 2028 08:00:00 GMT"
        assert serve(gate, [line]) == [line]


def test_names_beside_it_are_enforced(serve, judged):
    gate = make_gate("legacy_*")
    assert serve(gate, ["legal=1", "new_ads=2", "legacy_x=3"]) == ["legacy_x=3"]
    assert judged(gate, "legal=1") == [("legal", "drop", True)]
    assert judged(gate, "legacy_x=3") == [("legacy_x", "drop", False)]


def test_same_rule_decides_for_both_kinds_of_names_in_one_response(serve):
    gate = make_gate("legacy_*")
    for _ in range(2):
        left = serve(gate, ["legacy_x=1; Max-Age=999999", "legx=1; Max-Age=999999"], CHOSEN)
        assert left == ["legacy_x=1; Max-Age=999999", "legx=1; Max-Age=86400; Secure; SameSite=Lax"]


def test_parts_of_a_cookie_share_its_decision(serve):
    assert serve(make_gate("visits"), ["visits-1=a", "visits-2=b"]) == ["visits-1=a", "visits-2=b"]


def test_letting_through_sees_case(serve):
    assert serve(make_gate("legacy_visits"), ["Legacy_visits=1"]) == []


def test_cookie_of_the_request_stays_in_it_and_in_the_browser(serve):
    seen = []
    gate = make_gate("legacy_*", observer=seen.append)
    assert serve(gate, [], "legacy_ads=1; legacy_x=2") == []
    assert sorted((one.name, one.action, one.is_enforced) for one in seen) == [
        ("legacy_ads", "expire", False),
        ("legacy_x", "expire", False),
    ]
    assert len(serve(gate, [], "new_ads=1")) == 1


def test_rule_of_its_own_mode_stays_as_it_is():
    rule = CookieRule(name="legacy_ads", category="marketing", mode="report-only")
    gate = make_gate("legacy_ads", rules=[rule])
    assert compiled(gate).policy.registry.match("legacy_ads").rule is rule


def test_registry_that_more_is_merged_into_keeps_what_is_left_alone():
    registry = compiled(make_gate("legacy_*")).policy.registry | Registry([CookieRule(name="b", category="necessary")])
    assert registry.find("legacy_ads").mode == "report-only"
    assert (registry | Registry()).find("legacy_ads").mode == "report-only"


def test_offer_does_not_pretend_that_it_is_enforced():
    rules = {rule.name: rule for rule in compiled(make_gate("legacy_*", "visits", "gone_*")).offering.offer.rules}
    assert {name: rule.mode for name, rule in rules.items()} == {
        "sid": "enforce", "legacy_ads": "report-only", "leg*": "enforce", "legacy_*": "report-only",
        "visits": "report-only", "new_ads": "enforce",
    }  # fmt: skip
    assert rules["legacy_*"].category is Category.STATISTICS


def test_gate_in_report_only_offers_nothing_as_enforced():
    rules = compiled(make_gate(mode="report-only")).offering.offer.rules
    assert {rule.mode for rule in rules} == {"report-only"}


def test_file_names_them(tmp_path, serve):
    path = tmp_path / "cookies.toml"
    path.write_text('[gate]\nreport_only = ["legacy_*"]\n', encoding="utf-8")
    assert serve(CookieGate.from_toml(path), ["legacy_x=1", "other=1"]) == ["legacy_x=1"]
