"""Real servers, real frameworks, three visitors, 24 cookies: exactly which lines leave, with which attributes."""

import json
import re
import time
from collections import Counter

import httpx
import pytest

from cookiegate.model import SameSite
from cookiegate.wire.set_cookie import parse_set_cookie

NECESSARY = [
    "token", "refreshToken", "cachedSessionV1", "impersonateUserToken", "countryCode", "currency",
    "fair_usage_tracker", "folder_sidebar", "refundNotificationExpiresAt",
]  # fmt: skip
PREFERENCES = [
    "ia_pref_theme", "ia_pref_language", "ia_pref_layout", "ia_pref_dismissals", "ia_pref_defaults",
]  # fmt: skip
STATISTICS = [
    "ia_stats_session", "ia_stats_pageviews", "ia_stats_events", "ia_stats_perf", "ia_stats_returning",
]  # fmt: skip
MARKETING = [
    "ia_mkt_source", "ia_mkt_campaign", "ia_mkt_conversion", "ia_mkt_retention", "ia_mkt_experiments",
]  # fmt: skip
EVERYTHING = NECESSARY + PREFERENCES + STATISTICS + MARKETING

MAX_AGE_S = {
    "token": 3600, "refreshToken": 604800, "cachedSessionV1": None, "impersonateUserToken": None,
    "countryCode": None, "currency": 34560000, "fair_usage_tracker": 86400, "folder_sidebar": None,
    "refundNotificationExpiresAt": 3600,
    "ia_pref_theme": 184 * 86400, "ia_pref_language": 15552000, "ia_pref_layout": 7776000,
    "ia_pref_dismissals": 2592000, "ia_pref_defaults": 15552000,
    "ia_stats_session": None, "ia_stats_pageviews": 86400, "ia_stats_events": 2592000, "ia_stats_perf": 604800,
    "ia_stats_returning": 7776000,
    "ia_mkt_source": 2592000, "ia_mkt_campaign": 2592000, "ia_mkt_conversion": 7776000,
    "ia_mkt_retention": 7776000, "ia_mkt_experiments": 2592000,
}  # fmt: skip
HTTP_ONLY = {"token", "refreshToken", "impersonateUserToken", "fair_usage_tracker"}
VISITORS = [
    (None, NECESSARY),
    ("reject", NECESSARY),
    ("statistics", NECESSARY + STATISTICS),
    ("accept", EVERYTHING),
]  # fmt: skip


@pytest.fixture
def visitor(server):
    """A visitor with a browser's cookie store, who pressed a button of the page."""
    clients = []

    def choose(choice):
        client = httpx.Client(base_url=server.url, timeout=300, trust_env=False)
        clients.append(client)
        if choice is not None:
            answer = client.post("/choice", data={"choice": choice})
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
        return client

    yield choose
    for client in clients:
        client.close()


def lines_of(response):
    return [parse_set_cookie(line.encode()) for line in response.headers.get_list("set-cookie")]


@pytest.mark.parametrize("path", ["/", "/decisions"])
@pytest.mark.parametrize(("choice", "names"), VISITORS)
def test_visitor_gets_exactly_the_cookies_of_the_choice(visitor, path, choice, names):
    response = visitor(choice).get(path)
    assert response.status_code == 200
    assert [cookie.name.decode() for cookie in lines_of(response)] == names


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("choice", "names"), VISITORS)
def test_lines_carry_exactly_the_attributes_of_the_policy(visitor, choice, names, scheme):
    response = visitor(choice).get("/decisions", headers={"X-Forwarded-Proto": scheme})
    for cookie in lines_of(response):
        name = cookie.name.decode()
        assert cookie.is_unambiguous
        assert (name, cookie.max_age_s) == (name, MAX_AGE_S[name])
        if cookie.expires_s is not None:  # Flask writes it in addition to Max-Age
            limit_s = 34560000 if name == "folder_sidebar" else MAX_AGE_S[name]
            assert (name, abs(cookie.expires_s - time.time() - limit_s) < 120) == (name, True)
        assert (name, cookie.http_only) == (name, name in HTTP_ONLY)
        assert (name, cookie.secure) == (name, scheme == "https")
        assert (name, cookie.same_site) == (name, SameSite.LAX)
        assert (name, cookie.path, cookie.domain) == (name, b"/", None)
        assert not cookie.partitioned


def test_expires_alone_is_cut_to_400_days(visitor):
    (cookie,) = (cookie for cookie in lines_of(visitor(None).get("/decisions")) if cookie.name == b"folder_sidebar")
    assert cookie.max_age_s is None
    assert abs(cookie.expires_s - time.time() - 400 * 86400) < 120


@pytest.mark.parametrize("choice", [None, "statistics", "accept"])
def test_names_and_values_leave_as_the_framework_wrote_them(visitor, choice):
    response = visitor(choice).get("/decisions")
    sent = {each["cookie"]: each["before"].partition(";")[0] for each in response.json()}
    for line in response.headers.get_list("set-cookie"):
        name = line.partition("=")[0]
        assert line.partition(";")[0] == sent[name]


@pytest.mark.parametrize(
    ("choice", "refusal", "optional"),
    [(None, "no-consent", []), ("statistics", "not-granted", STATISTICS), ("accept", "", EVERYTHING)],
)
def test_decisions_name_reason_and_rule(visitor, choice, refusal, optional):
    for each in visitor(choice).get("/decisions").json():
        name = each["cookie"]
        if name == "newsletter_popup":
            expected = "drop", "unregistered", 4
        elif name in NECESSARY:
            expected = each["action"], "necessary", 6
        elif name in optional:
            expected = each["action"], "granted", 6
        else:
            expected = "drop", refusal, 5
        assert (name, each["action"], each["reason"], each["rule"]) == (name, *expected)


@pytest.mark.parametrize(
    ("choice", "cache_control"), [(None, None), ("reject", None), ("statistics", "private"), ("accept", "private")]
)
def test_only_an_answer_with_an_optional_cookie_is_kept_from_shared_caches(visitor, choice, cache_control):
    assert visitor(choice).get("/decisions").headers.get("cache-control") == cache_control


def test_consent_cookie_leaves_with_the_choice(visitor):
    client = visitor("statistics")
    answer = client.post("/choice", data={"choice": "statistics"})
    (cookie,) = lines_of(answer)
    fields = dict(pair.split("=") for pair in cookie.value.decode().split("&"))
    assert cookie.name == b"cookiegate_consent"
    assert (fields["v"], fields["c"], fields["r"]) == ("1", "statistics", "2026-01-12")
    assert (cookie.max_age_s, cookie.path, cookie.same_site) == (15897600, b"/", SameSite.LAX)


def test_refused_cookies_of_the_request_are_hidden_and_deleted(visitor):
    client = visitor("statistics")
    response = client.get("/", headers={"Cookie": f"{cookie_header(client)}; ia_mkt_source=x; ia_mkt_old=y; other=z"})
    deleted = [line for line in response.headers.get_list("set-cookie") if "Max-Age=0" in line]
    assert deleted == [
        "ia_mkt_source=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
        "ia_mkt_old=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
    ]
    assert '<th scope="row">other</th><td>unknown</td><td>yes</td>' in response.text
    assert '<th scope="row">ia_mkt_source</th><td>marketing</td><td>no</td>' in response.text
    assert "ia_mkt_old" not in response.text


def test_withdrawal_takes_the_cookies_out_of_the_browser(visitor):
    client = visitor("accept")
    client.get("/")
    assert {cookie.name for cookie in client.cookies.jar} == {*EVERYTHING, "cookiegate_consent"}
    client.post("/choice", data={"choice": "reject"})
    assert {cookie.name for cookie in client.cookies.jar} == {*NECESSARY, "cookiegate_consent"}


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (None, "You have not chosen yet."),
        ("reject", "You rejected all optional cookies."),
        ("statistics", "You allowed statistics."),
        ("accept", "You allowed marketing, preferences, statistics."),
    ],
)
def test_page_shows_the_choice_and_three_buttons(visitor, choice, words):
    response = visitor(choice).get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert words in response.text
    assert Counter(response.text.partition("<main>")[2].split()).get("<button") == 3
    assert "http:" not in response.text
    assert "https:" not in response.text


def test_page_lists_what_the_browser_carries(visitor):
    client = visitor("statistics")
    assert '<th scope="row">token</th><td>necessary</td><td>no</td><td>set, ' in client.get("/").text
    text = client.get("/").text
    assert '<th scope="row">token</th><td>necessary</td><td>yes</td><td>set, ' in text
    assert '<th scope="row">countryCode</th><td>necessary</td><td>yes</td><td>set' in text
    assert '<th scope="row">ia_mkt_source</th><td>marketing</td><td>no</td><td>held back: not-granted</td>' in text
    assert '<th scope="row">newsletter_popup</th><td>unknown</td><td>no</td><td>held back: unregistered</td>' in text
    assert '<th scope="row">cookiegate_consent</th><td>necessary</td><td>yes</td><td>untouched</td>' in text


def test_page_escapes_what_the_browser_brings(visitor):
    response = visitor(None).get("/", headers={"Cookie": "<b>x=1"})
    assert "<b>x" not in response.text


def test_page_says_that_it_depends_on_the_visitor(visitor):
    assert "Cookie" in visitor(None).get("/").headers["vary"]


def test_another_site_can_not_choose(visitor):
    client = visitor(None)
    answer = client.post("/choice", data={"choice": "accept"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)


def test_unknown_choice_is_refused(visitor):
    answer = visitor(None).post("/choice", data={"choice": "all of it"})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (400, None)


def test_decisions_are_json_of_every_cookie(visitor):
    decisions = json.loads(visitor(None).get("/decisions").text)
    assert [decision["cookie"] for decision in decisions] == [*EVERYTHING, "newsletter_popup"]


def cookie_header(client):
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def test_page_shows_the_banner_until_the_visitor_has_chosen(visitor):
    assert "cookiegate-banner" in visitor(None).get("/").text
    assert "cookiegate-banner" not in visitor("reject").get("/").text


def test_settings_page_shows_the_registry_and_takes_a_choice(visitor):
    client = visitor(None)
    page = client.get("/cookie-settings/")
    assert page.status_code == 200
    assert all(f"<bdi>{name}</bdi>" in page.text for name in EVERYTHING)
    answer = client.post("/cookie-settings/api", json={"granted": ["statistics"]})
    assert answer.json()["choice"]["granted"] == ["statistics"]
    assert [cookie.name.decode() for cookie in lines_of(client.get("/decisions"))] == NECESSARY + STATISTICS


# The preview


def test_preview_offers_every_layout_theme_and_language(visitor):
    page = visitor(None).get("/preview?layout=box&theme=govuk&language=de&site=both").text
    options = set(re.findall(r'<option value="([\w-]+)"', page))
    assert options >= {"bar", "box", "modal", "neutral", "govuk", "dark", "page", "auto", "light", "en", "de"}
    assert set(re.findall(r'value="([\w-]+)" selected', page)) == {"box", "govuk", "page", "de", "both"}
    assert "/preview/page?layout=box&amp;theme=govuk&amp;color_scheme=page&amp;language=de&amp;site=both" in page


def test_preview_shows_the_banner_as_it_was_asked_for(visitor):
    page = visitor(None).get("/preview/page?layout=modal&theme=dark&color_scheme=auto&language=de&site=dark").text
    assert '<dialog id="cookiegate-banner" class="cookiegate-banner cookiegate-modal cookiegate-dark ' in page
    assert 'content="dark"' in page
    assert "Alle ablehnen" in page
    assert 'data-look="&amp;layout=modal&amp;theme=dark&amp;color_scheme=auto"' in page


def test_preview_opens_the_banner_for_who_has_chosen(visitor):
    client = visitor("reject")
    assert "cookiegate-banner" not in client.get("/preview/page").text
    assert "cookiegate.open()" in client.get("/preview.js").text


def test_preview_ignores_what_does_not_exist(visitor):
    query = "?layout=<b>&theme=x&language=../x&site=1"
    page = visitor(None).get(f"/preview{query}").text
    assert set(re.findall(r'value="([\w-]+)" selected', page)) == {"bar", "neutral", "page", "en", "light"}
    assert "cookiegate-bar cookiegate-neutral" in visitor(None).get(f"/preview/page{query}").text
