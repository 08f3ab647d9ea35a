"""What the guard can't hold, as docs/scripts.md says: each way around it is a fact."""

import json
import time
from typing import Any

PAGE = """<head><meta charset=utf-8><title>Page</title><script nonce="{nonce}">%s</script>{guard}</head><body></body>"""


def names(tab: Any) -> set[str]:
    return {pair.partition("=")[0] for pair in tab.do("() => document.cookie").split("; ")} - {""}


def open_page(tab: Any, make_site: Any, before: str = "", **settings: Any) -> Any:
    site = make_site(**settings)
    site.policy = "script-src 'nonce-{nonce}'; worker-src 'self'"
    # The companion reports and clears in one task: after its first report, the clearing of the page start is over.
    watch = "document.addEventListener('cookiegate:report', () => { window.isSettled = true; });"
    site.pages["/"] = PAGE % (watch + before)
    tab.open(site.origin + "/")
    tab.do("() => { document.cookie = 'probe=1'; document.cookie = 'probe=; max-age=0'; }")
    settled = "() => window.isSettled === true"
    tab.page.wait_for_function(settled)
    return site


def test_script_before_the_guard_keeps_its_setter_until_the_next_page(chromium_tab, make_site, parts):
    keep = "window.kept = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').set;"
    site = open_page(chromium_tab, make_site, keep)
    chromium_tab.do("() => { kept.call(document, '_ga=1; path=/'); }")
    assert names(chromium_tab) == {"_ga"}
    chromium_tab.open(site.origin + "/")
    parts.until(chromium_tab, "() => !document.cookie.includes('_ga')")


def test_fresh_frame_has_its_own_setter(chromium_tab, make_site):
    open_page(chromium_tab, make_site)
    chromium_tab.do(
        """() => { const frame = document.createElement("iframe"); document.body.append(frame);
        const {set} = Object.getOwnPropertyDescriptor(frame.contentWindow.Document.prototype, "cookie");
        set.call(document, "_ga=1; path=/"); }"""
    )
    assert names(chromium_tab) == {"_ga"}


def test_frame_of_the_same_origin_without_a_guard_writes(chromium_tab, make_site, parts):
    site = open_page(chromium_tab, make_site)
    site.pages["/frame"] = """<script nonce="{nonce}">document.cookie = "_ga=1; path=/";</script>"""
    chromium_tab.do(
        """() => { const frame = document.createElement("iframe"); frame.src = "/frame";
        document.body.append(frame); }"""
    )
    parts.until(chromium_tab, "() => document.cookie.includes('_ga')")


def test_service_worker_has_a_cookie_store_of_its_own(chromium_tab, make_site, parts):
    site = open_page(chromium_tab, make_site)
    site.scripts["/worker.js"] = "self.oninstall = (event) => event.waitUntil(cookieStore.set('_ga', '1'));"
    chromium_tab.do("() => navigator.serviceWorker.register('/worker.js').then(() => null)")
    parts.until(chromium_tab, "() => document.cookie.includes('_ga')")


def test_property_of_a_storage_is_written_until_the_next_page(chromium_tab, make_site, parts):
    site = open_page(chromium_tab, make_site)
    chromium_tab.do("() => { localStorage.ga_1 = 'x'; }")
    assert chromium_tab.do("() => localStorage.ga_1") == "x"
    chromium_tab.open(site.origin + "/")
    parts.until(chromium_tab, "() => !localStorage.ga_1")


def test_script_can_write_the_consent_cookie_unless_it_is_signed(chromium_tab, make_site, parts):
    from cookiegate.consent import OwnConsent

    grant = f"() => {{ document.cookie = 'cookiegate_consent=v=1&c=statistics&t={int(time.time())}; path=/'; }}"
    for consent, expected in ((OwnConsent(), {"_ga"}), (OwnConsent(secret="sixteen characters"), set())):
        site = open_page(chromium_tab, make_site, consent=consent)
        chromium_tab.do(grant)
        chromium_tab.open(site.origin + "/")
        chromium_tab.do("() => { document.cookie = '_ga=1'; }")
        assert names(chromium_tab) - {"cookiegate_consent"} == expected, json.dumps(list(expected))


def test_guard_that_could_not_be_loaded_holds_nothing_but_what_waits(chromium_tab, make_site, parts):
    site = make_site()
    site.fails = {"/guard-"}
    site.pages["/"] = PAGE % "" + (
        """<script type="text/plain" data-cookiegate="statistics" nonce="{nonce}">window.ran = 1;</script>"""
    )
    chromium_tab.open(site.origin + "/")
    chromium_tab.do("() => { document.cookie = '_ga=1; path=/'; }")
    assert names(chromium_tab) == {"_ga"}
    assert chromium_tab.do("() => window.ran === undefined") is True
    site.fails = set()
    chromium_tab.open(site.origin + "/")  # the server's half
    assert names(chromium_tab) == set()


def test_script_that_replaces_functions_of_the_language_gets_through(chromium_tab, make_site):
    open_page(chromium_tab, make_site)
    chromium_tab.do("() => { Array.prototype.find = () => undefined; document.cookie = '_ga=1; path=/'; }")
    assert names(chromium_tab) == {"_ga"}


def test_document_that_is_opened_anew_hears_no_withdrawal(chromium_tab, make_site):
    site = open_page(chromium_tab, make_site)
    grant = "document.cookie = 'cookiegate_consent=v=1&c=%s&t=' + Math.floor(Date.now() / 1000) + '; path=/'"
    chromium_tab.do(f"() => {{ {grant % 'statistics'}; }}")
    chromium_tab.open(site.origin + "/")
    chromium_tab.do("() => { document.open(); document.write('<p>Anew</p>'); document.close(); }")
    chromium_tab.do(f"() => {{ {grant % ''}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    chromium_tab.do("() => { document.cookie = '_ga=1; path=/'; }")
    assert "_ga" in names(chromium_tab)
    chromium_tab.open(site.origin + "/")
    assert "_ga" not in names(chromium_tab)
