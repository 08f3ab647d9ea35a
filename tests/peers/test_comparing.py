"""Which failures are new, which are recorded, which are gone."""

import pytest

from tests.peers.comparing import compare, failed_anew, matches
from tests.peers.listing import Difference


def recorded(*tests):
    return Difference(peer="p", reason="It sets a cookie that no rule knows.", tests=tests)


def test_what_failed_before_is_no_new_failure():
    assert failed_anew({"a": "failed", "b": "skipped"}, {"a": "failed", "b": "failed"}) == []


@pytest.mark.parametrize("outcome", [{"a": "failed"}, {"a": "skipped"}, {}])
def test_what_passed_before_fails_anew_if_it_does_not_pass(outcome):
    assert failed_anew({"a": "passed"}, outcome) == ["a"]


def test_new_failures_are_those_that_nothing_records():
    without = {"a": "passed", "b": "passed", "c": "passed", "d": "failed"}
    found = compare(without, {"a": "passed", "b": "failed", "c": "failed", "d": "failed"}, [recorded("c")])
    assert (found.passed, found.failed, found.skipped) == (1, 3, 0)
    assert (found.new, found.recorded, found.gone) == (("b",), ("c",), ())


def test_recorded_id_of_a_test_that_passes_is_gone():
    found = compare({"a": "passed"}, {"a": "passed"}, [recorded("a", "x*")])
    assert found.gone == ("a", "x*")


def test_recorded_id_of_a_test_that_fails_without_the_gate_too_is_gone():
    assert compare({"a": "failed"}, {"a": "failed"}, [recorded("a")]).gone == ("a",)


def test_one_recorded_id_may_explain_several_tests():
    gated = {"t.py::a[1]": "failed", "t.py::a[2]": "failed", "t.py::b": "failed"}
    found = compare(dict.fromkeys(gated, "passed"), gated, [recorded("t.py::a*")])
    assert found.recorded == ("t.py::a[1]", "t.py::a[2]")
    assert found.new == ("t.py::b",)
    assert found.gone == ()


@pytest.mark.parametrize(
    ("pattern", "test"),
    [
        ("t.py::a[x-1]", "t.py::a[x-1]"),
        ("t.py::a[*]", "t.py::a[x\n1]"),
        ("*::a", "t.py::a"),
        ("t.py::a[?]", "t.py::a[?]"),
    ],
)
def test_only_a_star_is_special_in_a_recorded_id(pattern, test):
    assert matches(pattern, test)


@pytest.mark.parametrize(
    ("pattern", "test"), [("t.py::a[x-1]", "t.py::ax"), ("t.py::a", "t.py::ab"), ("a?", "ab"), ("a.b", "a-b")]
)
def test_everything_else_in_a_recorded_id_means_itself(pattern, test):
    assert not matches(pattern, test)
