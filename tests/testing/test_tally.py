"""Counting over a whole run, in bounded memory, and over several processes."""

import pytest

from cookiegate.testing import tally as module
from cookiegate.testing.judging import Kind, Objection
from cookiegate.testing.summary import summary
from cookiegate.testing.tally import Tally

SHOP = Objection(Kind.UNREGISTERED, "shop")
BLOG = Objection(Kind.UNREGISTERED, "blog")


@pytest.fixture
def tally():
    return Tally()


def test_tally_counts_each_test_once_and_keeps_the_first_three(tally):
    for number in range(5):
        tally.add(SHOP, f"test_{number}", "GET /")
        tally.add(SHOP, f"test_{number}", f"GET /{number}")
    ((objection, sighting),) = tally.of_kind(Kind.UNREGISTERED)
    assert objection == SHOP
    assert (sighting.test_count, sighting.tests) == (5, ["test_0", "test_1", "test_2"])
    assert sighting.requests == ["GET /", "GET /0", "GET /1"]


def test_tally_lists_one_kind_by_name(tally):
    for objection in (SHOP, Objection(Kind.MALFORMED, "x"), BLOG):
        tally.add(objection, "t", "r")
    assert [objection for objection, _ in tally.of_kind(Kind.UNREGISTERED)] == [BLOG, SHOP]


def test_tally_goes_to_another_process_and_is_added_there(tally):
    other = Tally()
    other.lines = 3
    other.add(SHOP, "test_b", "GET /b")
    tally.lines = 4
    tally.add(SHOP, "test_a", "GET /a")
    tally.add(BLOG, "test_a", "GET /a")
    tally.merge_json(other.to_json())
    assert tally.lines == 7
    assert tally.found[SHOP].tests == ["test_a", "test_b"]
    assert (tally.found[SHOP].test_count, tally.found[BLOG].test_count) == (2, 1)


def test_tally_of_too_many_names_counts_the_rest(tally, monkeypatch):
    monkeypatch.setattr(module, "_MAX_OBJECTIONS", 1)
    for objection in (SHOP, BLOG, BLOG, SHOP):
        tally.add(objection, "t", "r")
    other = Tally()
    other.add(BLOG, "t", "r")
    tally.merge_json(other.to_json())
    assert (list(tally.found), tally.left_out) == ([SHOP], 3)
    assert list(summary(tally, "cookies.toml", frozenset()))[-1] == ("Not listed: 3 lines with names beyond the limit.")
