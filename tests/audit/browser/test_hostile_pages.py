"""Pages that would hide what they do from the audit, lead it astray, or end it."""

import json
from threading import Event

import pytest

PAGE = "<!doctype html><title>Shop</title><h1>Shop</h1>"
HIDING = "<script>const keys = Object.keys; Object.keys = (of) => of instanceof Storage ? [] : keys(of);</script>"
ENDING = "<script>Object.keys = () => []; Object.entries = JSON.stringify = () => { throw 1; };</script>"
STORING = "<script>localStorage.seen = 1; sessionStorage.shown = 1; indexedDB.open('visits');</script>"


@pytest.mark.parametrize("trick", ["", HIDING, ENDING])
def test_no_script_hides_what_is_stored(site, look, codes, trick):
    site.page("/", PAGE + trick + STORING)
    stored = {subject for code, subject in codes(look(site, wait_s=0.5)) if code == "stored-unregistered"}
    assert stored == {"local:seen", "session:shown", "indexeddb:visits"}


def test_more_entries_than_are_read_are_a_gap(site, look):
    site.page("/", PAGE + "<script>for (let n = 0; n < 600; n++) localStorage['k' + n] = 1;</script>")
    gaps = [finding.detail for finding in look(site).findings if finding.code.value == "not-seen"]
    assert [gap for gap in gaps if "stores 600 entries (local); the first 500 were read" in gap]


@pytest.mark.parametrize("lines", ["ads=; Path=/; Max-Age=0", "ads=1; Path=/; Max-Age=1"])
def test_cookie_that_is_gone_at_the_end_and_was_sent_is_found(site, look, codes, lines):
    script = """document.cookie = "ads=1; Path=/; Max-Age=999; SameSite=Lax";
        fetch("/collect").then(() => { document.cookie = "%s"; });"""
    site.page("/", PAGE + f"<script>{script % lines}</script>")
    site.page("/collect", "ok")
    assert ("script-before-consent", "ads") in codes(look(site, wait_s=0.5))


def test_what_an_earlier_page_did_is_not_forgotten(site, look, codes):
    frame = '<iframe src="http://frame.test:{port}/frame"></iframe>'
    site.pages["shop.test", "/"] = lambda environ: (
        "200 OK",
        [("Content-Type", "text/html"), ("Set-Cookie", "ads=1; Path=/; Max-Age=99; SameSite=Lax")],
        PAGE + frame.format(port=environ["SERVER_PORT"]) + "<a href=/b>b</a>",
    )
    site.page("/b", PAGE, "ads=; Path=/; Max-Age=0")
    site.page("/frame", "<script>localStorage.framed = 1</script>", host="frame.test")
    found = codes(look(site, pages=2, allowed=("frame.test",), wait_s=0.3))
    assert {("before-consent", "ads"), ("stored-unregistered", "local:framed")} <= found


def test_no_form_is_sent_on_the_way_back(site, look):
    banner = """<div id=cookiegate-banner><p>Cookies</p>
        <button name=choice value=accept-all onclick="this.parentNode.remove()">Accept all</button>
        <button name=choice value=reject-all onclick="this.parentNode.remove()">Reject all</button></div>
        <form method=post action=/account/delete><button>Privacy settings</button></form>"""
    site.page("/", PAGE + banner)
    look(site)
    assert ("shop.test", "/account/delete") not in site.asked


def test_windows_open_after_a_click_only_and_are_closed(site, look):
    banner = """<div id=cookiegate-banner><p>Cookies</p>
        <button name=choice value=accept-all onclick="window.open('/pop'); this.parentNode.remove()">Accept all</button>
        <button name=choice value=reject-all onclick="this.parentNode.remove()">Reject all</button></div>"""
    site.page("/", PAGE + banner + "<script>onload = () => open('/by-itself')</script>")
    site.page("/by-itself", "")
    site.page("/pop", "<script>open('/pop'); open('/pop'); setInterval(() => fetch('/alive'), 20)</script>")
    look(site, wait_s=2)
    assert ("shop.test", "/by-itself") not in site.asked
    assert site.asked.count(("shop.test", "/pop")) <= 2  # a click on "Accept all" in two phases, no window's own ones
    assert site.asked.count(("shop.test", "/alive")) < 50


def test_page_that_waits_for_a_picture_is_seen(site, look, codes):
    def hang(environ):
        Event().wait(6)
        return "200 OK", [("Content-Type", "image/png")], ""

    site.page("/", PAGE + "<script>document.cookie = 'stats=1; Max-Age=60'</script><img src=/hang>")
    site.pages["shop.test", "/hang"] = hang
    found = look(site, seconds=2)
    assert "nothing-seen" not in {code for code, _ in codes(found)}
    assert found.browser.of("before").pages
    assert not found.browser.of("reject").lines


def test_page_that_never_comes_is_named_and_the_next_one_is_seen(site, look, codes):
    def hang(environ):
        Event().wait(6)
        return "200 OK", [("Content-Type", "text/html")], PAGE

    site.page("/", PAGE + "<a href=/hang>h</a><a href=/b>b</a>")
    site.pages["shop.test", "/hang"] = hang
    site.page("/b", PAGE, "ads=1; Path=/; Max-Age=60; SameSite=Lax")
    found = look(site, seconds=2, pages=3)
    gaps = [finding for finding in found.findings if finding.code.value == "not-seen"]
    assert [gap.detail for gap in gaps if gap.cookie.endswith("/hang")] == [
        "no end after 2 seconds; allow more with --seconds"
    ]
    assert ("before-consent", "ads") in codes(found)


def test_policy_page_that_ends_the_browser_is_a_gap(site, look):
    site.page("/", PAGE + '<a href="/cookies">Cookie policy</a>')
    site.page("/cookies", PAGE + "<script>onload = () => setTimeout(() => { for (;;); }, 50)</script>")
    found = look(site, patience_s=4.0, policy_page="/cookies")
    assert [finding.detail for finding in found.findings if "while it showed this page" in finding.detail]


def test_login_is_hidden_wherever_the_site_puts_it(site, look, tmp_path):
    secret = "s3cr3t-" + "token9" * 60
    state = {
        "cookies": [],
        "origins": [
            {
                "origin": "http://shop.test",
                "localStorage": [{"name": "login", "value": json.dumps({"user": {"access_token": secret}})}],
            }
        ],
    }
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    script = f"/j/{secret}/x.js"
    site.page("/", PAGE + f"<script src='{script}'></script>", f"c=1; Path=/{secret}", f"{secret}=1; Path=/")
    site.page(script, f"document.cookie = 'by=1; Path=/{secret}'; document.cookie = 'too=1'", kind="text/javascript")
    found = look(site, storage_state=file)
    text = repr(found)
    assert "s3cr3t-token9" not in text
    assert "too" in text


def test_stack_with_many_addresses_is_read_in_linear_time(grows_linearly):
    from cookiegate.audit.browser.recorder import scripts_of

    grows_linearly(scripts_of, lambda size: "at f (" + "http:" * size + ")", 200_000)
