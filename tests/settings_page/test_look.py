"""Layout, theme, colour scheme, texts and links by configuration: what they change, and what is said of mistakes."""

import re

import pytest

from cookiegate import Category, ConfigError, CookieGate, CookieRule, Registry
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.look import CHOICES, Look
from cookiegate.settings_page.page import page_problems


@pytest.fixture
def read(tmp_path):
    """Make the page of a file with a section for it."""

    def make(section):
        path = tmp_path / "cookies.toml"
        path.write_text(f'{section}\n[[cookie]]\nname = "visits"\ncategory = "statistics"\npurpose = "Counts."\n')
        return CookieGate.from_toml(path)

    return make


def test_banner_has_the_look_of_the_page(make_visitor):
    visitor = make_visitor(layout="box", theme="govuk", color_scheme="auto")
    banner = visitor("GET", "/cookie-settings/banner").text
    assert 'class="cookiegate-banner cookiegate-box cookiegate-govuk cookiegate-scheme-auto"' in banner
    assert 'class="cookiegate-settings cookiegate-govuk cookiegate-scheme-auto"' in visitor("GET").text


def test_without_a_look_the_banner_is_a_bar_with_the_colours_of_its_page(visitor):
    banner = visitor("GET", "/cookie-settings/banner").text
    assert 'class="cookiegate-banner cookiegate-bar cookiegate-neutral cookiegate-scheme-page"' in banner
    assert 'class="cookiegate-settings cookiegate-neutral cookiegate-scheme-auto"' in visitor("GET").text


def test_modal_is_a_dialog_that_is_open_without_its_script(make_visitor):
    banner = make_visitor(layout="modal")("GET", "/cookie-settings/banner").text
    assert re.search(r'<dialog id="cookiegate-banner"[^>]* open>', banner)
    assert banner.rstrip().endswith("</dialog>")


def test_page_of_the_site_can_ask_for_another_look(visitor):
    banner = visitor("GET", "/cookie-settings/banner?layout=box&theme=x&color_scheme=").text
    assert "cookiegate-box cookiegate-neutral cookiegate-scheme-page" in banner


def test_banner_is_there_for_who_opens_it_and_can_be_closed(visitor):
    assert "data-cookiegate-close" not in visitor("GET", "/cookie-settings/banner").text
    visitor.choose("own-choice", ("statistics",))
    assert visitor("GET", "/cookie-settings/banner").text == ""
    banner = visitor("GET", "/cookie-settings/banner?open").text
    assert re.findall(r'value="(\w+)"[^>]* checked', banner) == ["statistics"]
    assert "You allowed: Statistics." in banner
    assert "data-cookiegate-close" in banner


def test_nothing_opens_where_there_is_nothing_to_choose(make_visitor):
    visitor = make_visitor(registry=Registry())
    assert visitor("GET", "/cookie-settings/banner?open").text == ""


def test_category_that_a_signal_refuses_is_off_in_the_banner(visitor):
    banner = visitor("GET", "/cookie-settings/banner", headers={"Sec-GPC": "1"}).text
    assert re.findall(r'value="(\w+)"[^>]* disabled', banner) == ["marketing"]
    assert "Off by your browser&#39;s signal" in banner


def test_banner_lists_each_cookie_with_purpose_lifetime_and_provider(visitor):
    banner = re.sub(r"<[^>]*>", "", visitor("GET", "/cookie-settings/banner").text)
    assert "ia_stats_visits Counts visits. &lt;script&gt;" in banner
    assert "Kept for: 1 hour 30 minutes Provider: &lt;b&gt;Counter &amp; Sons&lt;/b&gt;" in banner


def test_banner_of_many_cookies_links_to_their_lists(make_visitor):
    rules = [CookieRule(name=f"c{number}", category=Category.STATISTICS) for number in range(100)]
    visitor = make_visitor(registry=Registry(rules))
    banner = visitor("GET", "/cookie-settings/banner").text
    assert "c42" not in banner
    assert '<a href="/cookie-settings/?language=en#category-statistics">100 cookies</a>' in banner
    assert 'id="category-statistics"' in visitor("GET").text
    visitor = make_visitor(registry=Registry(rules[:99]))  # and the consent cookie
    assert "c42" in visitor("GET", "/cookie-settings/banner").text


def test_every_link_and_the_logo_are_shown(make_visitor):
    visitor = make_visitor(
        policy_url="/policy", privacy_url="/privacy", imprint_url="https://shop.example/imprint",
        logo="/logo.svg", logo_text='The "Shop"',
    )  # fmt: skip
    for document in (visitor("GET").text, visitor("GET", "/cookie-settings/banner").text):
        assert '<a href="/policy">Read the whole cookie policy</a>' in document
        assert '<a href="/privacy">Privacy notice</a>' in document
        assert '<a href="https://shop.example/imprint">Legal notice</a>' in document
        assert '<img class="cookiegate-logo" src="/logo.svg" alt="The &#34;Shop&#34;">' in document


@pytest.mark.parametrize(
    ("logo", "sources"),
    [
        ("/logo.svg", "img-src 'self';"),
        ("https://cdn.example:8443/a/logo.svg", "img-src 'self' https://cdn.example:8443;"),
    ],
)
def test_policy_of_the_page_lets_the_logo_through(make_visitor, logo, sources):
    assert sources in make_visitor(logo=logo)("GET").headers["content-security-policy"]
    own = make_visitor(logo=logo, content_security_policy="img-src *")
    assert own("GET").headers["content-security-policy"] == "img-src *"


# A page of the site


def test_page_of_the_site_replaces_ours(make_visitor):
    visitor = make_visitor(page_url="/privacy/cookies")
    answer = visitor("GET")
    assert (answer.status_code, answer.headers["location"]) == (303, "/privacy/cookies")
    banner = visitor("GET", "/cookie-settings/banner").text
    assert '<a href="/privacy/cookies">Cookie settings</a>' in banner
    problem = visitor("GET", "/cookie-settings/x", headers={"Accept": "text/html"})
    assert 'href="/privacy/cookies"' in problem.text


# Texts


def test_texts_of_the_file_replace_ours(read, asking):
    from cookiegate.asgi import CookieGateMiddleware

    gate = read(
        '[settings_page.texts.en]\n"banner.title" = "Biscuits?"\n'
        '[settings_page.texts.DE.button]\nreject = "Nein"\naccept = "Ja"\n'
    )
    visitor = asking["asgi"](CookieGateMiddleware(None, gate=gate))
    banner = visitor("GET", "/cookie-settings/banner").text
    assert "Biscuits?" in banner
    assert "Reject all" in banner
    german = visitor("GET", "/cookie-settings/banner?language=de").text
    assert re.findall(r"(?:reject|accept)-all\">(\w+)", german) == ["Nein", "Ja"]
    assert "Cookies auf dieser Website" in german


def test_text_may_leave_words_out_and_is_escaped(make_visitor):
    visitor = make_visitor(texts={"en": {"banner": {"text": "<b>All of it</b>"}}})
    assert "&lt;b&gt;All of it&lt;/b&gt;" in visitor("GET", "/cookie-settings/banner").text


# Mistakes


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"layout": "popup"}, "layout: unknown value 'popup'; use one of bar, box, modal"),
        ({"theme": 1}, "theme: unknown value 1; use one of neutral, govuk, dark"),
        ({"color_scheme": "night"}, "color_scheme: unknown value 'night'; use one of page, light, dark, auto"),
        ({"logo": "logo.svg"}, "logo: is 'logo.svg'; write a path, or a URL with https://"),
        ({"logo": "https://a b/x"}, "logo: is 'https://a b/x'; write a URL like https://cdn.example/logo.svg"),
        ({"logo": "https://a;x"}, "logo: is 'https://a;x'; write a URL like"),
        ({"logo_text": 1}, "logo_text: is 1; use text in quotes"),
        ({"imprint_url": "imprint"}, "imprint_url: is 'imprint'; write a path"),
        ({"privacy_url": 1}, "privacy_url: is 1; write a path"),
        ({"page_url": "https://x.example/"}, "page_url: is 'https://x.example/'; write a path like"),
        ({"page_url": 1}, "page_url: is 1; write a path like"),
        ({"page_url": "/cookie-settings"}, "page_url: is '/cookie-settings', which '/cookie-settings' hides"),
        ({"page_url": "/cookie-settings/x"}, "page_url: is '/cookie-settings/x', which '/cookie-settings' hides"),
        ({"texts": 1}, 'texts: is 1; write {"en": {"banner.title": "..."}}'),
        ({"texts": {"en": 1}}, "texts: en: is 1; write texts by their names"),
        ({"texts": {"ene": {}}}, "texts: no language 'ene' is there; did you mean 'en'?"),
        ({"texts": {"xyz": {}}}, "texts: no language 'xyz' is there; use one of en, de"),
        ({"texts": {"en": {"banner": {"titel": "x"}}}}, "unknown text 'banner.titel'; did you mean 'banner.title'?"),
        ({"texts": {"en": {"qqq": "x"}}}, "unknown text 'qqq'; the names are those of languages/en.toml"),
        ({"texts": {"en": {"banner.title": 1}}}, "texts: en: banner.title: is 1; write it as text in quotes"),
        (
            {"texts": {"de": {"banner.text": "{who} {categories}"}}},
            "texts: de: banner.text: has {who} in '{who} {categories}'; allowed in braces: {categories}",
        ),
        (
            {"texts": {"en": {"banner.title": "{a.b!r:x}"}}},
            "has {a.b!r:x} in '{a.b!r:x}'; allowed in braces: none",
        ),
        ({"texts": {"en": {"banner.title": "a { b"}}}, "has a single brace in 'a { b'; allowed in braces: none"),
    ],
)
def test_mistake_is_named_with_what_to_do(make_page, settings, problem):
    with pytest.raises(ConfigError) as caught:
        make_page(**settings)
    [found] = caught.value.problems
    assert found.startswith(f"SettingsPage: {problem}" if problem.split(":")[0] in settings else "SettingsPage: ")
    assert problem in found


def test_mistakes_of_a_file_are_found_by_the_check(read):
    gate = read('[settings_page]\nlayout = "popup"\n[settings_page.texts.en]\n"button.acept" = "x"\n')
    assert page_problems(gate) == [
        "SettingsPage: layout: unknown value 'popup'; use one of bar, box, modal",
        "SettingsPage: texts: en: unknown text 'button.acept'; did you mean 'button.accept'?",
    ]
    with pytest.raises(ConfigError, match=r"texts: is 'x'; write a section \[settings_page.texts.en\]"):
        read('[settings_page]\ntexts = "x"\n')


def test_look_that_does_not_exist_is_refused():
    with pytest.raises(ConfigError) as caught:
        Look(layout="popup", theme="x")
    assert caught.value.problems == (
        "Look: layout: unknown value 'popup'; use one of bar, box, modal",
        "Look: theme: unknown value 'x'; use one of neutral, govuk, dark",
    )


def test_look_is_a_closed_set():
    assert Look().changed({"layout": "x", "theme": "dark", "url": "/"}) == Look(theme="dark")
    assert {*CHOICES} == {*Look.__dataclass_fields__}


def test_settings_page_of_a_gate_takes_the_look_of_its_file(read):
    gate = read('[gate]\nlayout = "modal"\ntheme = "dark"\n')
    assert SettingsPage.of(gate).documents.look == Look(layout="modal", theme="dark")


def test_banner_is_the_same_object_for_visitors_of_one_kind(make_page, asking):
    from cookiegate.asgi import CookieGateMiddleware
    from cookiegate.handle import current

    page = make_page()
    found = []

    async def app(scope, receive, send):
        handle = current(scope)
        state = page.endpoint.state(handle)
        found.append(page.documents.banner(state, page.documents.language(handle, None), "/cookie-settings"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    visitor = asking["asgi"](CookieGateMiddleware(app, gate=page.gate))
    for headers in ({}, {"Accept-Language": "en"}, {"Accept-Language": "de"}, {"Sec-GPC": "1"}):
        visitor("GET", "/", headers=headers)
    plain, same, german, signalled = found
    assert plain is same
    assert len({plain, german, signalled}) == 3


def test_site_that_is_developed_sees_its_templates_change(make_visitor, tmp_path):
    (tmp_path / "banner.html").write_text("first")
    visitor = make_visitor(templates=tmp_path, gate={"debug": True})
    assert visitor("GET", "/cookie-settings/banner").text == "first"
    (tmp_path / "banner.html").write_text("another")
    assert visitor("GET", "/cookie-settings/banner").text == "another"
