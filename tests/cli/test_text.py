"""Every reason and every numbered rule has text."""

import re

import pytest

from cookiegate import policy
from cookiegate.cli.text import RULES, decision_record, explain_reason, leaves, printable
from cookiegate.decision import Decision
from cookiegate.model import Action, Category, Reason


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_has_a_sentence(reason):
    decision = Decision(action=Action.DROP, reason=reason, policy_rule=5, name="a", category=Category.MARKETING)
    text = explain_reason(decision)
    assert text.endswith(".")
    assert "{" not in text


def test_each_numbered_rule_of_the_policy_has_a_sentence():
    numbers = [int(number) for number in re.findall(r"^(\d)\. ", policy.__doc__, re.MULTILINE)]
    assert list(RULES) == numbers


@pytest.mark.parametrize(
    ("action", "is_leaving"),
    [(Action.KEEP, True), (Action.REWRITE, True), (Action.DROP, False), (Action.EXPIRE, False)],
)
def test_line_leaves_when_kept_or_rewritten(action, is_leaving):
    assert leaves(Decision(action=action, reason=Reason.GRANTED, policy_rule=6, name="a")) is is_leaving


def test_printable_shows_what_is_no_text():
    assert printable("a=ä\x1b\n\x7f".encode() + b"\xff") == "a=ä\\x1b\\n\\x7f\\xff"


def test_record_of_an_unclassified_line():
    decision = Decision(action=Action.DROP, reason=Reason.NAMELESS, policy_rule=1, name="", before=b"=x")
    assert decision_record(decision) == {
        "cookie": "", "action": "drop", "reason": "nameless", "rule": 1, "category": None, "registered": None,
        "before": "=x", "after": None, "changes": [],
    }  # fmt: skip
