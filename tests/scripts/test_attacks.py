"""What a hostile script or page may try, and the guard holds; what it can't hold is in `test_ways_around.py`."""

import json
from typing import Any

import pytest

PAGE = """<head><meta charset=utf-8><title>Page</title><script nonce="{nonce}">
window.errors = []; addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
window.reports = []; document.addEventListener("cookiegate:report", (event) => reports.push(event.detail.name));%s
</script>{guard}</head><body><h1>Page</h1>%s</body>"""
TRUSTING = "script-src 'nonce-{nonce}'; worker-src 'self'"


def names(tab: Any) -> set[str]:
    return {pair.partition("=")[0] for pair in tab.do("() => document.cookie").split("; ")} - {"", "cookiegate_consent"}


@pytest.fixture
def opened(tab: Any, make_site: Any) -> Any:
    def open_(before: str = "", body: str = "", **settings: Any) -> Any:
        site = make_site(**settings)
        site.policy = TRUSTING
        site.pages["/"] = PAGE % (before, body)
        tab.open(site.origin + "/")
        return site

    yield open_
    assert tab.do("() => window.errors ?? []") == []


@pytest.mark.firefox
def test_text_that_says_something_else_each_time_is_read_once(tab, opened):
    opened()
    tab.do(
        """async () => { const changing = (...texts) => ({toString: () => texts.length > 1 ? texts.shift() : texts[0]});
        document.cookie = changing("cart=1", "_ga=1", "_ga=2");
        localStorage.setItem(changing("draft", "ga_1", "ga_2"), "x");
        await cookieStore.set(changing("cart", "_ga"), "2");
        await cookieStore.set({get name() { return changing("cart", "_ga"); }, value: "3"});
        let reads = 0;
        // Deletions, for whose end Firefox ESR waits for ever where nothing changes.
        cookieStore.set({get name() { return reads++ ? "_ga" : "cart"; }, value: "1", maxAge: -1, expires: 9e15});
        cookieStore.set({name: "_ga", value: "hidden", get expires() { return reads++ % 2 ? 9e12 : 1; }});
        await cookieStore.set("cart", "4"); }"""
    )
    assert names(tab) <= {"cart"}
    assert tab.do("() => Object.keys(localStorage)") == ["draft"]


@pytest.mark.parametrize(
    "name",
    [
        "_ga", "_GA", "_gA_X1", "__Secure-_ga", "__secure-_ga", "__Host-_ga", "__HOST-_ga", "__Http-_ga", " _ga",
        "_ga\t", "\u00a0_ga", "_ga\u3000", "\ufeff_ga", "_fbp", "_FBP", "chat_", "chat_x", "CHAT_x",
    ],
)  # fmt: skip
def test_name_in_another_form_is_refused(tab, opened, name):
    opened(unregistered_scripts="drop")
    text = json.dumps(name)
    tab.do(
        f"""async () => {{ for (const end of ["", "; secure; path=/", "; SECURE; Path=/; partitioned; samesite=none"])
        for (const text of [`${{{text}}}=1`, `  ${{{text}}} =1`, `=${{{text}}}=1`, `${{{text}}}`, `;${{{text}}}=1`])
            document.cookie = text + end;
        await Promise.allSettled([cookieStore.set({text}, "1"), cookieStore.set({{name: {text}, value: "1"}})]); }}"""
    )
    assert names(tab) == set()


@pytest.mark.firefox
def test_functions_that_the_page_gives_others_stay_guarded(tab, opened):
    opened()
    tab.do(
        """() => {
        document.__lookupSetter__("cookie").call(document, "_ga=1");
        Object.getOwnPropertyDescriptor(Document.prototype, "cookie").set.call(document, "_ga=2");
        Reflect.set(document, "cookie", "_ga=3");
        Object.assign(document, {cookie: "_ga=4"});
        const {set} = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
        Object.defineProperty(HTMLDocument.prototype, "cookie", {configurable: true,
            set(text) { set.call(this, text); }, get() { return "hidden"; }});
        document.cookie = "_ga=5";
        delete HTMLDocument.prototype.cookie;
        Storage.prototype.setItem.call(localStorage, "ga_1", "x");
        Reflect.apply(localStorage.setItem, localStorage, ["ga_2", "x"]);
        CookieStore.prototype.set.call(cookieStore, "_ga", "6");
        document.implementation.createHTMLDocument("").cookie = "_ga=7";
        new DOMParser().parseFromString("<p>", "text/html").cookie = "_ga=8"; }"""
    )
    assert names(tab) == set()
    assert tab.do("() => Object.keys(localStorage)") == []


def test_document_that_is_opened_anew_stays_guarded(tab, opened):
    opened()
    tab.do("() => { document.open(); document.write('<p>Anew</p>'); document.close(); }")
    tab.do("() => { document.cookie = '_ga=1'; document.cookie = 'cart=1'; localStorage.setItem('ga_1', 'x'); }")
    assert names(tab) == {"cart"}
    assert tab.do("() => Object.keys(localStorage)") == []


def test_page_without_document_cookie_has_no_trouble(tab, opened):
    opened("delete Document.prototype.cookie;")
    tab.do("() => { document.cookie = '_ga=1'; document.cookie = 'x=1'; }")
    assert tab.do("() => document.cookie") == "x=1"  # a property like any other


def test_second_tag_of_the_guard_changes_nothing(tab, opened, parts):
    body = (
        "{guard}<script type='text/plain' data-cookiegate='necessary' nonce='{nonce}'>"
        "window.ran = (window.ran ?? 0) + 1;</script>"
        "<iframe data-cookiegate='marketing' data-src='{third}/v.html' title='A film'></iframe>"
    )
    opened("", body)
    parts.until(tab, "() => document.querySelectorAll('button').length > 1 && window.ran")
    tab.do("() => new Promise(resolve => setTimeout(resolve, 300))")
    assert tab.do("() => [document.querySelectorAll('button').length, window.ran]") == [2, 1]
    tab.do("() => { document.cookie = '_ga=1'; document.cookie = 'cart=1'; }")
    assert names(tab) == {"cart"}


def test_script_that_never_says_that_it_ran_does_not_stop_the_others(tab, opened, parts, third):
    third[1]["/a.js"] = "window.ran = 1;"
    opened()
    tab.do(
        """() => { const nonce = document.querySelector("script[nonce]").nonce;
        const box = document.createElement("div");
        box.innerHTML = `<script type="text/plain" data-cookiegate="necessary" src="THIRD/a.js"></` + "script>";
        box.firstChild.nonce = nonce; document.body.append(box);
        const next = document.createElement("script"); next.type = "text/plain"; next.nonce = nonce;
        next.dataset.cookiegate = "necessary"; next.text = "window.next = 1;"; document.body.append(next); }""".replace(
            "THIRD", third[0]
        )
    )
    parts.until(tab, "() => window.next")
    assert tab.do("() => window.ran === undefined") is True


def test_name_that_is_written_again_and_again_hides_no_report(tab, opened, parts):
    opened()
    tab.do("() => { document.cookie = '_ga=1'; }")
    parts.until(tab, "() => reports.length")
    tab.do("() => { for (let at = 0; at < 1500; at++) document.cookie = '_ga=1'; document.cookie = 'unheard=1'; }")
    parts.until(tab, "() => reports.includes('unheard')")
    assert tab.do("() => reports.join()") == "_ga,unheard"


def test_names_without_end_use_no_memory_without_end(tab, opened, parts):
    opened(unregistered_scripts="drop")
    tab.do("() => { for (let at = 0; at < 3000; at++) document.cookie = `n${at}=1`; document.cookie = '_ga=1'; }")
    parts.until(tab, "() => reports.length > 900")
    assert 900 < tab.do("() => reports.length") <= 1001
    assert names(tab) == set()
