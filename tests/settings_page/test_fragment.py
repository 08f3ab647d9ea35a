"""The banner in a site's own template, templates of the site's own, and what the page takes for the site's cookies."""

import html
import json
import re
from dataclasses import replace

import pytest

from cookiegate import Category, ConfigError, CookieRule, Registry
from cookiegate.consent import OwnConsent
from cookiegate.settings_page.shown_policy import shown_policy

STATE = re.compile(r'data-state="([^"]*)"')


@pytest.fixture
def fragment(make_page, asking):
    """Return the fragment for a visitor with some cookies, and how it was asked for."""
    from cookiegate.asgi import CookieGateMiddleware

    def make(page=None, *, cookies=None, headers=None, settings=None, **arguments):
        page = page or make_page(**(settings or {}))

        async def app(scope, receive, send):
            body = str(page.fragment(scope, **arguments)).encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

        visitor = asking["asgi"](CookieGateMiddleware(app, gate=page.gate))
        visitor.cookies = cookies or {}
        return visitor("GET", "/", headers=headers).text

    return make


@pytest.fixture
def chosen(make_visitor):
    visitor = make_visitor()
    visitor.choose("own-choice", ("statistics",))
    return visitor.cookies


def test_fragment_asks_who_has_not_chosen_with_reject_beside_accept(fragment):
    text = fragment()
    assert re.findall(r'<button name="choice" value="([\w-]+)">', text) == ["reject-all", "accept-all", "own-choice"]
    assert text.index("accept-all") < text.index("<details") < text.index("own-choice")
    assert '<form method="post" action="/cookie-settings/api">' in text
    assert 'href="/cookie-settings/?language=en"' in text
    assert '<script src="/cookie-settings/cookiegate.js" defer data-state=' in text
    assert "Preferences, Statistics, and Marketing" in text


def test_fragment_asks_nobody_twice_and_tells_the_script_what_counts(fragment, chosen):
    text = fragment(cookies=chosen)
    assert "<form" not in text
    assert "<link" not in text
    state = json.loads(html.unescape(STATE.search(text)[1]))
    assert (state["asks"], state["granted"]) == (False, ["statistics"])


def test_fragment_takes_a_nonce_a_language_and_a_way_back(fragment):
    text = fragment(nonce='a"b', language="de-AT", back="/shop?a=1&b")
    assert text.count('nonce="a&#34;b"') == 2
    assert 'lang="de" dir="ltr"' in text
    assert 'name="back" value="/shop?a=1&amp;b"' in text


def test_fragment_without_a_language_asks_the_browser(fragment):
    assert "Alle ablehnen" in fragment(headers={"Accept-Language": "de"})
    assert "Alle ablehnen" in fragment(headers={"Accept-Language": "de"}, language="eo")


def test_fragment_leaves_a_way_to_another_site_out(fragment):
    assert 'name="back"' not in fragment(back="//evil.example")


def test_fragment_for_consent_mode_runs_at_once(fragment):
    text = fragment(settings={"consent_mode": True})
    assert "data-consent-mode" in text
    assert "defer" not in text


def test_fragment_names_the_tags_before_the_page_s_own_script(fragment):
    text = fragment(settings={"tags": ["clarity", "uet"]}, nonce="n")
    element = '<script src="/cookie-settings/tags.js" data-tags="clarity,uet" nonce="n"></script>'
    assert text.index(element) < text.index("cookiegate.js")
    assert "tags.js" not in fragment()


def test_fragment_takes_the_options_of_consent_mode(fragment):
    text = fragment(settings={"consent_mode": True, "url_passthrough": True, "ads_data_redaction": True})
    assert "data-consent-mode data-url-passthrough data-ads-data-redaction data-state=" in text
    assert "data-url" not in fragment(settings={"consent_mode": True})


def test_banner_alone_is_there_for_the_script(visitor):
    banner = visitor("GET", "/cookie-settings/banner?language=de")
    assert "Alle ablehnen" in banner.text
    assert "<script" not in banner.text
    visitor.choose("reject-all")
    assert visitor("GET", "/cookie-settings/banner").content == b""


# Templates of the site's own


def test_site_can_extend_the_page(make_visitor, tmp_path):
    (tmp_path / "page.html").write_text(
        '{% extends "cookiegate/page.html" %}{% block header %}<p>{{ language.name }} <b>Shop</b></p>{% endblock %}'
    )
    page = make_visitor(templates=tmp_path)("GET").text
    assert "<p>English <b>Shop</b></p>" in page
    assert 'value="accept-all"' in page


def test_site_can_replace_the_banner_and_it_is_escaped_all_the_same(make_visitor, tmp_path):
    (tmp_path / "banner.html").write_text("<p>{{ '<i>' }}{{ text }}</p>")
    assert make_visitor(templates=tmp_path)("GET", "/cookie-settings/banner").text.startswith("<p>&lt;i&gt;Necessary")


def test_template_with_a_mistake_is_named(make_page, tmp_path):
    (tmp_path / "page.html").write_text("\n{% if %}")
    with pytest.raises(ConfigError, match=r"page\.html: line 2: .*fix the template"):
        make_page(templates=tmp_path)


# What is the site's


def test_known_cookies_are_left_out_unless_they_are_asked_for(make_page):
    names = {rule.name for rule in make_page().shown.rules}
    assert names == {"token", "ia_pref_theme", "ia_stats_visits", "ia_mkt_*", "cookiegate_consent"}
    assert len(make_page(known=True).shown.rules) > 300


def test_known_cookie_that_the_site_declares_itself_is_shown(make_gate):
    rule = next(iter(Registry.known()))
    own = Registry.known() | Registry([replace(rule, purpose="Ours.")])
    assert replace(rule, purpose="Ours.") in shown_policy(make_gate(registry=own)).rules
    same = Registry.known() | Registry([replace(rule)])
    assert rule in shown_policy(make_gate(registry=same)).rules


def test_trackers_that_were_merged_whole_are_left_out_and_not_offered(make_gate):
    merged = Registry.known() | Registry.trackers()
    found = shown_policy(make_gate(registry=merged))
    assert [rule.name for rule in found.rules] == ["cookiegate_consent"]
    assert found.offered == frozenset()
    own = CookieRule(name="_ga", category=Category.STATISTICS, purpose="Ours.")
    found = shown_policy(make_gate(registry=merged | Registry([own])))
    assert [rule.name for rule in found.rules] == ["_ga", "cookiegate_consent"]
    assert found.offered == {Category.STATISTICS}
    assert len(shown_policy(make_gate(registry=merged), is_known_shown=True).rules) > 800


def test_trackers_that_the_site_picked_are_shown(make_gate):
    picked = list(Registry.trackers())[:3]
    assert shown_policy(make_gate(registry=Registry(picked))).rules[:3] == tuple(picked)


def test_known_cookies_that_the_site_picked_are_shown(make_gate):
    picked = list(Registry.known())[:3]
    assert shown_policy(make_gate(registry=Registry(picked))).rules[:3] == tuple(picked)


def test_registry_can_be_given(make_gate):
    shown = Registry([CookieRule(name="a", category=Category.STATISTICS)])
    found = shown_policy(make_gate(), registry=shown)
    assert [rule.name for rule in found.rules] == ["a", "cookiegate_consent"]
    assert found.offered == {Category.STATISTICS}


def test_category_of_unregistered_cookies_is_offered(make_gate):
    assert shown_policy(make_gate(registry=Registry(), unregistered="marketing")).offered == {Category.MARKETING}
    assert shown_policy(make_gate(registry=Registry(), unregistered="necessary")).offered == frozenset()


def test_categories_can_be_given(make_visitor):
    visitor = make_visitor(categories=["statistics"])
    assert re.findall(r'id="category-(\w+)"', visitor("GET").text) == ["necessary", "statistics"]
    visitor.choose("accept-all")
    assert visitor.state()["granted"] == ["statistics"]


def test_consent_cookie_that_the_site_declares_is_shown_as_declared(make_gate):
    own = Registry([CookieRule(name="cookiegate_consent", category=Category.NECESSARY, purpose="Ours.")])
    assert [rule.purpose for rule in shown_policy(make_gate(registry=own)).rules] == ["Ours."]


def test_lifetime_of_the_consent_cookie_is_what_is_written(make_gate):
    [rule] = shown_policy(make_gate(registry=Registry(), consent=OwnConsent("c", lifetime="30 days"))).rules
    assert (rule.name, str(rule.lifetime)) == ("c", "30 days")


def test_consent_cookie_without_a_lifetime_says_none(make_gate):
    class Session:
        cookie_names = ("c",)

        def __call__(self, head):
            return None

        def write(self, consent, *, is_https):
            return b"c=1"

    [rule] = shown_policy(make_gate(registry=Registry(), consent=Session())).rules
    assert rule.lifetime is None


def test_digest_names_what_is_shown(make_gate, registry):
    first = shown_policy(make_gate()).digest
    assert shown_policy(make_gate()).digest == first
    assert shown_policy(make_gate(revision="2")).digest != first
    more = registry | Registry([CookieRule(name="b", category=Category.NECESSARY)])
    assert shown_policy(make_gate(registry=more)).digest != first
