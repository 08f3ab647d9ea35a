"""The API: JSON and forms, what is refused and how, what is recorded."""

import gzip
import json
import logging

import pytest

API = "/cookie-settings/api"
OWN = {"Sec-Fetch-Site": "same-origin"}


def post(visitor, document, **headers):
    return visitor("POST", API, json=document, headers=OWN | headers)


def send(visitor, body, content_type="application/json", **headers):
    return visitor("POST", API, content=body, headers=OWN | {"Content-Type": content_type} | headers)


def test_get_tells_registry_and_choice(visitor):
    answer = visitor("GET", API)
    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert document["choice"] == {
        "asks": True,
        "granted": [],
        "given_at": None,
        "revision": None,
        "why_again": None,
        "refused_by_signal": {},
        "consent_mode": {
            "ad_storage": "denied",
            "ad_user_data": "denied",
            "ad_personalization": "denied",
            "analytics_storage": "denied",
            "functionality_storage": "denied",
            "personalization_storage": "denied",
            "security_storage": "granted",
        },
        "policy": document["choice"]["policy"],
        "policy_revision": "2026-01-12",
    }
    assert [(one["category"], one["is_optional"], len(one["cookies"])) for one in document["registry"]] == [
        ("necessary", False, 2),
        ("preferences", True, 1),
        ("statistics", True, 1),
        ("marketing", True, 1),
    ]
    assert document["registry"][3]["cookies"] == [
        {
            "name": "ia_mkt_*",
            "purpose": "How visitors found the site and whether they signed up.",
            "lifetime": "up to 400 days",
            "provider": "this site",
        }
    ]
    assert b"<script" not in answer.content


def test_get_of_the_choice_alone_leaves_the_registry_out(visitor):
    assert visitor("GET", f"{API}?part=choice").json().keys() == {"choice"}


def test_post_of_json_grants_and_tells_what_counts_now(visitor):
    answer = post(visitor, {"granted": ["statistics", "necessary"]})
    assert answer.status_code == 200
    choice = answer.json()["choice"]
    assert (choice["asks"], choice["granted"], choice["revision"]) == (False, ["statistics"], "2026-01-12")
    assert choice["given_at"] == "2026-01-12T08:00:00+00:00"
    assert choice["consent_mode"]["analytics_storage"] == "granted"
    assert visitor.state() == choice


def test_post_of_a_word_in_json(visitor):
    assert post(visitor, {"choice": "accept-all"}).json()["choice"]["granted"] == [
        "preferences", "statistics", "marketing",
    ]  # fmt: skip


def test_delete_withdraws_and_takes_the_cookies_out(visitor):
    visitor.choose("accept-all")
    visitor("GET", "/")
    answer = visitor("DELETE", API, headers=OWN)
    assert answer.json()["choice"]["granted"] == []
    assert visitor.cookies.keys() == {"token", "cookiegate_consent"}
    assert visitor.state()["asks"] is False


def test_head_is_get_without_a_body(visitor):
    for path in ("/cookie-settings/", API, "/cookie-settings/cookiegate.js"):
        got, headed = visitor("GET", path), visitor("HEAD", path)
        assert (headed.status_code, headed.content) == (200, b"")
        assert headed.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(("path", "allow"), [("/", "GET, HEAD, OPTIONS"), ("/api", "GET, HEAD, POST, DELETE, OPTIONS")])
def test_options_and_other_methods_name_what_is_allowed(visitor, path, allow):
    told = visitor("OPTIONS", f"/cookie-settings{path}")
    assert (told.status_code, told.headers["allow"], told.content) == (204, allow, b"")
    refused = visitor("PUT", f"/cookie-settings{path}")
    assert (refused.status_code, refused.headers["allow"]) == (405, allow)


def test_unknown_path_below_the_page_is_not_found(visitor):
    assert visitor("GET", "/cookie-settings/nowhere").json()["error"] == "not-found"
    page = visitor("GET", "/cookie-settings/<nowhere>", headers={"Accept": "text/html", "Accept-Language": "de"})
    assert page.status_code == 404
    assert "Unter dieser Adresse gibt es nichts." in page.text


@pytest.mark.parametrize(
    ("document", "error", "message"),
    [
        ({"granted": ["stats"]}, "unknown-category", "'stats'"),
        ({"granted": ["<script>"]}, "unknown-category", "known are preferences, statistics, marketing"),
        ({"granted": "statistics"}, "bad-request", "granted is no list"),
        ({"granted": [1]}, "bad-request", "granted is no list"),
        ({"choice": "yes"}, "bad-request", "choice is 'yes'; send one of accept-all, reject-all"),
        ({"choice": 1}, "bad-request", "'choice' is no text"),
        ({"choice": "reject-all", "granted": ["statistics"]}, "bad-request", "contradicts"),
        ({"choise": "reject-all"}, "bad-request", "there is no field 'choise'"),
        ({"granted": [], "where": "moon"}, "bad-request", "where is 'moon'"),
        ({}, "bad-request", "choice is missing"),
        ([], "bad-request", "the JSON is no object"),
        ("reject-all", "bad-request", "the JSON is no object"),
    ],
)
def test_json_that_is_not_understood_is_refused(visitor, document, error, message):
    answer = post(visitor, document)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert message in answer.json()["message"]
    assert visitor.cookies == {}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'"\xe9"', b"[" * 8000, b"9" * 8000, b'{"choice": "\\ud800"}', b'{"\\ud800": "x"}'],
)
def test_octets_that_are_no_json_are_refused(visitor, body):
    assert send(visitor, body).status_code == 400
    assert visitor.cookies == {}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"choice", b"choice=", b"choice=accept-all&choice=reject-all", b"choice=%FF", b"choice=\xff", b"&&&",
        b"choice=accept-all&x=1", b"choice=own-choice&granted=stats", b"granted=necessary%00",
        b"&".join([b"granted=statistics"] * 40),
    ],
)  # fmt: skip
def test_forms_that_are_not_understood_are_refused(visitor, body):
    assert send(visitor, body, "application/x-www-form-urlencoded").status_code == 400
    assert visitor.cookies == {}


def test_refused_form_is_answered_by_a_page_in_the_visitors_language(visitor):
    body = b"choice=%3Cscript%3E"
    headers = {"Accept": "text/html,*/*", "Accept-Language": "de"}
    answer = send(visitor, body, "application/x-www-form-urlencoded", **headers)
    assert answer.status_code == 400
    assert "Es wurde nichts geändert." in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/xml"],
)
def test_other_types_of_body_are_refused(visitor, content_type):
    answer = send(visitor, b"{}", content_type)
    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/x-www-form-urlencoded, application/json"


def test_type_with_its_charset_is_read(visitor):
    assert send(visitor, b'{"choice":"reject-all"}', 'Application/JSON; charset="UTF-8"').status_code == 200


@pytest.mark.parametrize("length", [8193, 100_000])
def test_long_body_is_refused(visitor, length):
    assert send(visitor, b" " * length).status_code == 413


def test_long_body_without_a_length_is_refused(make_visitor):
    visitor = make_visitor()

    async def chunks():
        for _ in range(20):
            yield b" " * 1000

    try:
        answer = send(visitor, chunks())
    except RuntimeError:  # httpx's WSGI transport reads no asynchronous body
        answer = send(visitor, iter([b" " * 1000] * 20), **{"Transfer-Encoding": "chunked"})
    assert answer.status_code in (400, 413)  # WSGI servers that say no length leave nothing to read
    assert visitor.cookies == {}


def test_body_of_just_the_allowed_length_is_read(visitor):
    assert send(visitor, b'{"choice":"reject-all"}'.ljust(8192)).status_code == 200


# Who may post


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "same-origin, cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://site.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://site.example.evil.example"},
        {"Origin": "http://site.example:8080"},
        {"Origin": "http://user@site.example"},
        {"Origin": "ftp://site.example"},
        {"Origin": "http://["},
        {"Origin": "\x7f"},
        {"Origin": "https://evil.example", "Referer": "http://site.example/"},
        {"Referer": "https://evil.example/http://site.example/"},
        {"Referer": "x"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_other_sites_are_refused(visitor, method, headers):
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = visitor(
        method, API, content=b'{"choice":"accept-all"}', headers=headers | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 403
    assert answer.json()["error"] == "cross-site"
    assert visitor.cookies == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://other.example"},
        {"Origin": "http://site.example"},
        {"Origin": "https://SITE.example"},
        {"Referer": "https://site.example/a?b"},
        {},
    ],
)
def test_own_pages_and_programs_may_post(visitor, headers):
    answer = visitor("POST", API, json={"choice": "reject-all"}, headers=headers)
    assert answer.status_code == 200


# Replayed forms


def test_form_of_another_policy_grants_nothing_and_shows_the_present_one(make_visitor):
    old, new = make_visitor(), make_visitor(gate={"revision": "2026-06-01"})
    policy = old.state()["policy"]
    form = {"choice": "accept-all", "where": "page", "policy": policy}
    answer = new("POST", API, data=form, headers=OWN | {"Accept": "text/html"})
    assert answer.status_code == 409
    assert "so nothing was saved. Please look at it again." in answer.text
    assert 'value="accept-all"' in answer.text
    assert new.cookies == {}
    assert post(new, {"granted": ["statistics"], "policy": policy}).json()["error"] == "policy-changed"


def test_form_of_another_policy_may_still_reject(make_visitor):
    visitor = make_visitor()
    assert post(visitor, {"choice": "reject-all", "policy": "0" * 16}).status_code == 200


def test_form_of_the_present_policy_may_be_sent_twice(visitor):
    policy = visitor.state()["policy"]
    for _ in range(2):
        assert visitor.choose("accept-all", policy=policy).status_code == 303


# Where a form leads


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "\\\\evil.example", "evil",
        "javascript:alert(1)", "", "/a\r\nSet-Cookie: x=1", "/é", "/a" * 1200, " /a",
    ],
)  # fmt: skip
def test_banner_never_sends_a_browser_to_another_site(visitor, back):
    answer = visitor.choose("reject-all", where="banner", back=back)
    assert answer.headers["location"] == "/cookie-settings/?saved&language=en"


def test_banner_leads_back_to_the_path_that_it_names(visitor):
    assert visitor.choose("reject-all", where="banner", back="/shop?a=1&b=%20").headers["location"] == "/shop?a=1&b=%20"


@pytest.mark.parametrize(
    ("referer", "location"),
    [
        ("http://site.example/shop?a=1#top", "/shop?a=1"),
        ("http://site.example", "/"),
        ("http://site.example//evil.example/", "/cookie-settings/?saved&language=en"),
        ("http://evil.example/shop", "/cookie-settings/?saved&language=en"),
    ],
)
def test_banner_leads_back_to_the_page_that_the_browser_names(visitor, referer, location):
    form = {"choice": "reject-all", "where": "banner"}
    answer = visitor("POST", API, data=form, headers=OWN | {"Referer": referer})
    assert answer.headers["location"] == location


def test_page_leads_to_the_page(visitor):
    assert visitor.choose("reject-all").headers["location"] == "/cookie-settings/?saved&language=en"
    assert visitor.choose("reject-all", back="//evil.example").headers["location"].startswith("/cookie-settings/")


def test_settings_in_a_page_of_the_site_lead_back_there(visitor):
    assert visitor.choose("reject-all", back="/shop?a#b").headers["location"] == "/shop?a#cookiegate-saved"


# What is recorded


class Recorder:
    def __init__(self):
        self.records = []

    def record(self, **fields):
        self.records.append(fields)


@pytest.mark.parametrize(
    ("document", "headers", "expected"),
    [
        ({"choice": "accept-all", "where": "banner", "language": "de"}, {},
         ("accept-all", "banner", "de", {"preferences", "statistics", "marketing"})),
        ({"choice": "reject-all", "where": "page"}, {"Accept-Language": "de-AT"}, ("reject-all", "page", "de", set())),
        ({"granted": ["statistics"]}, {}, ("own-choice", "api", None, {"statistics"})),
        ({"granted": ["statistics"], "language": "de"}, {}, ("own-choice", "api", "de", {"statistics"})),
        ({"choice": "accept-all"}, {"Sec-GPC": "1"}, ("gpc", "api", None, {"preferences", "statistics"})),
        ({"granted": ["statistics"], "language": "<x>"}, {"Sec-GPC": "1"}, ("own-choice", "api", "en", {"statistics"})),
    ],
)  # fmt: skip
def test_choice_is_recorded(make_visitor, document, headers, expected):
    recorder = Recorder()
    visitor = make_visitor(receipts=recorder)
    post(visitor, document, **headers)
    [record] = recorder.records
    assert (record["how"], record["where"], record["language"], set(record["granted"])) == expected
    assert record["id"] in visitor.cookies["cookiegate_consent"]


def test_withdrawal_is_recorded_under_the_same_id(make_visitor):
    recorder = Recorder()
    visitor = make_visitor(receipts=recorder)
    visitor.choose("accept-all")
    visitor("DELETE", API, headers=OWN)
    given, withdrawn = recorder.records
    assert withdrawn == {
        "id": given["id"],
        "granted": frozenset(),
        "how": "withdrawn",
        "where": "api",
        "language": None,
    }


def test_refused_post_is_not_recorded(make_visitor):
    recorder = Recorder()
    visitor = make_visitor(receipts=recorder)
    visitor("POST", API, json={"choice": "accept-all"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert recorder.records == []


def test_recorder_that_raises_is_logged_and_the_choice_is_honoured(make_visitor, caplog):
    class Broken:
        def record(self, **fields):
            raise OSError("the disk is full")

    visitor = make_visitor(receipts=Broken())
    with caplog.at_level(logging.ERROR, "cookiegate"):
        assert visitor.choose("accept-all").status_code == 303
    assert [record.getMessage() for record in caplog.records] == [
        "settings page: a choice could not be recorded: OSError: the disk is full"
    ]
    assert visitor.state()["granted"] == ["preferences", "statistics", "marketing"]


# Script and style sheets


@pytest.mark.parametrize("path", ["cookiegate.js", "banner.js", "page.css", "settings.css", "banner.css"])
def test_asset_may_be_kept_and_is_asked_for_again(visitor, path):
    first = visitor("GET", f"/cookie-settings/{path}")
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = visitor("GET", f"/cookie-settings/{path}", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor("GET", f"/cookie-settings/{path}", headers={"If-None-Match": '"x"'}).status_code == 200


def test_script_is_under_4000_octets(visitor):
    script = visitor("GET", "/cookie-settings/cookiegate.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert len(script.content) < 4000


def test_banner_is_small(visitor):
    assert len(visitor("GET", "/cookie-settings/banner.js").content) < 3000
    assert len(gzip.compress(visitor("GET", "/cookie-settings/banner.css").content)) < 3500


def test_script_names_every_type_of_consent_mode(visitor):
    script = visitor("GET", "/cookie-settings/cookiegate.js").text
    assert all(f'"{name}"' in script or f"{name}:" in script for name in visitor.state()["consent_mode"])


def test_hostile_query_is_no_error(visitor):
    for query in ("?language=%ff%fe", "?&&&&", "?" + "a=1&" * 300, "?language=" + "x" * 5000, "?language=<script>"):
        answer = visitor("GET", f"/cookie-settings/{query}")
        assert answer.status_code == 200
        assert "<script" not in answer.text


def test_json_is_safe_where_a_browser_takes_it_for_html(visitor):
    assert b"<" not in visitor("GET", API).content
    assert json.loads(visitor("GET", API).content)["registry"][2]["cookies"][0]["purpose"].endswith("</script>")


def test_script_says_more_in_development_and_is_not_kept(make_visitor):
    visitor = make_visitor(gate={"debug": True})
    script = visitor("GET", "/cookie-settings/cookiegate.js")
    assert (b"console.warn" in script.content, script.headers["cache-control"]) == (True, "no-cache")
    assert visitor.state()["development"] == []
    visitor = make_visitor()
    assert b"console.warn" not in visitor("GET", "/cookie-settings/cookiegate.js").content
    assert "development" not in visitor.state()
