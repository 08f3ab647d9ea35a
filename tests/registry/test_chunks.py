"""Numbered parts of a cookie that is too large for one line: all share the rule of the whole."""

import pytest

from cookiegate import Category, CookieRule, Registry

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category


def rule(name, category=MARKETING, **more):
    return CookieRule(name=name, category=category, **more)


def found(registry, name):
    matched = registry.find(name)
    return matched and matched.name


@pytest.mark.parametrize(
    "name", ["s.0", "s.9", "s.10", "s.99", "s-0", "s_0", "sC0", "sC1", "s__0", "s__99", "__Host-s.0", "__Secure-s-1"]
)
def test_parts_with_a_usual_separator_share_the_rule(name):
    assert found(Registry([rule("s", NECESSARY, chunks=True)]), name) == "s"


@pytest.mark.parametrize(
    "name", ["s.100", "s.00", "s.01", "s.", "s0", "s:0", "s.a", ".0", "s.1.0", "S.0", "sc1", "s.-1"]
)
def test_other_names_are_no_parts(name):
    assert found(Registry([rule("s", NECESSARY, chunks=True)]), name) is None


@pytest.mark.parametrize(("name", "is_part"), [("s-0", True), ("s-99", True), ("s.0", False), ("s__0", False)])
def test_a_rules_own_separator_is_the_only_one(name, is_part):
    assert (found(Registry([rule("s", chunks="-"), rule("t", chunks=True)]), name) == "s") is is_part


def test_rule_without_chunks_has_the_general_ones_alone():
    registry = Registry([rule("s"), rule("t", chunks=True)])
    assert [found(registry, name) for name in ("sC1", "s-1", "sC0")] == ["s", None, None]


def test_part_of_an_exact_name_comes_before_a_prefix():
    registry = Registry([rule("session", NECESSARY, chunks="-"), rule("sess*", MARKETING)])
    assert [found(registry, name) for name in ("session-4", "session-x")] == ["session", "sess*"]


def test_exact_name_comes_before_a_part():
    registry = Registry([rule("s", NECESSARY, chunks="-"), rule("s-1")])
    assert [found(registry, name) for name in ("s-0", "s-1")] == ["s", "s-1"]


def test_longest_name_whose_part_it_may_be_counts():
    both = [rule("s_", STATISTICS, chunks="_"), rule("s", NECESSARY, chunks=True)]
    assert [found(Registry(rules), "s__0") for rules in (both, both[::-1], both[1:])] == ["s_", "s_", "s"]


def test_parts_of_a_pattern_share_its_rule():
    registry = Registry([rule("sb-*-auth", NECESSARY, chunks="."), rule("x*y", chunks="-")])
    assert [found(registry, name) for name in ("sb-a-auth.0", "sb-a-auth-0", "x1y-3")] == ["sb-*-auth", None, "x*y"]


@pytest.mark.parametrize("name", ["VISITOR-1", "visitorc1", "VisitorC0", "__host-VISITOR.3"])
def test_part_is_refused_in_any_case(name):
    match = Registry([rule("Visitor", chunks=True)]).match(name)
    assert (match.refusing or match.rule).name == "Visitor"


def test_part_in_another_case_is_not_let_through():
    registry = Registry([rule("Sid", NECESSARY, chunks=True)])
    assert (registry.match("sid-1").rule, registry.match("sid-1").refusing) == (None, None)


def test_merged_registry_has_the_parts_of_both():
    registry = Registry([rule("a", chunks="-")]) | Registry([rule("b", chunks=".")])
    assert [found(registry, name) for name in ("a-1", "b.1", "a.1", "b-1")] == ["a", "b", None, None]
