"""A decision: a judgement and a line, with properties that are computed on access."""

from copy import copy, deepcopy
from pickle import dumps, loads

import pytest

from cookiegate import Action, Category, Consent, CookieRule, Decision, Reason
from cookiegate.decision import decide, expired
from cookiegate.judgement import Judgement

RULE = CookieRule(name="ia_*", category=Category.MARKETING)
REFUSED = Judgement(Action.DROP, 5, refused=Category.MARKETING, category=Category.MARKETING, rule=RULE)
REWRITTEN = Judgement(Action.REWRITE, 6, Reason.GRANTED, None, Category.MARKETING, RULE, ("Secure added",), b"; Secure")


def test_reason_of_a_refused_category_is_the_consents():
    line = b"ia_a=1"
    assert decide(REFUSED, line, Consent(())).reason is Reason.NOT_GRANTED
    assert decide(REFUSED, line, Consent.none(Reason.CONSENT_EXPIRED)).reason is Reason.CONSENT_EXPIRED


def test_line_that_was_written_just_so_was_kept():
    decision = decide(REWRITTEN, b"ia_a=1; Secure", Consent(()))
    assert (decision.action, decision.changes) == (Action.KEEP, ())
    decision = decide(REWRITTEN, b"ia_a=1", Consent(()))
    assert (decision.action, decision.changes) == (Action.REWRITE, ("Secure added",))


@pytest.mark.parametrize(
    ("line", "name"),
    [(b"a=1", "a"), (b" \ta =1; Path=/", "a"), (b"\xe9=1", "\xe9"), (b"a", ""), (b"a; b=1", ""), (b"", "")],
)
def test_name_is_that_of_the_line(line, name):
    assert decide(REFUSED, line, Consent(())).name == name


def test_cookie_of_the_request_has_no_line_before():
    decision = expired(REFUSED, b"ia_a=; Max-Age=0", Consent(()), is_enforced=True)
    assert (decision.name, decision.before, decision.after) == ("ia_a", b"", b"ia_a=; Max-Age=0")
    assert (decision.reason, decision.is_enforced) == (Reason.NOT_GRANTED, True)


def test_decisions_are_equal_if_they_say_the_same():
    one, other = (decide(REFUSED, b"ia_a=1", Consent(())) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != decide(REFUSED, b"ia_a=2", Consent(()))
    assert one != decide(REFUSED, b"ia_a=1", Consent.none(Reason.NO_CONSENT))
    assert one != decide(REFUSED, b"ia_a=1", Consent(()), is_enforced=False)
    assert one != "a decision"


def test_decision_can_be_made_of_its_parts():
    given = {
        "action": Action.DROP, "reason": Reason.NOT_GRANTED, "policy_rule": 5, "name": "ia_a",
        "category": Category.MARKETING, "registry_rule": RULE, "before": b"ia_a=1", "after": None,
        "changes": (), "is_enforced": True,
    }  # fmt: skip
    decision = Decision(**given)
    assert {key: getattr(decision, key) for key in given} == given
    assert decision == decide(REFUSED, b"ia_a=1", Consent(()))


def test_decision_tells_no_value():
    decision = decide(REWRITTEN, b"ia_a=s3cret", Consent(()))
    assert repr(decision) == (
        "Decision(action='rewrite', reason='granted', policy_rule=6, name='ia_a', category='marketing', "
        "registry_rule='ia_*', changes=('Secure added',))"
    )
    malformed = Decision(action=Action.DROP, reason=Reason.NAMELESS, policy_rule=1, name="", before=b"=s3cret")
    assert "s3cret" not in repr(malformed)


def test_old_names_still_answer():
    decision = decide(REFUSED, b"ia_a=1", Consent(()))
    with pytest.warns(DeprecationWarning, match="use Decision.policy_rule"):
        assert decision.number == decision.policy_rule == 5
    with pytest.warns(DeprecationWarning, match="use Decision.registry_rule"):
        assert decision.rule == decision.registry_rule == RULE


def test_decision_of_a_rule_in_report_only_is_not_enforced():
    reporting = CookieRule(name="ia_*", category=Category.MARKETING, mode="report-only")
    judgement = Judgement(Action.DROP, 5, refused=Category.MARKETING, category=Category.MARKETING, rule=reporting)
    assert not decide(judgement, b"ia_a=1", Consent(())).is_enforced
    assert decide(REFUSED, b"ia_a=1", Consent(())).is_enforced


@pytest.mark.parametrize("copied", [copy, deepcopy, lambda one: loads(dumps(one))], ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize(
    "decision",
    [
        decide(REFUSED, b"ia_a=1", Consent.none(Reason.CONSENT_EXPIRED)),
        decide(REWRITTEN, b"ia_a=1", Consent(())),
        expired(REFUSED, b"ia_a=; Max-Age=0", Consent(()), is_enforced=False),
    ],
)
def test_decision_can_be_copied_and_sent_to_another_process(copied, decision):
    assert copied(decision) == decision


def test_decision_can_not_be_changed():
    with pytest.raises(AttributeError):
        decide(REFUSED, b"ia_a=1", Consent(())).action = Action.KEEP


@pytest.mark.parametrize(
    ("judgement", "line", "leaves"),
    [
        (REFUSED, b"a=1", None),
        (Judgement(Action.KEEP, 6), b"a = 1", b"a = 1"),
        (REWRITTEN, b"a = 1; x", b"a = 1; Secure"),
        (Judgement(Action.REWRITE, 6, tail=b"; Secure", is_trimmed=True), b" a = b=c ; x", b"a=b=c; Secure"),
        (Judgement(Action.REWRITE, 2, tail=b"; Max-Age=0", is_deletion=True), b" a =1; x", b"a=; Max-Age=0"),
        (Judgement(Action.EXPIRE, 5, tail=b"; Max-Age=0", is_deletion=True), b"a=1", b"a=; Max-Age=0"),
        (Judgement(Action.REWRITE, 6), b"a=1;;", b"a=1"),
    ],
)
def test_judgement_writes_the_line_that_leaves(judgement, line, leaves):
    assert judgement.write(line) == leaves
