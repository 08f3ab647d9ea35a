"""IndexedDB databases with a rule: refused ones are deleted; where no rule names one, nothing is fetched."""

import time
from typing import Any

import pytest

from cookiegate import CookieGate, CookieRule, Registry

PAGE = "<head><meta charset=utf-8><title>Page</title>{guard}</head><body><h1>Page</h1></body>"
OPENED = """async () => { for (const name of ["cart", "stats-1", "stats-2", "watched", "unheard", "ga", "one",
    "ONE", "oneC1", "__Host-one", "one.1", "kept-x", "KEPT-X", "a-z"])
    await new Promise((done) => { const asked = indexedDB.open(name);
        asked.onsuccess = () => { asked.result.close(); done(); }; }); }"""
SEEN = "async () => (await indexedDB.databases()).map((one) => one.name).sort()"
LEFT = ["KEPT-X", "ONE", "__Host-one", "cart", "ga", "kept-x", "one.1", "oneC1", "unheard", "watched"]
ALL = sorted([*LEFT, "a-z", "one", "stats-1", "stats-2"])


def rule(name: str, category: str, **more: Any) -> CookieRule:
    return CookieRule(name=name, category=category, purpose="A test.", lifetime="varies", **more)


REGISTRY = Registry(
    [
        rule("cart", "necessary", storage="indexeddb"),
        rule("stats-*", "statistics", storage="indexeddb"),
        rule("watched", "statistics", storage="indexeddb", mode="report-only"),
        rule("one", "statistics", storage="indexeddb"),  # and no other form of the name
        rule("KEPT-*", "necessary", storage="indexeddb"),
        rule("kept-*", "necessary", storage="indexeddb"),
        rule("a*z", "statistics", storage="indexeddb"),
        rule("ga", "statistics", storage="local"),  # a database of that name has no rule
    ]
)


def state(*granted: str) -> str:
    return f"document.cookie = 'cookiegate_consent=v=1&c={'.'.join(granted)}&t={int(time.time())}; path=/'"


def until_left(tab: Any, parts: Any, names: list[str]) -> None:
    parts.until(tab, f"async () => (await ({SEEN})()).join() === '{','.join(names)}'")


@pytest.fixture
def site(make_site: Any, tab: Any) -> Any:
    """Open a page of this site, with databases in every category, as a visitor who granted statistics."""

    def make(**settings: Any) -> Any:
        made = make_site(**{"registry": REGISTRY, **settings})
        made.pages["/"] = PAGE
        made.pages["/before"] = "<title>Before</title>"
        tab.open(made.origin + "/before")
        tab.do(f"() => {{ {state('statistics')} }}")
        tab.do(OPENED)
        tab.open(made.origin + "/")
        return made

    return make


@pytest.mark.firefox
@pytest.mark.parametrize("is_static", [False, True], ids=["with the gate", "without the gate"])
def test_withdrawal_deletes_what_is_refused(site, tab, parts, is_static):
    site(is_static=is_static)
    assert tab.do(SEEN) == ALL
    tab.do(f"() => {{ {state()}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    until_left(tab, parts, LEFT)


def test_page_that_starts_without_consent_deletes_what_is_refused(site, tab, parts):
    made = site()
    tab.do(f"() => {{ {state()} }}")
    tab.open(made.origin + "/")
    until_left(tab, parts, LEFT)


def test_connections_that_are_open_keep_it_until_they_are_closed(site, tab, parts):
    site()
    tab.do("""() => new Promise((done) => { const asked = indexedDB.open("stats-1");
        asked.onsuccess = () => { window.base = asked.result; done(); }; })""")
    tab.do(f"() => {{ {state()}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    parts.until(tab, f"async () => !(await ({SEEN})()).includes('stats-2')")
    tab.do("() => { base.close(); }")
    until_left(tab, parts, LEFT)


@pytest.mark.parametrize("settings", [{"expire_refused": False}, {"mode": "report-only"}])
def test_nothing_is_deleted_where_nothing_is_enforced(site, tab, settings):
    made = site(**settings)
    tab.do(f"() => {{ {state()} }}")
    tab.open(made.origin + "/")
    tab.page.wait_for_load_state("networkidle")
    assert tab.do(SEEN) == ALL


def test_site_without_databases_fetches_nothing_for_them(make_gate):
    from cookiegate.scripts import guard_of

    assert b"databases-" in guard_of(make_gate(registry=REGISTRY)).body
    without = Registry(rule for rule in REGISTRY if rule.storage != "indexeddb")
    assert b"databases-" not in guard_of(CookieGate(registry=without)).body
