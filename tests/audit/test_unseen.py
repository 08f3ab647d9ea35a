"""What an audit could not look at: it is said, it fails, and it is in every format."""

import json
from xml.etree import ElementTree

import pytest

from cookiegate.audit.as_json import write_json
from cookiegate.audit.auditing import Promise, audit_har, audit_inventory, platform, refuse_other_kinds
from cookiegate.audit.baseline import read_baseline, write_baseline
from cookiegate.audit.finding import Code, Severity
from cookiegate.audit.gap import Gap, findings_of
from cookiegate.audit.junit import write_junit
from cookiegate.audit.observation import Moment, Unreadable
from cookiegate.audit.report import write_html
from cookiegate.audit.sarif import write_sarif

SAFE = "; HttpOnly; SameSite=Lax"
FORM = "<form><input type=password></form>"
NOTHING = "Nothing of the site was seen, so nothing is proved."


def unseen(found):
    codes = (Code.NOTHING_SEEN, Code.NOT_SEEN)
    return [(finding.code.value, finding.detail) for finding in found.findings if finding.code in codes]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, "answers 500 Internal Server Error: the site does not work there; repair it first"),
        (503, "answers 503 Service Unavailable: the site does not work there; repair it first"),
        (404, "answers 404 Not Found; check the address"),
        (410, "answers 410 Gone; check the address"),
        (429, "answers 429 Too Many Requests; wait, and look at fewer pages with --pages"),
        (401, ("answers 401 Unauthorized: it needs a login; give the audit a login with --cookie or "
         "--header")),
        (403, ("answers 403 Forbidden: it needs a login; give the audit a login with --cookie or "
         "--header")),
        (418, "answers 418 I'm a Teapot; look with a browser what is wrong"),
        (499, "answers 499; look with a browser what is wrong"),
        (304, "answers 304 Not Modified and no page; look with a browser where it leads"),
        (302, "answers 302 Found and no page; look with a browser where it leads"),
    ],
)  # fmt: skip
def test_answer_that_is_no_page_proves_nothing(answering, look, status, expected):
    with answering({"/": (status, {}, "")}) as (url, _):
        found = look(url)
    assert found.summary == NOTHING
    assert unseen(found) == [("nothing-seen", expected)]
    assert found.fails(Severity.ERROR)
    assert found.source.looked_at == "0 of 1 page as 5 visitors"


def test_cookie_of_an_error_page_is_judged_and_proves_nothing(answering, look):
    with answering({"/": (500, {"Set-Cookie": f"sid=x{SAFE}"}, "")}) as (url, _):
        found = look(url)
    assert found.summary == "Nothing of the site was seen but 1 cookie on the way, so nothing is proved."
    with answering({"/": (500, {"Set-Cookie": f"ads=x{SAFE}"}, "")}) as (url, _):
        found = look(url)
    assert found.summary.startswith(
        "Nothing of the site was seen but 1 cookie on the way, so nothing is proved; 1 of 1 cookie breaks the policy's "
        "promise: 1 is set before consent"
    )
    assert found.fails(Severity.ERROR)


@pytest.mark.parametrize(
    "pages",
    [
        {"/": (302, {"Location": "/login?next=/"}, ""), "/login": (200, {}, "<p>")},
        {"/": (302, {"Location": "/users/sign_in"}, ""), "/users/sign_in": (200, {}, FORM)},
        {"/": (303, {"Location": "/hello"}, ""), "/hello": (200, {}, FORM)},
        {"/": (200, {}, "<meta http-equiv=Refresh content='0;URL=/a/login/'>"), "/a/login/": (200, {}, FORM)},
    ],
)  # fmt: skip
def test_login_in_place_of_the_page_is_told(answering, look, pages):
    with answering(pages) as (url, _):
        found = look(url)
    assert found.summary == NOTHING
    assert unseen(found) == [
        ("nothing-seen", "leads to a login; give the audit a login with --cookie or --header")
    ]  # fmt: skip


def test_page_that_is_a_login_alone_is_told(answering, look):
    page = f"{FORM}<a href='/'>home</a><a href='/oauth2/start'>other</a>"
    with answering({"/": (200, {}, page)}) as (url, _):
        assert unseen(look(url)) == [
            ("nothing-seen", "shows a login and leads nowhere else; give the audit a login with --cookie or --header")
        ]


def test_login_page_that_is_asked_for_is_a_page(answering, look):
    with answering({"/login": (200, {}, FORM)}) as (url, _):
        assert unseen(look(f"{url}login")) == []


def test_page_with_a_login_among_other_things_is_a_page(answering, look):
    pages = {"/": (200, {}, f"{FORM}<a href='/shop'>shop</a>"), "/shop": (200, {}, "")}
    with answering(pages) as (url, _):
        assert unseen(look(url)) == []


def test_login_behind_a_link_is_a_place_that_was_not_seen(answering, look):
    pages = {
        "/": (200, {"Set-Cookie": f"sid=x{SAFE}"}, "<a href='/account'>account</a><a href='/login'>log in</a>"),
        "/account": (302, {"Location": "/login"}, ""), "/login": (200, {}, FORM),
    }  # fmt: skip
    with answering(pages) as (url, _):
        found = look(url)
    assert unseen(found) == [("not-seen", "leads to a login; give the audit a login with --cookie or --header")]
    assert found.summary == (
        "The one cookie that was seen keeps the policy's promise, but not everything could be seen."
    )
    assert found.source.looked_at == "2 of 3 pages as 5 visitors"
    assert found.fails(Severity.WARNING)
    assert not found.fails(Severity.ERROR)


def test_redirect_to_another_host_proves_nothing(answering, look):
    with answering({"/": (302, {"Location": "https://sso.other.test/"}, "")}) as (url, _):
        found = look(url)
    assert found.summary == NOTHING
    assert unseen(found)[0][1].startswith("redirects to another host, sso.other.test; audit that one, or allow it with")


def test_page_that_reloads_itself_is_a_page(answering, look):
    pages = {
        "/": (200, {}, "<meta http-equiv=refresh content='1; url=/b'>"),
        "/b": (200, {}, "<meta http-equiv=refresh content='1; url=/#top'><meta http-equiv=refresh content=x>"),
        "/slow": (200, {}, "<meta http-equiv=refresh content='60; url=https://other.test/'>"),
    }
    with answering(pages) as (url, asked):
        assert unseen(look(url)) == []
        assert asked[:2] == ["/", "/b"]
        assert unseen(look(f"{url}slow")) == []


ONE_ANSWER = "only the cookies of this one answer were seen; give the address of a page"
PACKED = "is packed in a way that was not asked for"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"Content-Type": "application/json; charset=utf-8"},
            f"is no HTML page but application/json: {ONE_ANSWER}",
        ),
        ({"Content-Type": "\x1b"}, f"is no HTML page but of no type that can be read: {ONE_ANSWER}"),
        ({"Content-Encoding": "br"}, f"{PACKED} (br), so its links can't be read; let it answer gzip"),
        ({"Content-Encoding": "b/r"}, f"{PACKED}, so its links can't be read; let it answer gzip"),
    ],
)
def test_answer_that_is_no_html_is_told(answering, look, headers, expected):
    with answering({"/": (200, {"Set-Cookie": f"sid=x{SAFE}", **headers}, "{}")}) as (url, _):
        found = look(url)
    assert unseen(found) == [("not-seen", expected)]
    assert found.summary.endswith("keeps the policy's promise, but not everything could be seen.")
    with answering({"/": (200, headers, "{}")}) as (url, _):
        assert look(url).summary == "No cookie of the site was seen, but not everything could be seen."


def test_visitor_who_does_not_see_the_site_has_no_cells(answering, look):
    def start(cookie):
        if "marketing" in cookie:
            return 500, {"Set-Cookie": f"other=x{SAFE}"}, ""
        return 200, {"Set-Cookie": f"sid=x{SAFE}"}, ""

    with answering({"/": start}) as (url, _):
        found = look(url)
    assert sorted(moment.label for moment in found.unseen) == ["Everything allowed", "Only marketing"]
    (finding,) = [finding for finding in found.findings if finding.code is Code.NOTHING_SEEN]
    assert [moment.label for moment in finding.moments] == ["Only marketing", "Everything allowed"]
    assert not found.is_blind
    assert json.loads(write_json(found, version="9"))["unseen_moments"] == ["Only marketing", "Everything allowed"]
    html = write_html(found, version="9", made_at="now")
    assert html.count('<span class="none">not seen</span>') == 2
    assert html.count('<span class="none">not set</span>') == 3


def test_links_are_found_by_the_first_who_sees_the_site(answering, look):
    def start(cookie):
        return (200, {}, "<a href='/a'>a</a>") if "statistics" in cookie else (500, {}, "")

    with answering({"/": start, "/a": (200, {}, "<a href='/b'>b</a>")}) as (url, asked):
        found = look(url)
    assert asked.count("/a") == 2
    assert "/b" not in asked
    assert found.source.looked_at == "2 pages as 5 visitors"


def test_pages_beyond_the_limit_are_told(answering, look):
    page = "".join(f"<a href='/{number}'>x</a>" for number in range(8))
    with answering({"/": (200, {}, page)}) as (url, _):
        notes = look(url, granted=("none",), pages=1).notes
    assert "Linked, and not looked at: 8 pages; allow more with --pages." in notes


def test_every_format_says_that_nothing_was_seen(answering, look, tmp_path):
    with answering({"/": (500, {}, "")}) as (url, _):
        found = look(url)
    document = json.loads(write_json(found, version="9"))
    assert (document["summary"], document["complete"], document["counts"]["errors"]) == (NOTHING, False, 1)
    (result,) = [
        each for each in json.loads(write_sarif(found, version="9"))["runs"][0]["results"] if each["level"] == "error"
    ]
    assert result["ruleId"] == "nothing-seen"
    assert result["message"]["text"].startswith(f"{url}: Could not be seen: answers 500")
    assert result["locations"][0]["logicalLocations"] == [{"name": url, "kind": "resource"}]
    suite = ElementTree.fromstring(write_junit(found, threshold=Severity.ERROR)).find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert suite.find("testcase").get("classname") == "audit.nothing-seen"
    html = write_html(found, version="9", made_at="now")
    assert f"<h1>{NOTHING}</h1>" in html
    assert "answers 500 Internal Server Error" in html
    assert '<span class="number">1 page</span>' in html


def test_baseline_can_not_accept_that_nothing_was_seen(answering, look, tmp_path):
    with answering({"/": (200, {}, "<a href='/a'>a</a>"), "/a": (404, {}, "")}) as (url, _):
        partly = look(url)
    path = tmp_path / "known.json"
    path.write_text(write_baseline(partly), encoding="utf-8")
    assert not partly.accept(read_baseline(path)).fails(Severity.WARNING)
    with answering({"/": (500, {}, "")}) as (url, _):
        found = look(url)
    assert ("nothing-seen", url) not in json.loads(write_baseline(found))["accepted"]
    assert found.accept(frozenset({("nothing-seen", url)})).fails(Severity.ERROR)


def test_audit_without_a_policy_speaks_of_none(har, make, tmp_path):
    without = Promise.of(None, platform(None))
    found = audit_har(
        har(make("https://shop.example/", "sessionid=x; Secure; HttpOnly; SameSite=Lax")), without, (), print
    )
    assert found.summary == (
        "No policy was given, so no promise was checked; cookiegate knows the one cookie, and nothing optional is set "
        "without consent."
    )
    assert [finding.code for finding in found.findings] == [Code.NO_POLICY]
    assert found.fails(Severity.WARNING)
    both = audit_har(har(make("https://shop.example/", "sessionid=x", "mine=x")), without, (), print)
    assert both.summary == (
        "No policy was given, so no promise was checked; by what cookiegate knows, 1 of 2 cookies is wrong: 1 is "
        "unknown."
    )
    html = write_html(both, version="9", made_at="now")
    assert "Not in the policy" not in html
    assert "set, and not known to cookiegate" in html
    assert next(finding for finding in both.findings if finding.rule).promise.startswith(
        "none was given; cookiegate knows sessionid: necessary"
    )
    assert "Promise: none was given." in write_sarif(both, version="9")


def test_baseline_does_not_make_a_broken_promise_whole(har, make, promise):
    found = audit_har(har(make("https://shop.example/", "mine=x; Secure; SameSite=Lax", "ads=x")), promise, (), print)
    all_of_it = frozenset((finding.code.value, finding.cookie) for finding in found.findings)
    assert found.accept(all_of_it).summary == (
        "2 of 2 cookies break the policy's promise, as the baseline accepts."
    )  # fmt: skip
    assert found.accept(frozenset({("unregistered", "mine")})).summary == (
        "1 of 2 cookies breaks the policy's promise, 1 more as the baseline accepts: 1 is set before consent."
    )
    html = write_html(found.accept(all_of_it), version="9", made_at="now")
    assert "</strong> accepted by the baseline</li>" in html
    assert "</strong> fine</li>" not in html


def test_cookie_in_the_browser_without_consent_is_in_the_sentence(har, make, promise):
    found = audit_har(har(make("https://shop.example/", cookie="ads=x; sid=x")), promise, (), print)
    assert found.summary == (
        "1 of 2 cookies may break the policy's promise: 1 is in the browser without consent."
    )  # fmt: skip


def test_known_cookie_that_the_file_leaves_out_is_a_finding(har, make, promise):
    lines = (
        "sessionid=x; Secure; HttpOnly; SameSite=Lax",
        "django_language=x; Secure; SameSite=Lax",
        "OptanonConsent=x",
    )
    found = audit_har(har(make("https://shop.example/", *lines)), promise, (), print)
    details = {finding.cookie: (finding.code.value, finding.detail) for finding in found.of(Severity.WARNING)}
    assert details["sessionid"] == (
        "undeclared",
        'known as necessary (Django); to list it, add [gate] uses = ["sessionid"]',
    )
    assert details["django_language"] == (
        "not-offered",
        ('nothing that your file lists is of preferences; to offer it, add [gate] uses = ["django_language"]'),
    )
    assert "OptanonConsent" not in {finding.cookie for finding in found.findings if finding.code is Code.UNDECLARED}


def test_known_cookie_that_the_file_uses_is_no_finding(har, make, tmp_path):
    file = tmp_path / "uses.toml"
    file.write_text('[gate]\nuses = ["sessionid"]\nreport_only = ["csrf*"]\n', encoding="utf-8")
    lines = ("sessionid=x; Secure; HttpOnly; SameSite=Lax", "csrftoken=x; Secure; SameSite=Lax")
    held_against = Promise.of(file, platform(None))
    found = audit_har(har(make("https://shop.example/", *lines)), held_against, (), print)
    assert [(one.code, one.cookie, one.detail) for one in found.findings if one.code is Code.UNDECLARED] == [
        (Code.UNDECLARED, "csrftoken", ('known as necessary (Django, Litestar, starlette-csrf, asgi-csrf); to list it, '
         'add [gate] uses = ["sessionid", "csrftoken"]')),
    ]  # fmt: skip


def test_used_cookie_that_was_never_seen_is_noted(har, make, tmp_path):
    file = tmp_path / "uses.toml"
    file.write_text('[gate]\nuses = ["django_language"]\n', encoding="utf-8")
    found = audit_har(har(make("https://shop.example/", "sid=1")), Promise.of(file, platform(None)), (), print)
    assert [one.cookie for one in found.findings if one.code is Code.NEVER_SEEN] == ["django_language"]


def test_key_of_a_storage_is_never_missed_by_an_audit(har, make, tmp_path):
    file = tmp_path / "storage.toml"
    file.write_text('[[cookie]]\nname = "theme"\ncategory = "preferences"\nstorage = "local"\n', encoding="utf-8")
    found = audit_har(har(make("https://shop.example/", "sid=1")), Promise.of(file, platform(None)), (), print)
    assert found.never_seen == ()


def test_recording_without_a_response_proves_nothing(tmp_path, promise):
    head = {"format": "cookiegate-inventory", "version": 1, "parts": [], "responses": 0, "responses_with_cookies": 0}
    document = {**head, "first_at": None, "last_at": None, "unnamed": 0, "cookies": []}
    (tmp_path / "inventory-a-0.json").write_text(json.dumps(document))
    found = audit_inventory(tmp_path / "inventory-a-0.json", promise)
    assert (found.summary, found.source.looked_at) == (NOTHING, "no response")
    assert found.fails(Severity.ERROR)


@pytest.mark.parametrize("text", ["[[cookie]]", "<html>", "", "https://shop.example/\n"])
def test_file_of_another_kind_is_refused(tmp_path, text):
    path = tmp_path / "cookies.toml"
    path.write_text(text)
    with pytest.raises(Unreadable, match=r"cookies\.toml: no HAR file and no inventory, since it does not begin with"):
        refuse_other_kinds(path)


def test_har_file_by_its_name_or_its_beginning_is_taken(tmp_path):
    for name, octets in {"a.har": b"x", "a.json": b"\xef\xbb\xbf {", "b.json": b"\xff\xfe{"}.items():
        (tmp_path / name).write_bytes(octets)
        refuse_other_kinds(tmp_path / name)


def test_gaps_are_put_together_and_bounded():
    first, second = Moment.of((), has_chosen=False), Moment.of((), has_chosen=True)
    alike = [Gap("/a", "answers 500", second), Gap("/a", "answers 500", first), Gap("/a", "answers 500", first)]
    (finding,) = findings_of(alike)
    assert (finding.moments, finding.count) == ((first, second), 3)
    many = list(findings_of([Gap(f"/{number}", "answers 500") for number in range(50)]))
    assert len(many) == 41
    assert (many[-1].cookie, many[-1].detail) == ("10 more", "a report lists 40")


AGAIN = "alone; record it while it works, and logged in where it asks for that"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((500,), f"the site answers 500 {AGAIN}"),
        ((401, 302, 401), f"the site answers 302 and 401 {AGAIN}"),
        ((0, 404, 1e9), f"the site answers nothing and 404 {AGAIN}"),
    ],
)  # fmt: skip
def test_recording_of_errors_alone_proves_nothing(audited, make, statuses, expected):
    entries = [make("https://shop.example/", f"sid=x{SAFE}; Secure") for _ in statuses]
    for entry, status in zip(entries, statuses, strict=True):
        entry["response"]["status"] = status
    found = audited(*entries)
    assert unseen(found) == [("nothing-seen", expected)]
    assert found.summary == "Nothing of the site was seen but 1 cookie on the way, so nothing is proved."
    assert found.fails(Severity.ERROR)


@pytest.mark.parametrize("status", [200, 204, 304, 101, None, "x"])
def test_recording_with_one_answer_of_the_site_is_one(audited, make, status):
    entries = [make("https://shop.example/", f"sid=x{SAFE}; Secure") for _ in range(2)]
    entries[0]["response"]["status"] = 404
    entries[1]["response"]["status"] = status
    assert unseen(audited(*entries)) == []


def test_recording_without_a_request_says_so(har, promise):
    with pytest.raises(Unreadable, match=r"shop\.har: there is no request in it, recorded by WebInspector; open the"):
        audit_har(har(), promise, (), print)


def test_recording_of_one_request_without_cookies_says_so(har, make, promise):
    with pytest.raises(Unreadable, match="there is no cookie in its one request, recorded by WebInspector: browsers"):
        audit_har(har(make("https://shop.example/")), promise, (), print)
