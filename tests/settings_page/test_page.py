"""The page without JavaScript: what a visitor sees, chooses, and what becomes of it in that very response."""

import re
from html import unescape

import pytest

from cookiegate import ConfigError, Consent, CookieGate, Registry
from cookiegate.consent import Cookiebot, OwnConsent, first_of
from cookiegate.settings_page import SettingsPage

CATEGORIES = re.compile(r'id="category-(\w+)"')
TICKED = re.compile(r'value="(\w+)"[^>]* checked')


def text_of(response):
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", response.text).split()))


def test_page_shows_every_category_with_the_sites_own_cookies(visitor):
    page = visitor("GET")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert CATEGORIES.findall(page.text) == ["necessary", "preferences", "statistics", "marketing"]
    names = re.findall(r"<bdi>([^<]*)</bdi></th>", page.text)
    assert names == ["token", "cookiegate_consent", "ia_pref_theme", "ia_stats_visits", "ia_mkt_*"]
    shown = text_of(page)
    assert "Remembers the colours that the visitor likes. 1 year this site" in shown
    assert "1 hour 30 minutes" in shown
    assert "up to 400 days" in shown
    assert "cookiegate_consent Remembers what you choose here. 184 days this site" in shown


def test_page_has_one_form_and_no_script(visitor):
    page = visitor("GET").text
    assert page.count("<form") == 1
    assert "<script" not in page


def test_page_offers_accept_and_reject_alike_and_saves_by_the_first_button(visitor):
    buttons = re.findall(r'<button( class="cookiegate-whole")? name="choice" value="([\w-]+)"', visitor("GET").text)
    assert buttons == [
        ("", "own-choice"),
        (' class="cookiegate-whole"', "reject-all"),
        (' class="cookiegate-whole"', "accept-all"),
    ]


def test_page_is_neither_stored_nor_framed(visitor):
    headers = visitor("GET").headers
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_page_is_there_with_and_without_a_slash(visitor):
    assert visitor("GET", "/cookie-settings").text == visitor("GET", "/cookie-settings/").text


def test_other_paths_are_the_sites(visitor):
    for path in ("/", "/cookie-settingsx", "/x/cookie-settings/", "/cookie-setting"):
        assert visitor("GET", path).text == "the site"


def test_before_a_choice_nothing_is_ticked_and_nothing_optional_is_set(visitor):
    assert TICKED.findall(visitor("GET").text) == []
    assert "You have not chosen yet." in text_of(visitor("GET"))
    visitor("GET", "/")
    assert visitor.cookies == {"token": "1"}


def test_choice_counts_from_the_next_request_and_is_shown_with_its_date_and_revision(visitor):
    answer = visitor.choose("own-choice", ("statistics",))
    assert (answer.status_code, answer.headers["location"]) == (303, "/cookie-settings/?saved&language=en")
    page = visitor("GET", answer.headers["location"])
    shown = text_of(page)
    assert TICKED.findall(page.text) == ["statistics"]
    assert "Your choice is saved." in shown
    assert "You allowed: Statistics." in shown
    assert "Chosen on January 12, 2026, 08:00 UTC (cookie policy: January 12, 2026)." in shown
    visitor("GET", "/")
    assert visitor.cookies.keys() == {"token", "cookiegate_consent", "ia_stats_visits"}


@pytest.mark.parametrize(
    ("word", "sentence", "left"),
    [
        ("accept-all", "You allowed all optional cookies.", {"ia_pref_theme", "ia_stats_visits", "ia_mkt_x"}),
        ("reject-all", "You rejected all optional cookies.", set()),
        ("withdrawn", "You rejected all optional cookies.", set()),
    ],
)
def test_accept_and_reject_and_withdraw(visitor, word, sentence, left):
    visitor.choose(word)
    assert sentence in text_of(visitor("GET"))
    visitor("GET", "/")
    assert visitor.cookies.keys() == {"token", "cookiegate_consent"} | left


def test_withdrawal_takes_the_cookies_out_in_that_very_response(visitor):
    visitor.choose("accept-all")
    visitor("GET", "/")
    assert "Withdraw consent" in text_of(visitor("GET"))
    answer = visitor.choose("withdrawn")
    gone = {line.partition("=")[0] for line in answer.headers.get_list("set-cookie") if "Max-Age=0" in line}
    assert gone == {"ia_pref_theme", "ia_stats_visits", "ia_mkt_x"}
    assert visitor.cookies.keys() == {"token", "cookiegate_consent"}
    assert "Withdraw consent" not in text_of(visitor("GET"))


def test_change_takes_only_what_is_refused_now(visitor):
    visitor.choose("accept-all")
    visitor("GET", "/")
    visitor.choose("own-choice", ("preferences",))
    assert visitor.cookies.keys() == {"token", "cookiegate_consent", "ia_pref_theme"}


def test_saving_with_nothing_ticked_rejects(visitor):
    visitor.choose("own-choice")
    assert "You rejected all optional cookies." in text_of(visitor("GET"))


def test_other_revision_asks_again_and_says_that_the_policy_has_changed(make_visitor):
    first = make_visitor()
    first.choose("accept-all")
    later = make_visitor(gate={"revision": "2026-06-01"})
    later.cookies = first.cookies
    page = later("GET")
    assert "The cookie policy has changed since you chose." in text_of(page)
    assert "Cookie policy: June 1, 2026" in text_of(page)
    assert TICKED.findall(page.text) == []
    assert later.state()["asks"] is True


def test_choice_expires_after_six_months_and_is_asked_for_again(visitor, clock):
    visitor.choose("accept-all")
    clock.now += 184 * 86400 - 1
    assert visitor.state()["asks"] is False
    clock.now += 1
    assert visitor.state()["asks"] is True
    assert "Your choice is too old to count." in text_of(visitor("GET"))


def test_choice_expires_earlier_where_the_gate_says_so(make_visitor, clock):
    visitor = make_visitor(gate={"consent_max_age": "30 days"})
    visitor.choose("accept-all")
    clock.now += 30 * 86400
    assert visitor.state()["asks"] is True


def test_choice_that_cannot_be_read_asks_again(visitor):
    visitor.cookies["cookiegate_consent"] = "broken"
    assert "Your earlier choice can't be read." in text_of(visitor("GET"))
    assert visitor.state()["asks"] is True


@pytest.mark.parametrize(
    ("header", "settings", "sentence"),
    [
        ("Sec-GPC", {}, "Global Privacy Control signal. These stay off, whatever you choose here: Marketing."),
        (
            "DNT",
            {"do_not_track": True},
            "Do Not Track signal. These stay off, whatever you choose here: Statistics and Marketing.",
        ),
    ],
)
def test_signal_of_the_browser_is_shown_and_its_switches_can_not_be_used(make_visitor, header, settings, sentence):
    page = make_visitor(gate=settings)("GET", headers={header: "1"})
    assert sentence in text_of(page)
    assert page.text.count(" disabled") == sentence.count(" and ") + 1


def test_accepting_all_under_a_signal_does_not_grant_what_the_page_called_off(visitor):
    form = {"choice": "accept-all", "where": "page"}
    headers = {"Sec-GPC": "1", "Sec-Fetch-Site": "same-origin"}
    visitor("POST", "/cookie-settings/api", data=form, headers=headers)
    assert visitor.state()["granted"] == ["preferences", "statistics"]


def test_default_consent_is_no_choice(make_visitor):
    visitor = make_visitor(gate={"default_consent": {"statistics"}})
    page = visitor("GET")
    assert "Until you do, these are set beside the necessary ones: Statistics." in text_of(page)
    assert TICKED.findall(page.text) == []
    assert visitor.state()["asks"] is True


def test_choice_of_another_platform_counts(make_visitor):
    own = first_of(OwnConsent(), lambda head: Consent({"statistics"}))
    visitor = make_visitor(gate={"consent": own})
    assert visitor.state()["asks"] is False
    assert "You allowed: Statistics." in text_of(visitor("GET"))
    assert "Chosen on" not in text_of(visitor("GET"))


def test_choice_without_revision_is_shown_with_its_date_alone(make_visitor):
    visitor = make_visitor(gate={"revision": None})
    visitor.choose("reject-all")
    assert "Chosen on January 12, 2026, 08:00 UTC." in text_of(visitor("GET"))
    assert "Cookie policy:" not in text_of(visitor("GET"))


@pytest.mark.parametrize(("revision", "shown"), [("7", "7"), ("2026-99-99", "2026-99-99"), ("<i>", "&lt;i&gt;")])
def test_revision_that_is_no_date_is_shown_as_it_is(make_visitor, revision, shown):
    page = make_visitor(gate={"revision": revision})("GET")
    assert f"Cookie policy: {shown}<" in page.text


def test_site_with_necessary_cookies_only_has_nothing_to_choose(make_visitor):
    visitor = make_visitor(gate={"registry": Registry.known()})
    page = visitor("GET")
    assert "so there is nothing to choose" in text_of(page)
    assert "accept-all" not in page.text
    assert visitor.state()["asks"] is False


def test_html_in_the_registry_is_text(visitor):
    page = visitor("GET").text
    assert "Counts visits. &lt;script&gt;document.title = &#39;broken&#39;&lt;/script&gt;" in page
    assert "&lt;b&gt;Counter &amp; Sons&lt;/b&gt;" in page


def test_reference_is_shown_where_receipts_are_kept(make_visitor):
    class Recorder:
        def record(self, **fields):
            self.id = fields["id"]

    recorder = Recorder()
    visitor = make_visitor(receipts=recorder)
    visitor.choose("reject-all")
    assert f"Reference: {recorder.id}" in text_of(visitor("GET"))
    visitor.cookies["cookiegate_consent"] += "%3Cscript%3E"
    assert "Reference:" not in text_of(visitor("GET"))


def test_settings_of_the_page_are_checked_all_at_once(make_gate, tmp_path):
    with pytest.raises(ConfigError) as caught:
        SettingsPage(
            make_gate(consent=Cookiebot()),
            url="cookie-settings/",
            policy_url="javascript:alert(1)",
            home_url="//evil.example",
            categories=["stats"],
            languages=[tmp_path / "none.toml"],
            templates=tmp_path / "none",
        )
    subjects = [problem.split(": ")[1] for problem in caught.value.problems]
    assert subjects == ["gate", "url", "policy_url", "home_url", "categories", "can't be read", "templates"]


def test_default_language_must_be_there(make_gate):
    with pytest.raises(ConfigError, match=r"default_language: 'eo' is not there; use one of en, de"):
        SettingsPage(make_gate(), default_language="eo")


def test_gate_must_be_one():
    with pytest.raises(ConfigError, match="use the CookieGate of the middleware"):
        SettingsPage("/cookie-settings")


def test_links_lead_to_the_policy_and_home(make_visitor):
    page = make_visitor(policy_url="https://site.example/policy?a=1&b", home_url="/start")("GET").text
    assert '<a href="https://site.example/policy?a=1&amp;b">' in page
    assert '<a href="/start">' in page
    assert "Back to the site" not in make_visitor(home_url=None)("GET").text


def test_page_of_a_plain_gate_needs_no_more_than_the_gate():
    assert SettingsPage(CookieGate()).shown.offered == frozenset()
