"""What real browsers do with lines, raw and through the gate, beside what the gate says of them.

`--browser-cases N` tries more generated lines, `--browser-seed TEXT` others.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cookiegate.decision import Decision

KINDS = ("refused", "dropped", "deleted", "kept", "attributes", "weakened", "outlived", "parsed")


@pytest.mark.parametrize("kind", KINDS)
def test_browser_agrees_with_the_gate(trial, parts, promise, pytestconfig, kind):
    promise("Browsers", parts.judging.KINDS[kind], trial.browser)
    failures = [failure for failure in trial.failures if failure.kind == kind]
    told = [f"{len(failures)} failures, seed {pytestconfig.getoption('--browser-seed')!r}", *map(str, failures[:20])]
    told += [
        f"for cases.json: {parts.lines.entry(each.shrunk, each.text)}" for each in failures if each.shrunk is not None
    ]
    assert not failures, "\n".join(told)


def test_browser_does_with_the_raw_line_what_is_written_beside_it(trial):
    found = [
        (outcome.case.line, told, outcome.raw.told())
        for outcome in trial.outcomes
        for browser, told in outcome.case.written
        if browser == trial.browser
    ]
    assert len(found) > 20
    assert [each for each in found if each[1] != each[2]] == []


def test_raw_lines_would_have_set_what_the_gate_held_back(trial, parts, promise):
    promise("Browsers", "without the gate, refused cookies are set", trial.browser)
    outcomes = trial.outcomes
    refused = [
        outcome
        for outcome in outcomes
        if any(parts.judging.is_refused(pair.partition(b"=")[0].decode("latin-1")) for pair in outcome.raw.pairs())
    ]
    kept = [outcome for outcome in outcomes if outcome.gated.pairs()]
    deleted = [outcome for outcome in outcomes if outcome.plant is not None and outcome.plant.jar]
    assert len(refused) > len(outcomes) / 20
    assert len(kept) > len(outcomes) / 8
    assert len(deleted) > len(outcomes) / 40


def with_line(decision: Decision, line: bytes) -> Decision:
    return Decision(
        action=decision.action, reason=decision.reason, policy_rule=decision.policy_rule, name=decision.name, after=line
    )  # fmt: skip


SABOTAGE: dict[str, Callable[[Any], Any]] = {
    "refused": lambda outcome: replace(outcome, gated=outcome.raw),
    "dropped": lambda outcome: replace(outcome, gated=outcome.raw),
    "deleted": lambda outcome: replace(outcome, gated=outcome.plant or outcome.gated),
    "kept": lambda outcome: replace(outcome, gated=replace(outcome.gated, sent=[], sent_elsewhere=[], jar=[])),
    "attributes": lambda outcome: replace(
        outcome, decision=with_line(outcome.decision, (outcome.decision.after or b"") + b"; Max-Age=7")
    ),
    "weakened": lambda outcome: replace(
        outcome, raw=replace(outcome.raw, jar=[replace(each, secure=True, http_only=True) for each in outcome.raw.jar])
    ),
    "outlived": lambda outcome: replace(
        outcome, gated=replace(outcome.gated, jar=[replace(each, expires_s=1e12) for each in outcome.gated.jar])
    ),
    "parsed": lambda outcome: replace(
        outcome, raw=replace(outcome.raw, jar=[replace(each, secure=not each.secure) for each in outcome.raw.jar])
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_oracle_sees_a_gate_that_errs(trial, problems, kind):
    spoilt = [SABOTAGE[kind](outcome) for outcome in trial.outcomes]
    assert sum(any(found == kind for found, _ in problems(outcome)) for outcome in spoilt) > 10


def test_shrinking_finds_the_part_that_fails(parts):
    case = parts.oracle.Case(b"ok=1; Path=/; bad; Max-Age=60; Secure")
    failure = parts.trial.Failure("kept", "", case)

    def try_batch(cases):
        return [parts.oracle.Outcome(each, None, None, None, None) for each in cases]

    def problems(outcome):
        return [("kept", "")] if b"bad" in outcome.case.line else []

    assert parts.trial.shrink(failure, try_batch, problems, parts.lines.shorter) == b"bad"


def test_same_seed_makes_the_same_lines(parts):
    def made(seed):
        chance = parts.lines.Random(seed)
        return [parts.lines.make_line(chance) for _ in range(50)]

    assert made("cookiegate") == made("cookiegate") != made("other")


def test_entry_of_a_failing_line_is_read_back(parts, tmp_path, monkeypatch):
    line = b'\xa0ok="\\\x01'
    file = tmp_path / "cases.json"
    file.write_text(f"[{parts.lines.entry(line, 'why')}]")
    monkeypatch.setattr(parts.lines, "CASES", file)
    assert [case["octets"] for case in parts.lines.read_cases()] == [line]
    assert json.loads(file.read_text())[0]["note"] == "why"
