"""What scripts write, in both browsers: each way of writing, before consent, with it, and after it was withdrawn."""

import json
import time
from typing import Any

import pytest

from cookiegate import CookieRule, Registry

PAGE = """<head><meta charset=utf-8><title>Page</title>{guard}<script nonce="{nonce}">
window.errors = []; addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
window.reports = []; document.addEventListener("cookiegate:report", (event) => reports.push(event.detail));
window.heard = []; document.addEventListener("cookiegate:change", (event) => heard.push(event.detail.granted));
window.first = (document.cookie = "_ga=first; path=/; max-age=99", document.cookie);
</script></head><body><h1>Page</h1></body>"""
CHOOSE = """() => fetch("/cookie-settings/api", {method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({granted: %s})}).then(answer => answer.json())
    .then(({choice}) => document.dispatchEvent(new CustomEvent("cookiegate:change", {detail: choice})))
    .then(() => null)"""


def choose(tab: Any, *granted: str) -> None:
    """Choose as cookiegate.js does: by the API, then with the event."""
    tab.do(CHOOSE % list(granted))


def names(tab: Any) -> set[str]:
    """Return the names of the cookies that scripts see, without the choice itself."""
    return {pair.partition("=")[0] for pair in tab.do("() => document.cookie").split("; ")} - {"", "cookiegate_consent"}


def write(tab: Any, text: str) -> None:
    tab.do(f"() => {{ document.cookie = {json.dumps(text)}; }}")


def write_once_granted(tab: Any, parts: Any, text: str) -> None:
    """Write until it is there: a page learns of a grant from the second script, which may still be on its way."""
    pair = text.partition(";")[0]
    parts.until(
        tab, f"() => {{ document.cookie = {json.dumps(text)}; return document.cookie.includes({json.dumps(pair)}); }}"
    )


@pytest.fixture
def opened(tab, make_site) -> Any:
    """Open the page in a site of these settings."""

    def open_(*granted: str, **settings: Any) -> Any:
        site = make_site(**settings)
        site.pages["/"] = site.pages["/shop/list/"] = PAGE
        tab.open(site.origin + "/")
        if granted:
            choose(tab, *granted)
            tab.open(site.origin + "/")
        return site

    yield open_
    assert tab.do("() => errors") == []


@pytest.mark.firefox
def test_first_write_of_a_page_is_judged_by_the_choice(tab, opened):
    site = opened()
    assert tab.do("() => first") == ""
    choose(tab, "statistics")
    tab.open(site.origin + "/")
    assert "_ga=first" in tab.do("() => first")


@pytest.mark.parametrize("tag", ["{guard}", "{bare}"])
def test_without_data_state_the_consent_cookie_says_it(tab, make_site, tag):
    site = make_site()
    site.pages["/"] = PAGE.replace("{guard}", tag)
    tab.open(site.origin + "/")
    assert tab.do("() => first") == ""
    choose(tab, "statistics")
    tab.open(site.origin + "/")
    assert "_ga=first" in tab.do("() => first")


@pytest.mark.firefox
def test_document_cookie_obeys_the_choice(tab, opened, parts):
    opened()
    for text in ("_ga=1; max-age=99", "_ga_X1=1", "cart=1", "unheard=1", "__Secure-_ga=1; secure", "_GA=1"):
        write(tab, text)
    assert names(tab) == {"cart", "unheard"}
    choose(tab, "statistics")
    write_once_granted(tab, parts, "_ga=1; max-age=99")
    for text in ("_ga_X1=1", "_fbp=1", "chat_1=1"):
        write(tab, text)
    assert names(tab) == {"cart", "unheard", "_ga", "_ga_X1"}
    choose(tab)
    parts.until(tab, "() => !document.cookie.includes('_ga')")
    write(tab, "_ga=2")
    assert names(tab) == {"cart", "unheard"}


@pytest.mark.firefox
def test_deletions_always_pass_and_carry_no_value(tab, opened):
    opened()
    for name in ("cart", "unheard"):
        for deletion in (
            "x; max-age=0",
            "x; max-age=-5",
            "x; expires=Thu, 01-Jan-1970 00:00:01 GMT",
            "x; Expires=Sat, 1 Jan 00 0:0:0",
        ):
            write(tab, f"{name}=1")
            assert name in names(tab)
            write(tab, f"{name}={deletion}")
            assert name not in names(tab), deletion
    write(tab, "_ga=hidden; max-age=0; expires=Fri, 01 Jan 2100 00:00:00 GMT")
    assert names(tab) == set()


@pytest.mark.firefox
def test_allowed_cookies_get_what_the_rule_says(tab, opened):
    site = opened("preferences", "statistics")
    write(tab, "_ga=1; path=/; max-age=99999999; priority=high")
    write(tab, "keep=1; expires=Fri, 01 Jan 2100 00:00:00 GMT; SameSite=Strict")
    write(tab, "cart=1; max-age=999")
    write(tab, "theme=1; max-age=60; samesite=None")
    write(tab, "unheard=1; path=/; max-age=999999999")
    jar = tab.jar()
    day_s = 86400
    for name, longest_s in (("_ga", day_s), ("keep", 7 * day_s), ("theme", 60), ("unheard", 400 * day_s)):
        left_s = jar[name].get("expires", jar[name].get("expiry")) - time.time()
        assert longest_s - 600 < left_s < longest_s + 600, name
    assert jar["cart"].get("expires", -1) == -1
    assert jar["cart"].get("expiry") is None
    assert {name: jar[name]["sameSite"].lower() for name in ("_ga", "keep", "theme")} == {
        "_ga": "lax", "keep": "strict", "theme": "lax",
    }  # fmt: skip
    assert site.port


@pytest.mark.firefox
def test_cookie_store_obeys_and_resolves(tab, opened, parts):
    opened()
    assert tab.do("() => cookieStore.set('_ga', 'x').then(value => value === undefined)") is True
    tab.do("() => cookieStore.set({name: '_fbp', value: 'x', expires: Date.now() + 1e9}).then(() => null)")
    tab.do("() => cookieStore.set({name: 'keep', value: 'x', expires: Date.now() + 1e12}).then(() => null)")
    assert names(tab) == {"keep"}
    jar = tab.jar()["keep"]
    assert abs(jar.get("expires", jar.get("expiry")) - time.time() - 7 * 86400) < 600
    choose(tab, "statistics")
    parts.until(tab, "() => cookieStore.set('_ga', 'x').then(() => document.cookie.includes('_ga'))")
    assert names(tab) == {"keep", "_ga"}
    tab.do("() => cookieStore.set({name: '_ga', value: 'x', expires: 1}).then(() => null)")
    assert names(tab) == {"keep"}
    tab.do("() => cookieStore.delete('keep').then(() => null)")
    assert names(tab) == set()


@pytest.mark.firefox
def test_storage_keys_that_the_registry_names_obey(tab, opened, parts):
    site = opened()
    put = """() => { for (const storage of [localStorage, sessionStorage]) {
        storage.setItem("ga_1", "x"); storage.setItem("draft", "x"); storage.setItem("other", "x"); }
        return [Object.keys(localStorage).sort(), Object.keys(sessionStorage).sort()] }"""
    assert tab.do(put) == [["draft", "other"], ["draft", "other"]]
    choose(tab, "statistics")
    parts.until(tab, "() => { localStorage.setItem('ga_1', 'x'); return 'ga_1' in localStorage; }")
    assert tab.do(put) == [["draft", "ga_1", "other"], ["draft", "ga_1", "other"]]
    choose(tab)
    parts.until(tab, "() => !('ga_1' in localStorage) && !('ga_1' in sessionStorage)")
    tab.do("() => { localStorage.ga_property = 'x'; }")
    assert tab.do("() => localStorage.ga_property") == "x"  # a property is not guarded: the next page cleans it up
    tab.open(site.origin + "/")
    parts.until(tab, "() => !('ga_property' in localStorage)")


@pytest.mark.firefox
def test_storage_keys_may_have_any_character(tab, opened, parts):
    rules = {"persist:root": "necessary", "@@track::*": "statistics", 'a "b" <c>,\\ 🔑': "statistics"}
    registry = Registry([CookieRule(name=name, category=word, storage="local") for name, word in rules.items()])
    opened(registry=registry, unregistered_scripts="drop")
    keys = ["@@track::1", 'a "b" <c>,\\ 🔑', "persist:root", "persist:other"]
    put = f"() => {{ for (const name of {json.dumps(keys)}) localStorage.setItem(name, 'x'); "
    put += "return Object.keys(localStorage).sort() }"
    assert tab.do(put) == ["persist:root"]
    choose(tab, "statistics")
    parts.until(tab, "() => { localStorage.setItem('@@track::1', 'x'); return '@@track::1' in localStorage; }")
    assert tab.do(put) == sorted(keys[:3])
    choose(tab)
    parts.until(tab, "() => Object.keys(localStorage).join() === 'persist:root'")


@pytest.mark.firefox
def test_unregistered_names_are_reported_once_or_dropped(tab, opened, parts):
    opened()
    for _ in range(3):
        write(tab, "unheard=1")
    parts.until(tab, "() => reports.some(({name}) => name === 'unheard')")
    assert tab.do("() => reports.filter(({name}) => name === 'unheard')") == [
        {"kind": "cookies", "name": "unheard", "reason": "unregistered", "rule": None, "isRefused": False}
    ]
    opened(unregistered_scripts="drop")
    write(tab, "unheard=1")
    tab.do("() => { localStorage.setItem('other', 'x'); }")
    assert names(tab) == set()
    assert tab.do("() => Object.keys(localStorage)") == []
    parts.until(tab, "() => reports.some(({name, isRefused}) => name === 'unheard' && isRefused)")


@pytest.mark.firefox
def test_report_only_changes_nothing_and_says_what_would_be(tab, opened, parts):
    opened(mode="report-only")
    write(tab, "_ga=1; max-age=99999999")
    assert "_ga" in names(tab)
    assert tab.jar()["_ga"]["sameSite"].lower() != "lax" or tab.name == "Chromium"  # Chromium's word for none
    parts.until(tab, "() => reports.some(({name, rule, isRefused}) => name === '_ga' && rule === '_ga*' && !isRefused)")


def test_rule_in_report_only_is_left_alone(tab, opened, parts):
    opened()
    write(tab, "watched=1")
    assert names(tab) == {"watched"}
    parts.until(tab, "() => reports.some(({name, isRefused}) => name === 'watched' && !isRefused)")


def test_names_that_the_gate_leaves_alone_are_left_alone_in_the_page(tab, opened, parts):
    opened(report_only=["_gax*", "_fbp", "odd"], unregistered_scripts="drop")
    for name in ("_gax1", "_ga1", "_GAX1", "_fbp", "__Host-_fbp", "_fbpx", "odd", "odder"):
        write(tab, f"{name}=1; path=/; max-age=99{'; secure' if name.startswith('__Host-') else ''}")
    expected = {"_gax1", "_fbp", "odd"}
    assert names(tab) - {"__Host-_fbp"} == expected
    parts.until(tab, "() => ['_gax1', '_fbp', 'odd'].every(one => reports.some(({name}) => name === one))")
    assert {one["name"]: one["isRefused"] for one in tab.do("() => reports")} == {
        "_gax1": False, "_ga1": True, "_GAX1": True, "_fbp": False, "__Host-_fbp": False, "_fbpx": True,
        "odd": False, "odder": True, "_ga": True,
    }  # fmt: skip


def test_refused_session_keeps_until_the_browser_ends(tab, opened):
    opened(refused="session", expire_refused=False)
    write(tab, "_ga=1; max-age=9999")
    jar = tab.jar()["_ga"]
    assert jar.get("expires", -1) == -1
    assert jar.get("expiry") is None


@pytest.mark.firefox
def test_refused_cookies_go_at_page_start_from_every_path_and_domain(tab, make_site, parts):
    site = make_site()
    site.pages["/bare/deep/page"] = "<title>no guard</title>"
    site.pages["/bare/deep/guarded"] = PAGE
    tab.open(site.origin + "/bare/deep/page")
    tab.do(
        """() => { for (const path of ["/", "/bare", "/bare/", "/bare/deep", "/bare/deep/"])
        for (const domain of ["", `; domain=${location.hostname}`, `; domain=${location.hostname.replace("www.", "")}`])
        document.cookie = `_ga${path.length}=1; max-age=9999; path=${path}${domain}`; }"""
    )
    tab.do("() => { document.cookie = 'cart=1'; }")
    assert len(names(tab)) == 6
    tab.open(site.origin + "/bare/deep/guarded")
    parts.until(tab, "() => !document.cookie.includes('_ga')")
    assert names(tab) == {"cart"}


def test_privacy_signal_counts_in_the_page_too(chromium, parts, make_site):
    tab = parts.ChromiumTab(chromium)
    tab.page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
    site = make_site()
    site.pages["/"] = PAGE.replace("{guard}", "{bare}")
    tab.open(site.origin + "/")
    choose(tab, "marketing", "statistics")
    write_once_granted(tab, parts, "_ga=1")
    write(tab, "_fbp=1")
    assert names(tab) == {"_ga"}
    tab.close()
