"""An audit that ends early and goes on, and one that is logged in; under the real browser."""

import json

import pytest

from cookiegate.audit.as_json import write_json
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.report import write_html


def linked(site, size=0):
    filler = "<!--" + "x" * size + "-->"
    site.page("/", f'<title>x</title><a href="/a">a</a><a href="/b">b</a>{filler}', "sid=1; HttpOnly; SameSite=Lax")
    site.page("/a", f"<title>a</title>{filler}<script>document.cookie = 'stats=1; Max-Age=60; SameSite=Lax'</script>")
    site.page("/b", "<title>b</title>")


def test_an_audit_that_ends_early_goes_on_where_it_was(site, look, tmp_path, codes):
    progress = tmp_path / "progress.json"
    linked(site, size=600_000)
    first = look(site, pages=3, resume=progress, megabytes=1)
    assert ("not-seen", "further pages") in codes(first)
    assert not first.is_complete
    kept = json.loads(progress.read_text())
    assert [phase["phase"] for phase in kept["phases"] if phase["is_finished"]] == []
    linked(site)
    site.asked.clear()
    # The port is another one: the file is of the same site for this test.
    kept_url = kept["url"]

    second = look_again(look, site, progress, kept_url)
    assert not progress.exists()
    assert ("script-before-consent", "stats") in codes(second)
    assert len(second.browser.of("before").pages) >= 3
    assert any(step.what == "the audit was resumed" for step in second.browser.of("before").steps)
    assert not [each for phase in second.browser.phases for each in phase.missed if each.subject == "further pages"]


def test_a_phase_in_which_the_browser_ended_is_taken_up_again(site, look, tmp_path, codes):
    progress = tmp_path / "progress.json"
    linked(site)
    site.page("/a", "<title>a</title><script>onload = () => setTimeout(() => { for (;;); }, 0)</script>")
    first = look(site, pages=3, resume=progress, patience_s=3.0)
    assert [page for code, page in codes(first) if code == "not-seen" and page.endswith("/a")]
    assert "further pages" not in {subject for _, subject in codes(first)}
    kept = json.loads(progress.read_text())
    before = next(phase for phase in kept["phases"] if phase["phase"] == "before")
    assert [page.rpartition("/")[2] for page in before["pages"]] == [
        "",
        "b",
    ]  # the others were looked at in a new browser
    assert "before" not in [phase["phase"] for phase in kept["phases"] if phase["is_finished"]]
    linked(site)
    second = look_again(look, site, progress, kept["url"])
    assert not progress.exists()
    assert not [page for code, page in codes(second) if code == "not-seen" and page.endswith("/a")]
    assert len(second.browser.of("before").pages) >= 3


def look_again(look, site, progress, old):
    """Audit the site at its new port as if it were the old one."""
    from cookiegate.audit.browser import progress_file

    real = progress_file.shown_url
    try:
        progress_file.shown_url = lambda url: old
        return look(site, pages=3, resume=progress)
    finally:
        progress_file.shown_url = real


def test_a_time_that_is_over_is_told_in_every_phase(site, look, tmp_path, codes):
    linked(site)
    found = look(site, minutes=0.0, resume=tmp_path / "progress.json")
    assert found.is_blind
    gap = next(finding for finding in found.findings if finding.code.value == "nothing-seen")
    assert gap.detail == "the time is over; allow more with --minutes, or go on with --resume"


STATE = {
    "cookies": [
        {"name": "session", "value": "very-secret-value", "domain": "shop.test", "path": "/", "expires": -1,
         "httpOnly": True, "secure": False, "sameSite": "Lax"}
    ],
    "origins": [{"origin": "http://shop.test", "localStorage": [{"name": "token", "value": "other-secret-value"}]}],
}  # fmt: skip


def members_only(site):
    def page(environ):
        if "session=very-secret-value" in environ.get("HTTP_COOKIE", ""):
            lines = [("Set-Cookie", "ads-very-secret-value=1; Max-Age=60; SameSite=Lax")]
            return "200 OK", [("Content-Type", "text/html"), *lines], "<title>Members</title>"
        return "302 Found", [("Location", "/login")], ""

    site.pages["shop.test", "/"] = page
    site.page("/login", "<title>Login</title><form><input type=password></form>")


def test_a_login_is_used_and_its_values_are_in_no_report(site, look, tmp_path, codes):
    members_only(site)
    without = look(site)
    assert without.is_blind
    file = tmp_path / "state.json"
    file.write_text(json.dumps(STATE))
    found = look(site, storage_state=file)
    assert not found.is_blind
    assert "session" not in {cookie.name for cookie in found.cookies}
    assert ("unregistered", "ads-hidden") in codes(found)
    for text in (write_json(found, version="1"), write_html(found, version="1", made_at="now"), repr(found)):
        assert "very-secret-value" not in text
        assert "other-secret-value" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "no storage state of Playwright"), ("nonsense", "no storage state of Playwright"),
        ('{"cookies": [{}]}', "no storage state of Playwright"), ('{"cookies": {}}', "no storage state of Playwright"),
        ('{"origins": [{"localStorage": [1]}]}', "no storage state of Playwright"),
        ('{"cookies": [{"name": "cookiegate_consent", "value": "v=1"}]}', "holds the visitor's choice"),
    ],
)  # fmt: skip
def test_a_login_that_can_t_be_used_is_told(site, look, tmp_path, text, words):
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=words):
        look(site, storage_state=file)


def test_a_login_that_playwright_refuses_is_told(site, look, tmp_path):
    file = tmp_path / "state.json"
    file.write_text('{"cookies": [{"name": "a", "value": "b"}], "origins": []}')
    with pytest.raises(Unreadable, match=r"makes no profile: .*; check the file of --storage-state"):
        look(site, storage_state=file)
