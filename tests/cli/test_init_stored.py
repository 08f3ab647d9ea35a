"""`cookiegate init`: what scripts keep in storages of the browser becomes rows, once."""

import tomllib
from types import SimpleNamespace

import pytest

from cookiegate import CookieRule
from cookiegate.audit.browser.evidence import StoredKey
from cookiegate.audit.browser.phase import Phase
from cookiegate.cli.init.evidence import Evidence, read_site_by_browser
from cookiegate.cli.init.rows import Declared, Plan, write_row
from cookiegate.cli.init.stored import SeenKey, label_of, make_stored_plan


def seen(name, storage="local", *phases):
    return SeenKey(storage, name, "the site", phases or ("Before any choice",))


def plan_of(keys, *, declared=(), own=()):
    return make_stored_plan(keys, [Declared(rule, "policy.md") for rule in declared], own)


def test_key_that_nobody_knows_is_open():
    (row,) = plan_of([seen("persist:root", "local", "Before any choice", "After accept")]).rows
    table = tomllib.loads(write_row(row))["cookie"][0]
    assert table == {
        "name": "persist:root", "category": "", "lifetime": "persistent", "storage": "local", "purpose": "",
    }  # fmt: skip
    assert "# From: seen in the site: before any choice, after accept." in write_row(row)
    assert [text.partition(":")[0] for text in row.decisions] == ["category", "purpose"]


def test_key_with_the_name_of_a_known_cookie_is_proposed():
    (row,) = plan_of([seen("_hjSessionUser_1", "session")]).rows
    assert (row.rule.category, row.rule.storage, str(row.rule.lifetime)) == ("statistics", "session", "session")
    assert (row.is_proposed, row.decisions) == (True, ("is it statistics? A cookie of this name is",))
    assert row.rule.purpose


def test_numbered_keys_are_of_one_row_and_one_alone_is_not():
    rows = plan_of([seen("run.100"), seen("run.101"), seen("lone.100"), seen("run.100", "indexeddb")]).rows
    assert [(row.rule.name, row.rule.storage) for row in rows] == [
        ("lone.100", "local"), ("run.*", "local"), ("run.100", "indexeddb"),
    ]  # fmt: skip
    assert "for 2 names that differ in the number at their end" in rows[1].origins


@pytest.mark.parametrize(
    ("shown", "name"),
    [(r"a\x00b\u2028c\U000e0001\n", "a*b*c**"), ("k" * 120 + "... (300 characters)", "k" * 120 + "*"), ("a:b", "a:b")],
)
def test_what_is_not_shown_of_a_key_may_be_anything(shown, name):
    (row,) = plan_of([seen(shown)]).rows
    assert row.rule.name == name
    assert len(row.origins) == 1 + ("*" in name)


def test_key_of_which_nothing_is_shown_has_no_row():
    assert plan_of([seen(r"\x00\x01")]).rows == []


def test_own_and_declared_rules_are_found_again():
    own = [CookieRule(name=name, category="necessary", storage="local") for name in ("cart", "draft_*", "old", "both")]
    declared = [CookieRule(name=name, category="statistics", storage="local") for name in ("both", "visits", "unseen")]
    plan = plan_of(
        [seen("cart"), seen("draft_x"), seen("visits"), seen("visits", "session")], declared=declared, own=own
    )
    assert [(label_of(row.rule), row.origins[0]) for row in plan.rows] == [
        ("visits (local storage)", "declared in policy.md"),
        ("unseen (local storage)", "declared in policy.md"),
        ("visits (session storage)", "seen in the site: before any choice"),
    ]
    assert plan.rows[0].origins[1:] == ("seen in the site: before any choice",)
    assert plan.kept == [f"{name} (local storage)" for name in ("cart", "draft_*", "both")]
    assert plan.gone == ["old (local storage)"]


def test_nothing_is_gone_where_no_browser_looked():
    own = [CookieRule(name="cart", category="necessary", storage="local")]
    assert plan_of(None, own=own) == Plan()


def test_only_the_site_s_own_pages_count(monkeypatch):
    def phase(number, *keys):
        return SimpleNamespace(phase=number, keys=[StoredKey(*key) for key in keys])

    phases = [
        phase(Phase.BEFORE, ("local", "https://shop.example", "a"), ("local", "https://ads.example", "b")),
        phase(Phase.ACCEPT, ("local", "https://www.shop.example", "a"), ("session", "null", "c")),
    ]
    audit = SimpleNamespace(
        source=SimpleNamespace(name="shop", hosts="shop.example"), cookies=(), findings=(),
        browser=SimpleNamespace(phases=phases),
    )  # fmt: skip
    monkeypatch.setattr("cookiegate.cli.init.evidence.look_with_browser", lambda *_: audit)
    evidence = Evidence()
    launch = SimpleNamespace(path=None, has_sandbox=True)
    read_site_by_browser("https://shop.example/", evidence, launch, pages=1, seconds=1)
    assert evidence.stored == [SeenKey("local", "a", "shop", ("Before any choice", "After accept"))]
