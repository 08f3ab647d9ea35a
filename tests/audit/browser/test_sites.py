"""Whole sites under the real browser: what each of them does, and what the audit finds."""

import re

import pytest

from cookiegate.audit.observation import Unreadable

BANNER = """
<div id=banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fff;padding:20px">
<p>We use cookies to measure visits.</p>
<button style="{style}" onclick="choose('all')">Accept all</button>
<button style="{style}" onclick="choose('none')">Reject all</button></div>
<button onclick="localStorage.removeItem('choice'); location.reload()">Cookie settings</button>
<script src=/app.js></script>
"""
SCRIPT = """
const banner = document.getElementById("banner");
function apply() {
  if (localStorage.choice) banner.remove();
  if (localStorage.choice === "all") {
    document.cookie = "ads=secret-value; Max-Age=86400; Path=/; SameSite=Lax";
    localStorage.theme = "dark-secret";
  } else {
    document.cookie = "ads=; Max-Age=0; Path=/";
    localStorage.removeItem("theme");
  }
}
function choose(what) { localStorage.choice = what; apply(); }
apply();
"""
SAFE = "sid=abc; Path=/; HttpOnly; SameSite=Lax"


def marks_of(found):
    return {cookie.name: {moment.label: str(mark) for moment, mark in cookie.marks.items()} for cookie in found.cookies}


def good(site, script=SCRIPT, style="padding:10px 20px"):
    site.page("/", f"<!doctype html><title>Shop</title><h1>Shop</h1>{BANNER.format(style=style)}", SAFE)
    site.page("/app.js", script, kind="text/javascript")
    return site


def test_a_site_that_keeps_every_choice_is_clean(site, look, codes, registry):
    registry.write_text(registry.read_text() + '[[cookie]]\nname="choice"\nstorage="local"\ncategory="necessary"\n')
    found = look(good(site), clicks_by_name=True)
    assert codes(found) == set()
    assert [moment.label for moment in found.moments] == [
        "Before any choice", "With GPC", "After reject", "After accept", "After withdrawal",
    ]  # fmt: skip
    marks = marks_of(found)
    assert marks["ads"]["After accept"] == "kept"
    assert marks["ads"]["After withdrawal"] == "deleted"
    assert found.browser.of("accept").has_way_back
    texts = repr(found) + found.browser.browser
    assert "secret" not in texts
    assert "abc" not in texts.replace("abcdef", "")


def test_a_site_whose_script_sets_cookies_before_consent(site, look, codes):
    script = "function set() { document.cookie = 'stats=secret; Max-Age=60; Path=/; SameSite=Lax' }\nset();" + SCRIPT
    found = look(good(site, script), clicks_by_name=True)
    assert ("script-before-consent", "stats") in codes(found)
    assert ("against-choice", "stats") in codes(found)
    assert ("kept-after-withdrawal", "stats") in codes(found)
    assert ("stored-unregistered", "local:choice") in codes(found)
    line = next(line for line in found.browser.of("before").lines if line.line.startswith("stats"))
    assert line.where.endswith("/app.js")
    assert line.line == "stats=xxxxxx; Max-Age=60; Path=/; SameSite=Lax"
    assert not any("secret" in repr(phase) for phase in found.browser.phases)


def test_a_site_that_ignores_the_withdrawal_and_gpc(site, look, codes):
    script = SCRIPT.replace('document.cookie = "ads=; Max-Age=0; Path=/";', "").replace(
        "choose(what) {", "choose(what) {"
    ) + ("if (navigator.globalPrivacyControl) document.cookie = 'ads=1; Max-Age=60; Path=/; SameSite=Lax';")
    found = look(good(site, script), clicks_by_name=True)
    assert ("gpc-ignored", "ads") in codes(found)
    assert ("kept-after-withdrawal", "ads") in codes(found)
    assert ("before-consent", "ads") not in codes(found)
    left = next(finding for finding in found.findings if finding.code.value == "kept-after-withdrawal")
    assert left.detail == "still sent to shop.test and still readable by scripts"


def test_gpc_is_sent_as_a_header_and_no_other_phase_sends_it(site, look):
    look(good(site), clicks_by_name=True)
    sent = [headers.get("HTTP_SEC_GPC") for headers in site.headers if "HTTP_UPGRADE_INSECURE_REQUESTS" in headers]
    assert sent.count("1") == 1
    assert sent.count(None) > 3


def test_a_banner_of_dark_patterns_is_measured(site, look, codes):
    dark = (
        '<div id=d role=dialog style="position:fixed;bottom:0;background:#fff"><p>Cookies!</p>'
        '<button style="padding:20px 60px;background:#063;color:#fff" onclick="gone()">Accept all</button>'
        '<button style="border:0;background:#fff;color:#aaa" onclick="more()">Manage preferences</button>'
        '<button id=no hidden style="border:0;background:#fff;color:#aaa" onclick="gone()">Reject all</button>'
        "</div><script>function gone() { localStorage.gone = 1; document.getElementById('d').remove() }"
        "if (localStorage.gone) gone(); function more() { document.getElementById('no').hidden = false }</script>"
    )
    site.page("/", f"<!doctype html><title>Dark</title>{dark}")
    found = look(site, clicks_by_name=True)
    details = {finding.code.value: finding.detail for finding in found.findings}
    assert details["reject-harder"] == "'Reject all' takes 2 clicks, 'Accept all' takes 1"
    assert "the text of 'Reject all' has a contrast of 2.3:1" in details["reject-less-prominent"]
    assert "stands out from the banner" in details["reject-less-prominent"]
    assert "no-way-back" in details
    assert ("not-seen", "the withdrawal") in codes(found)


@pytest.mark.parametrize("platform", ["Cookiebot", "OneTrust"])
def test_a_platforms_banner_is_clicked_without_its_name(site, look, platform, codes):
    ids = {
        "Cookiebot": ("CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll", "CybotCookiebotDialogBodyButtonDecline"),
        "OneTrust": ("onetrust-accept-btn-handler", "onetrust-reject-all-handler"),
    }[platform]
    page = BANNER.format(style="padding:9px").replace("Accept all", "Los!").replace("Reject all", "Nix da")
    page = page.replace("<button style", f"<button id={ids[0]} style", 1).replace(
        "<button style", f"<button id={ids[1]} style", 1
    )
    api = {
        "Cookiebot": "window.Cookiebot = { withdraw() { choose('none') } };",
        "OneTrust": "window.OneTrust = { RejectAll() { choose('none') } };",
    }[platform]
    site.page("/", f"<!doctype html><title>Shop</title>{page}")
    site.page("/app.js", SCRIPT + api, kind="text/javascript")
    found = look(site)
    controls = found.browser.of("reject").controls
    assert [(each.role, each.name, each.found_by) for each in controls] == [
        ("accept", "Los!", platform), ("reject", "Nix da", platform),
    ]  # fmt: skip
    assert any(step.what == f"withdrew by {platform}'s own function" for step in found.browser.of("withdraw").steps)
    assert codes(found) == {("stored-unregistered", "local:choice")}


def test_a_site_behind_cookiegate_is_clean_in_every_phase(site, look, codes, registry):
    from cookiegate import CookieGate
    from cookiegate.wsgi import CookieGateMiddleware

    page = (
        "<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>"
        '<a href="/cookie-settings/?language=en">Cookie settings</a>'
        '<script src="/cookie-settings/cookiegate.js" defer></script>'
    )
    lines = SAFE, "ads=1; Max-Age=86400; Path=/; SameSite=Lax", "stats=1; Max-Age=86400; Path=/; SameSite=Lax"
    site.page("/", page, *lines)
    gated = CookieGateMiddleware(site, gate=CookieGate.from_toml(registry), settings="/cookie-settings")
    found = look(gated)
    assert codes(found) == set()
    marks = marks_of(found)
    assert marks["ads"] == marks["stats"] == {"After accept": "kept", "After withdrawal": "deleted"}
    assert [each.found_by for each in found.browser.of("reject").controls] == ["cookiegate", "cookiegate"]


def test_a_site_without_optional_cookies_needs_no_banner(site, look, codes, tmp_path):
    file = tmp_path / "necessary.toml"
    file.write_text('[[cookie]]\nname = "sid"\ncategory = "necessary"\nlifetime = "session"\n')
    site.page("/", "<!doctype html><title>Plain</title><p>Nothing here.", SAFE)
    found = look(site, file=file)
    assert codes(found) == set()
    assert found.headline == "The one cookie keeps the policy's promise"


def test_a_site_that_breaks_half_way_is_told_and_the_rest_is_seen(site, look, codes):
    good(site)
    site.pages["shop.test", "/"] = ("200 OK", [("Content-Type", "text/html")], '<a href="/a">a</a><a href="/b">b</a>')

    def broken(environ):
        raise ConnectionResetError

    site.pages["shop.test", "/a"] = ("500 Internal Server Error", [("Content-Type", "text/html")], "oops")
    site.page("/b", "<title>b</title>", "ads=1; Max-Age=60; SameSite=Lax")
    found = look(site, pages=3)
    gaps = [finding.detail for finding in found.findings if finding.code.value == "not-seen" and "/a" in finding.cookie]
    assert gaps == ["answers 500 Internal Server Error: the site does not work there; repair it first"]
    assert ("before-consent", "ads") in codes(found)
    assert not found.is_complete


def test_a_first_page_that_fails_leaves_nothing_seen(site, look, codes):
    site.pages["shop.test", "/"] = ("503 Service Unavailable", [("Content-Type", "text/html")], "oops")
    found = look(site)
    assert found.is_blind
    assert any(code == "nothing-seen" for code, _ in codes(found))


def test_the_policy_page_that_a_script_draws_is_compared(site, look, codes):
    good(site)
    rows = [("sid", "necessary", "Session"), ("ads", "marketing", "90 days"), ("old", "marketing", "1 day")]
    drawn = "".join(f"<tr><td>{name}<td>{category}<td>Some purpose<td>{life}" for name, category, life in rows)
    site.page(
        "/policy",
        "<title>Cookies</title><table id=t></table><script>document.getElementById('t').innerHTML = "
        f"'<tr><th>Cookie<th>Category<th>Purpose<th>Duration{drawn}'</script>",
    )
    found = look(site, policy_page="/policy", clicks_by_name=True)
    about_rows = [finding for finding in found.findings if finding.code.noun == "row"]
    assert {(finding.code.value, finding.cookie, finding.detail) for finding in about_rows} == {
        ("policy-extra-row", "old", "the page lists it as marketing, and no rule of the registry names it"),
        ("policy-missing-row", "stats", "the registry declares it as statistics, and the page has no row for it"),
        ("policy-other-lifetime", "ads", "the page says 90 days, the registry 30 days"),
    }
    assert found.browser.policy_page.endswith("/policy")


def test_a_page_that_never_comes_to_rest_does_not_hold_the_audit(site, look, codes):
    site.page("/", "<title>x</title><script>onload = () => setTimeout(() => { for (;;); }, 0)</script>")
    found = look(site, seconds=1.0, wait_s=0.2, patience_s=3.0)
    assert found.is_blind
    assert {finding.code.value for finding in found.findings if finding.severity == "error"} == {"nothing-seen"}


def test_a_policy_page_that_can_t_be_used_and_pages_that_are_left_out_are_told(site, look, codes):
    links = "".join(f'<a href="/{name}">x</a>' for name in ("a", "b", "private"))
    site.page("/", f"<title>x</title>{links}")
    site.page("/a", "<title>a</title>")
    site.page("/robots.txt", "User-agent: *\nDisallow: /private\n", kind="text/plain")
    found = look(site, policy_page="/none", pages=2)
    assert any(cookie.endswith("/none") for code, cookie in codes(found) if code == "not-seen")
    assert "Linked, and not looked at: 1 page; allow more with --pages." in found.notes
    assert any(note.startswith("Excluded by robots.txt, and not looked at: 1 page") for note in found.notes)
    assert ("shop.test", "/private") not in site.asked
    site.page("/none", "<title>x</title><p>No table.")
    without = look(site, policy_page="/none")
    details = [finding.detail for finding in without.findings if finding.cookie.endswith("/none")]
    assert details == [] or "table" in details[0]
    assert any(code == "not-seen" and cookie.endswith("/none") for code, cookie in codes(without))


def test_what_is_no_page_is_told(site, look):
    site.page("/", "{}", kind="application/json")
    found = look(site)
    assert found.is_blind
    assert "is no HTML page but application/json" in found.findings[0].detail
    file = [("Content-Type", "application/octet-stream"), ("Content-Disposition", "attachment")]
    site.pages["shop.test", "/"] = ("200 OK", file, "x")
    assert look(site).is_blind


WORKER = """debugger;
self.addEventListener("install", () => self.skipWaiting());
const set = async () => { await cookieStore.set("ads", "secret"); await cookieStore.set("stats", "secret"); };
self.addEventListener("message", (event) => { debugger; event.waitUntil(set().then(() => fetch("/api"))); });"""


def test_a_service_worker_that_sets_cookies_is_named(site, look, codes):
    register = """navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready)
        .then((ready) => setTimeout(() => ready.active.postMessage("go"), 1500)); // once the audit listens
        new Worker("/other.js").onmessage = () => { document.title = 1; };"""
    host = "shop.localhost"
    site.page("/", f"<!doctype html><title>Shop</title><h1>Shop</h1><script>{register}</script>", host=host)
    site.page("/worker.js", WORKER, host=host, kind="text/javascript")
    site.page("/other.js", "postMessage(1)", host=host, kind="text/javascript")
    site.page("/api", "ok", "sid=1; Path=/; HttpOnly; SameSite=Lax", host=host)
    found = look(site, host=host, wait_s=4)
    assert {("script-before-consent", "ads"), ("script-before-consent", "stats")} <= codes(found)
    lines = {line.line.partition("=")[0]: line for line in found.browser.of("before").lines}
    assert lines["ads"].where.endswith("/worker.js")
    assert lines["stats"].where.endswith("/worker.js")
    assert (lines["sid"].setter.value, lines["sid"].where.endswith("/api")) == ("response", True)
    assert "secret" not in repr(found)


@pytest.mark.parametrize("option", ["accept_selector", "reject_selector", "withdraw_selector"])
def test_a_selector_that_is_none_is_refused(site, look, option):
    message = f"--{option.replace('_', '-')} button[: no selector of CSS; correct it"
    with pytest.raises(Unreadable, match=re.escape(message)):
        look(good(site), **{option: "button["})


def test_a_selector_of_what_can_t_be_seen_is_told(site, look):
    site.page("/", "<!doctype html><title>Shop</title><button id=no hidden>No</button><button id=yes>Yes</button>")
    found = look(site, accept_selector="#yes", reject_selector="#no")
    details = [finding.detail for finding in found.findings if finding.cookie == "the button to reject"]
    assert details == ["nothing that can be seen matches --reject-selector #no"]
