"""Every reason and every numbered rule has words."""

import re

import pytest

from cookiegate import policy
from cookiegate.cli.words import RULES, leaves, printable, reason_in_words, record
from cookiegate.model import Action, Category, Decision, Reason


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_has_a_sentence(reason):
    decision = Decision(action=Action.DROP, reason=reason, number=5, name="a", category=Category.MARKETING)
    words = reason_in_words(decision)
    assert words.endswith(".")
    assert "{" not in words


def test_each_numbered_rule_of_the_policy_has_a_sentence():
    numbers = [int(number) for number in re.findall(r"^(\d)\. ", policy.__doc__, re.MULTILINE)]
    assert list(RULES) == numbers


@pytest.mark.parametrize(
    ("action", "is_leaving"),
    [(Action.KEEP, True), (Action.REWRITE, True), (Action.DROP, False), (Action.EXPIRE, False)],
)
def test_line_leaves_when_kept_or_rewritten(action, is_leaving):
    assert leaves(Decision(action=action, reason=Reason.GRANTED, number=6, name="a")) is is_leaving


def test_printable_shows_what_is_no_text():
    assert printable("a=ä\x1b\n\x7f".encode() + b"\xff") == "a=ä\\x1b\\n\\x7f\\xff"


def test_record_of_an_unclassified_line():
    decision = Decision(action=Action.DROP, reason=Reason.NAMELESS, number=1, name="", before=b"=x")
    assert record(decision) == {
        "cookie": "", "action": "drop", "reason": "nameless", "rule": 1, "category": None, "registered": None,
        "before": "=x", "after": None, "changes": [],
    }  # fmt: skip
