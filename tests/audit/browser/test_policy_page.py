from cookiegate.audit.browser.policy_page import compare_rows, find_policy_link
from cookiegate.cookie_rule import CookieRule


def rule(name, lifetime=None, category="marketing", **more):
    return CookieRule(name=name, category=category, lifetime=lifetime, **more)


def differences(page, own):
    return [(each.code.value, each.cookie) for each in compare_rows(page, own, lambda name: name == "choice")]


def test_a_page_that_says_what_the_registry_says_is_fine():
    rows = [rule("_ga", "2 years"), rule("_ga_*", "2 years"), rule("choice")]
    assert differences(rows, [rule("_ga", "24 months"), rule("_ga_*", "730 days")]) == []
    assert differences([rule("_ga_1")], [rule("_ga_*", "1 year")]) == []
    assert differences([rule("_ga_*", "365 days")], [rule("_ga_*", "12 months"), rule("k", storage="local")]) == []


def test_each_difference_is_found():
    assert differences([rule("a"), rule("b")], [rule("a"), rule("c")]) == [
        ("policy-extra-row", "b"), ("policy-missing-row", "c"),
    ]  # fmt: skip
    assert differences([rule("a", "90 days")], [rule("a", "30 days")]) == [("policy-other-lifetime", "a")]
    assert differences([rule("a", "30 days")], [rule("a", "31 days")]) == []
    assert differences([rule("a", "session")], [rule("a", "1 day")]) == [("policy-other-lifetime", "a")]
    assert differences([rule("a", "persistent")], [rule("a", "1 day")]) == []
    assert differences([rule("a", "1 day")], [rule("a")]) == []


def link(html, base="http://shop.test/"):
    return find_policy_link(html, base, lambda url: "shop.test" in url)


def test_the_first_link_that_speaks_of_cookies_is_the_policy_page():
    assert link("<a href='/x'>About</a><a href=/legal>Our <b>Cookie</b> policy</a>") == "http://shop.test/legal"
    assert link("<a href=/cookies>C</a>") == "http://shop.test/cookies"
    assert link("<a href='#'>Cookie settings</a><a href='http://['>cookie</a><a>cookie</a>") == ""
    assert link("<a href='http://other.test/cookies'>c</a><a href='javascript:x'>cookies</a>") == ""
