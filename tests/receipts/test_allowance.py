"""Choices that repeat themselves, and too many of them: each counts, not each gets a receipt, no chain breaks."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from cookiegate import Registry
from cookiegate.errors import ConfigError
from cookiegate.receipts import Receipts

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def receipts(tmp_path, make, clock):
    """As a site makes them: with the limits that hold where none is named."""
    return make(tmp_path / "r.db", clock=clock, limit_per_minute=1_000, repeat_s=60.0)


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "cookiegate"]


def test_limits_hold_where_none_is_named(tmp_path, caplog):
    receipts = Receipts(tmp_path / "r.db", registry=Registry(), clock=lambda: NOW)
    kept = [receipts.record(id="a", granted=(), how="reject-all", where="page") for _ in range(3)]
    others = [receipts.record(id=None, granted=(), how="reject-all", where="page") for _ in range(1_000)]
    assert kept == [kept[0]] * 3
    assert (others.count(None), others[-1], receipts.store.count()) == (1, None, 1_000)
    receipts.close()


def test_same_choice_within_a_minute_has_its_receipt_already(receipts, choose, clock, findings):
    first = choose(receipts)
    assert first is not None
    for second in range(60):
        clock.now = NOW + second
        assert choose(receipts) is first
    clock.now = NOW + 60
    assert choose(receipts) not in (first, None)
    assert (receipts.store.count(), findings(receipts.store)) == (2, [])


@pytest.mark.parametrize(
    "other",
    [{"id": "visitor-2"}, {"granted": {"marketing"}}, {"granted": (), "how": "withdrawn"}, {"how": "accept-all"},
     {"where": "banner"}],
)  # fmt: skip
def test_other_choice_visitor_or_place_has_a_receipt_of_its_own(receipts, choose, other):
    first = choose(receipts)
    assert choose(receipts, **other).record_id != first.record_id
    assert receipts.store.count() == 2


def test_other_language_is_the_same_choice(receipts, choose):
    assert choose(receipts, language="fr") is choose(receipts, language="en")


def test_choice_that_comes_back_after_another_is_on_record_as_the_last(receipts, choose):
    choose(receipts)
    choose(receipts, granted=(), how="withdrawn")
    choose(receipts)
    last = receipts.store.find("visitor-1")[-1].body
    assert (receipts.store.count(), last.purposes) == (3, ("statistics",))


def test_places_in_turn_have_one_receipt_each(receipts, choose):
    for _ in range(10):
        choose(receipts, where="page")
        choose(receipts, where="banner")
    assert receipts.store.count() == 2


def test_other_policy_has_a_receipt_of_its_own(tmp_path, make, choose, clock):
    for revision in ("1", "2", "1"):
        receipts = make(tmp_path / "r.db", clock=clock, repeat_s=60.0, revision=revision)
        choose(receipts)
        choose(receipts)
    assert receipts.store.count() == 3


def test_visitors_without_an_id_are_not_taken_for_one_another(receipts, choose):
    assert choose(receipts, None).record_id != choose(receipts, None).record_id


def test_clock_that_is_set_back_hides_no_choice(receipts, choose, clock):
    first = choose(receipts)
    clock.now = NOW - 3600
    assert choose(receipts).record_id != first.record_id


def test_limit_leaves_choices_without_a_receipt_and_the_log_counts_them(
    tmp_path, make, choose, clock, caplog, findings
):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=5)
    kept = [choose(receipts, f"visitor-{number}") for number in range(12)]
    assert [each is None for each in kept] == [False] * 5 + [True] * 7
    reached = (
        "receipts: the limit of 5 receipts a minute is reached: choices count, and have none until the minute is over; "
        "find out who chooses so often; limit requests, or set limit_per_minute"
    )
    assert warnings(caplog) == [reached]
    clock.now = NOW + 60
    assert choose(receipts, "visitor-12") is not None
    counted = "receipts: 7 choices of a minute count and have no receipt, beyond the limit"
    assert warnings(caplog) == [reached, counted]
    assert (receipts.store.count(), receipts.store.head().sequence, findings(receipts.store)) == (6, 6, [])


def test_end_of_the_program_tells_of_the_last_minute(tmp_path, make, choose, clock, caplog):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=1)
    choose(receipts)
    receipts.close()
    assert warnings(caplog) == []
    choose(receipts)
    choose(receipts)
    receipts.close()
    assert warnings(caplog)[-1] == "receipts: 2 choices of a minute count and have no receipt, beyond the limit"
    receipts.close()
    assert len(warnings(caplog)) == 2


def test_repeated_choice_uses_up_no_room(tmp_path, make, choose, clock):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=2, repeat_s=60.0)
    first = choose(receipts)
    assert [choose(receipts) for _ in range(10)] == [first] * 10
    assert choose(receipts, "visitor-2") is not None
    assert choose(receipts, "visitor-3") is None
    assert choose(receipts) is first


def test_clock_that_is_set_back_closes_nothing(tmp_path, make, choose, clock):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=1)
    choose(receipts)
    clock.now = NOW - 10 * 365 * 86400
    assert choose(receipts) is not None


def test_child_of_a_fork_counts_for_itself(tmp_path, make, choose, clock):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=1, repeat_s=60.0)
    assert [choose(receipts) is None, choose(receipts, "b") is None] == [False, True]
    receipts.after_fork()
    assert choose(receipts, "b") is not None


def test_threads_that_choose_the_same_write_one_receipt(receipts, choose):
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: choose(receipts), range(200)))
    assert {each.record_id for each in kept} == {kept[0].record_id}
    assert receipts.flush()
    assert receipts.store.count() == 1


def test_threads_keep_to_the_limit(tmp_path, make, choose, clock):
    receipts = make(tmp_path / "r.db", clock=clock, limit_per_minute=50)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda number: choose(receipts, f"v-{number}"), range(200)))
    assert (kept.count(None), receipts.store.count()) == (150, 50)


def test_visitors_of_a_day_are_forgotten(tmp_path, make, clock):
    from cookiegate.receipts.allowance import Allowance

    record = make(tmp_path / "r.db", clock=clock).record(id="a", granted=(), how="reject-all", where="page")
    from dataclasses import replace

    def visit(count):
        allowance = Allowance(None, 60.0, print)
        for number in range(count):
            allowance.admit(replace(record, pii_principal_id=f"visitor-{number}"), NOW)

    tracemalloc.start()
    try:
        visit(30_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"limit_per_minute": 0}, "Receipts: limit_per_minute: is 0; use a number above 0, or None for no limit"),
        ({"limit_per_minute": True}, "Receipts: limit_per_minute: is True; use"),
        ({"limit_per_minute": 1.5}, "Receipts: limit_per_minute: is 1.5; use"),
        ({"repeat_s": -1}, "Receipts: repeat_s: is -1; use seconds, up to 86400"),
        ({"repeat_s": "60"}, "Receipts: repeat_s: is '60'; use seconds, up to 86400"),
        ({"repeat_s": float("nan")}, "Receipts: repeat_s: is nan; use seconds, up to 86400"),
    ],
)
def test_limit_that_is_none_is_told_at_start(tmp_path, setting, problem):
    with pytest.raises(ConfigError) as error:
        Receipts(tmp_path / "r.db", registry=Registry(), **setting)
    assert error.value.problems[0].startswith(problem)
