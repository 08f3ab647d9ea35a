"""The example `cookies.toml` agrees with the policy."""

import re
from pathlib import Path

import pytest

from cookiegate import CookieGate, Registry

SHARED_POLICY = Path(__file__).resolve().parents[3] / "shared" / "data" / "cookie-policy.md"
SECONDS = {
    "7 days": 604800,
    "1 hour": 3600,
    "6 months": 184 * 86400,
    "3 months": 92 * 86400,
    "30 days": 2592000,
    "24 hours": 86400,
    "90 days": 7776000,
}


@pytest.fixture(scope="module")
def registry(cookies_toml):
    return Registry.from_toml(cookies_toml)


@pytest.fixture(scope="module")
def policy_text(missing):
    if not SHARED_POLICY.is_file():
        missing("the policy's text")
    return SHARED_POLICY.read_text(encoding="utf-8")


def test_table_of_the_tests_is_the_policys(policy, policy_text):
    found = {}
    category = ""
    for line in policy_text.splitlines():
        if heading := re.match(r"#### 4\.\d (\w+) Cookies", line):
            category = heading[1].lower()
        elif row := re.match(r"\| `(\w+)`[^|]*\|[^|]*\| (.*?) +\|", line):
            found[row[1]] = {"category": category, "expiration": row[2]}
    assert found == policy


def test_registry_names_the_24_cookies_and_three_prefixes(registry, policy):
    assert {rule.name for rule in registry} == {*policy, "ia_pref_*", "ia_stats_*", "ia_mkt_*"}
    assert len(policy) == 24


def test_registry_has_the_policys_categories(registry, policy):
    assert {name: registry.find(name).category.value for name in policy} == {
        name: cookie["category"] for name, cookie in policy.items()
    }


def test_registry_has_the_policys_lifetimes(registry, policy):
    for name, cookie in policy.items():
        lifetime = registry.find(name).lifetime
        is_session = cookie["expiration"] in ("Session", "Session-based")
        assert (name, lifetime.max_age_s, lifetime.is_session) == (
            name, SECONDS.get(cookie["expiration"]), is_session
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "category", "lifetime"),
    [
        ("ia_pref_new", "preferences", "30 days"),
        ("ia_stats_new", "statistics", "session"),
        ("ia_mkt_new", "marketing", "30 days"),
    ],
)
def test_new_name_gets_the_shortest_promise_of_its_kind(registry, name, category, lifetime):
    rule = registry.find(name)
    assert (rule.category.value, rule.lifetime.text) == (category, lifetime)


@pytest.mark.parametrize("name", ["token", "refreshToken", "impersonateUserToken"])
def test_tokens_are_kept_from_scripts(registry, name):
    assert registry.find(name).http_only


def test_each_rule_has_a_purpose_of_its_own(registry, policy_text):
    purposes = [rule.purpose for rule in registry]
    assert len(set(purposes)) == 27
    assert not [purpose for purpose in purposes if purpose.strip(".").lower() in policy_text.lower()]


def test_gate_takes_the_file(cookies_toml):
    gate = CookieGate.from_toml(cookies_toml)
    assert (gate.revision, gate.unregistered) == ("2026-01-12", "drop")
