"""The guard finds the same rule for a name as `Registry.match`: by shared vectors, and by names and rules made up."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.registry.chunks import separators_of
from cookiegate.scripts.rules import rules_of, shown_rules

HERE = Path(__file__).parent
MATCH = """const {matcher} = await import(at + "match.js");
return given.map(({rows, names}) => {
    const match = matcher(rows);
    return names.map(name => match(name).concat(undefined, undefined).slice(0, 2).map(rule => rule ? rule[0] : null));
});"""
ORDER = ("necessary", "preferences", "statistics", "marketing")
PREFIXES = ("", "", "", "__Host-", "__Secure-", "__Http-", "__Host-Http-", "__host-", "__HOST-HTTP-")
SEPARATORS = (False, False, False, True, ".", "-", "C", "_x", "K")


def rows_of(registry: Registry) -> list[list[object]]:
    return [[rule.name, ORDER.index(rule.category), -1, 0, list(separators_of(rule))] for rule in registry]


def answers(registry: Registry, names: list[str]) -> list[list[str | None]]:
    found = [registry.match(name) for name in names]
    return [[match.rule and match.rule.name, match.refusing and match.refusing.name] for match in found]


def test_guard_agrees_on_every_vector(node):
    vectors = json.loads((HERE / "vectors.json").read_text(encoding="utf-8"))
    registry = Registry(CookieRule(purpose="A test.", **rule) for rule in vectors["rules"])
    names = [row[0] for row in vectors["answers"]]
    expected = [row[1:] for row in vectors["answers"]]
    assert answers(registry, names) == expected
    assert node(MATCH, [{"rows": rows_of(registry), "names": names}]) == [expected]
    assert {row[1] for row in vectors["answers"]} >= {rule["name"] for rule in vectors["rules"]} - {
        "_ga_*_x",
        "a**",
    } | {None}


def test_guard_agrees_on_known_cookies(node):
    registry = Registry.known()
    names = [rule.name.replace("*", "x1") for rule in registry] + [rule.name.upper() for rule in registry]
    assert node(MATCH, [{"rows": rows_of(registry), "names": names}]) == [answers(registry, names)]


@pytest.mark.parametrize("seed", range(4))
def test_guard_agrees_on_names_and_rules_made_up(node, amount, seed):
    chance = random.Random(seed)
    alphabet = "aAbB_-.*C01"

    def make_name() -> str:
        return "".join(chance.choices(alphabet, k=chance.randint(1, 6)))

    given, expected = [], []
    for _ in range(amount(150, 3000)):
        rules: dict[str, CookieRule] = {}
        for _ in range(chance.randint(1, 12)):
            name = chance.choice(PREFIXES) + make_name()
            if name.strip("*"):
                chunks = chance.choice(SEPARATORS)
                rules[name] = CookieRule(name=name, category=chance.choice(ORDER), purpose="A test.", chunks=chunks)
        registry = Registry(rules.values())
        names = []
        for _ in range(40):
            base = chance.choice([*rules, make_name()]).replace(
                "*", "".join(chance.choices("aB0_", k=chance.randint(0, 2)))
            )
            tail = chance.choice(
                ["", "", "0", "7", "42", "C1", "c12", ".3", "-99", "__5", "_x1", "K2", "k2", "é", "\u212a"]
            )
            name = chance.choice(PREFIXES) + base + tail
            names.append(chance.choice([name, name, name.swapcase(), name.lower()]))
        given.append({"rows": rows_of(registry), "names": names})
        expected.append(answers(registry, names))
    for one, found, right in zip(given, node(MATCH, given), expected, strict=True):
        assert found == right, one


def test_vectors_are_what_the_registry_says():
    import runpy

    module = runpy.run_path(str(HERE / "vectors.py"))
    assert (HERE / "vectors.json").read_text(encoding="utf-8") == module["text"]()


def rule(name: str, category: str = "necessary", **more: Any) -> CookieRule:
    return CookieRule(name=name, category=category, purpose="A test.", **more)


def shown(*rules: CookieRule) -> set[str]:
    return {one.name for one in shown_rules(Registry(rules), lambda rule: (rule.category, rule.lifetime))}


def test_rules_with_http_only_are_not_sent():
    assert shown(rule("login", http_only=True), rule("cart")) == {"cart"}


def test_names_that_a_prefix_covers_are_not_sent():
    admin = rule("admin_*")
    assert shown(admin, rule("admin_secret_tool"), rule("admin_2")) == {"admin_*"}
    assert shown(admin, rule("admin_stats", "statistics")) == {"admin_*", "admin_stats"}
    assert shown(admin, rule("admin_short", lifetime="1 day")) == {"admin_*", "admin_short"}
    assert shown(admin, rule("admin_many", chunks=True)) == {"admin_*", "admin_many"}
    assert shown(admin, rule("admin_x"), rule("__Host-admin*", "marketing")) == {"admin_*", "admin_x", "__Host-admin*"}
    assert shown(rule("ABC*"), rule("abcd*", "marketing"), rule("ABCDe")) == {"ABC*", "abcd*", "ABCDe"}
    assert shown(admin, rule("admin_deep*", "marketing"), rule("admin_deep1")) == {
        "admin_*",
        "admin_deep*",
        "admin_deep1",
    }


def test_what_is_left_out_changes_no_answer(node, amount):
    chance = random.Random("left out")
    for _ in range(amount(300, 3000)):
        rules: dict[str, CookieRule] = {}
        for _ in range(chance.randint(2, 10)):
            name = "".join(chance.choices("aAb_*", k=chance.randint(1, 5)))
            if name.strip("*"):
                rules[name] = rule(name, chance.choice(ORDER))
        whole = Registry(rules.values())
        kept = Registry(shown_rules(whole, lambda one: one.category))
        for _ in range(30):
            name = chance.choice(PREFIXES) + "".join(chance.choices("aAbB_1", k=chance.randint(1, 6)))
            said = [
                (match.rule and match.rule.category, match.refusing and match.refusing.category)
                for match in (whole.match(name), kept.match(name))
            ]
            assert said[0] == said[1], (name, list(rules.values()))


def test_rows_say_what_the_policy_says():
    rules = [
        rule("a"), rule("b", "marketing", lifetime="session"), rule("c", lifetime="1 day", same_site="strict"),
        rule("d", secure=True, host_only=True), rule("e", secure=False, same_site="keep"),
        rule("f", attributes="as-sent", mode="report-only"), rule("g", add_partitioned=True, same_site="none"),
        rule("k", storage="local"), rule("k", "statistics", storage="session"),
    ]  # fmt: skip

    def rows(**settings: Any) -> dict[str, list[object]]:
        found: Any = rules_of(CookieGate(registry=Registry(rules), **settings))
        assert found["local"] == [["k"]]
        assert found["session"] == [["k", 2]]
        return {row[0]: row[1:] for row in [*found["cookies"], found["usual"]]}

    limit_s = 400 * 86400
    assert rows() == {
        "usual": [0, limit_s, 4 + 16, []], "a": [], "b": [3, 0], "c": [0, 86400, 3 + 16],
        "d": [0, limit_s, 4 + 8 + 32], "e": [0, limit_s, 0], "f": [0, limit_s, 4 + 16 + 128 + 256],
        "g": [0, limit_s, 1 + 16 + 64], "cookiegate_consent": [],
    }  # fmt: skip
    other = rows(max_lifetime=None, secure="always", same_site="strict", host_only=True)
    assert other["usual"] == [0, -1, 6 + 8 + 32, []]
    assert rows(secure="keep", same_site="keep")["usual"] == [0, limit_s, 0, []]
