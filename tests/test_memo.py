"""The bounded cache in front of a pure function."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.memo import Memo, Once


@pytest.fixture
def counted():
    """A memo of `str.upper`, and the list of keys that were computed."""

    def make(**limits):
        computed = []

        def compute(key):
            computed.append(key)
            return key.upper()

        return Memo(compute, **limits), computed

    return make


def held(memo):
    return len(memo)


def test_memo_computes_a_key_once(counted):
    memo, computed = counted(limit=8, longest=8)
    assert [memo["a"], memo["a"], memo["b"]] == ["A", "A", "B"]
    assert computed == ["a", "b"]


def test_memo_computes_a_long_key_each_time(counted):
    memo, computed = counted(limit=8, longest=2)
    assert [memo["ab"], memo["ab"], memo["abc"], memo["abc"]] == ["AB", "AB", "ABC", "ABC"]
    assert computed == ["ab", "abc", "abc"]
    assert held(memo) == 1


def test_memo_gives_up_a_generation_when_the_next_is_full(counted):
    memo, computed = counted(limit=2, longest=8)
    for key in "abcdef":
        memo[key]
    memo["a"]
    assert computed == ["a", "b", "c", "d", "e", "f", "a"]


def test_memo_moves_what_is_asked_for_again_to_the_next_generation(counted):
    memo, computed = counted(limit=2, longest=8)
    for key in ["a", "b", "c", "a", "d", "a", "e", "a"]:
        memo[key]
    assert computed == ["a", "b", "c", "d", "e"]


def test_memo_cleared_forgets_either_generation(counted):
    memo, computed = counted(limit=2, longest=8)
    for key in "abc":
        memo[key]
    memo.clear()
    assert held(memo) == 0
    assert [memo["a"], memo["c"]] == ["A", "C"]
    assert computed == ["a", "b", "c", "a", "c"]


def test_memo_remembers_no_error(counted):
    memo = Memo({"a": 1}.__getitem__, limit=2, longest=8)
    with pytest.raises(KeyError):
        memo["b"]
    assert held(memo) == 0


@given(keys=st.lists(st.text(alphabet="abcdef", max_size=3), max_size=200), limit=st.integers(1, 6))
def test_memo_answers_like_its_function_and_stays_bounded(keys, limit):
    memo = Memo(str.upper, limit=limit, longest=2)
    for key in keys:
        assert memo[key] == key.upper()
        assert held(memo) <= 2 * limit


def test_memo_is_bounded_under_twenty_thousand_keys(counted):
    memo, _ = counted(limit=1024, longest=64)
    for number in range(20_000):
        memo[str(number)]
    assert held(memo) <= 2048


def test_memo_keeps_hot_keys_while_half_of_all_keys_are_a_strangers(counted):
    memo, computed = counted(limit=1024, longest=64)
    random = Random(1)
    asked = 100_000
    for number in range(asked):
        memo[f"hot{random.randrange(200)}"]
        memo[f"stranger{number}"]
    misses = sum(key.startswith("hot") for key in computed)
    assert misses <= asked / 100


def test_once_is_first_once():
    once = Once(limit=8)
    assert [once.is_first(key) for key in ("a", "b", "a", ("a", 1), ("a", 1))] == [True, True, False, True, False]


def test_once_full_finds_nothing_new():
    once = Once(limit=2)
    assert [once.is_first(key) for key in "abcabc"] == [True, True, False, False, False, False]
