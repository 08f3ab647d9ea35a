"""The guard's tag: where it points, and what `data-state` says of this visitor."""

import random
import time
from typing import Any

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.consent import Cookiebot, OwnConsent
from cookiegate.gate import compiled
from cookiegate.handle import Handle
from cookiegate.model import RequestHead
from cookiegate.scripts import script_tags, script_url, state_of
from cookiegate.scripts.rules import rules_of
from cookiegate.wire.request_head import ScopeHead

NOW = 1768204800
CHOSEN = b"cookiegate_consent=v=1&c=marketing.statistics&t=1768204000"


def handle_of(gate: CookieGate, cookie: bytes = b"", *fields: tuple[bytes, bytes]) -> Handle:
    line = ("https", "GET", "/")
    headers = [(b"cookie", cookie), *fields]
    return Handle(compiled(gate), (cookie, ScopeHead, headers, line))


def gate(**settings: Any) -> CookieGate:
    return CookieGate(**{"registry": Registry(), "clock": lambda: NOW, **settings})


@pytest.mark.parametrize(
    ("settings", "cookie", "fields", "expected"),
    [
        ({}, b"", [], ""),
        ({}, CHOSEN, [], f"statistics marketing chosen until={1768204000 + 184 * 86400}"),
        ({}, CHOSEN, [(b"sec-gpc", b"1")], f"statistics chosen until={1768204000 + 184 * 86400}"),
        ({"consent_max_age": 1}, CHOSEN, [], f"statistics marketing chosen until={1768204000 + 86400}"),
        ({}, b"cookiegate_consent=v=1&c=&t=1768204000", [], "chosen"),
        ({"revision": "2"}, CHOSEN, [], ""),
        ({"default_consent": {"preferences"}}, b"", [], "preferences"),
    ],
)
def test_state_says_what_counts(settings, cookie, fields, expected):
    assert state_of(handle_of(gate(**settings), cookie, *fields)) == expected


def test_tag_is_html_that_templates_write_as_it_is():
    one = gate()
    html = script_tags(one, handle_of(one, CHOSEN), 'a"<b')
    state = state_of(handle_of(one, CHOSEN))
    assert html == f'<script src="{script_url(one)}" data-state="{state}" nonce="a&quot;&lt;b"></script>'
    assert html.__html__() == html  # type: ignore[attr-defined]
    assert "nonce" not in script_tags(one, handle_of(one))


def test_url_is_below_the_settings_page():
    assert script_url(gate()).startswith("/cookie-settings/guard-")
    assert script_url(gate(settings_url="/choices")).startswith("/choices/guard-")
    one = gate()
    assert 'src="/app/choices/guard-' in script_tags(one, handle_of(one), base="/app/choices")


def test_page_with_the_tag_depends_on_the_consent():
    one = gate()
    handle = handle_of(one)
    script_tags(one, handle)
    assert handle._request is not None
    assert handle._request.consent_was_read


def test_consent_cookie_is_described_only_where_scripts_can_read_it():
    assert rules_of(gate(revision="2", consent_max_age=1))["consent"] == {
        "name": "cookiegate_consent", "lifetime": 86400, "revision": "2",
    }  # fmt: skip
    assert rules_of(gate(consent=OwnConsent("choice", lifetime="1 day")))["consent"] == {
        "name": "choice", "lifetime": 86400, "revision": None,
    }  # fmt: skip
    for consent in (
        OwnConsent(secret="sixteen characters"),
        OwnConsent("__Http-choice"),
        Cookiebot(),
        lambda head: None,
    ):
        assert rules_of(gate(consent=consent))["consent"] is None


def test_default_is_described_where_it_is_no_function():
    assert rules_of(gate())["byDefault"] == []
    assert rules_of(gate(default_consent=["marketing", "necessary", "preferences"]))["byDefault"] == [
        "preferences",
        "marketing",
    ]
    assert rules_of(gate(default_consent=lambda head: ()))["byDefault"] is None


def test_consent_platforms_names_with_a_star_are_sent():
    class Source:
        cookie_names = ("choice", "choice_part_*")

        def is_cookie_name(self, name: str) -> bool:
            return True

        def __call__(self, head: RequestHead) -> None:
            return None

    assert rules_of(gate(consent=Source()))["consentNames"] == ["choice_part_"]


READ = """const {knownConsent} = await import(at + "consent.js");
return given.map(({jar, gate}) => {
    const state = knownConsent(undefined, () => jar, gate);
    const isOver = state.until <= Date.now() / 1000;
    return ["preferences", "statistics", "marketing"].filter(one => state.granted.includes(one) && !isOver);
});"""
PARTS = (
    "v=1", "v=2", "v=", "c=statistics", "c=marketing.preferences", "c=", "c=Statistics.marketing",
    "c=statistics%2Emarketing", "t={now}", "t={old}", "t={ahead}", "t=0", "t=x", "t=-1", "t=9999999999999", "r=2",
    "r=", "r=1", "id=a-b", "x", "", "=", "x=%41", "x=%ff", "x=%zz", "x=a=b", "x=+", "y=1;z=2", "c=statistics", "v=1",
    "t={now}", "&", "x=é",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_consent_cookie_is_read_as_the_server_reads_it(node, amount, seed):
    chance = random.Random(seed)
    now = int(time.time())
    times = {"{now}": now - 9, "{old}": now - 200 * 86400, "{ahead}": now + 3 * 86400}
    given, expected, is_plain = [], [], []
    for _ in range(amount(400, 4000)):
        parts = ["v=1", f"c={chance.choice(['statistics', 'marketing.statistics', ''])}", "t={now}"]
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            parts.insert(chance.randrange(len(parts) + 1), chance.choice(PARTS))
        for _ in range(chance.choice([0, 0, 0, 1])):
            parts.pop(chance.randrange(len(parts)))
        value = "&".join(parts)
        for key, second in times.items():
            value = value.replace(key, str(second))
        value = value.partition(";")[0]
        one = gate(revision=chance.choice([None, "2"]), clock=time.time)
        jar = f"a=b; cookiegate_consent={value}; c=d"
        rules = rules_of(one)
        given.append({"jar": jar, "gate": {"consent": rules["consent"], "byDefault": rules["byDefault"]}})
        granted = handle_of(one, jar.encode()).consent.granted
        expected.append([each for each in ("preferences", "statistics", "marketing") if each in granted])
        # A cookie that cookiegate never writes may count for less in the page, never for more.
        is_plain.append("x=" not in value)
    for one, found, right, is_same in zip(given, node(READ, given), expected, is_plain, strict=True):
        assert found == right if is_same else set(found) <= set(right), one
